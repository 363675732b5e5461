"""The server's library, filled from here as another process would."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.files.derive import derive
from services.files.keep import store_files
from services.library import Library, open_library
from services.models import FileRef, MediaItem, Origin, Put, Variant
from tests.browser.server import Server
from tests.support.media import picture


def fill(server: Server, count: int, title: str = "Picture", origin: Origin = "import") -> list[str]:
    """Commit `count` pictures, "Picture 000" and so on, each a minute older than the one before; their ids."""
    return add(server, [(f"{title} {place:03}", timedelta(minutes=place)) for place in range(count)], origin)


def add(
    server: Server, wanted: Iterable[tuple[str, timedelta]], origin: Origin = "import", source: str = ""
) -> list[str]:
    """Commit one picture per (title, age), a hundred at a time; their ids. All share one file, and are made from the
    item `source` if there is one."""
    with open_library(server.settings, None) as library:
        files = store_files(
            library.blobs, library.clock, library.ids, library.project.id, library.ids.new(),
            derive(picture(size=(320, 240))).files,
        )  # fmt: skip
        now = library.clock.now()
        items = [_item(library, title, now - age, files, origin, source) for title, age in wanted]
        for start in range(0, len(items), 100):
            writes = [Put(item, expect=0) for item in items[start : start + 100]]
            library.store.commit(library.principal, writes, operation_id=library.ids.new())
        return [item.id for item in items]


def rename(server: Server, media_id: str, title: str) -> None:
    """Commit another title of an item."""
    _change(server, media_id, title=title)


def reword(server: Server, media_id: str, prompt: str) -> None:
    """Commit an item's prompt."""
    _change(server, media_id, prompt=prompt)


def _change(server: Server, media_id: str, **fields: str) -> None:
    with open_library(server.settings, None) as library:
        item = library.store.media.get(library.principal, media_id)
        write = Put(item.model_copy(update=fields), expect=item.revision)
        library.store.commit(library.principal, [write], operation_id=library.ids.new())


def repaint(server: Server, media_id: str, data: bytes) -> None:
    """Commit other files of an item, made from the picture `data`."""
    with open_library(server.settings, None) as library:
        item = library.store.media.get(library.principal, media_id)
        files = store_files(library.blobs, library.clock, library.ids, library.project.id, media_id, derive(data).files)
        write = Put(item.model_copy(update={"files": files}), expect=item.revision)
        library.store.commit(library.principal, [write], operation_id=library.ids.new())


def _item(
    library: Library, title: str, created_at: datetime, files: dict[Variant, FileRef], origin: Origin, source: str
) -> MediaItem:
    return MediaItem(
        id=library.ids.new(),
        project_id=library.project.id,
        owner_id=library.principal.user_id,
        created_at=created_at,
        updated_at=created_at,
        media_type="image",
        status="ready",
        origin=origin,
        title=title,
        files=files,
        source_ids=(source,) if source else (),
    )


def write_photo(folder: Path, name: str, **save: Any) -> Path:
    """A photograph on disk, its left half red and its right half blue."""
    path = folder / name
    path.write_bytes(picture("JPEG", (640, 480), **save))
    return path
