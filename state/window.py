"""Which of a list's items are mounted as tiles: a stretch of them around where the reader is. Pure.

The list is cut into blocks, each drawn in a box of its own. Where a block ends is told by the ids of its items, not by
their number: so an item that comes or goes changes its own block and leaves the others as they are, and a window that
moves sends only what it newly shows (Mesop compares the children of a box place by place).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from zlib import crc32

from services.models import MediaItem
from state.view import ViewState

MOST_MOUNTED = 150
"""Tiles that are mounted at a time, unless a screen shows more."""
MOST_SEEN = 480
"""A client cannot have more mounted than this, whatever it says that it shows."""
SHORTEST, LONGEST, ONE_IN = 8, 16, 4
"""Items of a block: at least and at most; in between it ends at each item with this chance."""
_HEAD = "top"


@dataclass(frozen=True)
class Block:
    """Those of a block's items that are mounted; `key` names the block whatever comes, goes or is mounted in it."""

    key: str
    items: tuple[MediaItem, ...]


@dataclass(frozen=True)
class Window:
    """Of `total` items those from place `start` on are mounted, in `blocks`: all of the list's, most of them empty."""

    start: int
    total: int
    blocks: tuple[Block, ...]

    @property
    def mounted(self) -> int:
        return sum(len(block.items) for block in self.blocks)


def window_of(view: ViewState, items: Sequence[MediaItem]) -> Window:
    """The window over `items`, which are those that `view` shows."""
    ids = [item.id for item in items]
    limits = cut(ids)
    start, end = stretch(limits, place_of_reader(view, ids), _span(view.seen))
    blocks = tuple(
        Block(ids[first - 1] if first else _HEAD, tuple(items[max(first, start) : min(last, end)]))
        for first, last in pairwise(limits)
    )
    return Window(start, len(ids), blocks)


def cut(ids: Sequence[str]) -> list[int]:
    """The limits of the blocks: each one's first place, and after the last one the number of items."""
    limits = [0]
    for place, one in enumerate(ids):
        size = place + 1 - limits[-1]
        if size >= LONGEST or (size >= SHORTEST and crc32(one.encode()) % ONE_IN == 0):
            limits.append(place + 1)
    return limits if limits[-1] == len(ids) else [*limits, len(ids)]


def stretch(limits: Sequence[int], place: int, span: int = MOST_MOUNTED) -> tuple[int, int]:
    """First place and end of at most `span` items around `place`, beginning with a block, and at the list's ends with
    all that is there.
    """
    total = limits[-1]
    if total <= span:
        return 0, total
    wanted = min(max(place - span // 2, 0), total - span)
    after = bisect_left(limits, wanted)
    start = limits[after]
    if after and wanted - limits[after - 1] < start - wanted and wanted < total - span:
        start = limits[after - 1]
    return start, min(start + span, total)


def place_of_reader(view: ViewState, ids: Sequence[str]) -> int:
    """Where the reader is: at the item that was named, or if that is gone, where it was."""
    if view.around in ids:
        return ids.index(view.around)
    return min(max(view.place, 0), max(len(ids) - 1, 0)) if view.around else 0


def follow_reader(view: ViewState, items: Sequence[MediaItem], told: dict[str, Any]) -> None:
    """Have the window follow to where a browser says that its reader is: {place, seen}, the middle of what is seen as a
    place among `items`, and how many tiles the screen takes in.
    """
    place, seen = told.get("place"), told.get("seen")
    if items and isinstance(place, int):
        view.place = min(max(place, 0), len(items) - 1)
        view.around = items[view.place].id
    if isinstance(seen, int):
        view.seen = min(seen, MOST_SEEN) if seen > MOST_MOUNTED else 0


def lead_to(view: ViewState, items: Sequence[MediaItem], media_id: str) -> None:
    """Have an item mounted, if it is among `items` and is not already."""
    mounted = {item.id for block in window_of(view, items).blocks for item in block.items}
    place = next((place for place, item in enumerate(items) if item.id == media_id), -1)
    if place >= 0 and media_id not in mounted:
        view.around, view.place = media_id, place


def _span(seen: int) -> int:
    return min(max(seen, MOST_MOUNTED), MOST_SEEN)
