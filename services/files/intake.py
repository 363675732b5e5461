"""From a whole upload to an item of the library: the importer's way, off the event loop and never twice."""

from __future__ import annotations

import errno
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from services.clock import Clock
from services.errors import BadInput, Conflict, FileError, NotFound, StorageFull
from services.files.blobs import Blobs
from services.files.importer import about, keep_import
from services.files.rendered import Derived
from services.files.spool import Spool, Upload
from services.identity import SYSTEM
from services.ids import Ids, is_id
from services.log import log_event, log_failure
from services.models import MediaItem, Principal
from services.store.protocol import Store

WORKERS = 2
"""Files that are put together and stored at a time; what costs processor time is done in a process, one by one."""

DeriveFile = Callable[[Path], Derived]
"""As `derive`, of a file on disk, which stays the original. Raises BadInput, FileError where it could not be tried."""


@dataclass(frozen=True)
class Imported:
    """What came of an upload. `watermark` covers its commit; "" where that is some time ago."""

    item: MediaItem
    watermark: str = ""


class Intake:
    """`scratch` is a folder of this process alone, for files that are being looked into."""

    def __init__(
        self, store: Store, blobs: Blobs, clock: Clock, ids: Ids, spool: Spool, derive_file: DeriveFile, scratch: Path
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._clock = clock
        self._ids = ids
        self._spool = spool
        self._derive_file = derive_file
        self._scratch = scratch
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="intake")
        self._lock = threading.Lock()
        self._finishing: dict[str, Future[Imported]] = {}

    def finish(self, principal: Principal, upload: Upload) -> Future[Imported]:
        """Import `upload`, which is whole; asked twice at a time, it is done once. Does not block.

        The future raises BadInput, whose message names the file, when that is of no use; the upload is gone then. What
        may be better later (Forbidden, NotFound, FileError, StoreError) leaves it as it is. Raises FileError once
        `close` was called.
        """
        with self._lock:
            future = self._finishing.get(upload.id)
            if future is None:
                try:
                    future = self._threads.submit(self._import, principal, upload)
                except RuntimeError as error:
                    raise FileError("Freshet is stopping; this goes on after the next start") from error
                self._finishing[upload.id] = future
        future.add_done_callback(lambda _: self._forget(upload.id))
        return future

    def finished(self, principal: Principal, upload_id: str) -> Imported:
        """What became of an upload that is in the spool no more. Raises NotFound, StoreError."""
        if is_id(upload_id):
            item = self._store.media.get(principal, upload_id)
            if item.owner_id == principal.user_id and item.origin == "import":
                return Imported(item)
        raise NotFound("There is no such upload")

    def sweep(self) -> int:
        """Remove the uploads that have expired, with what an import that was killed half-way left; how many.

        Raises FileError, StoreError.
        """
        expired = self._spool.expired()
        for upload in expired:
            with suppress(NotFound):
                self._discard_import(self._spool.ticket(upload).project_id, upload.id)
            self._spool.remove(upload)
        if expired:
            log_event("upload.expired", removed=len(expired))
        return len(expired)

    def close(self) -> None:
        """Finish nothing more; uploads stay where they are."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _forget(self, upload_id: str) -> None:
        with self._lock:
            self._finishing.pop(upload_id, None)

    def _import(self, principal: Principal, upload: Upload) -> Imported:
        ticket, began = self._spool.ticket(upload), self._clock.monotonic()
        path = self._scratch / f"{upload.id}-{self._ids.new()}"
        try:
            self._put_together(upload, path)
            derived = self._derive_file(path)
            if ticket.wanted and derived.media_type != ticket.wanted:
                found, wanted = _NOUNS[derived.media_type], _NOUNS[ticket.wanted]
                raise BadInput("file", f"is {found}, and {wanted} is wanted here")
            self._spool.ticket(upload)  # it may have been cancelled while it was looked into
            imported = self._keep(principal, upload, ticket.project_id, derived, ticket.name)
        except BadInput as error:
            self._clear(upload)
            log_event("upload.refused", upload_id=upload.id, bytes=upload.length, why=str(error))
            raise about(ticket.name, error) from error
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        self._clear(upload)
        log_event(
            "upload.imported",
            media_id=upload.id,
            media_type=imported.item.media_type,
            bytes=upload.length,
            ms=round((self._clock.monotonic() - began) * 1000, 1),
        )
        return imported

    def _keep(self, principal: Principal, upload: Upload, project_id: str, derived: Derived, name: str) -> Imported:
        try:
            item, watermark = keep_import(
                self._store, self._blobs, self._clock, self._ids, principal, project_id, derived, name, upload.id
            )
        except Conflict:
            return self.finished(principal, upload.id)  # another process was first, or this one before it was killed
        return Imported(item, watermark)

    def _put_together(self, upload: Upload, path: Path) -> None:
        try:
            self._scratch.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                for data in self._spool.read(upload):
                    file.write(data)
        except OSError as error:
            raise _unwritable(error) from error

    def _clear(self, upload: Upload) -> None:
        """The outcome stands already: what cannot be removed now is removed by `sweep`."""
        try:
            self._spool.remove(upload)
        except (FileError, StorageFull) as error:
            log_failure("upload.left_behind", error, upload_id=upload.id)

    def _discard_import(self, project_id: str, media_id: str) -> None:
        """Delete the files of an item that there never was."""
        keys = self._blobs.list(f"media/{project_id}/{media_id}")
        if not keys:
            return
        try:
            self._store.media.get(SYSTEM, media_id)
        except NotFound:
            self._blobs.delete(keys)


_NOUNS = {"image": "a picture", "video": "a video", "audio": "a sound", "combined": "a picture with sound"}


def clear_scratch(scratch: Path) -> None:
    """Remove what a process that was killed left in its folder."""
    shutil.rmtree(scratch, ignore_errors=True)


def _unwritable(error: OSError) -> FileError | StorageFull:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull("There is no room left for files: free some space and try again")
    return FileError(f"The file could not be put together: {error.strerror}")
