"""People's own edits, shown before they are stored: pure functions, no store and no clock.

A pending edit lies over what is held, item by item, and changes no snapshot. So taking one back is leaving it out: what
was pushed meanwhile and what else is pending stay as they are, in whatever order edits succeed and fail.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from services.errors import BadInput, Conflict, FreshetError
from services.freshness.merge import Held, is_within
from services.identity import Action
from services.models import MediaItem, MediaQuery, clean_tags
from services.models.directions import paired
from services.models.media import TITLE_LENGTH
from services.models.words import tag_key

Kind = Literal["favourite", "title", "tags", "move", "delete", "restore"]
_WHAT: Mapping[Kind, str] = {
    "favourite": "Favourite put back",
    "title": "Title put back",
    "tags": "Tags put back",
    "move": "Not moved",
    "delete": "Item put back",
    "restore": "Not restored",
}
GONE = "it was deleted for good meanwhile"
"""Why what was in the trash cannot be restored."""


@dataclass(frozen=True)
class Change:
    """What somebody wants of an item: some of its fields as they are to be, and tags that it is to have or not."""

    kind: Kind
    fields: Mapping[str, Any] = field(default_factory=dict)
    tags_on: tuple[str, ...] = ()
    tags_off: tuple[str, ...] = ()

    @property
    def action(self) -> Action:
        """What `can` is asked for."""
        return "delete" if self.kind in ("delete", "restore") else "edit"

    def made(self, item: MediaItem) -> MediaItem:
        """`item` with the change made."""
        fields = dict(self.fields)
        if self.kind == "tags":
            fields["tags"] = _retagged(item.tags, self.tags_on, self.tags_off)
        return item.model_copy(update=fields)


@dataclass(frozen=True)
class Edit:
    """A change of one item that is not stored yet.

    `before` is the item as it was held where the edit was made. `titles` are all the titles it had there, stored or
    pending: any other is somebody else's.
    """

    operation_id: str
    change: Change
    before: MediaItem
    titles: frozenset[str] = frozenset()

    @property
    def media_id(self) -> str:
        return self.before.id


def favourite(on: bool) -> Change:
    return Change("favourite", {"favourite": on})


def title(text: str) -> Change:
    """A new title, its white space put in order. Raises BadInput, naming the field and the remedy.

    >>> title("  Dunes  at first light ").fields
    {'title': 'Dunes at first light'}
    """
    words = " ".join(paired(text).split())
    kinds = {unicodedata.category(letter) for letter in words}
    if kinds & {"Cc", "Cs"}:
        raise BadInput("title", "Title: control characters, such as NUL, cannot be stored. Take them out.")
    if all(kind.startswith(("C", "Z")) for kind in kinds):
        raise BadInput("title", "Title: write something that can be seen.")
    if len(words) > TITLE_LENGTH:
        over = len(words) - TITLE_LENGTH
        raise BadInput("title", f"Title: {len(words)} of {TITLE_LENGTH} characters. Shorten it by {over}.")
    return Change("title", {"title": words})


def tags(*, on: Iterable[str] = (), off: Iterable[str] = ()) -> Change:
    """Tags that an item is to have, and others that it is not. Raises BadInput, naming the field and the remedy."""
    on, off = clean_tags(map(paired, on)), clean_tags(off)
    if not on and not off:
        raise BadInput("tags", "Tags: write one first.")
    return Change("tags", tags_on=on, tags_off=off)


def move(project_id: str) -> Change:
    """Into another project."""
    return Change("move", {"project_id": project_id})


def delete(at: datetime) -> Change:
    """Into the trash, with everything it has."""
    return Change("delete", {"deleted_at": at})


def restore() -> Change:
    """Out of the trash, back into its place."""
    return Change("restore", {"deleted_at": None})


def edited(item: MediaItem, edits: Iterable[Edit]) -> MediaItem:
    """`item` as it is with those of `edits` made that concern it; the very same where none does."""
    for edit in edits:
        if edit.media_id == item.id:
            item = edit.change.made(item)
    return item


def overlaid(held: Held, query: MediaQuery, edits: Sequence[Edit]) -> tuple[MediaItem, ...]:
    """The items of `held` with `edits` made, by the view's own filter and in its order; the very same tuple where
    nothing in it changes.

    An edited item that matches no longer leaves. One that matches now enters in its place, if the list reaches down to
    it, unless the list has heard of it later than whoever edited it.
    """
    if not edits:
        return held.items
    made: dict[str, list[Edit]] = {}
    for edit in edits:
        made.setdefault(edit.media_id, []).append(edit)
    before = {item.id: item for item in held.items if item.id in made}
    after = {}
    for media_id, mine in made.items():
        item = before.get(media_id) or _newest(edit.before for edit in mine)
        result = edited(item, mine)
        knows_better = media_id not in before and held.departed.get(media_id, 0) > item.revision
        if query.matches(result) and is_within(result, held.cursor, query) and not knows_better:
            after[media_id] = result
    if after == before:
        return held.items
    others = (item for item in held.items if item.id not in before)
    return query.in_order((*others, *after.values()))


def replayed(edit: Edit, stored: MediaItem) -> MediaItem:
    """What is to be stored for `edit` in place of `stored`; the very same where nothing is left to do.

    A favourite, tags, a move, a deletion and a restoration go on top of whatever others changed. A title does unless it
    is the title that they changed: two people's words cannot both stand. Raises Conflict or BadInput, with the reason.
    """
    if stored.deleted_at is not None and edit.change.kind not in ("delete", "restore"):
        raise Conflict("it was deleted elsewhere")
    if edit.change.kind == "delete" and stored.deleted_at is not None:
        return stored
    if edit.change.kind == "title" and stored.title not in (*edit.titles, edit.change.fields["title"]):
        raise Conflict("it was changed elsewhere")
    wanted = edited(stored, [edit])
    if wanted == stored:
        return stored
    clean_tags(wanted.tags)  # there may be too many by now
    return wanted


def gone(edit: Edit) -> str:
    """Why an edit of an item that is no longer there cannot be stored."""
    return GONE if edit.change.kind == "restore" else "it was deleted elsewhere"


def put_back(edit: Edit, error: FreshetError, count: int = 1) -> str:
    """What is told of an edit, of `count` items, that could not be stored."""
    what = f"{count} items put back" if edit.change.kind == "delete" and count > 1 else _WHAT[edit.change.kind]
    return f"{what}: {error}"


def some_put_back(edit: Edit, reasons: Sequence[str], count: int) -> str:
    """What is told of an edit of `count` items of which some could not be stored, for these reasons."""
    others = sorted(set(reasons[1:]) - {reasons[0]})
    why = reasons[0].replace("it was", "they were", 1) if len(reasons) > 1 else reasons[0]
    what = "not restored" if edit.change.kind == "restore" else "put back"
    return f"{len(reasons)} of {count} items {what}: {why}{', and more' if others else ''}"


def _retagged(held: tuple[str, ...], on: tuple[str, ...], off: tuple[str, ...]) -> tuple[str, ...]:
    """
    >>> _retagged(("Sea", "Night sky"), ("Dunes", "SEA"), ("night sky",))
    ('Sea', 'Dunes')
    """
    gone = {tag_key(tag) for tag in off}
    kept = [tag for tag in held if tag_key(tag) not in gone]
    there = {tag_key(tag) for tag in kept}
    return (*kept, *(tag for tag in on if tag_key(tag) not in there))


def _newest(items: Iterable[MediaItem]) -> MediaItem:
    return max(items, key=lambda item: item.revision)
