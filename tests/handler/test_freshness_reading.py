"""Reads that cross: what a screen is told never stems from before its question, and never goes back."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.clock import FakeClock
from services.errors import NotFound, StoreUnavailable
from services.freshness import Reason, View
from services.freshness.feeds import FeedState
from services.models import MediaQuery
from services.store.protocol import Store
from tests.support.engine import ADA, ALL, GRACE, IMAGES, PATIENCE, Engine, ids, newest, until
from tests.support.logs import recorded_lines
from tests.support.records import PROJECT, make_item, make_principal, remove, save


@pytest.fixture
def engine(store: Store, clock: FakeClock) -> Engine:
    return Engine(store, clock)


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    with recorded_lines() as lines:
        yield lines


class TestClicks:
    def test_B03_a_click_during_a_slow_read_is_answered_by_a_later_one(self, engine: Engine, store: Store) -> None:
        """The read had its answer before the commit; the click came after it."""
        save(store, make_item())
        engine.ask("open")
        with ThreadPoolExecutor(1) as tab:
            with engine.media.slow() as read:
                slow = tab.submit(engine.ask, "manual")
                assert read.wait(PATIENCE)
                [item] = save(store, make_item())
                click = engine.submit("open")
                assert not engine.freshness.queue.step(), "one fetch per view at a time"
            slow.result(PATIENCE)
            engine.work()
        assert click.snapshot is not None
        assert ids(click.snapshot)[0] == item.id

    def test_R2_06_five_opens_of_a_chooser_are_one_query(self, engine: Engine, store: Store) -> None:
        save(store, make_item())
        tickets = [engine.submit("open") for _ in range(5)]
        assert engine.work() == 1
        assert engine.media.reads == 1
        assert len({ticket.snapshot.version for ticket in tickets if ticket.snapshot}) == 1

    def test_B17_ten_tabs_that_open_at_once_cost_two_reads_at_most(self, engine: Engine, store: Store) -> None:
        save(store, make_item())
        with ThreadPoolExecutor(10) as tabs:
            with engine.media.slow() as read:
                first = tabs.submit(engine.ask, "open")
                assert read.wait(PATIENCE)
                others = [tabs.submit(engine.ask, "open") for _ in range(9)]
                until(lambda: sum(sum(job.asked.values()) for job in engine.freshness.queue.waiting()) == 9)
            snapshots = [tab.result(PATIENCE) for tab in (first, *others)]
        assert engine.media.reads == 2
        assert len({snapshot.version for snapshot in snapshots}) == 1

    def test_F04_each_scope_that_shared_a_read_has_its_line_and_the_documents_are_told_once(
        self, engine: Engine, store: Store, lines: list[dict[str, Any]]
    ) -> None:
        save(store, make_item(), make_item())
        engine.submit("open")
        engine.submit("open")
        engine.freshness.submit(ALL, "manual", ADA, scope="chooser")
        engine.work()
        told = [(line["event"], line["reason"], line["documents"], line.get("shared")) for line in lines]
        assert told == [("library.refresh", "open", 2, 2), ("chooser.refresh", "manual", 0, 1)]

    def test_F08_whoever_listens_hears_of_the_views_that_an_answer_changed(self, engine: Engine, store: Store) -> None:
        """The push of that change will find it known: the other tabs on the view would not hear of it."""
        heard: list[View] = []
        engine.freshness.on_change = heard.append
        engine.ask("open")
        engine.ask("manual")
        save(store, make_item())
        engine.ask("manual")
        assert heard == [("ada", ALL), ("ada", ALL)]

    def test_a_listener_that_fails_spoils_nobodys_answer(
        self, engine: Engine, store: Store, lines: list[dict[str, Any]]
    ) -> None:
        heard: list[View] = []
        engine.freshness.on_change = heard.remove
        [item] = save(store, make_item())
        assert engine.ask("open").items == (item,)
        assert lines[-1]["event"] == "refresh.listener"
        assert engine.freshness.entry(ALL, ADA).error is None


class TestLateAnswers:
    def test_B07_an_answer_that_a_push_overtook_does_not_undo_it(
        self, engine: Engine, store: Store, clock: FakeClock
    ) -> None:
        kept, changed, removed = save(store, make_item(), make_item(), make_item())
        engine.ask("open")
        with ThreadPoolExecutor(1) as tab:
            with engine.media.slow() as read:
                slow = tab.submit(engine.ask, "manual")
                assert read.wait(PATIENCE)
                [renamed] = save(store, changed.model_copy(update={"title": "Renamed"}))
                remove(store, removed)
                [new] = save(store, make_item())
                engine.push(renamed, new, removed=(removed,))
                pushed = engine.latest()
            answer = slow.result(PATIENCE)
        assert answer.version == pushed.version
        assert answer.items == (new, renamed, kept)

    def test_B07_a_first_read_that_a_push_overtook_has_the_push_in_it(self, engine: Engine, store: Store) -> None:
        """Nothing was held that the push could have been applied to."""
        [old, removed] = save(store, make_item(), make_item())
        with ThreadPoolExecutor(1) as tab:
            with engine.media.slow() as read:
                first = tab.submit(engine.ask, "open")
                assert read.wait(PATIENCE)
                [renamed] = save(store, old.model_copy(update={"title": "Renamed"}))
                remove(store, removed)
                assert engine.push(renamed, removed=(removed,)) == []
            assert first.result(PATIENCE).items == (renamed,)
        assert engine.freshness.seen.get("ada", removed.id) is None

    def test_B07_a_page_that_was_read_before_a_change_on_it_shows_the_change(
        self, engine: Engine, store: Store
    ) -> None:
        items = save(store, *(make_item() for _ in range(40)))
        engine.ask("open")
        with ThreadPoolExecutor(1) as tab:
            with engine.media.slow() as read:
                page = tab.submit(engine.ask, "page", loaded=48)
                assert read.wait(PATIENCE)
                [renamed] = save(store, items[2].model_copy(update={"title": "Renamed"}))
                remove(store, items[3])
                engine.push(renamed, removed=(items[3],))
            answer = page.result(PATIENCE)
        assert ids(answer) == newest([item for item in items if item.id != items[3].id])
        assert renamed in answer.items

    def test_B07_an_older_push_that_comes_late_changes_nothing(self, engine: Engine, store: Store) -> None:
        [first] = save(store, make_item(title="First"))
        [second] = save(store, first.model_copy(update={"title": "Second"}))
        engine.ask("open")
        assert engine.push(first) == []
        assert engine.latest().items == (second,)


class TestFailures:
    @pytest.mark.parametrize("reason", ["manual", "page"])
    def test_B20_a_failure_keeps_the_data_and_its_age_and_says_so(
        self, engine: Engine, store: Store, clock: FakeClock, reason: Reason
    ) -> None:
        save(store, *(make_item() for _ in range(30)))
        before = engine.ask("open")
        fetched = clock.now()
        clock.advance(600)
        engine.media.away = True
        ticket = engine.submit(reason, loaded=48)
        engine.work()
        entry = engine.freshness.entry(ALL, ADA)
        assert isinstance(ticket.error, StoreUnavailable)
        assert (entry.version, entry.as_of, entry.fetched_at) == (before.version, before.as_of, fetched)
        assert (entry.error, entry.offline, entry.failures) == ("The database is away", True, 1)
        assert engine.latest().items is before.items

    def test_F07_a_failure_and_a_fetch_are_two_facts(self, engine: Engine, store: Store) -> None:
        save(store, make_item())
        engine.ask("open")
        engine.media.away = True
        with pytest.raises(StoreUnavailable):
            engine.ask("manual")
        engine.submit("manual")
        entry = engine.freshness.entry(ALL, ADA)
        assert (entry.running, entry.error, entry.version != "") == ("manual", "The database is away", True)
        engine.media.away = False
        engine.work()
        entry = engine.freshness.entry(ALL, ADA)
        assert (entry.running, entry.error, entry.offline, entry.failures) == (None, None, False, 0)

    def test_F07_nothing_held_and_failed_is_not_an_empty_list(self, engine: Engine) -> None:
        engine.media.away = True
        with pytest.raises(StoreUnavailable):
            engine.ask("open")
        entry = engine.freshness.entry(ALL, ADA)
        assert (entry.version, entry.as_of, entry.error) == ("", None, "The database is away")

    def test_R2_10_a_failed_refresh_may_be_repeated_at_once(self, engine: Engine, store: Store) -> None:
        [item] = save(store, make_item())
        engine.media.away = True
        for _ in range(5):
            engine.submit("manual")
            assert engine.work() == 1
        assert engine.freshness.entry(ALL, ADA).running is None
        engine.media.away = False
        assert engine.ask("manual").items == (item,)

    def test_R2_10_repeated_failures_hold_the_background_back_and_nobody_else(
        self, engine: Engine, store: Store, clock: FakeClock, lines: list[dict[str, Any]]
    ) -> None:
        save(store, make_item())
        engine.ask("open")
        engine.media.away = True
        for _ in range(2):
            clock.advance(7200)
            engine.submit("ttl")
            engine.work()
        reads = engine.media.reads
        ticket = engine.submit("ttl")
        assert (ticket.done, ticket.snapshot, str(ticket.error)) == (True, None, "The database is away")
        assert engine.media.reads == reads
        engine.submit("manual")
        assert engine.work() == 1
        clock.advance(60)
        engine.submit("ttl")
        assert engine.work() == 1

    def test_a_feed_that_comes_back_lets_the_background_ask_at_once(
        self, engine: Engine, store: Store, clock: FakeClock
    ) -> None:
        save(store, make_item())
        engine.freshness.feed(ALL.project_id, "live")
        engine.ask("open")
        engine.freshness.feed(ALL.project_id, "down")
        engine.media.away = True
        for _ in range(6):
            engine.submit("manual")
            engine.work()
        assert engine.submit("live").done
        engine.media.away = False
        engine.freshness.feed(ALL.project_id, "live")
        ticket = engine.submit("live")
        assert engine.work() == 1
        assert ticket.error is None

    def test_a_failed_fetch_gathers_no_more_pushes(self, engine: Engine, store: Store) -> None:
        """While one runs they are kept for its answer. One that never comes must not keep them for ever."""
        [item] = save(store, make_item())
        engine.media.away = True
        with pytest.raises(StoreUnavailable):
            engine.ask("open")
        engine.push(item)
        record = engine.freshness._views._records.find(ALL, ADA)
        assert record is not None
        assert record.missed is None

    def test_lost_membership_drops_what_was_held(self, engine: Engine, store: Store) -> None:
        """Unlike a database that is away, it says that these are not the user's to see."""
        save(store, make_item())
        before = engine.ask("open")
        with pytest.raises(NotFound):
            engine.ask("manual", principal=make_principal("ada", "elsewhere"))
        assert engine.freshness.snapshots.get(before.version, ADA) is None
        assert engine.freshness.entry(ALL, ADA).version == ""
        assert not engine.freshness.entry(ALL, ADA).offline

    def test_an_error_nobody_foresaw_is_a_sentence_with_an_id(
        self, engine: Engine, store: Store, lines: list[dict[str, Any]]
    ) -> None:
        save(store, make_item())
        engine.ask("open")
        engine.media.fault = RuntimeError("secret")
        ticket = engine.submit("manual")
        engine.work()
        [crash] = [line for line in lines if line["event"] == "refresh.crashed"]
        assert crash["error_id"] in str(ticket.error)
        assert engine.freshness.entry(ALL, ADA).error == str(ticket.error)
        engine.media.fault = None
        assert len(engine.ask("manual").items) == 1


class TestStaleness:
    def test_R2_03_what_is_fresh_queues_nothing_and_what_is_stale_one_refresh(
        self, engine: Engine, store: Store, clock: FakeClock
    ) -> None:
        save(store, make_item())
        before = engine.ask("open")
        clock.advance(3600)
        fresh = engine.submit("ttl")
        assert (fresh.done, fresh.snapshot) == (True, before)
        assert engine.freshness.queue.waiting() == []
        clock.advance(1)
        for _ in range(3):
            engine.submit("ttl")
        assert len(engine.freshness.queue.waiting()) == 1
        assert engine.work() == 1
        assert engine.submit("ttl").done

    def test_R2_02_a_view_is_as_stale_as_what_it_shows(self, engine: Engine, store: Store, clock: FakeClock) -> None:
        save(store, make_item())
        engine.ask("open", kind="sections")
        clock.advance(1801)
        assert engine.submit("ttl", kind="library").done
        assert not engine.submit("ttl", kind="sections").done

    def test_R2_04_nothing_held_is_asked_for_whatever_the_reason(self, engine: Engine, store: Store) -> None:
        save(store, make_item())
        questions: list[tuple[MediaQuery, Reason]] = [(ALL, "ttl"), (IMAGES, "live")]
        for query, reason in questions:
            ticket = engine.submit(reason, query)
            assert not ticket.done
            engine.work()
            assert ticket.snapshot is not None

    def test_B16_a_return_reads_once_in_five_seconds(self, engine: Engine, store: Store, clock: FakeClock) -> None:
        save(store, make_item())
        engine.ask("open")
        clock.advance(5)
        for reason in ("focus", "visibility", "online"):
            engine.ask(reason)
        assert engine.media.reads == 2
        clock.advance(5)
        engine.ask("focus")
        assert engine.media.reads == 3

    def test_R2_11_finds_what_was_never_fetched_or_is_older_than_its_time(
        self, engine: Engine, store: Store, clock: FakeClock
    ) -> None:
        save(store, make_item())
        engine.ask("open", ALL)
        engine.ask("open", ALL, GRACE, kind="item")
        clock.advance(1800)
        engine.ask("open", IMAGES)
        engine.media.away = True
        engine.submit("open", IMAGES, GRACE)
        engine.work()
        later = clock.now() + timedelta(seconds=1801)
        assert engine.freshness.find_stale_items("library", later) == [("ada", ALL), ("grace", IMAGES)]
        assert engine.freshness.find_stale_items("library", clock.now()) == [("grace", IMAGES)]
        assert engine.freshness.find_stale_items("item", later) == []
        assert engine.freshness.find_stale_items("item", later + timedelta(hours=4)) == [("grace", ALL)]

    def test_X_05_an_invalidated_view_stays_on_the_screen_and_is_asked_for_next(
        self, engine: Engine, store: Store, clock: FakeClock
    ) -> None:
        save(store, make_item())
        before = engine.ask("open")
        states: tuple[FeedState, ...] = ("live", "down", "live")  # what came back may be another database
        for state in states:
            engine.freshness.feed(PROJECT, state)
        assert engine.freshness.entry(ALL, ADA).version == before.version
        assert engine.freshness.find_stale_items("library", clock.now()) == [("ada", ALL)]
        engine.submit("ttl")
        assert engine.work() == 1
        assert engine.freshness.find_stale_items("library", clock.now()) == []
