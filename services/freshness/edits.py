"""People's own edits, shown before they are stored: pure functions, no store and no clock.

A pending edit lies over what is held, item by item, and changes no snapshot. So taking one back is leaving it out: what
was pushed meanwhile and what else is pending stay as they are, in whatever order edits succeed and fail.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.errors import BadInput, Conflict, FreshetError
from services.freshness.merge import Held, is_within
from services.identity import Action
from services.models import MediaItem, MediaQuery
from services.models.media import TITLE_LENGTH

Kind = Literal["favourite", "title", "delete", "restore"]
_WHAT: Mapping[Kind, str] = {
    "favourite": "Favourite put back",
    "title": "Title put back",
    "delete": "Item put back",
    "restore": "Not restored",
}


@dataclass(frozen=True)
class Change:
    """What somebody wants of an item: some of its fields as they are to be."""

    kind: Kind
    fields: Mapping[str, Any]

    @property
    def action(self) -> Action:
        """What `can` is asked for."""
        return "delete" if self.kind in ("delete", "restore") else "edit"


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
    words = " ".join(text.split())
    kinds = {unicodedata.category(letter) for letter in words}
    if kinds & {"Cc", "Cs"}:
        raise BadInput("title", "Title: control characters, such as NUL, cannot be stored. Take them out.")
    if all(kind.startswith(("C", "Z")) for kind in kinds):
        raise BadInput("title", "Title: write something that can be seen.")
    if len(words) > TITLE_LENGTH:
        over = len(words) - TITLE_LENGTH
        raise BadInput("title", f"Title: {len(words)} of {TITLE_LENGTH} characters. Shorten it by {over}.")
    return Change("title", {"title": words})


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
            item = item.model_copy(update=edit.change.fields)
    return item


def overlaid(held: Held, query: MediaQuery, edits: Sequence[Edit]) -> tuple[MediaItem, ...]:
    """The items of `held` with `edits` made, by the view's own filter and in its order; the very same tuple where
    nothing in it changes.

    An edited item that matches no longer leaves. One that matches now enters in its place, if the list reaches down to
    it, unless the list has heard of it later than whoever edited it.
    """
    before = {item.id: item for item in held.items if any(edit.media_id == item.id for edit in edits)}
    after = {}
    for media_id in dict.fromkeys(edit.media_id for edit in edits):
        item = before.get(media_id) or _newest(edit.before for edit in edits if edit.media_id == media_id)
        result = edited(item, edits)
        knows_better = media_id not in before and held.departed.get(media_id, 0) > item.revision
        if query.matches(result) and is_within(result, held.cursor, query) and not knows_better:
            after[media_id] = result
    if after == before:
        return held.items
    others = (item for item in held.items if item.id not in before)
    return query.in_order((*others, *after.values()))


def replayed(edit: Edit, stored: MediaItem) -> MediaItem:
    """What is to be stored for `edit` in place of `stored`; the very same where nothing is left to do.

    A favourite, a deletion and a restoration go on top of whatever others changed. A title does unless it is the title
    that they changed: two people's words cannot both stand. Raises Conflict, with the reason.
    """
    if stored.deleted_at is not None and edit.change.kind in ("favourite", "title"):
        raise Conflict("it was deleted elsewhere")
    if edit.change.kind == "delete" and stored.deleted_at is not None:
        return stored
    if edit.change.kind == "title" and stored.title not in (*edit.titles, edit.change.fields["title"]):
        raise Conflict("it was changed elsewhere")
    wanted = edited(stored, [edit])
    return stored if wanted == stored else wanted


def put_back(edit: Edit, error: FreshetError) -> str:
    """What is told of an edit that could not be stored."""
    return f"{_WHAT[edit.change.kind]}: {error}"


def _newest(items: Iterable[MediaItem]) -> MediaItem:
    return max(items, key=lambda item: item.revision)
