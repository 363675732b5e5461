"""Reads from the embedded store: a page costs the same in a library of any size."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, Section, median, times
from bench.library import GUEST, fill_sqlite, settings_for
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

HOW = """One page of 24 items through the store, in process, on files that have just been written (their pages are in
the system's cache), {reads} times each, in turn at each size: first pages in each order, alone and with each kind of
filter; page 100, walked to by cursors; searches, for words that many items have (one in thirty) and for two of them,
alone, with filters and in the order of titles, as are favourites and tags; totals; and a delta with nothing new, which
is what Refresh asks. Titles are four words of 130; one item in fifty is a favourite, one in a thousand has the tag, one
in ten thousand the source, two in ten are videos."""

PAGES: dict[str, dict[str, object]] = {
    "first page": {},
    "first page, oldest first": {"sort": "oldest"},
    "first page by title": {"sort": "title"},
    "first page of one type": {"media_type": "video"},
    "first page of one type by title": {"media_type": "video", "sort": "title"},
    "favourites": {"favourite": True},
    "one tag": {"tag": "sea"},
    "one tag, oldest first": {"tag": "sea", "sort": "oldest"},
    "made from one item": {"source_id": "source"},
    "one owner's of one type": {"owner_id": GUEST, "media_type": "audio"},
}
FULL_PAGES = (
    "first page", "first page, oldest first", "first page by title", "first page of one type",
    "first page of one type by title", "favourites", "page 100", "page 100 by title",
)  # fmt: skip
"""Those that are full at every size, and so can be compared."""
SEARCHES: dict[str, dict[str, object]] = {
    "search for a word": {"text": "glacier"},
    "search for the beginning of one": {"text": "gla"},
    "search for one letter": {"text": "g"},
    "search for two words": {"text": "glacier owl"},
    "search that finds nothing": {"text": "glacier zebra"},
    "favourites by title": {"favourite": True, "sort": "title"},
    "one tag by title": {"tag": "sea", "sort": "title"},
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
    with ExitStack() as stack:
        ways = {size: _ways(_library(stack, size)) for size in sizes}
        small, large, figures = min(sizes), max(sizes), list[Figure]()
        for name in ways[large]:
            taken = _alternately({size: ways[size][name] for size in sizes}, reads)
            figures += [_figure(size, name, values, size == large) for size, values in taken.items()]
            if name in FULL_PAGES and small < large:
                figures.append(_growth(name, taken[small], taken[large]))
    return Section("Pages from SQLite", HOW.format(reads=reads), tuple(figures))


def _library(stack: ExitStack, size: int) -> MediaRepository:
    settings = settings_for(Path(stack.enter_context(TemporaryDirectory())))
    fill_sqlite(settings, size)
    return stack.enter_context(closing(SqliteStore(settings.sqlite_path, SystemClock()))).media


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
        "total, to 1,000": lambda: media.count(me, everything),
        "total of a search, to 1,000": lambda: media.count(me, _query({"text": "glacier"})),
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


def _alternately(reads: dict[int, Callable[[], object]], count: int) -> dict[int, list[float]]:
    """Milliseconds of each of `count` calls at each size, after a few to warm up. In turn, so that whatever else the
    machine does falls on all of them."""
    taken: dict[int, list[float]] = {size: [] for size in reads}
    for _ in range(count + WARMING):
        for size, read in reads.items():
            begun = time.perf_counter()
            read()
            taken[size].append((time.perf_counter() - begun) * 1000)
    return {size: values[WARMING:] for size, values in taken.items()}
