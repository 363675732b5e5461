"""After a restart, with the store away: what was held before is painted, with its age, and goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.clock import FakeClock
from services.errors import NotFound, StoreUnavailable
from services.freshness.disk import DiskCache, Kept
from services.models import MediaQuery, Principal
from services.store.protocol import Store
from tests.support.engine import ADA, ALL, GRACE, IMAGES, Engine, ids, newest
from tests.support.records import PROJECT, make_item, make_principal, remove, save

Start = Callable[..., Engine]


@pytest.fixture
def start(store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Start]:
    """Starts the engine as another process would, on the same store and disk. The one before is stopped."""
    running: list[Engine] = []

    def start(**options: int) -> Engine:
        for engine in running:
            engine.freshness.close()
        engine = Engine(
            store, clock, f"m{len(running)}", disk=DiskCache(tmp_path / "cache.sqlite", source="here"), **options
        )
        running.append(engine)
        return engine

    yield start
    for engine in running:
        engine.freshness.close()


def test_R2_09_with_the_store_away_after_a_restart_the_page_paints_what_was_held(
    start: Start, store: Store, clock: FakeClock
) -> None:
    items = save(store, *(make_item() for _ in range(3)))
    before = start().ask("open")
    fetched = clock.now()
    clock.advance(3600)
    engine = start()
    engine.media.away = True
    held = engine.latest()
    with pytest.raises(StoreUnavailable):
        engine.ask("open")
    assert ids(held) == newest(items)
    assert (held.as_of, held.watermark, held.complete) == (before.as_of, before.watermark, True)
    assert engine.latest() == held
    entry = engine.freshness.entry(ALL, ADA)
    assert (entry.version, entry.as_of, entry.fetched_at) == (held.version, before.as_of, fetched)
    assert (entry.offline, entry.running, entry.current) == (True, None, False)


def test_R2_09_when_the_store_is_back_it_costs_what_changed(start: Start, store: Store) -> None:
    items = save(store, *(make_item() for _ in range(40)))
    start().ask("open", loaded=40)
    remove(store, items[0])
    [new] = save(store, make_item())
    engine = start()
    assert ids(engine.ask("open", loaded=40)) == [new.id, *newest(items[1:])]
    assert engine.media.calls == {"changed_since": 1}


def test_what_nobody_fetched_is_not_there(start: Start, store: Store) -> None:
    save(store, make_item())
    start().ask("open")
    engine = start()
    engine.media.away = True
    for query, principal in ((IMAGES, ADA), (ALL, GRACE)):
        assert engine.freshness.snapshots.latest(query, principal) is None
        assert engine.freshness.entry(query, principal).version == ""


def test_a_version_of_before_the_restart_is_not_mistaken_for_one_of_now(start: Start, store: Store) -> None:
    save(store, make_item())
    before = start().ask("open")
    engine = start()
    assert engine.latest().version != before.version
    assert engine.freshness.snapshots.get(before.version, ADA) is None


def test_R2_03_what_was_fetched_lately_is_fresh_after_a_restart_and_what_was_not_is_stale(
    start: Start, store: Store, clock: FakeClock
) -> None:
    save(store, make_item())
    start().ask("open")
    clock.advance(1800)
    engine = start()
    assert engine.submit("ttl").done
    clock.advance(1801)
    engine = start()
    assert not engine.submit("ttl").done


def test_R2_11_finds_what_is_stale_on_disk_too(start: Start, store: Store, clock: FakeClock) -> None:
    save(store, make_item())
    engine = start()
    engine.ask("open", ALL)
    engine.ask("open", IMAGES, GRACE, kind="sections")
    clock.advance(3601)
    engine = start()
    engine.ask("open", IMAGES)
    assert engine.freshness.find_stale_items("library", clock.now()) == [("ada", ALL)]
    assert engine.freshness.find_stale_items("sections", clock.now()) == [("grace", IMAGES)]
    engine.ask("manual", ALL)
    assert engine.freshness.find_stale_items("library", clock.now()) == []


def test_what_was_pushed_is_there_after_a_restart_and_counts_as_fetched_when_it_was(
    start: Start, store: Store, clock: FakeClock
) -> None:
    engine = start()
    engine.freshness.feed(PROJECT, "live")
    engine.ask("open")
    fetched = clock.now()
    clock.advance(60)
    [item] = save(store, make_item())
    engine.push(item)
    engine = start()
    assert engine.latest().items == (item,)
    entry = engine.freshness.entry(ALL, ADA)
    assert (entry.fetched_at, entry.updated_at) == (fetched, clock.now())


def test_a_restored_view_is_followed_only_once_it_has_asked(start: Start, store: Store) -> None:
    """What was committed while nobody listened is not in any push."""
    save(store, make_item())
    start().ask("open")
    [missed] = save(store, make_item())
    engine = start()
    engine.freshness.feed(PROJECT, "live")
    engine.latest()
    [pushed] = save(store, make_item())
    engine.push(pushed)
    assert not engine.freshness.entry(ALL, ADA).current
    assert missed.id not in ids(engine.latest())
    assert ids(engine.ask("live"))[:2] == [pushed.id, missed.id]
    assert engine.freshness.entry(ALL, ADA).current


def test_who_left_the_project_finds_nothing_after_a_restart_either(start: Start, store: Store) -> None:
    save(store, make_item())
    engine, former = start(), make_principal("ada", "elsewhere")
    engine.ask("open")
    with pytest.raises(NotFound):
        engine.ask("manual", principal=former)
    engine = start()
    assert engine.freshness.snapshots.latest(ALL, ADA) is None


def test_a_view_dropped_from_memory_comes_back_from_disk(start: Start, store: Store) -> None:
    save(store, make_item(), make_item(media_type="video"))
    engine = start()
    held = engine.ask("open")
    while engine.freshness._keeper and engine.freshness._keeper.step():
        pass
    engine.freshness.snapshots.forget(held.key)
    engine.media.away = True
    assert engine.latest().items == held.items


def test_what_the_disk_gives_too_late_takes_nothing_from_what_was_read_meanwhile(start: Start, store: Store) -> None:
    save(store, make_item())
    start().ask("open")
    engine = start()
    engine.freshness.feed(PROJECT, "live")
    keeper = engine.freshness._keeper
    assert keeper is not None
    load, between = keeper.load, iter([lambda: engine.ask("open")])

    def slow(query: MediaQuery, principal: Principal) -> Kept | None:
        kept = load(query, principal)
        for step in between:
            step()
        return kept

    keeper.load = slow  # type: ignore[method-assign]
    assert engine.latest().items
    assert engine.freshness.entry(ALL, ADA).current
