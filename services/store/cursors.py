"""Cursors: a place in the order of a list, opaque to callers.

`<created_at in microseconds>.<id>` newest first, the same after an `o` oldest first, and after a `t` the title's key in
base64. A cursor is good for lists in its own order only.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from services.errors import BadInput
from services.models import MediaItem, Sort
from services.models.words import TITLE_KEY_LENGTH, title_key
from services.store.keys import is_safe_id
from services.store.times import EARLIEST, LATEST, from_micros, to_micros

_SHAPES: dict[Sort, re.Pattern[str]] = {
    "newest": re.compile(r"(-?[0-9]{1,18})\.(.+)", re.DOTALL),
    "oldest": re.compile(r"o(-?[0-9]{1,18})\.(.+)", re.DOTALL),
    "title": re.compile(r"t([A-Za-z0-9_-]*)\.(.+)", re.DOTALL),
}


@dataclass(frozen=True)
class Place:
    """Just at the record with this `created_at` (microseconds), or title's key, and `id`, in the order `sort`."""

    value: int | str
    id: str
    sort: Sort = "newest"

    @property
    def time(self) -> datetime:
        """In an order by time."""
        return from_micros(cast(int, self.value))

    @property
    def reading(self) -> datetime | str:
        """What a person may be told of it: the time, or the beginning of the title."""
        return self.value if isinstance(self.value, str) else self.time

    def reaches(self, other: Place) -> bool:
        """Whether a list of this order that is loaded down to here has `other` in its loaded part."""
        mine, others = (self.value, self.id), (other.value, other.id)
        return others >= mine if self.sort == "newest" else others <= mine  # of one order


def place_of(item: MediaItem, sort: Sort = "newest") -> Place:
    return Place(title_key(item.title) if sort == "title" else to_micros(item.created_at), item.id, sort)


def encode_cursor(place: Place) -> str:
    if isinstance(place.value, str):
        return f"t{base64.urlsafe_b64encode(place.value.encode()).decode().rstrip('=')}.{place.id}"
    return f"{'o' if place.sort == 'oldest' else ''}{place.value}.{place.id}"


def decode_cursor(cursor: str, sort: Sort = "newest") -> Place:
    """Raises BadInput for anything that `encode_cursor` does not make of a place in this order."""
    match = _SHAPES[sort].fullmatch(cursor)
    value = _value(match[1], sort) if match else None
    if match is None or value is None or not is_safe_id(match[2]):
        raise BadInput("cursor", "This page of the list cannot be found; start again from the top")
    return Place(value, match[2], sort)


def _value(text: str, sort: Sort) -> int | str | None:
    if sort != "title":
        return int(text) if EARLIEST <= int(text) <= LATEST else None
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return None
    return key if len(key) <= TITLE_KEY_LENGTH else None
