"""A count, and the list beside which it is told: whether what is heard of the list since then lets the count go on.

A screen adds to a count what it sees come and go (state/totals.py). That is right as long as every change since can be
placed: each item goes on by one revision from the last that was heard of it, and the commit is known to be in the
count, or known not to be. Where one cannot, whoever asks next has it counted anew.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.freshness.merge import REMEMBERED, Held, is_within
from services.models import Changes, MediaItem, MediaQuery, Removal
from services.store.cursors import Place, place_of
from services.store.watermarks import is_at_least

Beneath = dict[str, int]
"""Ids of items below what is held of a list → the revision that was heard of last; the latest REMEMBERED of them."""


@dataclass(frozen=True)
class Growth:
    """By how many items a list grows: in the part that was held when it was counted, and `below` that."""

    above: int = 0
    below: int = 0


@dataclass(frozen=True)
class Span:
    """Between which commits changes were made, as watermarks: none later than `newest`, none earlier than `oldest`
    ("" where that is not known)."""

    newest: str
    oldest: str = ""


class Counted:
    """One count of one list, which is made between `Counted(…)` and `end`. Threads may share it."""

    def __init__(self, version: str = "", held: Held | None = None) -> None:
        """`held` is what `version` of the list holds; none if nothing is, and then nobody goes on from it."""
        self._lock = threading.Lock()
        self._version = version
        self._certain = True
        self._last = held.items[-1] if held is not None and held.items else None
        self._upto = ""
        self._ended = False
        self._below = self._grown = 0

    def end(self, upto: str) -> bool:
        """The count is made, of all that was committed up to a watermark, "" if that is not known. Whether the list
        kept still meanwhile: else nobody knows which of its changes are in the count."""
        with self._lock:
            self._upto, self._ended = upto, True
            if not self._certain:
                self._version = ""
            return self._certain

    @property
    def version(self) -> str:
        """Of the list as it was counted; "" if it never kept still."""
        return self._version

    @property
    def below(self) -> int:
        """How many more there are since below what was held then."""
        return self._below

    @property
    def stamp(self) -> str:
        """Another one whenever `version` or `below` is; "" without a version."""
        return f"{self._version}{self._below:+}" if self._version else ""

    def goes_on(self, *, exact: bool) -> bool:
        """Whether it is right with what came and went since. "At least so many" (not `exact`) is, unless some left."""
        with self._lock:
            return self._certain and bool(self._version) and (exact or self._grown >= 0)

    def lose(self) -> None:
        """The list has changed in a way of which nobody can tell."""
        with self._lock:
            self._certain = False

    def growth(
        self, held: Held, beneath: Mapping[str, int], query: MediaQuery, changes: Changes[MediaItem]
    ) -> Growth | None:
        """By how many items the list grows, as it is `held`, with `changes`; None where that cannot be told."""
        end = place_of(self._last, query.order) if self._last is not None else None
        return growth(held, beneath, query, changes, end)

    def take(self, span: Span, growth: Growth | None, version: str, held: Held) -> None:
        """Changes have come to the list, which grows by `growth` (None: nobody knows), and is `version` now."""
        if growth == Growth():
            return
        with self._lock:
            counted = self._has(span) if self._ended else None
            if counted and not self._grown and not self._below:
                self._version, self._last = version, held.items[-1] if held.items else None
            elif counted is False and growth is not None:
                self._below += growth.below
                self._grown += growth.above + growth.below
            else:
                self._certain = False

    def _has(self, span: Span) -> bool | None:
        """Whether changes are in the count; None where nobody knows, or only some of them are."""
        if is_at_least(self._upto, span.newest):
            return True
        after = is_at_least(span.oldest, self._upto) and not is_at_least(self._upto, span.oldest)
        return False if after else None


def growth(
    held: Held, beneath: Mapping[str, int], query: MediaQuery, changes: Changes[MediaItem], end: Place | None
) -> Growth | None:
    """By how many items a list grows at or above a place and below it; None where that cannot be told. Pure."""
    news: list[MediaItem | Removal] = [*changes.changed, *changes.removed]
    told = {one.id for one in news}
    items = {item.id: item for item in held.items if item.id in told}
    above = below = 0
    for one in news:
        revision, before = _known(one.id, items, held, beneath, query, end)
        if one.revision <= revision:
            continue
        if one.revision != revision + 1:
            return None
        after = _where(one, query, end) if isinstance(one, MediaItem) and query.matches(one) else "nowhere"
        above += (after == "above") - (before == "above")
        below += (after == "below") - (before == "below")
    return Growth(above, below)


def note_beneath(beneath: Beneath, held: Held, query: MediaQuery, changes: Changes[MediaItem]) -> None:
    """Remember what `changes` tell of items below what is `held`, with them applied."""
    for removal in changes.removed:
        beneath.pop(removal.id, None)
    for item in changes.changed:
        known = beneath.pop(item.id, 0)
        if query.matches(item) and not is_within(item, held.cursor, query):
            beneath[item.id] = max(known, item.revision)
    while len(beneath) > REMEMBERED:
        del beneath[next(iter(beneath))]


Where = Literal["above", "below", "nowhere"]


def _known(
    media_id: str,
    items: Mapping[str, MediaItem],
    held: Held,
    beneath: Mapping[str, int],
    query: MediaQuery,
    end: Place | None,
) -> tuple[int, Where]:
    """The last revision that was heard of an item, and where it stood; 0 for one that may be new."""
    gone, under, item = held.departed.get(media_id, 0), beneath.get(media_id, 0), items.get(media_id)
    if item is not None and item.revision >= max(gone, under):
        return item.revision, _where(item, query, end)
    return (under, "below") if under >= gone and under else (gone, "nowhere")


def _where(item: MediaItem, query: MediaQuery, end: Place | None) -> Where:
    return "above" if end is not None and end.reaches(place_of(item, query.order)) else "below"
