"""The change feed on SQLite when the file or its poller fails: it says so, and loses nothing."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.clock import FakeClock
from services.errors import StoreUnavailable
from services.models import Batch
from services.store.sqlite import SqliteStore, feed, news
from services.store.sqlite.feed import Pace
from tests.support.records import PROJECT, make_item, remove, save
from tests.support.watching import Recorder, ids_in, watching

QUICK = Pace(poll=0.01, fallback=0.05, retry=0.01)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "freshet.db"


@contextmanager
def opened(path: Path, pace: Pace = QUICK) -> Iterator[SqliteStore]:
    with closing(SqliteStore(path, FakeClock(), busy_timeout=30, pace=pace)) as store:
        yield store


class Fault:
    """Makes a way of reaching the database fail while it is on."""

    def __init__(self, store: SqliteStore, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.on = False
        self._real = getattr(store._connections, way)
        monkeypatch.setattr(store._connections, way, self._use)

    def _use(self) -> Any:
        if self.on:
            raise StoreUnavailable("not now")
        return self._real()


def test_B18_what_was_committed_while_the_file_could_not_be_read_is_delivered_before_the_feed_is_live_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path) as store, opened(path) as other:
        fault = Fault(store, "read", monkeypatch)
        [known] = save(other, make_item())
        with watching(store) as told:
            fault.on = True
            [item] = save(other, make_item())
            told.wait_for_state("down")
            remove(other, known)
            fault.on = False
            told.wait_for_state("live")
            [batch] = [one for one in told.order[: told.order.index("live", 1)] if isinstance(one, Batch)]
            assert ids_in(batch) == {item.id, known.id}


def test_while_other_connections_commits_cannot_be_noticed_the_feed_says_polling_and_polls(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path) as store, opened(path) as other:
        fault = Fault(store, "alone", monkeypatch)
        fault.on = True
        told = Recorder()
        watch = store.watch(PROJECT, told.on_batch, told.on_state)
        told.wait_for_state("polling")
        told.wait_for_revision(*save(other, make_item()))
        fault.on = False
        told.wait_for_state("live")
        told.wait_for_revision(*save(other, make_item()))
        watch.close()


def test_a_watch_that_begins_while_the_file_cannot_be_read_is_live_when_it_can(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(path) as store:
        fault = Fault(store, "read", monkeypatch)
        fault.on = True
        told = Recorder()
        watch = store.watch(PROJECT, told.on_batch, told.on_state)
        told.wait_for_state("down")
        fault.on = False
        told.wait_for_state("live")
        told.wait_for_revision(*save(store, make_item()))
        watch.close()


def test_a_file_put_back_from_a_copy_is_told_as_down_and_watched_from_there(path: Path, tmp_path: Path) -> None:
    with opened(path) as store:
        save(store, make_item())
        with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
            now.backup(copy)
            save(store, make_item())
            with watching(store) as told:
                copy.backup(now)
                told.wait_for_states("live", "down", "live")
                told.wait_for_revision(*save(store, make_item()))


def test_what_nobody_foresaw_is_down_and_passes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that ended unseen would leave every screen stale, and called live."""
    with opened(path) as store, watching(store) as told:
        with monkeypatch.context() as patch:

            def fail(*_: object) -> None:
                raise TypeError("a fault of ours")

            patch.setattr(feed, "read_news", fail)
            [missed] = save(store, make_item())
            told.wait_for_state("down")
        told.wait_for_state("live")
        told.wait_for_revision(missed, *save(store, make_item()))


def test_a_damaged_record_is_logged_and_keeps_nothing_back(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with opened(path) as store, watching(store) as told:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            told.wait_for_revision(*save(store, make_item()))
            connection.execute("UPDATE head SET sequence = sequence + 1")
            connection.execute("UPDATE media SET document = '{}', seq = (SELECT sequence FROM head)")
        with opened(path) as other:  # its own commits a store tells of before it reads what others did
            told.wait_for_revision(*save(other, make_item()))
        assert told.states == ["live"]
    assert "feed.unreadable" in caplog.text


def test_X_04_commits_made_while_a_consumer_is_busy_come_in_one_batch(path: Path) -> None:
    entered, let_go = threading.Event(), threading.Event()
    told = Recorder()

    def dawdle(batch: Batch) -> None:
        told.on_batch(batch)
        entered.set()
        assert let_go.wait(60)

    with opened(path) as store:
        watch = store.watch(PROJECT, dawdle, told.on_state)
        save(store, make_item())
        assert entered.wait(60)
        items = [save(store, make_item())[0] for _ in range(30)]
        let_go.set()
        told.wait_for_revision(*items)
        assert len(told.batches) == 2
        watch.close()


def test_other_connections_commits_are_noticed_by_the_poller(path: Path) -> None:
    with opened(path, Pace(fallback=3600)) as store, opened(path) as other, watching(store) as told:
        for _ in range(3):
            told.wait_for_revision(*save(other, make_item()))


def test_own_commits_are_delivered_at_once(path: Path) -> None:
    with opened(path, Pace(fallback=3600, poll=3600)) as store, watching(store) as told:
        for _ in range(3):
            told.wait_for_revision(*save(store, make_item()))


def test_a_long_delta_comes_in_portions_of_whole_commits(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "PORTION", 10)
    with opened(path) as store, opened(path) as other:
        fault = Fault(store, "read", monkeypatch)
        with watching(store) as told:
            fault.on = True
            commits = [save(other, *(make_item() for _ in range(4))) for _ in range(12)]
            told.wait_for_state("down")
            for item in [item for items in commits[:6] for item in items]:
                remove(other, item)
            fault.on = False
            told.wait_for_state("live")
            removed = {removal.id for batch in told.batches for removal in batch.removed}
            assert removed == {item.id for items in commits[:6] for item in items}
            assert set(told.held) == {item.id for items in commits[6:] for item in items}
            assert max(len(ids_in(batch)) for batch in told.batches) <= 2 * (news.PORTION + 4)
            for items in commits[6:]:
                assert {item.id for item in items} <= ids_in(told.batch_of(items[0].id))


def test_a_writer_that_is_killed_in_the_midst_of_committing_stops_nothing(path: Path) -> None:
    with opened(path) as store, watching(store) as told:
        script = f"from tests.fault.test_feed_sqlite import commit_until_killed; commit_until_killed({str(path)!r})"
        writer = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
        told.wait_for(lambda: len(told.held) >= 20)
        writer.kill()
        writer.wait(60)
        told.wait_for_revision(*save(store, make_item()))
        with store._connections.read() as connection:
            (count,) = connection.execute("SELECT count(*) FROM media").fetchone()
        told.wait_for(lambda: len(told.held) == count)


def commit_until_killed(path: str) -> None:
    """What the other process does."""
    with closing(SqliteStore(Path(path), FakeClock(), busy_timeout=30)) as store:
        number = 0
        while True:
            number += 1
            save(store, make_item(id=f"from-afar-{number}"))
