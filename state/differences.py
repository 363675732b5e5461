"""What a form does not have as the item was made that it was filled from: its model may take other things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.generation.requests import Role
from services.models import MediaItem
from state.create import form_of, spec_of

NOUNS = {"aspect": "shape", "resolution": "resolution", "style": "style"}
FRAMES: dict[Role, str] = {"picture": "first frame", "last": "last frame", "clip": "clip to go on from"}


def differences(kind: str, item: MediaItem, roles: Sequence[Role], *, vary: bool) -> str:
    """A sentence on all of it; "" if there is nothing. `roles`: of what `item` was made from."""
    changed, lost = list(_changed(kind, item)), list(_lost(kind, item, roles, vary))
    parts = (f"with {_list(changed)}" if changed else "", f"without {_list(lost)}" if lost else "")
    told = " and ".join(part for part in parts if part)
    return f"{spec_of(kind).name} makes it {told}." if told else ""


def _changed(kind: str, item: MediaItem) -> Iterator[str]:
    for name, noun, was, now in _choices(kind, item):
        if was and now and was != now:
            unit = " s" if name == "duration" else ""
            yield f"{noun} {now}{unit} instead of {was}{unit}"


def _lost(kind: str, item: MediaItem, roles: Sequence[Role], vary: bool) -> Iterator[str]:
    takes, was = spec_of(kind).parameters, item.parameters
    for _, noun, before, now in _choices(kind, item):
        if before and not now:
            yield f"{noun} {before}"
    if was.get("negative") and not takes.negative:
        yield "what to leave out"
    if was.get("seed") is not None and not takes.seed and not vary:
        yield f"seed {was['seed']}"
    taken: dict[Role, bool] = {"picture": takes.picture, "last": takes.last_picture, "clip": takes.extends}
    for role in roles:
        if not taken[role]:
            yield "the picture to repaint" if kind == "image" else f"its {FRAMES[role]}"


def _choices(kind: str, item: MediaItem) -> Iterator[tuple[str, str, str, str]]:
    """Each choice by its parameter and its noun, as it was and as it stands in the form."""
    form, amount = form_of(kind), "duration" if kind == "video" else "count"
    now = {name: str(getattr(form, name)) for name in NOUNS} | {amount: form.amount}
    nouns = NOUNS | {amount: "length" if kind == "video" else "number"}
    for name, noun in nouns.items():
        yield name, noun, str(item.parameters.get(name) or ""), now[name]


def _list(words: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
