"""Rendered files into blobs, and the references that a record carries to them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence

from services.clock import Clock
from services.errors import FileError, StorageFull
from services.files.blobs import Blobs
from services.files.rendered import RenderedFile
from services.ids import Ids
from services.log import log_event
from services.models import FileRef, Variant


def store_files(
    blobs: Blobs,
    clock: Clock,
    ids: Ids,
    project_id: str,
    media_id: str,
    rendered: Sequence[RenderedFile],
    *,
    key_suffix: str | None = None,
) -> dict[Variant, FileRef]:
    """Put every file under `media/{project}/{media}/{variant}-{suffix}.{extension}`; all are kept or none.

    Without `key_suffix` each file gets a new id. With one the keys are known beforehand, so a step repeated after
    a crash overwrites what it left behind. Raises FileError, StorageFull.
    """
    now = clock.now()
    files: dict[Variant, FileRef] = {}
    try:
        for file in rendered:
            size, sha256 = _measure(file)
            key = f"media/{project_id}/{media_id}/{file.variant}-{key_suffix or ids.new()}.{file.extension}"
            files[file.variant] = FileRef(
                key=key,
                content_type=file.content_type,
                size=size,
                sha256=sha256,
                updated_at=now,
                width=file.width,
                height=file.height,
                duration=file.duration,
            )
            if file.path is None:
                blobs.put(key, file.data)
            else:
                blobs.put_file(key, file.path)
    except BaseException:
        discard_files(blobs, files.values())
        raise
    return files


def _measure(file: RenderedFile) -> tuple[int, str]:
    """Bytes, and their SHA-256. Raises FileError."""
    if file.path is None:
        return len(file.data), hashlib.sha256(file.data).hexdigest()
    try:
        with file.path.open("rb") as opened:
            return file.path.stat().st_size, hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise FileError(f"The file could not be read again: {error.strerror}") from error


def discard_files(blobs: Blobs, files: Iterable[FileRef]) -> None:
    """Delete blobs that no record will name. A failure is logged, so that it hides no error being handled."""
    keys = [file.key for file in files]
    try:
        blobs.delete(keys)
    except (FileError, StorageFull) as error:
        log_event("files.left_behind", logging.WARNING, keys=",".join(keys), why=str(error))
