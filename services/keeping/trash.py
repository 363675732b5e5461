"""The end of what is in the trash: brought back, deleted for good, or purged when its time is over.

Deleting for good is two steps, in this order: the record goes, in a commit that leaves a tombstone, then its files.
A crash in between leaves files that nothing refers to, which `python main.py check --repair` finds; the other way
round it would leave an item without files. A record that somebody changed meanwhile, above all by bringing it back,
stays: the commit demands the revision that was seen in the trash.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from services.clock import Clock
from services.errors import BadInput, Conflict, FileError, FileMissing, NotFound, StoreError
from services.files.blobs import Blobs
from services.identity import SYSTEM, can, require
from services.ids import Ids
from services.keeping.references import SAFE_AGE, References
from services.log import log_event
from services.models import MediaItem, MediaQuery, Principal, Put, Remove, Write
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

    def restore(self, principal: Principal, media_ids: Sequence[str]) -> list[MediaItem]:
        """Bring items back to where they were; those that are. One that was changed meanwhile is left as it is, as is
        one that is in no trash. Raises NotFound and Forbidden before anything is changed; StoreError may come after
        some of many."""
        items = [item for item in self._own(principal, media_ids) if item.deleted_at is not None]
        back = {item.id: item.model_copy(update={"deleted_at": None}) for item in items}
        return self._commit(principal, items, lambda item: Put(back[item.id], expect=item.revision))

    def delete_now(self, principal: Principal, media_ids: Sequence[str]) -> int:
        """Delete items in the trash for good, files too; how many. Raises NotFound, Forbidden, and BadInput where one
        is not in the trash, before anything is changed; StoreError may come after some of many."""
        items = self._own(principal, media_ids)
        if any(item.deleted_at is None for item in items):
            raise BadInput("media_ids", "Only what is in the trash can be deleted for good: move it there first")
        return self._purge_all(principal, items)

    def discard(self, principal: Principal, media_ids: Sequence[str]) -> int:
        """As `delete_now`, for who has seen them in the trash a while ago: what is no longer there, because it was
        brought back or somebody was faster, and what the principal may not delete, is passed over."""
        found = self._store.media.get_many(principal, list(dict.fromkeys(media_ids)))
        items = [item for item in found.values() if item.deleted_at is not None and can(principal, "delete", item)]
        return self._purge_all(principal, items)

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

    def _own(self, principal: Principal, media_ids: Sequence[str]) -> list[MediaItem]:
        """The items, in the order of their ids. Raises NotFound, Forbidden."""
        wanted = list(dict.fromkeys(media_ids))
        found = self._store.media.get_many(principal, wanted)
        for media_id in wanted:
            if media_id not in found:
                raise NotFound(f"No media {media_id}")
            require(principal, "delete", found[media_id])
        return [found[media_id] for media_id in wanted]

    def _purge_all(self, principal: Principal, items: Sequence[MediaItem]) -> int:
        return sum(self._purge(principal, items[at : at + PORTION]) for at in range(0, len(items), PORTION))

    def _purge(self, principal: Principal, items: Sequence[MediaItem]) -> int:
        gone = self._commit(principal, items, lambda item: Remove("media", item.id, expect=item.revision))
        for item in gone:
            self._remove_files(item)
        if gone:
            log_event("trash.purged", items=len(gone), by=principal.user_id)
        return len(gone)

    def _commit(
        self, principal: Principal, items: Sequence[MediaItem], write: Callable[[MediaItem], Write]
    ) -> list[MediaItem]:
        """Write all of `items`, or, where one was changed meanwhile, the others; those that were written."""
        done: list[MediaItem] = []
        for at in range(0, len(items), PORTION):
            portion = items[at : at + PORTION]
            try:
                self._store.commit(principal, [write(item) for item in portion], operation_id=self._ids.new())
                done += portion
            except (Conflict, NotFound):
                done += [item for item in portion if self._commit_one(principal, write(item))]
        return done

    def _commit_one(self, principal: Principal, write: Write) -> bool:
        try:
            self._store.commit(principal, [write], operation_id=self._ids.new())
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
