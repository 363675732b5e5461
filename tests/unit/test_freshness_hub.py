"""The hub begins one feed per project, and whatever that takes or comes to, it waits for nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.clock import FakeClock, SystemClock
from services.errors import StoreUnavailable
from services.freshness import Freshness, SnapshotStore
from services.freshness.live import LINGER, LiveHub
from services.freshness.subscriber import Subscriber
from services.models import Batch, MediaQuery, Removal
from services.store.protocol import OnBatch, OnState
from tests.support.engine import ADA, ALL, until
from tests.support.logs import recorded_lines
from tests.support.records import NOON, PROJECT, make_item, make_principal

ELSEWHERE = MediaQuery(project_id="elsewhere")


class SlowStore:
    """`watch` returns once `gate` is open, and raises `fault` while there is one."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.fault: Exception | None = None
        self.asked: list[str] = []
        self.watches: list[Watch] = []
        self.tells_at_once = False

    def watch(self, project_id: str, on_batch: OnBatch, on_state: OnState) -> Watch:
        self.asked.append(project_id)
        assert self.gate.wait(30)
        if self.fault is not None:
            raise self.fault
        watch = Watch(project_id, on_batch, on_state)
        self.watches.append(watch)
        if self.tells_at_once:  # as its thread may, before we have returned
            on_state("live")
        return watch


class Watch:
    def __init__(self, project_id: str, on_batch: OnBatch, on_state: OnState) -> None:
        self.project_id, self.on_batch, self.on_state = project_id, on_batch, on_state
        self.closed = self.doubted = 0

    def doubt(self) -> None:
        self.doubted += 1

    def close(self) -> None:
        self.closed += 1


class Yard:
    def __init__(self, clock: FakeClock, **options: Any) -> None:
        self.clock = clock
        self.store = SlowStore()
        self.freshness = Freshness(_Nothing(), clock, SnapshotStore("m"), workers=0)
        store: Any = self.store
        self.hub = LiveHub(store, self.freshness, clock, retry=0.01, **options)

    def subscribe(self, *views: MediaQuery) -> Subscriber:
        subscriber = Subscriber(ADA, views or (ALL,), lambda: None)
        self.hub.subscribe(subscriber)
        return subscriber

    def current(self) -> bool:
        """Whether what is read now is followed by the feed."""
        return self.freshness._views._feeds.delivers(PROJECT)


class _Away:
    def __getattr__(self, name: str) -> Any:
        raise StoreUnavailable("The database is away")


class _Nothing:
    def __getattr__(self, name: str) -> Any:
        raise AssertionError("The hub reads nothing")


@pytest.fixture
def yard(clock: FakeClock) -> Iterator[Yard]:
    yard = Yard(clock)
    yield yard
    yard.store.gate.set()
    yard.hub.close()


def begun(subscriber: Subscriber) -> None:
    until(lambda: subscriber.take().begun)


def threads(name: str) -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith(name)]


def batch() -> Batch:
    return Batch(PROJECT, (make_item(),), (), frozenset(), "", NOON)


class TestBeginning:
    def test_those_who_come_while_a_feed_is_being_begun_share_it(self, yard: Yard) -> None:
        yard.store.gate.clear()
        subscribers = [yard.subscribe() for _ in range(5)]
        assert not any(one.take().begun for one in subscribers)
        yard.store.gate.set()
        for one in subscribers:
            begun(one)
        begun(yard.subscribe())
        assert yard.store.asked == [PROJECT]

    def test_a_slow_one_holds_up_nothing_else(self, yard: Yard) -> None:
        yard.store.tells_at_once = True
        other = yard.subscribe(ELSEWHERE)
        begun(other)
        yard.store.gate.clear()
        waiting = yard.subscribe()
        until(lambda: yard.store.asked == ["elsewhere", PROJECT])

        def use() -> None:
            yard.hub.finished(ELSEWHERE, ADA.user_id)
            yard.hub._on_batch(batch())
            yard.store.watches[0].on_state("down")
            yard.hub.unsubscribe(other)
            yard.subscribe(ELSEWHERE)
            assert yard.hub.subscribers() == 2

        using = threading.Thread(target=use)
        using.start()
        using.join(10)
        assert not using.is_alive()
        news = other.take()
        assert (news.ready, news.state_changed) == ([0], True)
        assert yard.hub.state(PROJECT)[0] == "starting"
        yard.store.gate.set()
        begun(waiting)

    def test_what_it_tells_before_it_has_begun_counts_once_it_has(self, yard: Yard) -> None:
        """Only what is read after the beginning misses nothing: a state told earlier must not say so."""
        yard.store.tells_at_once = True
        begun(yard.subscribe())
        assert yard.hub.state(PROJECT)[0] == "live"
        assert yard.current()

    def test_one_that_fails_is_tried_again_until_it_works(self, yard: Yard) -> None:
        yard.store.fault = StoreUnavailable("The database is away")
        with recorded_lines() as lines:
            subscriber = yard.subscribe()
            until(lambda: len(yard.store.asked) > 2)
            assert yard.hub.state(PROJECT)[0] == "down"
            yard.store.fault = None
            begun(subscriber)
        assert [line["event"] for line in lines].count("feed.not_begun") == 1
        assert len(yard.store.watches) == 1

    def test_a_fault_nobody_foresaw_is_tried_again_too(self, yard: Yard) -> None:
        yard.store.fault = RuntimeError("can't start new thread")
        subscriber = yard.subscribe()
        until(lambda: len(yard.store.asked) > 1)
        yard.store.fault = None
        begun(subscriber)

    def test_one_that_fails_is_given_up_when_nobody_is_left(self, yard: Yard, clock: FakeClock) -> None:
        yard.store.fault = StoreUnavailable("The database is away")
        subscriber = yard.subscribe()
        until(lambda: len(yard.store.asked) > 1)
        yard.hub.unsubscribe(subscriber)
        clock.advance(LINGER)
        yard.hub.sweep()
        until(lambda: not threads("freshet-begin"))
        assert yard.hub.state(PROJECT)[0] == "down"
        assert yard.store.watches == []


class TestRoom:
    """Two projects may be listened to."""

    @pytest.fixture
    def yard(self, clock: FakeClock) -> Iterator[Yard]:
        yard = Yard(clock, most=2)
        yield yard
        yard.hub.close()

    @staticmethod
    def project(number: int) -> MediaQuery:
        return MediaQuery(project_id=f"project-{number}")

    def test_one_project_more_is_polled_and_nothing_is_begun_for_it(self, yard: Yard) -> None:
        yard.store.tells_at_once = True
        for number in (1, 2):
            begun(yard.subscribe(self.project(number)))
        with recorded_lines() as lines:
            late = yard.subscribe(self.project(3))
        assert [yard.hub.state(f"project-{number}")[0] for number in (1, 2, 3)] == ["live", "live", "polling"]
        assert [yard.hub.is_unheard(f"project-{number}") for number in (1, 2, 3)] == [False, False, True]
        assert not late.take().begun
        assert yard.store.asked == ["project-1", "project-2"]
        assert not yard.freshness._views._feeds.delivers("project-3")
        assert [line["event"] for line in lines] == ["feed.no_room"]

    def test_it_is_listened_to_as_soon_as_nobody_looks_at_one_of_the_others(self, yard: Yard) -> None:
        first, second = yard.subscribe(self.project(1)), yard.subscribe(self.project(2))
        begun(first)
        begun(second)
        late, last = yard.subscribe(self.project(3)), yard.subscribe(self.project(4))
        yard.hub.unsubscribe(second)
        begun(late)
        assert late.views == (self.project(3),)
        assert yard.hub.state("project-2")[0] == "down"
        until(lambda: [watch.closed for watch in yard.store.watches if watch.project_id == "project-2"] == [1])
        assert not last.take().begun
        yard.hub.unsubscribe(first)
        begun(last)
        assert sorted(yard.store.asked) == [f"project-{number}" for number in (1, 2, 3, 4)]

    def test_one_that_is_merely_kept_makes_room_the_one_left_longest_ago_first(
        self, yard: Yard, clock: FakeClock
    ) -> None:
        for number in (1, 2):
            subscriber = yard.subscribe(self.project(number))
            begun(subscriber)
            yard.hub.unsubscribe(subscriber)
            clock.advance(1)
        begun(yard.subscribe(self.project(3)))
        assert [yard.hub.state(f"project-{number}")[0] for number in (1, 2)] == ["down", "starting"]

    def test_who_waits_in_vain_and_leaves_is_forgotten(self, yard: Yard) -> None:
        for number in (1, 2):
            begun(yard.subscribe(self.project(number)))
        late = yard.subscribe(self.project(3))
        yard.hub.unsubscribe(late)
        assert yard.hub.state("project-3")[0] == "down"
        assert not yard.hub.is_unheard("project-3")


class TestDoubt:
    def test_B19_whose_question_finds_the_store_away_has_every_feed_find_out_at_once(self, clock: FakeClock) -> None:
        store: Any = SlowStore()
        freshness = Freshness(_Away(), clock, SnapshotStore("m"), workers=0)
        hub = LiveHub(store, freshness, clock)
        for view in (ALL, ELSEWHERE):
            subscriber = Subscriber(ADA, (view,), lambda: None)
            hub.subscribe(subscriber)
            begun(subscriber)
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                freshness.revalidate(ALL, "manual", ADA, scope="library")
        assert [watch.doubted for watch in store.watches] == [2, 2]
        hub.close()

    def test_a_feed_that_has_not_begun_finds_out_anyway(self, yard: Yard) -> None:
        yard.store.gate.clear()
        subscriber = yard.subscribe()
        yard.freshness.tell_away()
        yard.store.gate.set()
        begun(subscriber)
        assert [watch.doubted for watch in yard.store.watches] == [0]


class TestEnding:
    def test_one_that_begins_after_the_hub_was_closed_is_ended_at_once(self, yard: Yard) -> None:
        yard.store.gate.clear()
        yard.subscribe()
        until(lambda: yard.store.asked == [PROJECT])
        closing = threading.Thread(target=yard.hub.close)
        closing.start()
        until(lambda: yard.hub.subscribers() == 0)
        yard.store.gate.set()
        closing.join(10)
        assert [watch.closed for watch in yard.store.watches] == [1]
        assert not threads("freshet-begin")

    def test_after_the_end_nobody_begins_anything(self, yard: Yard) -> None:
        yard.hub.close()
        yard.subscribe()
        assert yard.store.asked == []
        assert yard.hub.state(PROJECT)[0] == "down"

    def test_one_that_was_left_while_it_began_goes_with_the_others(self, yard: Yard, clock: FakeClock) -> None:
        yard.store.gate.clear()
        subscriber = yard.subscribe()
        until(lambda: yard.store.asked == [PROJECT])
        yard.hub.unsubscribe(subscriber)
        clock.advance(LINGER)
        yard.hub.sweep()
        yard.store.gate.set()
        until(lambda: [watch.closed for watch in yard.store.watches] == [1])
        assert not yard.current()

    def test_R2_13_a_feed_is_kept_for_a_reload_and_ends_by_itself_when_nobody_comes(
        self, yard: Yard, clock: FakeClock
    ) -> None:
        """An idle one costs reads and writes all the same (its canary)."""
        first, second = yard.subscribe(), yard.subscribe()
        begun(first)
        yard.hub.unsubscribe(first)
        yard.hub.unsubscribe(second)
        clock.advance(LINGER - 1)
        yard.hub.sweep()
        begun(again := yard.subscribe())
        assert yard.store.asked == [PROJECT]
        yard.hub.unsubscribe(again)
        yard.hub.unsubscribe(again)
        clock.advance(LINGER)
        yard.hub.sweep()
        assert [watch.closed for watch in yard.store.watches] == [1]
        begun(yard.subscribe())
        assert len(yard.store.watches) == 2

    def test_R2_13_nobody_needs_to_come_for_that(self, yard: Yard) -> None:
        hub = LiveHub(yard.store, yard.freshness, SystemClock(), linger=0.05)  # type: ignore[arg-type]
        subscriber = Subscriber(ADA, (ALL,), lambda: None)
        hub.subscribe(subscriber)
        begun(subscriber)
        hub.unsubscribe(subscriber)
        until(lambda: [watch.closed for watch in yard.store.watches] == [1])
        hub.close()
        assert not threads("freshet-sweep")


class TestWhatWasHeard:
    """Of somebody's items, for whoever holds figures of them: equal as long as nothing of theirs was told."""

    def test_F11_it_changes_with_ones_own_items_and_what_may_be_and_with_nothing_else(self, yard: Yard) -> None:
        yard.store.tells_at_once = True
        begun(yard.subscribe())
        [watch] = yard.store.watches
        before = yard.hub.heard_of(ADA)
        assert before is not None
        watch.on_batch(replace(batch(), changed=(make_item(owner_id="grace"),)))
        watch.on_batch(replace(batch(), changed=()))
        assert yard.hub.heard_of(ADA) == before
        watch.on_batch(batch())
        changed = yard.hub.heard_of(ADA)
        assert changed != before
        watch.on_batch(replace(batch(), changed=(), removed=(Removal("media", "anybodys", 2),)))
        assert yard.hub.heard_of(ADA) != changed

    def test_F11_it_is_known_of_all_projects_or_not_at_all(self, yard: Yard) -> None:
        yard.store.tells_at_once = True
        both = make_principal("ada", PROJECT, ELSEWHERE.project_id)
        begun(yard.subscribe())
        assert yard.hub.heard_of(both) is None
        begun(yard.subscribe(ALL, ELSEWHERE))
        until(lambda: yard.hub.heard_of(both) is not None)

    def test_B18_nothing_stays_known_while_a_feed_is_down_and_what_comes_back_may_be_another_database(
        self, yard: Yard
    ) -> None:
        yard.store.tells_at_once = True
        begun(yard.subscribe())
        [watch] = yard.store.watches
        before = yard.hub.heard_of(ADA)
        watch.on_state("polling")
        assert yard.hub.heard_of(ADA) == before
        watch.on_state("down")
        assert yard.hub.heard_of(ADA) != yard.hub.heard_of(ADA), "whoever asks has a reason to"
        watch.on_state("live")
        assert yard.hub.heard_of(ADA) not in (None, before)
