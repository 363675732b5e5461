"""Watermarks: how far a read reached, as opaque text `<source>-<position>-<taken at>[-<branch>]`.

`source` tells databases apart. `position` is the store's own measure (SQLite: the sequence of the last commit;
Firestore: the read time in microseconds). `taken_at` is this machine's clock in microseconds, for the age alone.
`branch` is the store's own word for whether a position is still part of its history; in comparing it has no say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from services.errors import BadInput, WatermarkTooOld
from services.store.protocol import TOMBSTONE_LIFETIME
from services.store.times import LATEST, from_micros, to_micros

_SHAPE = re.compile(r"([a-z0-9]{1,64})-([0-9]{1,18})-([0-9]{1,18})(?:-([a-z0-9]{1,16}))?")


@dataclass(frozen=True)
class Watermark:
    source: str
    position: int
    taken_at: int
    branch: str = ""

    def encode(self) -> str:
        return "-".join((self.source, str(self.position), str(self.taken_at), *filter(None, [self.branch])))


def is_at_least(watermark: str, other: str) -> bool:
    """Whether whoever read up to `watermark` has seen all that `other` covers.

    Watermarks of different databases, and what is none, cannot be compared: then nobody can say so.

    >>> is_at_least("a-7-0", "a-7-9"), is_at_least("a-6-0", "a-7-0"), is_at_least("b-9-0", "a-7-0")
    (True, False, False)
    """
    one, two = parse(watermark), parse(other)
    return one is not None and two is not None and one.source == two.source and one.position >= two.position


def take(source: str, position: int, now: datetime, branch: str = "") -> str:
    return Watermark(source, position, to_micros(now), branch).encode()


def read_watermark(text: str, *, now: datetime, source: str | None = None) -> Watermark:
    """The watermark in `text`, if deltas still reach back to it; of the database `source`, if that is given.

    Raises BadInput where `text` is no watermark, WatermarkTooOld where it is older than the tombstones or comes
    from another database: the caller's remedy, to read in full, is the right one for both.
    """
    watermark = parse(text)
    if watermark is None:
        raise BadInput("watermark", "This is not a watermark")
    if source is not None:
        require_source(watermark, source)
    if now - from_micros(watermark.taken_at) > TOMBSTONE_LIFETIME:
        raise WatermarkTooOld(f"Deletions are remembered for {TOMBSTONE_LIFETIME.days} days only")
    return watermark


def require_source(watermark: Watermark, source: str) -> None:
    """Raise WatermarkTooOld unless the watermark is of the database `source`."""
    if watermark.source != source:
        raise WatermarkTooOld("The watermark is of another database")


def further(held: str, heard: str) -> str:
    """The one of two watermarks that reaches further; `held` where they cannot be compared.

    >>> further("db-7-100", "db-9-50"), further("db-9-50", "db-7-100"), further("db-9-50", "other-10-200")
    ('db-9-50', 'db-9-50', 'db-9-50')
    """
    one, other = parse(held), parse(heard)
    if one is None or other is None or one.source != other.source:
        return held
    return heard if (other.position, other.taken_at) > (one.position, one.taken_at) else held


def position_of(watermark: str) -> int:
    """The store's own measure in a watermark, to put those of one database in order; 0 for what is none."""
    parsed = parse(watermark)
    return parsed.position if parsed else 0


def parse(text: str) -> Watermark | None:
    """None for what is no watermark."""
    match = _SHAPE.fullmatch(text)
    if match is None or not int(match[2]) <= LATEST >= int(match[3]):
        return None
    return Watermark(match[1], int(match[2]), int(match[3]), match[4] or "")
