"""The change feed on Firestore when the network, the server or the stream fails: it says so, and loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.clock import FakeClock, SystemClock
from services.identity import SYSTEM
from services.models import Batch, MediaItem
from services.store.firestore import history
from services.store.firestore.history import History
from services.store.firestore.store import FirestoreStore
from services.store.firestore.vigil import PACE, Pace
from services.store.protocol import Store
from tests.support.counting import CountingClient
from tests.support.engine import until
from tests.support.proxy import Proxy, proxied
from tests.support.records import PROJECT, make_item, remove, save
from tests.support.stores import Backend
from tests.support.watching import Recorder, watching

QUICK = Pace(first_canary=0.2, canary=0.3, patience=1.0, poll=0.1, retry=0.05, gather=0.0)
"""The same order of things as in production, in less time."""
STEADY = Pace(first_canary=3600, poll=0.1, retry=0.05, patience=30.0, gather=0.0)
"""Nothing happens by itself."""


class Line:
    """A store whose connection to the emulator runs through a proxy, and another that is not disturbed."""

    def __init__(self, backend: Backend, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
        self.backend, self.proxy = backend, proxy
        self.undisturbed = backend.open()
        self._monkeypatch = monkeypatch
        self._stores: list[Store] = []
        self.client: CountingClient

    def open(self, pace: Pace, clock: FakeClock | None = None) -> Store:
        with self._monkeypatch.context() as patch:
            patch.setenv("FIRESTORE_EMULATOR_HOST", self.proxy.address)
            self.client = self.backend.client()
        store = FirestoreStore(self.client, clock or SystemClock(), pace=pace)
        self._stores.append(store)
        return store

    def close(self) -> None:
        for store in self._stores:
            store.close()


@pytest.fixture
def line(firestore_emulator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    with ExitStack() as stack:
        proxy = stack.enter_context(proxied(firestore_emulator))
        backend = Backend("firestore", tmp_path, FakeClock())
        stack.callback(backend.close)
        line = Line(backend, proxy, monkeypatch)
        stack.callback(line.close)
        yield line


def shown_before_live(told: Recorder, *items: MediaItem) -> bool:
    """Whether all items had been told when the state last became live."""
    last_live = len(told.order) - 1 - told.order[::-1].index("live")
    earlier = [one for one in told.order[:last_live] if isinstance(one, Batch)]
    return {item.id for item in items} <= {item.id for batch in earlier for item in batch.changed}


class TestTheConnection:
    def test_B18_what_was_committed_while_it_was_cut_is_delivered_before_the_feed_is_live_again(
        self, line: Line
    ) -> None:
        with watching(line.open(QUICK)) as told:
            [known] = save(line.undisturbed, make_item())
            told.wait_for_revision(known)
            line.proxy.cut()
            told.wait_for_state("down")
            items = [save(line.undisturbed, make_item())[0] for _ in range(5)]
            remove(line.undisturbed, known)
            line.proxy.resume()
            told.wait_for_state("live")
            assert shown_before_live(told, *items)
            told.wait_for(lambda: known.id not in told.held)
            told.wait_for_revision(*save(line.undisturbed, make_item()))

    def test_a_long_outage_is_caught_up_in_portions(self, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(history, "PORTION", 10)
        with watching(line.open(QUICK)) as told:
            line.proxy.cut()
            told.wait_for_state("down")
            items = save(line.undisturbed, *(make_item() for _ in range(40)))
            for item in items[:5]:
                remove(line.undisturbed, item)
            line.proxy.resume()
            told.wait_for_state("live")
            assert shown_before_live(told, *items[5:])
            assert {item.id for item in items[:5]} == {one.id for batch in told.batches for one in batch.removed}

    def test_a_cut_that_is_over_at_once_loses_nothing(self, line: Line) -> None:
        with watching(line.open(QUICK)) as told:
            for _ in range(5):
                line.proxy.cut()
                [item] = save(line.undisturbed, make_item())
                line.proxy.resume()
                told.wait_for_revision(item)

    def test_B19_a_network_that_goes_silent_is_noticed_by_the_canary(self, line: Line) -> None:
        with watching(line.open(QUICK)) as told:
            line.proxy.pause()
            told.wait_for_state("down")
            items = [save(line.undisturbed, make_item())[0] for _ in range(5)]
            line.proxy.resume()
            told.wait_for_state("live")
            told.wait_for_revision(*items)

    def test_B19_a_network_that_goes_silent_is_told_as_soon_as_somebody_else_has_found_it_so(self, line: Line) -> None:
        """Long before the canary is due."""
        store, told = line.open(STEADY), Recorder()
        watch = store.watch(PROJECT, told.on_batch, told.on_state)
        told.wait_for_state("live")
        line.proxy.pause()
        watch.doubt()
        told.wait_for_state("down")
        line.proxy.resume()
        told.wait_for_state("live")
        told.wait_for_revision(*save(line.undisturbed, make_item()))
        watch.close()

    def test_a_watch_that_begins_while_the_database_is_down_is_live_when_it_answers(self, line: Line) -> None:
        store, told = line.open(QUICK), Recorder()
        line.proxy.cut()
        watch = store.watch(PROJECT, told.on_batch, told.on_state)
        told.wait_for_state("down")
        line.proxy.resume()
        told.wait_for_state("live")
        told.wait_for_revision(*save(line.undisturbed, make_item()))
        watch.close()

    def test_closing_the_store_while_a_watch_begins_leaves_no_thread_and_no_trace(
        self, line: Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store, told = line.open(QUICK), Recorder()
        entered, go_on = threading.Event(), threading.Event()
        start = History.start

        def slow(history: History) -> None:
            entered.set()
            assert go_on.wait(30)
            start(history)

        monkeypatch.setattr(History, "start", slow)
        beginning = threading.Thread(target=store.watch, args=(PROJECT, told.on_batch, told.on_state))
        beginning.start()
        assert entered.wait(30)
        store.close()
        go_on.set()
        beginning.join(30)
        assert not [one for one in threading.enumerate() if one.name.startswith("freshet-")]

    @pytest.mark.parametrize("fault", [Proxy.cut, Proxy.pause])
    def test_closing_meanwhile_leaves_no_thread(self, line: Line, fault: Callable[[Proxy], None]) -> None:
        store, told = line.open(QUICK), Recorder()
        watch = store.watch(PROJECT, told.on_batch, told.on_state)
        told.wait_for_state("live")
        fault(line.proxy)
        told.wait_for_state("down")
        watch.close()
        assert not [one for one in threading.enumerate() if one.name.startswith("freshet-")]


class TestTheThread:
    """One that ended unseen would leave every screen stale, and called live."""

    @pytest.mark.parametrize("broken", ["deliver", "catch_up", "query"])
    def test_what_nobody_foresaw_is_down_and_passes(
        self, line: Line, monkeypatch: pytest.MonkeyPatch, broken: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        with watching(line.open(QUICK)) as told:
            with monkeypatch.context() as patch:

                def fail(*_: object, **__: object) -> None:
                    raise TypeError("a fault of ours")

                patch.setattr(History, broken, fail)
                line.proxy.cut()
                told.wait_for_state("down")
                line.proxy.resume()
                until(lambda: "feed.failed" in caplog.text)
                [missed] = save(line.undisturbed, make_item())
                told.wait_for_state("down")
            told.wait_for_state("live")
            told.wait_for_revision(missed, *save(line.undisturbed, make_item()))


class TestTheListener:
    def test_B19_while_every_listener_is_deaf_the_feed_says_polling_and_polls(self, line: Line) -> None:
        with watching(line.open(QUICK)) as told:
            line.client.ears.all_deaf = True
            told.wait_for_state("polling")
            [item] = save(line.undisturbed, make_item())
            told.wait_for_revision(item)
            remove(line.undisturbed, item)
            told.wait_for(lambda: item.id not in told.held)
            assert "live" not in told.states[told.states.index("polling") :]
            line.client.ears.all_deaf = False
            told.wait_for_state("live")
            told.wait_for_revision(*save(line.undisturbed, make_item()))

    def test_B02_what_is_new_is_read_at_its_pace_also_while_a_new_listener_is_tried(self, line: Line) -> None:
        store, told = line.open(Pace(poll=0.1, patience=3600, gather=0)), Recorder()
        line.client.ears.all_deaf = True
        watch = store.watch(PROJECT, told.on_batch, told.on_state)
        told.wait_for_state("polling")
        told.wait_for_revision(*save(line.undisturbed, make_item()))
        told.wait_for_revision(*save(line.undisturbed, make_item()))
        assert "live" not in told.states
        watch.close()

    def test_a_listener_that_goes_deaf_is_replaced_and_nothing_is_lost(self, line: Line) -> None:
        with watching(line.open(QUICK)) as told:
            for _ in range(3):
                line.client.ears.deafen_current()
                items = [save(line.undisturbed, make_item())[0] for _ in range(3)]
                told.wait_for_revision(*items)
            told.wait_for_state("live")

    def test_a_deaf_listener_is_announced_within_a_minute(self) -> None:
        assert PACE.longest_silence < 60

    def test_one_listener_is_open_at_a_time(self, line: Line) -> None:
        with watching(line.open(Pace(anchor_documents=2, anchor_rest=0, gather=0))) as told:
            for _ in range(10):
                told.wait_for_revision(*save(line.undisturbed, make_item()))
                assert line.client.ears.open_streams <= 1
            assert line.client.tally.calls["Listen"] > 3

    def test_a_damaged_document_is_logged_and_keeps_nothing_back(
        self, line: Line, caplog: pytest.LogCaptureFixture
    ) -> None:
        store = line.open(STEADY)
        with watching(store) as told:
            [item] = save(line.undisturbed, make_item())
            told.wait_for_revision(item)
            damaged = line.backend.client().document(f"media/{item.id}")
            damaged.update({"status": "unheard of", "updated_at": damaged.get().get("updated_at")})
            told.wait_for_revision(*save(line.undisturbed, make_item()))
            assert told.states == ["live"]
        assert "feed.unreadable" in caplog.text


class TestNewAnchors:
    def test_after_many_changes_it_begins_anew_and_stays_live(self, line: Line) -> None:
        with watching(line.open(Pace(anchor_documents=5, anchor_rest=0, gather=0))) as told:
            for _ in range(20):
                told.wait_for_revision(*save(line.undisturbed, make_item(files={}, parameters={})))
            assert line.client.tally.calls["Listen"] >= 3
            assert told.states == ["live"]

    def test_it_loses_nothing_when_it_begins_anew_in_a_burst(self, line: Line) -> None:
        """It need not stay live: the emulator at times damages the stream of a listener that begins amid commits."""
        with watching(line.open(Pace(anchor_documents=5, anchor_rest=0, gather=0))) as told:
            items = [save(line.undisturbed, make_item(files={}, parameters={}))[0] for _ in range(60)]
            told.wait_for_revision(*items)
            told.wait_for_state("live")
            assert line.client.tally.calls["Listen"] >= 3

    def test_in_a_burst_it_does_not_begin_anew_again_and_again(self, line: Line) -> None:
        """Each new listener is told of the minute before once more: that must not add up."""
        with watching(line.open(Pace(anchor_documents=5, gather=0))) as told:
            items = [save(line.undisturbed, make_item(files={}, parameters={}))[0] for _ in range(30)]
            told.wait_for_revision(*items)
            assert line.client.tally.calls["Listen"] == 1

    def test_after_an_hour_it_begins_anew(self, line: Line) -> None:
        clock = FakeClock()
        with watching(line.open(PACE, clock)) as told:
            told.wait_for_revision(*save(line.undisturbed, make_item()))
            clock.advance(PACE.anchor_age)
            again = line.client.tally.sent("Listen")
            told.wait_for_revision(*save(line.undisturbed, make_item()))
            assert again.wait(60)
            told.wait_for_revision(*save(line.undisturbed, make_item()))
            assert told.states == ["live"]


class TestCost:
    def test_B14_a_hundred_changes_cost_a_hundred_reads(self, line: Line) -> None:
        with watching(line.open(STEADY)) as told:
            line.client.tally.clear()
            items = [save(line.undisturbed, make_item(files={}, parameters={}))[0] for _ in range(100)]
            told.wait_for_revision(*items)
            assert line.client.tally.reads == 100

    def test_B14_an_idle_hour_costs_nothing_but_canaries(self, line: Line) -> None:
        save(line.undisturbed, *(make_item(files={}, parameters={}) for _ in range(50)))
        pace = Pace(first_canary=0.05, canary=0.05, patience=60)
        with watching(line.open(pace)) as told:
            told.wait_for(lambda: len(told.held) == 50)
            line.client.tally.clear()
            line.client.tally.wait_for_canaries(20)
            assert line.client.tally.reads == 0
        assert 3600 / PACE.canary <= 120

    def test_a_watch_costs_two_reads_to_begin_and_what_changed_in_the_last_minute(self, line: Line) -> None:
        line.undisturbed.ping()  # the database has been used before
        store = line.open(STEADY)
        with watching(store):
            assert line.client.tally.reads == 2
        save(line.undisturbed, make_item(), make_item())
        line.client.tally.clear()
        with watching(store) as told:
            told.wait_for(lambda: len(told.held) == 2)
            assert line.client.tally.reads == 4

    def test_no_canary_stays_behind_and_none_is_ever_seen(self, line: Line) -> None:
        pace = Pace(first_canary=0.05, canary=0.05, patience=60)
        with watching(line.open(pace)) as told:
            line.client.tally.wait_for_canaries(3)
            canaries = [one.id for one in line.backend.media_documents()]
            assert len(canaries) == 1
            assert line.undisturbed.media.get_many(SYSTEM, canaries) == {}
            assert told.revisions == {}
        assert line.backend.media_documents() == []
