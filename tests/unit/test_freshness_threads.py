"""Screens that ask at the same time, on both stores."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.clock import FakeClock
from services.errors import StoreUnavailable
from services.store.protocol import Store
from tests.support.logs import recorded_lines
from tests.support.records import make_item, save
from tests.support.screen import ADA, ALL, Screen, populate
from tests.support.stores import Backend


@pytest.fixture
def screen(backend: Backend, clock: FakeClock) -> Iterator[Screen]:
    with recorded_lines() as lines:
        yield Screen(backend, clock, lines)


@pytest.fixture
def other(screen: Screen, backend: Backend) -> Store:
    """Another process on the same database."""
    return backend.open()


def test_B6_views_that_ask_at_once_never_go_back(screen: Screen, other: Store) -> None:
    """Eight readers while a writer adds: each reader's list only ever grows, and so does the newest snapshot."""
    populate(other, 5)
    screen.ask("open")
    written = threading.Event()
    broken: list[str] = []

    def write() -> None:
        for _ in range(15):
            save(other, make_item())
        written.set()

    def read() -> None:
        known = 0
        while not written.is_set() or known < 20:
            snapshot = screen.freshness.revalidate(ALL, "manual", ADA, scope="library")
            latest = screen.freshness.snapshots.latest(ALL, ADA)
            if len(snapshot.items) < known or latest is None or len(latest.items) < len(snapshot.items):
                broken.append(f"{len(snapshot.items)} after {known}")
                return
            known = len(snapshot.items)

    with ThreadPoolExecutor(5) as threads:
        work = [threads.submit(write), *(threads.submit(read) for _ in range(4))]
        for one in work:
            one.result(60)
    assert broken == []
    assert len(screen.ask().items) == 20


def test_B17_ten_equal_views_that_ask_at_once_share_one_read_that_began_after_they_asked(
    screen: Screen, other: Store
) -> None:
    """A first read is under way when ten more views ask: it may miss what they are to see, so one more is made."""
    populate(other, 3)
    door = screen.freshness._door_of(ALL, ADA)
    door.lock = queue = _Queue()  # type: ignore[assignment]
    entered, go_on = threading.Event(), threading.Event()

    def hold(*args: object, **options: object) -> bool:
        entered.set()
        assert go_on.wait(30)
        return False

    screen.shaky.fail("media.get_media_for_page", when=hold)
    with ThreadPoolExecutor(11) as threads:
        first = threads.submit(screen.freshness.revalidate, ALL, "open", ADA, scope="library")
        assert entered.wait(30)
        later = [threads.submit(screen.freshness.revalidate, ALL, "open", ADA, scope="library") for _ in range(10)]
        assert queue.came(11)
        [new] = save(other, make_item())
        go_on.set()
        first.result(30)
        assert {one.result(30).items[0].id for one in later} == {new.id}
    assert screen.shaky.calls["media.get_media_for_page"] + screen.shaky.calls["media.changed_since"] == 2
    assert [line["outcome"] for line in screen.lines].count("shared") == 9


def test_views_that_wait_for_a_read_that_fails_fail_with_it_instead_of_one_after_the_other(screen: Screen) -> None:
    door = screen.freshness._door_of(ALL, ADA)
    door.lock = queue = _Queue()  # type: ignore[assignment]
    screen.shaky.fail()
    with ThreadPoolExecutor(5) as threads:
        with door.lock:
            work = [threads.submit(screen.ask, "open") for _ in range(5)]
            assert queue.came(6)
        for one in work:
            with pytest.raises(StoreUnavailable, match="The database is away"):
                one.result(30)
    assert screen.shaky.calls.total() == 1
    screen.shaky.heal()
    assert screen.ask().items == ()


def test_a_view_that_wants_more_than_a_shared_read_brought_reads_on(screen: Screen, other: Store) -> None:
    populate(other, 60)
    door = screen.freshness._door_of(ALL, ADA)
    door.lock = queue = _Queue()  # type: ignore[assignment]
    with ThreadPoolExecutor(2) as threads:
        with door.lock:
            work = [threads.submit(screen.ask, "open", ALL, loaded) for loaded in (24, 48)]
            assert queue.came(3)
        short, long = (one.result(30) for one in work)
    assert len(short.items) >= 24
    assert len(long.items) >= 48


class _Queue:
    """A lock that tells how many have come to it."""

    def __init__(self) -> None:
        self._lock, self._come, self._changed = threading.Lock(), 0, threading.Condition()

    def __enter__(self) -> None:
        with self._changed:
            self._come += 1
            self._changed.notify_all()
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()

    def came(self, many: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self._come >= many, 30)
