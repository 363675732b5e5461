"""Keeping a library in order, in Firestore."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from google.cloud import firestore

from services.identity import can
from services.models import MEDIA_TYPES, Amount, MediaItem, MediaType, Principal, Record, RecordKind, Usage
from services.models.blob_keys import folder_owner
from services.store.firestore import calls, queries
from services.store.firestore.documents import COLLECTIONS, MODELS, decode, is_tombstone
from services.store.firestore.identity import Identity
from services.store.keys import is_safe_id
from services.store.rules import require_system

PORTION = 200
"""Documents read by one query, for whoever goes through all of them."""


class FirestoreUpkeep:
    def __init__(self, client: firestore.Client, identity: Identity) -> None:
        self._client = client
        self._identity = identity

    def expired_trash(self, principal: Principal, before: datetime, limit: int) -> list[MediaItem]:
        snapshots = calls.read(queries.trashed_before(self._client, before, limit).get)
        items = [decode(MediaItem, snapshot) for snapshot in snapshots]
        return [item for item in items if can(principal, "delete", item)]

    def is_referenced(self, principal: Principal, key: str) -> bool:
        require_system(principal)
        return self._owner_refers(key) or bool(calls.read(queries.sharing(self._client, key).get))

    def records(self, principal: Principal, kind: RecordKind, *, owner_id: str | None = None) -> Iterator[Record]:
        last: Any = None
        while True:
            snapshots = calls.read(queries.everything(self._client, kind, owner_id, PORTION, beyond=last).get)
            for snapshot in snapshots:
                if is_tombstone(snapshot):
                    continue
                record = decode(MODELS[kind], snapshot)
                if can(principal, "read", record):
                    yield record
            if len(snapshots) < PORTION:
                return
            last = snapshots[-1]

    def usage(self, principal: Principal) -> Usage:
        self._identity.require_up_to_date()  # older documents do not tell what they take up
        by_type = {media_type: self._sum(principal, media_type) for media_type in MEDIA_TYPES}
        trash = self._sum(principal, None)
        read = sum(max(1, -(-amount.items // 1_000)) for amount in (*by_type.values(), trash))
        return Usage(by_type, trash, documents_read=read)

    def _sum(self, principal: Principal, media_type: MediaType | None) -> Amount:
        """Of one type, or of what is in the trash."""
        query = queries.usage_of(self._client, principal.user_id, media_type)
        (results,) = calls.read(query.get)
        found = {result.alias: int(result.value or 0) for result in results}
        return Amount(found["items"], found["bytes"])

    def _owner_refers(self, key: str) -> bool:
        """Whether the item in whose folder a blob lies names it."""
        media_id = folder_owner(key)
        if media_id is None or not is_safe_id(media_id):
            return False
        snapshot = calls.read(self._client.collection(COLLECTIONS["media"]).document(media_id).get)
        if not snapshot.exists or is_tombstone(snapshot):
            return False
        return any(file.key == key for file in decode(MediaItem, snapshot).files.values())
