"""Products as the try-on stage lays them over a person: cut out by the very code that a run uses, once, and kept."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from services.errors import FileMissing, NotFound
from services.files.blobs import Blobs
from services.generation.local.tryon import render_cutout
from services.generation.pool import PoolClosed, RenderPool
from services.models import FileRef, MediaItem

VERSION = 1
"""Raised when products are cut out differently: browsers keep what they have of a version for ever."""


def cutout_url(original_url: str) -> str:
    """The address of a picture's cut-out, from the picture's own: it carries the same version of the bytes."""
    path, _, query = original_url.partition("?")
    return f"{path.partition('.')[0]}.cutout-{VERSION}.webp?{query}"


def cutout_key(item: MediaItem) -> str | None:
    """Where the cut-out of a finished picture is kept; None for anything else."""
    original = item.file("original")
    if item.media_type != "image" or item.status != "ready" or original is None:
        return None
    return f"media/{item.project_id}/{item.id}/cutout-{original.sha256[:20]}-{VERSION}.webp"


class Cutouts:
    """Makes cut-outs at need, one at a time, in a process of its own: nobody who places waits for others' renders."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._pool = RenderPool(workers=1, awaited=True)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cutouts")
        self._lock = threading.Lock()
        self._asked: dict[str, Future[FileRef]] = {}
        self._closed = False

    def file(self, item: MediaItem) -> Future[FileRef]:
        """The cut-out of a finished picture, as a file; many questions at a time make it once. Does not block.

        The future raises NotFound for what is no finished picture, BadInput for one that cannot be decoded,
        GenerationError, FileError, StorageFull.
        """
        original, key = item.file("original"), cutout_key(item)
        if original is None or key is None:
            return _failed(NotFound("Only finished pictures can be cut out"))
        with self._lock:
            if self._closed:
                return _failed(PoolClosed("Freshet is stopping"))
            if (asked := self._asked.get(key)) is not None:
                return asked
            asked = self._asked[key] = self._thread.submit(self._find, key, original)
        asked.add_done_callback(lambda _: self._forget(key))  # not under the lock: it runs at once if all is over
        return asked

    def close(self) -> None:
        """End what is being made; nothing is made from here on."""
        with self._lock:
            self._closed = True
        self._pool.close()
        self._thread.shutdown(cancel_futures=True)

    def _find(self, key: str, original: FileRef) -> FileRef:
        try:
            size = self._blobs.size(key)
        except FileMissing:
            data = self._pool.run(render_cutout, self._blobs.get(original.key), on_progress=lambda percent: None)
            self._blobs.put(key, data)
            size = len(data)
        return FileRef(
            key=key,
            content_type="image/webp",
            size=size,
            sha256=f"{VERSION:02x}{original.sha256}",
            updated_at=original.updated_at,
        )

    def _forget(self, key: str) -> None:
        with self._lock:
            self._asked.pop(key, None)


def _failed(error: Exception) -> Future[FileRef]:
    future: Future[FileRef] = Future()
    future.set_exception(error)
    return future
