"""What a Create form may start from: a picture, a clip's first and last frame, or a clip to go on from."""

from __future__ import annotations

import mesop as me

from components.library.library_chooser_button import LibrarySelectEvent, OnSelect, library_chooser_button
from components.web import aria, button
from services.generation.requests import ROLES, Role
from services.models import MediaType
from state.bound import bound
from state.chosen import forget
from state.create import forgive_sources, form_of, source_of, spec_of, start_from

REPAINT, FIRST, LAST, CLIP = "Picture to repaint", "First frame", "Last frame", "Clip to go on from"
LABELS: dict[Role, str] = {"picture": FIRST, "last": LAST, "clip": CLIP}
"""On the page for videos; the other one has one source, REPAINT."""
HINTS = {
    REPAINT: "Optional. Its shapes stay; your words choose the colours.",
    FIRST: "Optional. The clip begins with this picture and comes closer.",
    LAST: "Optional. The clip ends with this picture; it needs a first frame, too.",
    CLIP: "Optional. All of it stays, without its sound, and what is made follows.",
}
ASKED = {
    REPAINT: "Optional. Your words say what is to change in it.",
    FIRST: "Optional. The clip begins with this picture.",
    LAST: HINTS[LAST],
    CLIP: "Optional. What is made follows this clip.",
}
"""Of models that understand pictures."""


def source_fields(kind: str) -> None:
    """One for each source that the model takes."""
    takes = spec_of(kind).parameters
    if takes.picture:
        _source_field(kind, "picture")
    if takes.last_picture:
        _source_field(kind, "last")
    if takes.extends:
        _source_field(kind, "clip")


def _source_field(kind: str, role: Role) -> None:
    """What is chosen, with its way out, and the chooser."""
    form, label = form_of(kind), LABELS[role] if kind == "video" else REPAINT
    chosen = source_of(form, role)
    with me.box(classes="field-fixed", key=role):
        aria(role="group", label=label)
        with me.box(classes="lab", key=f"{role}-label"):
            me.text(label)
        if chosen.media_id:
            with me.box(classes="fixed start-from", key=f"{role}-chosen"):
                me.image(src=chosen.url, alt="", key=chosen.url)
                with me.box(classes="cut grow", key=f"{role}-title"):
                    me.text(chosen.title)
                button(
                    label=f"Clear {label[:1].lower()}{label[1:]}", icon="close", icon_only=True, variant="ghost",
                    on_press=bound(on_clear, kind, role), key=f"{role}-clear",
                )  # fmt: skip
        library_chooser_button(
            chooser_key=f"create-{kind}" if role == "picture" else f"create-{kind}-{role}",
            purpose=f"for {label}",
            media_type=_wanted(role),
            on_select=_ON_SELECT[kind, role],
        )
        with me.box(classes="help", key=f"{role}-hint"):
            me.text(_hint(kind, label))
        field_error(form.errors.get(role, ""))


def _hint(kind: str, label: str) -> str:
    spec = spec_of(kind)
    hint, own = (HINTS if spec.provider == "local" else ASKED)[label], spec.parameters.extension
    if label != CLIP:
        return hint
    adds = f"It adds {own.seconds} s." if own.seconds else ""
    alone = "The resolution is the model's own." if spec.parameters.resolution.options and not own.resolution else ""
    return " ".join(part for part in (hint, f"At most {own.longest} s." if own.longest else "", adds, alone) if part)


def _wanted(role: Role) -> MediaType:
    return "video" if role == "clip" else "image"


def field_error(message: str) -> None:
    """What is wrong with the field above, read aloud; nothing where it is right."""
    if message:
        with me.box(classes="help bad"):
            aria(role="alert")
            me.text(message)


def on_image_select(event: LibrarySelectEvent) -> None:
    start_from("image", event.media_id)


def on_first_select(event: LibrarySelectEvent) -> None:
    start_from("video", event.media_id)


def on_last_select(event: LibrarySelectEvent) -> None:
    start_from("video", event.media_id, "last")


def on_clip_select(event: LibrarySelectEvent) -> None:
    start_from("video", event.media_id, "clip")


_ON_SELECT: dict[tuple[str, Role], OnSelect] = {
    ("image", "picture"): on_image_select,
    ("video", "picture"): on_first_select,
    ("video", "last"): on_last_select,
    ("video", "clip"): on_clip_select,
}


def on_clear(kind: str, role: str, event: me.WebEvent) -> None:
    form = form_of(kind)
    forgive_sources(form)
    for one in ROLES:
        if one == role:
            forget(source_of(form, one))
