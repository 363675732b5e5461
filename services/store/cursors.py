"""Cursors: a place in the order of a list, `<created_at in microseconds>.<id>`, opaque to callers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from services.errors import BadInput
from services.models import Record
from services.store.keys import is_safe_id
from services.store.times import EARLIEST, LATEST, from_micros, to_micros

_SHAPE = re.compile(r"(-?[0-9]{1,18})\.(.+)", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """Just after the record with this `created_at` (microseconds) and `id`, newest first."""

    created_at: int
    id: str

    @property
    def time(self) -> datetime:
        return from_micros(self.created_at)


def place_of(record: Record) -> Place:
    return Place(to_micros(record.created_at), record.id)


def encode_cursor(place: Place) -> str:
    return f"{place.created_at}.{place.id}"


def decode_cursor(cursor: str) -> Place:
    """Raises BadInput for anything that `encode_cursor` does not make."""
    match = _SHAPE.fullmatch(cursor)
    if match and EARLIEST <= int(match[1]) <= LATEST and is_safe_id(match[2]):
        return Place(int(match[1]), match[2])
    raise BadInput("cursor", "This page of the list cannot be found; start again from the top")
