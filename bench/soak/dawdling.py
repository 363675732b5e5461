"""Writers that dawdle between stamping and committing, at length: no delta loses a commit, on either store."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.emulator import emulator
from bench.figures import Figure, Section
from services.clock import FakeClock, SystemClock
from services.freshness.merge import Held, apply_changes
from services.models import MediaItem, MediaQuery, Page
from services.store.protocol import Store
from services.store.times import from_micros
from tests.support.dawdle import dawdling_commit
from tests.support.records import PROJECT, make_item, make_principal, remove, save
from tests.support.stores import Backend, Kind

ME = make_principal()
ALL = MediaQuery(project_id=PROJECT)
WRITERS = 4
COMMITS = 50
PAUSE = 0.05
"""Most seconds between two lists that are read in a crowd."""
MARGIN = 0.2
"""Seconds that a read is later than its predecessor, so that a commit sent between them has been stamped."""
NAMES: dict[Kind, str] = {"sqlite": "SQLite", "firestore": "Firestore"}

HOW = """On SQLite and on Google's Firestore emulator. *Dawdling*: a commit is stamped, then held up; a page is
read; the commit goes through; the delta since that page must deliver it. Beside it, how often a reader that
compares times would have missed the same commit, which shows that the trial bites. *Crowds*: {writers} writers
make, change and remove {commits} items each, in a random order, while a reader takes whole lists at random moments;
afterwards each of these lists, brought up to date by one delta since its watermark, must equal the library item by
item and revision by revision."""


@dataclass
class Count:
    """Trials, what the deltas lost, and what a comparison of times would have lost."""

    trials: int = 0
    lost: int = 0
    lost_by_time: int = 0
    compared: int = 0
    differing: int = 0


def measure(seed: int, dawdles: dict[Kind, int], crowds: dict[Kind, int], deadline: float) -> Section:
    """As many trials of each kind and store, fewer when the monotonic time `deadline` passes first."""
    figures: list[Figure] = []
    with emulator():
        for kind, name in NAMES.items():
            count = _trials(kind, random.Random(seed), dawdles[kind], crowds[kind], deadline)
            figures += [
                _none(f"{name}: dawdling commits lost", count.lost, count.trials),
                Figure(f"{name}: the same, by comparing times", f"{count.lost_by_time:,} of {count.trials:,}"),
                _none(f"{name}: lists that differ after their delta, in crowds", count.differing, count.compared),
            ]
    return Section("Writers that dawdle", HOW.format(writers=WRITERS, commits=COMMITS), tuple(figures))


def _trials(kind: Kind, chance: random.Random, dawdles: int, crowds: int, deadline: float) -> Count:
    count = Count()
    while count.trials < dawdles and time.monotonic() < deadline:
        with _backend(kind) as backend:  # a new one now and then: each trial leaves clients behind
            for _ in range(min(20, dawdles - count.trials)):
                _dawdle(backend, count)
    for _ in range(crowds):
        if time.monotonic() > deadline:
            break
        with _backend(kind) as backend:
            _crowd(backend, chance, count)
    return count


def _dawdle(backend: Backend, count: Count) -> None:
    """One commit that dawdles while a page is read."""
    store = backend.open()
    [item, _] = save(store, make_item(), make_item())
    first = store.media.get_media_for_page(ME, ALL)
    with dawdling_commit(backend, item.model_copy(update={"title": "late"})) as commit:
        backend.clock.advance(1)
        page = store.media.get_media_for_page(ME, ALL)
        while (_time(backend, page) - _time(backend, first)).total_seconds() < MARGIN:
            page = store.media.get_media_for_page(ME, ALL)
        assert not commit.done()
    stored = store.media.get(ME, item.id)
    changes = store.media.changed_since(ME, PROJECT, page.watermark)
    count.trials += 1
    count.lost += stored not in changes.changed
    count.lost_by_time += stored.updated_at <= _time(backend, page)


def _time(backend: Backend, page: Page[MediaItem]) -> datetime:
    """The time of a read in the clock that stamps commits: on Firestore, the server's, which its watermark holds."""
    return page.as_of if backend.kind == "sqlite" else from_micros(int(page.watermark.split("-")[1]))


def _crowd(backend: Backend, chance: random.Random, count: Count) -> None:
    """Many writers at once, and lists read among them."""
    store = backend.open(SystemClock())
    anchors: list[Page[MediaItem]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            anchors.append(_whole(store))
            time.sleep(chance.uniform(0, PAUSE))

    seeds = [chance.random() for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(read)
        writers = [pool.submit(_write, backend.open(SystemClock()), random.Random(seed)) for seed in seeds]
        try:
            for writer in writers:
                writer.result(300)
        finally:
            done.set()
        reader.result(60)
    truth = _whole(store).items
    for page in anchors:
        changes = store.media.changed_since(ME, PROJECT, page.watermark)
        count.compared += 1
        count.differing += apply_changes(Held(page.items, page.next_cursor), ALL, changes).items != truth


def _whole(store: Store) -> Page[MediaItem]:
    page = store.media.get_media_for_page(ME, ALL, limit=2 * WRITERS * COMMITS)
    assert page.next_cursor is None
    return page


def _write(store: Store, chance: random.Random) -> None:
    """COMMITS items made; each then changed, removed or left."""
    for _ in range(COMMITS):
        [item] = save(store, make_item())
        act = chance.choice(("change", "remove", "leave"))
        if act == "change":
            save(store, item.model_copy(update={"title": "changed"}))
        elif act == "remove":
            remove(store, item)


@contextmanager
def _backend(kind: Kind) -> Iterator[Backend]:
    with TemporaryDirectory() as folder:
        backend = Backend(kind, Path(folder) / "freshet.db", FakeClock())
        try:
            yield backend
        finally:
            backend.close()


def _none(name: str, count: int, of: int) -> Figure:
    return Figure(name, f"{count} of {of:,}", "0", count == 0 and of > 0, of)
