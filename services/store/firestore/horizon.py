"""How far a read of Firestore reached: watermarks made of server times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from services.store.times import from_micros, to_micros
from services.store.watermarks import Watermark, parse, take

OVERLAP = timedelta(seconds=60)
"""How far a delta reaches back behind its watermark. A commit is stamped before it becomes visible; it is lost to a
reader in between unless the reader looks again as far back as any commit may take (the client gives up after 20 s)."""


PAST = timedelta(seconds=60)
"""How long ago a page may be read as of. Firestore keeps its past for an hour."""


def watermark_at(source: str, read_time: Any, now: datetime) -> str:
    """Covers a read at `read_time`, in the server's time, of the database that `source` names."""
    return take(source, to_micros(read_time), now)


def marks_of(snapshots: Iterable[Any], source: str, now: datetime) -> dict[str, str]:
    """By the ids of the records that are told of, watermarks that cover just the commits that tell it."""
    latest: dict[str, Any] = {}
    for one in snapshots:
        record_id = one.id.partition("@")[0]  # a tombstone may bear the project, too
        latest[record_id] = max(one.update_time, latest.get(record_id, one.update_time))
    return {record_id: watermark_at(source, time, now) for record_id, time in latest.items()}


def start_of_delta(watermark: Watermark) -> datetime:
    """What was stamped after this may be news to the holder of `watermark`."""
    return from_micros(watermark.position) - OVERLAP


def moment_of(watermark: str, source: str, now: datetime) -> datetime | None:
    """The server time that `watermark` covers, to read as of; None where it is too long ago, or of another database."""
    mark = parse(watermark)
    if mark is None or mark.source != source or not timedelta(0) <= now - from_micros(mark.taken_at) < PAST:
        return None
    return from_micros(mark.position)
