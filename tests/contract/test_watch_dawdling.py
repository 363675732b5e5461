"""No commit is lost to a watch, however long its writer dawdled between stamping and committing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from services.clock import FakeClock, SystemClock
from services.models import MediaItem
from services.store.firestore import history
from services.store.firestore.store import FirestoreStore
from services.store.firestore.vigil import Pace
from services.store.protocol import Store
from tests.support.dawdle import dawdling_commit, read_after_stamp, time_of
from tests.support.records import PROJECT, make_item, make_principal, remove, save
from tests.support.stores import Backend
from tests.support.watching import Recorder, watching

ME = make_principal()
RESTLESS = Pace(anchor_documents=3, anchor_rest=0, first_canary=0.2, canary=0.3, patience=1.0, poll=0.1)
"""Begins anew all the time. Then the emulator's listeners die by themselves now and then, which canaries must find."""


def begin_while_a_writer_dawdles(backend: Backend, told: Recorder) -> MediaItem:
    """Starts a watch when a commit is stamped and not yet visible; what was committed."""
    store = backend.open()
    [item, _] = save(store, make_item(), make_item())
    for attempt in itertools.count(1):
        with dawdling_commit(backend, item.model_copy(update={"title": f"Take {attempt}"})) as commit:
            page = read_after_stamp(backend, store)
            watch = store.watch(PROJECT, told.on_batch, told.on_state)
            told.wait_for_state("live")
            assert not commit.done()
        stored = store.media.get(ME, item.id)
        if stored.updated_at < time_of(backend, page):
            return stored
        watch.close()
        item = stored  # the server was slow to take up the commit and stamped it after the read: once more
    raise AssertionError


def test_a_commit_stamped_before_and_visible_after_the_beginning_of_a_watch_is_delivered(backend: Backend) -> None:
    told = Recorder()
    late = begin_while_a_writer_dawdles(backend, told)
    told.wait_for_revision(late)


def test_listening_from_the_present_on_would_have_lost_it(
    firestore_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: without this, the test above would prove nothing."""
    monkeypatch.setattr(history, "OVERLAP", timedelta(0))
    backend, told = Backend("firestore", tmp_path, FakeClock()), Recorder()
    late = begin_while_a_writer_dawdles(backend, told)
    told.wait_for_revision(*save(backend.open(), make_item()))
    assert told.newest(late.id) < late.revision
    backend.close()


class TestManyWriters:
    WRITERS, COMMITS = 4, 12

    @pytest.fixture(params=["sqlite", "firestore", "firestore, beginning anew all the time"])
    def watched(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Backend, Store]]:
        kind = request.param.split(",")[0]
        if kind == "firestore":
            request.getfixturevalue("firestore_emulator")
        backend = Backend(kind, tmp_path / "freshet.db", FakeClock())
        store = backend.open()
        if kind != request.param:
            store = FirestoreStore(backend.client(), SystemClock(), pace=RESTLESS)
        yield backend, store
        store.close()
        backend.close()

    def test_a_watch_in_the_midst_of_them_is_delivered_the_last_revision_of_everything(
        self, watched: tuple[Backend, Store]
    ) -> None:
        backend, store = watched
        with watching(store) as told:
            with ThreadPoolExecutor(self.WRITERS) as pool:
                writers = [pool.submit(self._write, backend.open(FakeClock())) for _ in range(self.WRITERS)]
                committed = dict(itertools.chain.from_iterable(writer.result(120) for writer in writers))
            assert len(committed) == self.WRITERS * self.COMMITS
            told.wait_for(lambda: {name: told.newest(name) for name in told.revisions} == committed)
            listed = {item.id: item for item in store.media.get_many(ME, list(committed)).values()}
            told.wait_for(lambda: told.held == listed)

    def _write(self, store: Store) -> list[tuple[str, int]]:
        """The last revision of each item that this writer made, changed and, every third one, removed."""
        last: list[tuple[str, int]] = []
        for number in range(self.COMMITS):
            [item] = save(store, make_item())
            if number % 3:
                [item] = save(store, item.model_copy(update={"title": "b"}))
            else:
                remove(store, item)
            last.append((item.id, 2))
        return last
