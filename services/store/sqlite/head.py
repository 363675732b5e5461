"""The head of the file: its identity, the number of the last commit, and how far tombstones are forgotten."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from services.errors import WatermarkTooOld
from services.store.protocol import TOMBSTONE_LIFETIME
from services.store.times import to_micros
from services.store.watermarks import Watermark, read_watermark, take


class Head(NamedTuple):
    database_id: str
    sequence: int
    purged: int

    def watermark(self, now: datetime) -> str:
        """Covers everything that the transaction in which this head was read can see."""
        return take(self.database_id, self.sequence, now)

    def read(self, text: str, now: datetime) -> Watermark:
        """Raises BadInput, and WatermarkTooOld where deltas do not reach back to it."""
        watermark = read_watermark(text, source=self.database_id, now=now)
        if not self.purged <= watermark.position <= self.sequence:
            # Ahead of the sequence: the file was put back from a copy. Behind `purged`: deletions are forgotten.
            raise WatermarkTooOld("Changes since then are not known")
        return watermark

    def leads_to(self, later: Head) -> bool:
        """Whether every change between this head and `later` is still known."""
        return self.database_id == later.database_id and later.purged <= self.sequence <= later.sequence


def read_head(connection: sqlite3.Connection) -> Head:
    return Head(*connection.execute("SELECT database_id, sequence, purged FROM head").fetchone())


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
