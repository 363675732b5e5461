"""The end of what is in the trash: brought back, deleted for good, or purged when its time is over.

Deleting for good is two steps, in this order: the record goes, in a commit that leaves a tombstone, then its files.
A crash in between leaves files that nothing refers to, which `python main.py check --repair` finds; the other way
round it would leave an item without files. A record that somebody changed meanwhile, above all by bringing it back,
stays: the commit demands the revision that was seen in the trash.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from services.clock import Clock
from services.errors import Conflict, FileError, FileMissing, NotFound, StoreError
from services.files.blobs import Blobs
from services.identity import SYSTEM, can
from services.ids import Ids
from services.keeping.references import SAFE_AGE, References
from services.log import log_event
from services.models import MediaItem, MediaQuery, Principal, Remove
from services.models.blob_keys import OWN, folder_owner
from services.store.protocol import Store

KEPT = timedelta(days=30)
"""How long an item lies in the trash."""
PORTION = 100
"""Items in one commit."""


class Trash:
    def __init__(self, store: Store, blobs: Blobs, clock: Clock, ids: Ids) -> None:
        self._store, self._blobs, self._clock, self._ids = store, blobs, clock, ids
        self._references = References(store)

    def discard(self, principal: Principal, media_ids: Sequence[str]) -> int:
        """Delete items that were seen in the trash for good, files too; how many. What is no longer there, because it
        was brought back or somebody was faster, and what the principal may not delete, is passed over. StoreError may
        come after some of many."""
        found = self._store.media.get_many(principal, list(dict.fromkeys(media_ids)))
        items = [item for item in found.values() if item.deleted_at is not None and can(principal, "delete", item)]
        return sum(self._purge(principal, items[at : at + PORTION]) for at in range(0, len(items), PORTION))

    def empty(self, principal: Principal, project_id: str) -> int:
        """Delete everything for good that the principal has in a project's trash; how many. What goes in meanwhile may
        stay. Raises NotFound; StoreError may come after some of many."""
        query = MediaQuery(project_id=project_id, owner_id=principal.user_id, trash=True)
        cursor, deleted = None, 0
        while True:
            page = self._store.media.get_media_for_page(principal, query, cursor=cursor, limit=PORTION)
            deleted += self._purge(principal, page.items)
            cursor = page.next_cursor
            if cursor is None:
                return deleted

    def sweep(self) -> int:
        """Purge what has lain in the trash for longer than KEPT, whoever's it is; how many. Costs a read if nothing
        has. Any number of servers may sweep at a time. Raises StoreError."""
        purged = 0
        while expired := self._store.upkeep.expired_trash(SYSTEM, self._clock.now() - KEPT, PORTION):
            done = self._purge(SYSTEM, expired)
            purged += done
            if not done:  # others are at it
                break
        return purged

    def _purge(self, principal: Principal, items: Sequence[MediaItem]) -> int:
        """At most PORTION items in one commit or, where one of them was changed meanwhile, the others one by one."""
        if not items:
            return 0
        whole = self._remove(principal, items)
        gone = [item for item in items if whole or self._remove(principal, [item])]
        for item in gone:
            self._remove_files(item)
        if gone:
            log_event("trash.purged", items=len(gone), by=principal.user_id)
        return len(gone)

    def _remove(self, principal: Principal, items: Sequence[MediaItem]) -> bool:
        """Whether the records went: all of them, or none."""
        writes = [Remove("media", item.id, expect=item.revision) for item in items]
        try:
            self._store.commit(principal, writes, operation_id=self._ids.new())
        except (Conflict, NotFound):
            return False
        return True

    def _remove_files(self, item: MediaItem) -> None:
        """Remove the files of an item that is gone, but for those that others use. What fails is left for a check."""
        try:
            keys = {file.key for file in item.files.values()}
            folders = {key.rpartition("/")[0] for key in keys if folder_owner(key) == item.id}
            for folder in folders | {f"{OWN}/{item.project_id}/{item.id}"}:  # it may have moved since they were written
                keys.update(self._blobs.list(folder))  # cut-outs, and what was left behind
            for key in sorted(keys):
                if not self._references.in_use(key) and self._is_settled(item, key):
                    self._blobs.delete([key])
        except (FileError, StoreError) as error:
            log_event("trash.files_left", logging.WARNING, media_id=item.id, why=str(error))

    def _is_settled(self, item: MediaItem, key: str) -> bool:
        """Whether nobody can be about to refer to a blob: see references.py."""
        if folder_owner(key) == item.id:
            return True
        try:
            return self._clock.now() - self._blobs.entry(key).modified >= SAFE_AGE
        except FileMissing:
            return False
