"""Media in Firestore."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from google.cloud import firestore

from services.clock import Clock
from services.errors import NotFound
from services.identity import can
from services.models import Changes, MediaItem, MediaQuery, Page, Principal
from services.store.cursors import Place
from services.store.deltas import as_seen, require_few
from services.store.firestore import calls, queries
from services.store.firestore.documents import COLLECTIONS, decode, is_tombstone, removal
from services.store.keys import is_safe_id
from services.store.paging import fill
from services.store.protocol import DELTA_LIMIT, PAGE_SIZE
from services.store.rules import require_member
from services.store.times import from_micros, to_micros
from services.store.watermarks import read_watermark, take

OVERLAP = timedelta(seconds=60)
"""How far a delta reaches back behind its watermark. A commit is stamped before it becomes visible; it is lost to a
reader in between unless the reader looks again as far back as any commit may take (the client gives up after 20 s)."""


class FirestoreMedia:
    def __init__(self, client: firestore.Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        # Tells databases apart in watermarks; not a secret, so a checksum does.
        self._source = f"fs{crc32(client._database_string.encode()):08x}"

    def get(self, principal: Principal, media_id: str) -> MediaItem:
        item = self.get_many(principal, [media_id]).get(media_id)
        if item is None:
            raise NotFound(f"No media {media_id}")
        return item

    def get_many(self, principal: Principal, media_ids: Sequence[str]) -> dict[str, MediaItem]:
        media = self._client.collection(COLLECTIONS["media"])
        wanted = [media.document(media_id) for media_id in dict.fromkeys(media_ids) if is_safe_id(media_id)]
        if not wanted:
            return {}
        snapshots = calls.read(lambda **options: list(self._client.get_all(wanted, **options)))
        found = (decode(MediaItem, one) for one in snapshots if one.exists and not is_tombstone(one))
        return {item.id: item for item in found if can(principal, "read", item)}

    def get_media_for_page(
        self, principal: Principal, query: MediaQuery, *, cursor: str | None = None, limit: int = PAGE_SIZE
    ) -> Page[MediaItem]:
        require_member(principal, query.project_id)
        started = self._clock.monotonic()
        read, read_time = 0, None

        def fetch(after: Place | None, count: int) -> list[MediaItem]:
            nonlocal read, read_time
            snapshots = calls.read(queries.page(self._client, query, after, count).get)
            read += max(1, len(snapshots))
            read_time = read_time or (snapshots[0].read_time if snapshots else None)
            return [decode(MediaItem, snapshot) for snapshot in snapshots]

        page = fill(fetch, lambda item: can(principal, "read", item), cursor=cursor, limit=limit)
        if read_time is None:
            read_time, read = self._server_time() - timedelta(seconds=self._clock.monotonic() - started), read + 1
        return Page(page.items, page.next_cursor, self._clock.now(), self._watermark(read_time), read)

    def changed_since(self, principal: Principal, project_id: str, watermark: str) -> Changes[MediaItem]:
        """See `MediaRepository.changed_since`. With nothing new the watermark stays, and the call costs one read.

        For OVERLAP after a change it is delivered again to everybody, at a read each.
        """
        require_member(principal, project_id)
        now = self._clock.now()
        since = from_micros(read_watermark(watermark, source=self._source, now=now).position) - OVERLAP
        snapshots = calls.read(queries.changes(self._client, project_id, since, DELTA_LIMIT + 1).get)
        if not snapshots:
            return Changes((), (), now, watermark, 1)
        require_few(len(snapshots))
        items = [decode(MediaItem, one) for one in snapshots if not is_tombstone(one)]
        seen = as_seen(principal, items, [removal(one) for one in snapshots if is_tombstone(one)])
        return Changes(*seen, now, self._watermark(snapshots[0].read_time), len(snapshots))

    def _watermark(self, read_time: Any) -> str:
        return take(self._source, to_micros(read_time), self._clock.now())

    def _server_time(self) -> datetime:
        """The time of a read that finds nothing.

        The client drops the read time of a query without results, but tells that of a lookup, also of a document
        that does not exist: one billed read.
        """
        nothing = self._client.collection("meta").document("nothing")
        (snapshot,) = calls.read(lambda **options: list(self._client.get_all([nothing], **options)))
        return from_micros(to_micros(snapshot.read_time))
