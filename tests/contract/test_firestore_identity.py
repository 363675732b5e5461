"""A Firestore database that was emptied or put back is noticed by the next question and by the feed, at no price."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from services.clock import FakeClock
from services.errors import StoreUnavailable, WatermarkTooOld
from services.identity import SYSTEM
from services.models import MediaQuery
from services.store.firestore.identity import NAME, Identity
from services.store.firestore.listener import Heard, Listener
from services.store.firestore.store import FirestoreStore
from services.store.firestore.vigil import Pace
from services.store.protocol import DELTA_LIMIT, Store
from tests.support.logs import recorded_lines
from tests.support.records import PROJECT, make_item, make_principal, save
from tests.support.screen import Screen, ids, newest, populate
from tests.support.stores import Backend
from tests.support.watching import Recorder, watching

ME = make_principal()
ALL = MediaQuery(project_id=PROJECT)
QUICK = Pace(first_canary=3600, poll=0.1, retry=0.05, patience=30.0, gather=0.0)
Contents = dict[str, dict[str, Any]]


@pytest.fixture
def backend(firestore_emulator: str, tmp_path: Path, clock: FakeClock) -> Iterator[Backend]:
    backend = Backend("firestore", tmp_path, clock)
    yield backend
    backend.close()


def contents(backend: Backend) -> Contents:
    """Everything in the database, by path: a copy."""
    client = backend.client()
    return {one.reference.path: one.to_dict() for collection in client.collections() for one in collection.get()}


def put_back(backend: Backend, copy: Contents) -> None:
    """Empty the database, then fill it from `copy`, as an import does."""
    client = backend.client()
    batch = client.batch()
    for path in contents(backend):
        batch.delete(client.document(path))
    batch.commit()
    batch = client.batch()
    for path, fields in copy.items():
        batch.set(client.document(path), fields)
    batch.commit()


def empty(backend: Backend) -> None:
    put_back(backend, {})


@pytest.fixture
def no_farewell(monkeypatch: pytest.MonkeyPatch) -> Lock:
    """While it is held, no listener goes away: meanwhile the emulator fails commits that are none of its business.

    What is lost here is written past the product, which would look what became of such a commit.
    """
    lock, close = Lock(), Listener.close

    def close_in_turn(listener: Listener) -> None:
        with lock:
            close(listener)

    monkeypatch.setattr(Listener, "close", close_in_turn)
    return lock


def watermark(store: Store) -> str:
    return store.media.get_media_for_page(ME, ALL).watermark


Loss = Callable[[Backend, Contents], None]


@pytest.mark.parametrize("loss", [lambda backend, _: empty(backend), put_back], ids=["emptied", "put back"])
class TestNoticing:
    def test_a_watermark_from_before_is_refused(self, backend: Backend, loss: Loss) -> None:
        store = backend.open()
        save(store, make_item())
        copy = contents(backend)
        save(store, make_item())
        before = watermark(store)
        loss(backend, copy)
        with pytest.raises(WatermarkTooOld, match="another database"):
            store.media.changed_since(ME, PROJECT, before)
        assert store.media.changed_since(ME, PROJECT, watermark(store)).removed == ()

    def test_by_a_process_that_starts_afterwards_too(self, backend: Backend, loss: Loss) -> None:
        """As one that has its watermark from the cache on its disk."""
        store = backend.open()
        save(store, make_item())
        copy, before = contents(backend), watermark(store)
        store.close()
        loss(backend, copy)
        with pytest.raises(WatermarkTooOld, match="another database"):
            backend.open().media.changed_since(ME, PROJECT, before)

    def test_a_screen_shows_what_is_there_now(self, backend: Backend, loss: Loss, clock: FakeClock) -> None:
        with recorded_lines() as lines:
            screen = Screen(backend, clock, lines)
            kept = populate(backend.open(), 3)
            copy = contents(backend)
            populate(backend.open(), 2)
            assert len(screen.ask("open").items) == 5
            loss(backend, copy)
            left = [one for one in newest(kept) if f"media/{one}" in contents(backend)]
            assert ids(screen.ask("manual")) == left
            screen.ask("manual")
            assert screen.line["outcome"] == "unchanged"

    def test_the_feed_is_down_and_begins_anew(self, backend: Backend, loss: Loss, no_farewell: Lock) -> None:
        """Whoever follows it then reads what they hold anew."""
        store = FirestoreStore(backend.client(), FakeClock(), pace=QUICK)
        [item] = save(store, make_item())
        copy = contents(backend)
        with watching(store) as told:
            told.wait_for_revision(item)
            with no_farewell:
                loss(backend, copy)
            told.wait_for_states("live", "down", "live")
            told.wait_for_revision(*save(backend.open(), make_item()))
        store.close()

    def test_so_it_is_where_nothing_can_be_heard(self, backend: Backend, loss: Loss, no_farewell: Lock) -> None:
        client = backend.client()
        client.ears.all_deaf = True
        store = FirestoreStore(client, FakeClock(), pace=Pace(first_canary=3600, poll=0.05, patience=0.1))
        save(store, make_item())
        copy = contents(backend)
        told = Recorder()
        watch = store.watch(PROJECT, told.on_batch, told.on_state)
        told.wait_for_state("polling")
        with no_farewell:
            loss(backend, copy)
        told.wait_for_states("polling", "down", "polling")
        told.wait_for_revision(*save(backend.open(), make_item()))
        watch.close()
        store.close()


class TestBeingTheSame:
    def test_processes_that_begin_at_the_same_time_agree(self, backend: Backend) -> None:
        stores = [backend.open() for _ in range(4)]
        with ThreadPoolExecutor(4) as threads:
            marks = list(threads.map(watermark, stores))
        assert len({mark.partition("-")[0] for mark in marks}) == 1

    def test_two_databases_differ(self, backend: Backend, tmp_path: Path, clock: FakeClock) -> None:
        other = Backend("firestore", tmp_path, clock)
        sources = {watermark(each.open()).partition("-")[0] for each in (backend, other)}
        other.close()
        assert len(sources) == 2

    def test_what_tells_them_apart_is_no_record_and_in_no_delta(self, backend: Backend) -> None:
        store = backend.open()
        before = watermark(store)
        [item] = save(store, make_item())
        assert f"media/{NAME}" in contents(backend)
        assert store.media.get_media_for_page(SYSTEM, ALL).items == (item,)
        changes = store.media.changed_since(SYSTEM, PROJECT, before)
        assert (changes.changed, changes.removed) == ((item,), ())
        assert store.media.get_many(SYSTEM, [NAME]) == {}

    def test_a_listener_that_does_not_tell_it_proves_nothing(
        self, backend: Backend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The emulator garbles a message now and then."""
        hear = Listener.hear

        def leave_it_out(listener: Listener, timeout: float) -> Heard:
            heard = hear(listener, timeout)
            others = tuple(one for one in heard.snapshots if one.id != NAME)
            return replace(heard, snapshots=others, gone=heard.gone | {f"media/{NAME}"})

        monkeypatch.setattr(Listener, "hear", leave_it_out)
        store = FirestoreStore(backend.client(), FakeClock(), pace=QUICK)
        with watching(store) as told:
            told.wait_for_revision(*save(store, make_item()))
            told.wait_for_revision(*save(store, make_item()))
        assert told.states == ["live"]
        store.close()

    def test_with_a_long_delta_it_is_found_as_well(self, backend: Backend) -> None:
        store = backend.open()
        before = watermark(store)
        save(store, *(make_item(files={}, parameters={}) for _ in range(DELTA_LIMIT)))
        assert len(store.media.changed_since(ME, PROJECT, before).changed) == DELTA_LIMIT


class TestCost:
    def test_B14_it_takes_the_place_of_an_empty_answer(self, backend: Backend) -> None:
        store = backend.open()
        before = watermark(store)
        for changed in (0, 2):
            save(store, *(make_item() for _ in range(changed)))
            billed = backend.billed_reads()
            changes = store.media.changed_since(ME, PROJECT, before)
            assert backend.billed_reads() - billed == changes.documents_read == 1 + changed

    def test_a_process_asks_for_it_once_at_most(self, backend: Backend) -> None:
        save(backend.open(), *(make_item() for _ in range(3)))
        store = backend.open()
        billed = backend.billed_reads()
        watermark(store)
        first = backend.billed_reads() - billed
        watermark(store)
        assert (first, backend.billed_reads() - billed - first) == (4, 3)

    def test_a_ping_tells_it_too(self, backend: Backend) -> None:
        save(backend.open(), make_item())
        store = backend.open()
        store.ping()
        billed = backend.billed_reads()
        watermark(store)
        assert backend.billed_reads() - billed == 1


def test_a_commit_that_was_made_is_never_reported_as_failed_for_want_of_it(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for before anything is written."""

    def be_away(identity: Identity) -> None:
        raise StoreUnavailable("Firestore cannot be reached")

    store, other = backend.open(), backend.open()
    with monkeypatch.context() as patch:
        patch.setattr(Identity, "look", be_away)
        with pytest.raises(StoreUnavailable):
            save(store, make_item())
    assert other.media.get_media_for_page(ME, ALL).items == ()
