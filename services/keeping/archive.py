"""Many items' files as one ZIP, made while it is sent: nothing of it is ever whole in memory or on disk.

The standard library writes the format. Given a target that cannot go back, it puts sizes and check sums behind each
file and, all together, at the end, where programs look for them (PKWARE's APPNOTE, 4.3.9 and 4.4.4). Files are stored
as they are: pictures, clips and sounds are compressed already.
"""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import IO, cast

from services.errors import FileError, FileMissing
from services.files.blobs import Blobs
from services.files.names import Names
from services.models import FileRef, MediaItem, Principal
from services.store.protocol import Store

PORTION = 200
"""Items asked of the store at a time."""
NOTE = "Not included.txt"
_EARLIEST = datetime(1980, 1, 1)


class Archive:
    """One ZIP of the originals of items, as a principal may read them, in the order asked for.

    What cannot be in it is named in a text file at its end: an id that leads to nothing the principal may read, an item
    that failed or is still being made, a file that is gone.
    """

    def __init__(self, store: Store, blobs: Blobs, principal: Principal, media_ids: Sequence[str]) -> None:
        self._store, self._blobs, self._principal = store, blobs, principal
        self._ids = media_ids
        self._names = Names()
        self._names.take(NOTE.rpartition(".")[0], "txt")
        self._sink = _Sink()
        self._missing: list[str] = []

    async def first(self) -> bool:
        """Read the first portion; whether the principal may read any of it, or there is more. Raises StoreError."""
        self._held = await self._load(self._ids[:PORTION])
        return bool(self._held) or len(self._ids) > PORTION

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The archive's bytes, after `first`.

        Raises StoreError, and FileError for a file that breaks off: what was sent by then is no ZIP, and whoever
        receives it sees that it ended too early.
        """
        with zipfile.ZipFile(cast(IO[bytes], self._sink), "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for at in range(0, len(self._ids), PORTION):
                portion = self._ids[at : at + PORTION]
                items = await self._load(portion) if at else self._held
                for media_id in portion:
                    async with aclosing(self._add(archive, media_id, items.get(media_id))) as pieces:
                        async for piece in pieces:
                            yield piece
            if self._missing:
                note = "Not in this archive:\r\n\r\n" + "".join(f"{line}\r\n" for line in self._missing)
                archive.writestr(NOTE, note)
        yield self._sink.take()

    async def _load(self, media_ids: Sequence[str]) -> dict[str, MediaItem]:
        return await asyncio.to_thread(self._store.media.get_many, self._principal, media_ids)

    async def _add(
        self, archive: zipfile.ZipFile, media_id: str, item: MediaItem | None
    ) -> AsyncGenerator[bytes, None]:
        """One item's file, a piece at a time."""
        file = item.file("original") if item else None
        if item is None or file is None:
            self._missing.append(_why_not(media_id, item))
            return
        async with aclosing(self._blobs.stream(file.key, 0, file.size)) as pieces:
            try:
                piece = await anext(pieces, b"")
            except FileMissing:
                self._missing.append(_why_not(media_id, item, "its file is missing"))
                return
            sent = 0
            with archive.open(self._entry(item, file), "w", force_zip64=file.size >= zipfile.ZIP64_LIMIT) as target:
                while piece:
                    target.write(piece)
                    sent += len(piece)
                    yield self._sink.take()
                    piece = await anext(pieces, b"")
                if sent != file.size:
                    raise FileError(f"The file {file.key} has {sent:,} bytes instead of {file.size:,}")
        yield self._sink.take()

    def _entry(self, item: MediaItem, file: FileRef) -> zipfile.ZipInfo:
        made = max(item.created_at.replace(tzinfo=None), _EARLIEST).timetuple()[:6]
        entry = zipfile.ZipInfo(self._names.take(item.title, file.key.rpartition(".")[2]), made)
        entry.external_attr = 0o644 << 16
        entry.file_size = file.size
        return entry


class _Sink:
    """Where the archive is written to: keeps what was written until it is taken. It can neither seek nor tell."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Everything is there at once."""

    def take(self) -> bytes:
        taken, self._written = bytes(self._written), bytearray()
        return taken


def _why_not(media_id: str, item: MediaItem | None, reason: str = "") -> str:
    if item is None:
        return f"{media_id}: no such item"
    return " ".join(f"{media_id}: {item.title}: {reason or item.error or 'it is still being made'}".split())
