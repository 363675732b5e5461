"""Media in Firestore."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from google.cloud import firestore

from services.clock import Clock
from services.errors import NotFound
from services.identity import can
from services.models import Changes, Count, MediaItem, MediaQuery, Page, Principal
from services.store.cursors import Place, place_of
from services.store.deltas import as_seen, require_few
from services.store.firestore import calls, queries
from services.store.firestore.documents import COLLECTIONS, decode, is_tombstone, removal
from services.store.firestore.horizon import marks_of, moment_of, start_of_delta, watermark_at
from services.store.firestore.identity import Identity
from services.store.firestore.tokens import is_asked_in_full, token_of
from services.store.keys import is_safe_id
from services.store.paging import fill
from services.store.protocol import COUNT_LIMIT, DELTA_LIMIT, PAGE_SIZE, SEARCH_STEP
from services.store.rules import require_limit, require_member
from services.store.watermarks import read_watermark, require_source


class FirestoreMedia:
    def __init__(self, client: firestore.Client, clock: Clock, identity: Identity) -> None:
        self._client = client
        self._clock = clock
        self._identity = identity

    def get(self, principal: Principal, media_id: str) -> MediaItem:
        item = self.get_many(principal, [media_id]).get(media_id)
        if item is None:
            raise NotFound(f"No media {media_id}")
        return item

    def get_many(self, principal: Principal, media_ids: Sequence[str]) -> dict[str, MediaItem]:
        found = _decoded(self._read(media_ids))
        return {item.id: item for item in found if can(principal, "read", item)}

    def _read(self, media_ids: Sequence[str]) -> list[Any]:
        """The documents under these ids, whether there are any or not."""
        media = self._client.collection(COLLECTIONS["media"])
        wanted = [media.document(media_id) for media_id in dict.fromkeys(media_ids) if is_safe_id(media_id)]
        return calls.read(lambda **options: list(self._client.get_all(wanted, **options))) if wanted else []

    def get_media_for_page(
        self,
        principal: Principal,
        query: MediaQuery,
        *,
        cursor: str | None = None,
        limit: int = PAGE_SIZE,
        as_of: str = "",
    ) -> Page[MediaItem]:
        require_member(principal, query.project_id)
        if query.ids is not None:
            return self._named(principal, query, query.ids)
        self._require_findable(query)
        # Before the read: of a database that is replaced meanwhile, this may name the old one, but never the wrong.
        source, started = self._identity.source, self._clock.monotonic()
        read, then = 0, moment_of(as_of, source, self._clock.now())
        read_time: Any = then
        committed: dict[str, Any] = {}

        def fetch(after: Place | None, count: int) -> list[MediaItem]:
            nonlocal read, read_time
            snapshots = calls.read(partial(queries.page(self._client, query, after, count).get, read_time=then))
            read += max(1, len(snapshots))
            read_time = read_time or (snapshots[0].read_time if snapshots else None)
            committed.update((one.id, one.update_time) for one in snapshots)
            return [decode(MediaItem, snapshot) for snapshot in snapshots]

        page = fill(
            fetch,
            lambda item: can(principal, "read", item) and query.matches(item),
            cursor=cursor, limit=limit, sort=query.order,
        )  # fmt: skip
        if read_time is None:
            (_, read_time), read = self._identity.look(), read + 1
            read_time -= timedelta(seconds=self._clock.monotonic() - started)
        now = self._clock.now()
        mark = watermark_at(source, read_time, now)
        latest = max((committed[item.id] for item in page.items), default=read_time)
        return Page(
            page.items, page.next_cursor, now, mark, read, page.searched_to, latest=watermark_at(source, latest, now)
        )

    def count(self, principal: Principal, query: MediaQuery, *, limit: int | None = COUNT_LIMIT) -> Count:
        """See `MediaRepository.count`. Where Firestore has all filters, it counts: one read per 1,000 items and one at
        the least. Else documents are read to look at them, one read each: SEARCH_STEP at most within a limit, and every
        one that Firestore's filters leave without.
        """
        require_member(principal, query.project_id)
        require_limit(limit)
        self._require_findable(query)
        if is_asked_in_full(query):
            return self._counted(principal, query, limit)
        return self._looked_at(principal, query, limit)

    def has_all_filters(self, query: MediaQuery) -> bool:
        return is_asked_in_full(query)

    def _counted(self, principal: Principal, query: MediaQuery, limit: int | None) -> Count:
        conditions = queries.readable(query, principal)
        if conditions is None:
            return Count(0, exact=True, documents_read=0)
        source = self._identity.source  # before the read, as for a page
        ((result,),) = calls.read(queries.total(self._client, query, limit, *conditions).get)
        number = int(result.value)
        watermark = watermark_at(source, result.read_time, self._clock.now())
        documents = max(1, -(-number // 1_000))
        return Count(number, exact=limit is None or number < limit, documents_read=documents, watermark=watermark)

    def _looked_at(self, principal: Principal, query: MediaQuery, limit: int | None) -> Count:
        number, read, after, size = 0, 0, None, SEARCH_STEP
        while True:
            snapshots = calls.read(queries.page(self._client, query, after, size).get)
            items = [decode(MediaItem, snapshot) for snapshot in snapshots]
            number += sum(can(principal, "read", item) and query.matches(item) for item in items)
            read += max(1, len(items))
            if len(items) < size or limit is not None:
                exact = len(items) < size and (limit is None or number < limit)
                return Count(number if limit is None else min(number, limit), exact, read)
            after = place_of(items[-1], query.order)

    def _require_findable(self, query: MediaQuery) -> None:
        if query.order == "title" or token_of(query) is not None:
            self._identity.require_up_to_date()

    def _named(self, principal: Principal, query: MediaQuery, ids: Sequence[str]) -> Page[MediaItem]:
        """The one page of a query for named items."""
        source, started = self._identity.source, self._clock.monotonic()
        documents = self._read(ids)
        read, read_time = len(documents), min((one.read_time for one in documents), default=None)
        if read_time is None:
            (_, read_time), read = self._identity.look(), 1
            read_time -= timedelta(seconds=self._clock.monotonic() - started)
        items = [one for one in _decoded(documents) if query.matches(one) and can(principal, "read", one)]
        now = self._clock.now()
        newest = ""
        if items and len(items) == len(set(ids)):  # nothing is missing either, which might have been learnt later
            newest = watermark_at(source, max(one.update_time for one in documents), now)
        mark = watermark_at(source, read_time, now)
        return Page(query.in_order(items), None, now, mark, read, newest=newest)

    def changed_since(self, principal: Principal, project_id: str, watermark: str) -> Changes[MediaItem]:
        """See `MediaRepository.changed_since`. With nothing new the watermark stays, and the call costs one read.

        For OVERLAP after a change it is delivered again to everybody, at a read each. Each delta finds which database
        it is of (identity.py), and so costs one read more than there are changes.
        """
        require_member(principal, project_id)
        now = self._clock.now()
        mark = read_watermark(watermark, now=now)
        found = calls.read(queries.changes(self._client, project_id, start_of_delta(mark), DELTA_LIMIT + 2).get)
        snapshots, source = self._identity.part(found)
        require_few(len(snapshots))
        if source is None:
            source, _ = self._identity.look()
        require_source(mark, source)
        if not snapshots:
            return Changes((), (), now, watermark, len(found))
        items = [decode(MediaItem, one) for one in snapshots if not is_tombstone(one)]
        seen = as_seen(principal, items, [removal(one) for one in snapshots if is_tombstone(one)])
        reached = watermark_at(source, snapshots[0].read_time, self._clock.now())
        newest = watermark_at(source, max(one.update_time for one in snapshots), now)
        return Changes(*seen, now, reached, len(found), newest, marks_of(snapshots, source, now))


def _decoded(documents: Iterable[Any]) -> Iterator[MediaItem]:
    return (decode(MediaItem, one) for one in documents if one.exists and not is_tombstone(one))
