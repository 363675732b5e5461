"""Filling a Create form from an item that was made with one like it, and taking that back.

Remix brings back all that made the item, its seed and its sources included. Variations are made from the picture
itself: the same settings, the picture as their source, another seed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import mesop as me
from pydantic import JsonValue

from services.container import services
from services.errors import BadInput, NotFound
from services.generation.requests import ROLES, Role, roles_of
from services.ids import is_id
from services.models import MediaItem, Origin
from services.models.directions import paired
from state.chosen import forget, put, readable_source
from state.create import CHOICES, CreateState, FormState, fill_in, fit, form_of, run_type_of, source_of
from state.differences import differences
from state.edits import EditState
from state.handlers import notify
from state.session import principal

TYPED = ("prompt", "negative", "seed")
TEXTS = ("model", *TYPED, *CHOICES)
TOLD = 40
"""Characters of an item's title that the message tells."""


def remix(kind: str, media_id: str, *, vary: bool = False, prompt: str = "") -> None:
    """Fill the form from the item of that id, which comes from an address; with another `prompt` if there is one.

    Raises BadInput with the reason and StoreError; then the form is as it was.
    """
    fill_from(
        kind, made_here(media_id, "create-video" if kind == "video" else "create-image"), vary=vary, prompt=prompt
    )


def made_here(media_id: str, origin: Origin) -> MediaItem:
    """An item of a page's own making, read as the person asking. Raises BadInput on "item", StoreError."""
    try:
        item = services().store.media.get(principal(), media_id) if is_id(media_id) else None
    except NotFound:
        item = None
    if item is None:
        raise BadInput("item", "Not remixed: this item does not exist, or it is not yours to see.")
    if item.origin != origin:
        raise BadInput("item", "Not remixed: this item was not made on this page, which has no settings for it.")
    return item


def fill_from(kind: str, item: MediaItem, *, vary: bool = False, prompt: str = "") -> None:
    """Have the form be as `item` was made, or with another `prompt`. What cannot be had again is told at its field, or
    at the model's where the model is why.

    Raises StoreError; then the form is as it was.
    """
    form = form_of(kind)
    found = _sources(item, vary)
    before = _as_text(kind) if _is_begun(form) else ""
    _fill(kind, item, vary)
    form.prompt = prompt or form.prompt
    for role in ROLES:
        forget(source_of(form, role))
    for role, source in found:
        if isinstance(source, MediaItem):
            put(source_of(form, role), source)
        else:
            form.errors[role] = source
    told = [form.errors.get("model", ""), differences(kind, item, [role for role, _ in found], vary=vary)]
    if sentences := " ".join(one for one in told if one):
        form.errors["model"] = sentences
    before = "" if before == _as_text(kind) else before
    me.state(CreateState).before = before
    title = paired(item.title[:TOLD].rstrip()) + ("…" if len(item.title) > TOLD else "")
    done = f"Variations of “{title}”" if vary else f"Remixed “{title}”"
    notify(f"{done} with the suggested prompt" if prompt else done, undo=bool(before))


def _sources(item: MediaItem, vary: bool) -> list[tuple[Role, MediaItem | str]]:
    """What it was made from, each by its role, or why that cannot be used. Raises StoreError."""
    if vary:
        return [("picture", _source("picture", item.id))]
    roles = roles_of(item.parameters, len(item.source_ids))
    return [(role, _source(role, media_id)) for role, media_id in zip(roles, item.source_ids, strict=False)]


def _source(role: Role, media_id: str) -> MediaItem | str:
    try:
        return readable_source(media_id, role)
    except BadInput as error:
        return f"Left out: {str(error)[:1].lower()}{str(error)[1:]}"


def _fill(kind: str, item: MediaItem, vary: bool) -> None:
    form, parameters = form_of(kind), item.parameters
    offers = services().offers
    model, why = offers.instead_of(item.model, run_type_of(kind), offers.today(), picture=vary)
    form.errors, form.failure = {"model": why} if why else {}, ""
    form.model, form.prompt, form.negative = model.id, item.prompt, _text(parameters, "negative")
    form.seed = "" if vary else _text(parameters, "seed")
    form.audio = parameters.get("audio") is not False
    amount = "duration" if kind == "video" else "count"
    for name in CHOICES:  # one that the item does not have becomes the model's default
        fill_in(form, name, _text(parameters, amount if name == "amount" else name))
    fit(kind)


def _text(parameters: Mapping[str, JsonValue], name: str) -> str:
    value = parameters.get(name)
    return "" if value is None else str(value)


def _is_begun(form: FormState) -> bool:
    """Whether the form holds what somebody would have to type or choose again."""
    return any(getattr(form, name) for name in TYPED) or any(source_of(form, role).media_id for role in ROLES)


def _as_text(kind: str) -> str:
    """What the form holds, after which edit of this tab: an undo takes back what came last."""
    form = asdict(form_of(kind))
    held = {name: form[name] for name in (*TEXTS, *ROLES, "audio", "wished")}
    return json.dumps({"kind": kind, "after": _last_edit(), "form": held}, ensure_ascii=False)


def _last_edit() -> str:
    return me.state(EditState).deleted.rpartition(" ")[2]


def undo_remix() -> bool:
    """Put back what a Remix took the place of, if nothing that can be undone came after it; False otherwise.

    What is taken back can be put back in the same way.
    """
    state = me.state(CreateState)
    before: dict[str, Any] = json.loads(state.before) if state.before else {}
    if not before or before["after"] != _last_edit():
        return False
    kind = run_type_of(before["kind"])
    state.before = _as_text(kind)
    _put_back(form_of(kind), before["form"])
    fit(kind)
    notify("The form is as it was before", undo=True)
    return True


def _put_back(form: FormState, held: dict[str, Any]) -> None:
    form.errors, form.failure = {}, ""
    for name in TEXTS:
        setattr(form, name, str(held[name]))
    for role in ROLES:
        chosen = source_of(form, role)
        chosen.media_id, chosen.title, chosen.url = (str(held[role][name]) for name in ("media_id", "title", "url"))
    form.audio = bool(held["audio"])
    form.wished = {str(name): str(value) for name, value in held["wished"].items()}


def settle_remix() -> None:
    """Something was made with the form: there is nothing to take back any more."""
    me.state(CreateState).before = ""
