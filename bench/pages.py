"""Reads from the embedded store: a page costs the same in a library of any size."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, Section, median, times
from bench.library import fill_sqlite, settings_for
from services.clock import SystemClock
from services.identity import local_principal
from services.library import DEFAULT_PROJECT_ID
from services.models import MediaQuery
from services.store.protocol import MediaRepository
from services.store.sqlite import SqliteStore

READS = 200
PAGE_LIMIT, SEARCH_LIMIT, FILTERED_LIMIT = 10.0, 50.0, 300.0
"""Milliseconds, at the 95th percentile and at the largest size."""
GROWTH = 1.5
"""A page at the largest size may take so many times what it takes at the smallest."""
WARMING = 5

HOW = """One page of 24 items through the store, in process, on a file that has just been written (its pages are in
the system's cache), {reads} times each: first pages in each order, alone and with each kind of filter; page 100, walked
to by cursors; searches, for words that many items have (one in thirty) and for two of them, alone, with filters and in
the order of titles; totals; and a delta with nothing new, which is what Refresh asks. Titles are four words of
130; one item in fifty is a favourite, one in a thousand has the tag, one in ten thousand the source, two in ten are
videos."""

PAGES: dict[str, dict[str, object]] = {
    "first page": {},
    "first page, oldest first": {"sort": "oldest"},
    "first page by title": {"sort": "title"},
    "first page of one type": {"media_type": "video"},
    "first page of one type by title": {"media_type": "video", "sort": "title"},
    "favourites": {"favourite": True},
    "favourites by title": {"favourite": True, "sort": "title"},
    "one tag": {"tag": "sea"},
    "one tag, oldest first": {"tag": "sea", "sort": "oldest"},
    "one tag by title": {"tag": "sea", "sort": "title"},
    "made from one item": {"source_id": "source"},
}
SEARCHES: dict[str, dict[str, object]] = {
    "search for a word": {"text": "glacier"},
    "search for the beginning of one": {"text": "gla"},
    "search for one letter": {"text": "g"},
    "search for two words": {"text": "glacier owl"},
    "search that finds nothing": {"text": "glacier zebra"},
}
FILTERED: dict[str, dict[str, object]] = {
    "search + type": {"text": "glacier", "media_type": "audio"},
    "search + favourites + type": {"text": "glacier", "favourite": True, "media_type": "video"},
    "search + tag": {"text": "glacier", "tag": "sea"},
    "search + tag that nothing has": {"text": "glacier", "tag": "desert"},
    "search + type by title": {"text": "glacier", "media_type": "video", "sort": "title"},
    "search for two words + favourites by title": {"text": "glacier owl", "favourite": True, "sort": "title"},
}


def measure(sizes: tuple[int, ...] = (10_000, 1_000_000), reads: int = READS) -> Section:
    measured = {size: _at(size, reads) for size in sizes}
    large = max(sizes)
    figures = [_figure(size, name, values, size == large) for size in sizes for name, values in measured[size].items()]
    growth = [_growth(name, measured[min(sizes)][name], measured[large][name]) for name in PAGES if min(sizes) < large]
    return Section("Pages from SQLite", HOW.format(reads=reads), tuple(figures + growth))


def _at(size: int, reads: int) -> dict[str, list[float]]:
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        fill_sqlite(settings, size)
        with closing(SqliteStore(settings.sqlite_path, SystemClock())) as store:
            return {name: _repeat(read, reads) for name, read in _ways(store.media).items()}


def _ways(media: MediaRepository) -> dict[str, Callable[[], object]]:
    me = local_principal(frozenset({DEFAULT_PROJECT_ID}))
    everything = MediaQuery(project_id=DEFAULT_PROJECT_ID)
    watermark = media.get_media_for_page(me, everything).watermark

    def page(filters: dict[str, object], cursor: str | None = None) -> Callable[[], object]:
        query = _query(filters)
        return lambda: media.get_media_for_page(me, query, cursor=cursor)

    def deep(filters: dict[str, object]) -> Callable[[], object]:
        cursor = None
        for _ in range(99):
            cursor = media.get_media_for_page(me, _query(filters), cursor=cursor).next_cursor
        return page(filters, cursor)

    ways = {name: page(filters) for name, filters in (PAGES | SEARCHES | FILTERED).items()}
    return ways | {
        "page 100": deep({}),
        "page 100 by title": deep({"sort": "title"}),
        "total, to 1,001": lambda: media.count(me, everything),
        "total of a search, to 1,001": lambda: media.count(me, _query({"text": "glacier"})),
        "delta with nothing new": lambda: media.changed_since(me, DEFAULT_PROJECT_ID, watermark),
    }


def _query(filters: dict[str, object]) -> MediaQuery:
    return MediaQuery.model_validate({"project_id": DEFAULT_PROJECT_ID} | filters)


def _figure(size: int, name: str, values: list[float], is_large: bool) -> Figure:
    limit = SEARCH_LIMIT if name in SEARCHES else FILTERED_LIMIT if name in FILTERED else PAGE_LIMIT
    return times(f"{size:,} items: {name}", values, "ms", p95_limit=limit if is_large else 0)


def _growth(name: str, small: list[float], large: list[float]) -> Figure:
    factor = median(large) / median(small)
    return Figure(f"{name}: largest by smallest library", f"{factor:.2f} ×", f"≤ {GROWTH} ×", factor <= GROWTH)


def _repeat(read: Callable[[], object], count: int) -> list[float]:
    """Milliseconds of each of `count` calls, after a few to warm up."""
    taken = []
    for _ in range(count + WARMING):
        begun = time.perf_counter()
        read()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken[WARMING:]
