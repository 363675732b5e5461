"""How far a read of Firestore reached: server times, and watermarks made of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from google.cloud import firestore

from services.store.firestore import calls
from services.store.times import from_micros, to_micros
from services.store.watermarks import read_watermark, take

OVERLAP = timedelta(seconds=60)
"""How far a delta reaches back behind its watermark. A commit is stamped before it becomes visible; it is lost to a
reader in between unless the reader looks again as far back as any commit may take (the client gives up after 20 s)."""


class Horizon:
    """Watermarks of one database."""

    def __init__(self, client: firestore.Client) -> None:
        self._client = client
        # Tells databases apart in watermarks; not a secret, so a checksum does.
        self._source = f"fs{crc32(client._database_string.encode()):08x}"

    def watermark(self, read_time: Any, now: datetime) -> str:
        """Covers a read at `read_time`, in the server's time."""
        return take(self._source, to_micros(read_time), now)

    def start_of_delta(self, watermark: str, now: datetime) -> datetime:
        """What was stamped after this may be news to the holder of `watermark`. Raises BadInput, WatermarkTooOld."""
        return from_micros(read_watermark(watermark, source=self._source, now=now).position) - OVERLAP

    def server_time(self) -> datetime:
        """The time of a read that finds nothing. Raises StoreError.

        The client drops the read time of a query without results, but tells that of a lookup, also of a document
        that does not exist: one billed read.
        """
        nothing = self._client.collection("meta").document("nothing")
        (snapshot,) = calls.read(lambda **options: list(self._client.get_all([nothing], **options)))
        return from_micros(to_micros(snapshot.read_time))
