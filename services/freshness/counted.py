"""A count, and the list beside which it is told: whether what is heard of the list since then lets the count go on.

A screen adds to a count what it sees come and go where the list was held then (state/totals.py). That is right as long
as every change since can be placed: its commit is known to be in the count, or known not to be, and then the item goes
on by one revision from the last that was heard of it. Where one cannot, whoever asks next has it counted anew.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Literal, NamedTuple

from services.freshness.merge import REMEMBERED, Held, is_within
from services.models import Changes, MediaItem, MediaQuery, Removal
from services.store.cursors import Place, place_of
from services.store.watermarks import is_at_least

Unheld = dict[str, int]
"""Ids of items that a list has below what is held of it → the revision that was heard of last; of the REMEMBERED
latest.
"""


class Growth(NamedTuple):
    """What one change does to the length of a list: as a screen sees it, in the part that was held when it was counted,
    and in truth (None where that is not known). `mark` covers just its commit, "" where that is not known.
    """

    mark: str
    seen: int
    grown: int | None


class Beside(NamedTuple):
    """What a count is told with: the `version` of the list as it was when the count began ("" where it is not known
    which changes are in the count), and how many `more` there are than were counted and are seen to come and go."""

    version: str
    more: int


class Counted:
    """One count of one list, which is made between `Counted(…)` and `end`. Threads may share it."""

    def __init__(self, version: str = "", held: Held | None = None) -> None:
        """`held` is what `version` of the list holds; none if nothing is, and then nobody goes on from it."""
        self._lock = threading.Lock()
        self._version = version
        self._last = held.items[-1] if held is not None and held.items else None
        self._upto = ""
        self._meanwhile: list[Growth] | None = []
        """What came before it was known how far the count reaches; None once that is."""
        self._certain = True
        self._more = self._grown = 0

    def end(self, upto: str) -> bool:
        """The count is made, of all that was committed up to a watermark, "" if that is not known. Whether it is known
        which changes of the list are in it."""
        with self._lock:
            changes, self._meanwhile, self._upto = self._meanwhile or [], None, upto
            known = self._certain
            for one in changes:
                known &= self._judge(one)
            if not known:
                self._version = ""
            return known

    @property
    def beside(self) -> Beside:
        with self._lock:
            return Beside(self._version, self._more)

    def goes_on(self, *, exact: bool) -> bool:
        """Whether it is right with what came and went since. "At least so many" (not `exact`) is, unless some left."""
        with self._lock:
            return self._certain and bool(self._version) and (exact or self._grown >= 0)

    def lose(self) -> None:
        """The list was read anew: what is heard of it does not lead on from the count."""
        with self._lock:
            self._certain = False

    def take(
        self,
        held: Held,
        unheld: Mapping[str, int],
        query: MediaQuery,
        changes: Changes[MediaItem],
        marks: Mapping[str, str],
    ) -> None:
        """`changes` are coming to the list as it is `held`; by `marks`, when each was committed."""
        end = place_of(self._last, query.order) if self._last is not None else None
        with self._lock:
            for one in growths(held, unheld, query, changes, marks, end):
                if self._meanwhile is None:
                    self._judge(one)
                else:
                    self._meanwhile.append(one)

    def paged(self, newest: str) -> None:
        """More of the list was read, of which nothing was committed after a watermark ("" where that is not known)."""
        with self._lock:
            self._certain &= self._meanwhile is None and is_at_least(self._upto, newest)

    def _judge(self, one: Growth) -> bool:
        """Take a change in that has come. Whether it is known if it was counted."""
        if is_at_least(self._upto, one.mark):
            self._more -= one.seen
        elif not is_at_least(one.mark, self._upto):
            self._certain &= one.seen == one.grown == 0
            return one.seen == 0
        elif one.grown is None:
            self._certain = False
        else:
            self._more += one.grown - one.seen
            self._grown += one.grown
        return True


def growths(
    held: Held,
    unheld: Mapping[str, int],
    query: MediaQuery,
    changes: Changes[MediaItem],
    marks: Mapping[str, str],
    end: Place | None,
) -> list[Growth]:
    """What those of `changes` that are news do to a list; `end` is the last place that was held when it was counted,
    None for none. Pure."""
    news: list[MediaItem | Removal] = [*changes.changed, *changes.removed]
    told = {one.id for one in news}
    items = {item.id: item for item in held.items if item.id in told}
    found = []
    for one in news:
        revision, before = _known(one.id, items, held, unheld, query, end)
        if one.revision <= revision:
            continue
        after = _where(one, query, end) if isinstance(one, MediaItem) and query.matches(one) else "nowhere"
        grown = (after != "nowhere") - (before != "nowhere") if one.revision == revision + 1 else None
        found.append(Growth(marks.get(one.id, ""), (after == "above") - (before == "above"), grown))
    return found


def note_unheld(unheld: Unheld, held: Held, query: MediaQuery, changes: Changes[MediaItem]) -> None:
    """Remember what `changes` tell of items below what is `held`, with them applied."""
    for removal in changes.removed:
        unheld.pop(removal.id, None)
    for item in changes.changed:
        known = unheld.pop(item.id, 0)
        if query.matches(item) and not is_within(item, held.cursor, query):
            unheld[item.id] = max(known, item.revision)
    while len(unheld) > REMEMBERED:
        del unheld[next(iter(unheld))]


Where = Literal["above", "below", "nowhere"]


def _known(
    media_id: str,
    items: Mapping[str, MediaItem],
    held: Held,
    unheld: Mapping[str, int],
    query: MediaQuery,
    end: Place | None,
) -> tuple[int, Where]:
    """The last revision that was heard of an item, and where it stood; 0 for one that may be new."""
    gone, under, item = held.departed.get(media_id, 0), unheld.get(media_id, 0), items.get(media_id)
    if item is not None and item.revision >= max(gone, under):
        return item.revision, _where(item, query, end)
    return (under, "below") if under >= gone and under else (gone, "nowhere")


def _where(item: MediaItem, query: MediaQuery, end: Place | None) -> Where:
    return "above" if end is not None and end.reaches(place_of(item, query.order)) else "below"
