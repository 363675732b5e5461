"""The head of the file: its identity, its branch, the number of the last commit, how far tombstones are forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from services.errors import WatermarkTooOld
from services.store.protocol import TOMBSTONE_LIFETIME
from services.store.sqlite.branches import LATEST, leads_here
from services.store.times import to_micros
from services.store.watermarks import read_watermark, take


class Head(NamedTuple):
    database_id: str
    sequence: int
    purged: int
    branch: str

    def watermark(self, now: datetime) -> str:
        """Covers everything that the transaction in which this head was read can see."""
        return take(self.database_id, self.sequence, now, self.branch)

    def marks(self, places: Iterable[tuple[str, int]], now: datetime) -> dict[str, str]:
        """By id, a watermark that covers just the latest of its commits; `places` are ids with the numbers of these."""
        latest: dict[str, int] = {}
        for one_id, sequence in places:
            latest[one_id] = max(sequence, latest.get(one_id, 0))
        return {one_id: self._replace(sequence=sequence).watermark(now) for one_id, sequence in latest.items()}


def read_head(connection: sqlite3.Connection) -> Head:
    return Head(*connection.execute(f"SELECT database_id, sequence, purged, {LATEST} FROM head").fetchone())  # noqa: S608 (own names)


def position_in(connection: sqlite3.Connection, head: Head, text: str, now: datetime) -> int:
    """The sequence number of a watermark. Raises BadInput, and WatermarkTooOld where deltas do not reach back to it."""
    watermark = read_watermark(text, source=head.database_id, now=now)
    before = head._replace(sequence=watermark.position, branch=watermark.branch)
    if not leads_to(connection, before, head):
        raise WatermarkTooOld("Changes since then are not known")
    return watermark.position


def leads_to(connection: sqlite3.Connection, before: Head, later: Head) -> bool:
    """Whether every change between two heads is still known; not so where the file was put back from a copy."""
    return (
        before.database_id == later.database_id
        and later.purged <= before.sequence <= later.sequence
        and leads_here(connection, before.branch, before.sequence)
    )


def next_sequence(connection: sqlite3.Connection) -> int:
    """The number of the commit being made. Holding the write lock, numbers become visible in their order."""
    (sequence,) = connection.execute("UPDATE head SET sequence = sequence + 1 RETURNING sequence").fetchone()
    return int(sequence)


def purge_tombstones(connection: sqlite3.Connection, now: datetime) -> None:
    """Forget deletions older than their lifetime, and note how far."""
    oldest = to_micros(now - TOMBSTONE_LIFETIME)
    (last,) = connection.execute("SELECT max(seq) FROM tombstones WHERE deleted_at < ?", (oldest,)).fetchone()
    if last is not None:
        connection.execute("DELETE FROM tombstones WHERE deleted_at < ?", (oldest,))
        connection.execute("UPDATE head SET purged = max(purged, ?)", (last,))
