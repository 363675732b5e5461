"""Reads from the embedded store: a page costs the same in a library of any size."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, Section, times
from bench.library import fill_sqlite, settings_for
from services.clock import SystemClock
from services.identity import local_principal
from services.library import DEFAULT_PROJECT_ID
from services.models import MediaQuery
from services.store.sqlite import SqliteStore

READS = 200

HOW = """One page of 24 items through the store, in process, on a file that has just been written (its pages are in
the system's cache): the first page; page 100, walked to by cursors; the first page of one type, of which there are
two in ten; and a delta with nothing new, which is what Refresh asks."""


def measure(sizes: tuple[int, ...] = (10_000, 1_000_000), reads: int = READS) -> Section:
    figures = [figure for size in sizes for figure in _at(size, reads)]
    return Section("Pages from SQLite", HOW, tuple(figures))


def _at(size: int, reads: int) -> list[Figure]:
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        fill_sqlite(settings, size)
        with closing(SqliteStore(settings.sqlite_path, SystemClock())) as store:
            me = local_principal(frozenset({DEFAULT_PROJECT_ID}))
            everything = MediaQuery(project_id=DEFAULT_PROJECT_ID)
            clips = everything.model_copy(update={"media_type": "video"})
            media = store.media
            deep = None
            for _ in range(99):
                deep = media.get_media_for_page(me, everything, cursor=deep).next_cursor
            watermark = media.get_media_for_page(me, everything).watermark
            ways: dict[str, Callable[[], object]] = {
                "first page": lambda: media.get_media_for_page(me, everything),
                "page 100": lambda: media.get_media_for_page(me, everything, cursor=deep),
                "first page of one type": lambda: media.get_media_for_page(me, clips),
                "delta with nothing new": lambda: media.changed_since(me, DEFAULT_PROJECT_ID, watermark),
            }
            return [times(f"{size:,} items: {name}", _repeat(read, reads), "ms") for name, read in ways.items()]


def _repeat(read: Callable[[], object], count: int) -> list[float]:
    """Milliseconds of each of `count` calls, after a few to warm up."""
    taken = []
    for _ in range(count + 5):
        begun = time.perf_counter()
        read()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken[5:]
