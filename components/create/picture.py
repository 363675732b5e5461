"""The picture that a Create form may start from."""

from __future__ import annotations

import mesop as me

from components.library.library_chooser_button import LibrarySelectEvent, OnSelect, library_chooser_button
from components.web import aria, button
from state.bound import bound
from state.chosen import forget
from state.create import form_of, spec_of, start_from

LABELS = {"image": "Picture to repaint", "video": "First frame"}
HINTS = {
    "image": "Optional. Its shapes stay; your words choose the colours.",
    "video": "Optional. The clip begins with this picture and comes closer.",
}
EDITED = "Optional. Your words say what is to change in it."
"""Of a model that understands pictures."""


def picture_field(kind: str) -> None:
    """What is chosen, with its way out, and the chooser."""
    form = form_of(kind)
    with me.box(classes="field-fixed", key="picture"):
        aria(role="group", label=LABELS[kind])
        with me.box(classes="lab", key="picture-label"):
            me.text(LABELS[kind])
        if form.picture.media_id:
            with me.box(classes="fixed start-from", key="picture-chosen"):
                me.image(src=form.picture.url, alt="", key=form.picture.url)
                with me.box(classes="cut grow", key="picture-title"):
                    me.text(form.picture.title)
                button(
                    label=f"Clear {LABELS[kind].lower()}", icon="close", icon_only=True, variant="ghost",
                    on_press=bound(on_clear, kind), key="picture-clear",
                )  # fmt: skip
        library_chooser_button(chooser_key=f"create-{kind}", purpose=f"for {LABELS[kind]}", on_select=_ON_SELECT[kind])
        with me.box(classes="help", key="picture-hint"):
            me.text(EDITED if kind == "image" and spec_of(kind).provider == "google" else HINTS[kind])
        field_error(form.errors.get("picture", ""))


def field_error(message: str) -> None:
    """What is wrong with the field above, read aloud; nothing where it is right."""
    if message:
        with me.box(classes="help bad"):
            aria(role="alert")
            me.text(message)


def on_image_select(event: LibrarySelectEvent) -> None:
    start_from("image", event.media_id)


def on_video_select(event: LibrarySelectEvent) -> None:
    start_from("video", event.media_id)


_ON_SELECT: dict[str, OnSelect] = {"image": on_image_select, "video": on_video_select}


def on_clear(kind: str, event: me.WebEvent) -> None:
    form = form_of(kind)
    forget(form.picture)
    form.errors.pop("picture", None)
