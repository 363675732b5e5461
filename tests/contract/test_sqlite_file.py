"""The database file: what cannot be used is told in a sentence that names it, and nothing hangs or is lost."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from services.clock import FakeClock, SystemClock
from services.errors import StorageFull, StoreCorrupt, StoreError, StoreUnavailable
from services.models import MediaQuery
from services.store.open import open_store
from services.store.sqlite import SqliteStore
from tests.support.records import PROJECT, make_item, make_principal, remove, save

ME = make_principal()
ALL = MediaQuery(project_id=PROJECT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "freshet.db"


@contextmanager
def opened(path: Path, busy_timeout: float = 0.05) -> Iterator[SqliteStore]:
    with closing(SqliteStore(path, FakeClock(), busy_timeout=busy_timeout)) as store:
        yield store


class TestOpening:
    def test_a_missing_file_and_its_folders_are_made(self, tmp_path: Path, clock: FakeClock) -> None:
        path = tmp_path / "a" / "b" / "freshet.db"
        with closing(open_store(kind="sqlite", sqlite_path=path, clock=clock)) as store:
            store.ping()
        assert path.exists()

    def test_what_was_committed_is_there_after_opening_again(self, path: Path) -> None:
        with opened(path) as store:
            [item] = save(store, make_item())
        with opened(path) as store:
            assert store.media.get(ME, item.id) == item

    @pytest.mark.parametrize("content", [b"garbage" * 1000, b"x", b"x" * 511, b"x" * 512])
    def test_a_file_of_garbage_is_corrupt_and_left_as_it_is(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        with pytest.raises(StoreCorrupt, match=r"freshet\.db"), opened(path):
            pass
        assert path.read_bytes() == content

    def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(self, path: Path) -> None:
        with opened(path):
            pass
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA user_version = 99")
        with pytest.raises(StoreError, match=r"freshet\.db is of a newer version"), opened(path):
            pass

    def test_another_programs_database_is_refused_and_left_as_it_is(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE theirs (x)")
        before = path.read_bytes()
        with pytest.raises(StoreError, match=r"freshet\.db belongs to another program"), opened(path):
            pass
        assert path.read_bytes() == before

    def test_a_folder_that_cannot_be_made_and_a_folder_in_the_files_place_are_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        for path in (tmp_path / "file" / "freshet.db", tmp_path):
            with pytest.raises(StoreError, match="cannot be"), opened(path):
                pass

    def test_opening_for_sqlite_does_not_load_googles_client(self) -> None:
        script = (
            "import sys, services.store.open, services.store.sqlite; sys.exit('google.cloud.firestore' in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0

    def test_processes_that_start_together_make_one_database(self, tmp_path: Path) -> None:
        spawn = multiprocessing.get_context("spawn")
        line, paths = spawn.Barrier(3), [tmp_path / f"{number}.db" for number in range(8)]
        processes = [spawn.Process(target=open_together, args=(paths, line, f"item-{n}")) for n in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0, 0, 0]
        for path in paths:
            with opened(path) as store:
                items = store.media.get_media_for_page(ME, ALL).items
                assert {item.id for item in items} == {"item-0", "item-1", "item-2"}


def open_together(paths: list[Path], line: Barrier, name: str) -> None:
    for path in paths:
        line.wait(60)
        with closing(SqliteStore(path, SystemClock())) as store:
            save(store, make_item(id=name))


class TestTrouble:
    def test_a_lock_held_by_another_process_is_unavailable_for_writers_and_no_matter_for_readers(
        self, path: Path
    ) -> None:
        with opened(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
            [item] = save(store, make_item())
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreUnavailable, match=r"freshet\.db is locked"):
                save(store, make_item())
            assert store.media.get_media_for_page(ME, ALL).items == (item,)
            other.execute("ROLLBACK")
            save(store, make_item())

    def test_a_file_that_another_process_keeps_for_itself_cannot_be_opened(self, path: Path) -> None:
        with opened(path):
            pass
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StoreUnavailable, match=r"freshet\.db is locked"), opened(path):
                pass

    def test_a_writer_in_this_process_that_does_not_end_makes_others_unavailable(self, path: Path) -> None:
        with opened(path) as store:
            with store._connections.write(), pytest.raises(StoreUnavailable, match="busy"):
                save(store, make_item())
            save(store, make_item())

    def test_a_file_that_turns_to_garbage_is_corrupt(self, path: Path) -> None:
        with opened(path) as store:
            save(store, *(make_item() for _ in range(50)))
        with opened(path) as store:
            path.write_bytes(b"garbage" * 10_000)
            with pytest.raises(StoreCorrupt, match=r"freshet\.db"):
                store.media.get_media_for_page(ME, ALL)

    @pytest.mark.parametrize("then", ["gone", "replaced"])
    def test_a_file_taken_away_while_it_is_open_is_told_instead_of_going_on_without_it(
        self, path: Path, then: str
    ) -> None:
        with opened(path) as store:
            [item] = save(store, make_item())
            elsewhere = path.rename(path.with_name("elsewhere.db"))
            if then == "replaced":
                with opened(path):
                    pass
            with pytest.raises(StoreUnavailable, match=r"freshet\.db has been moved, deleted or replaced"):
                store.media.get(ME, item.id)
            with pytest.raises(StoreUnavailable, match=r"freshet\.db has been moved, deleted or replaced"):
                save(store, make_item())
            if then == "gone":
                assert not path.exists()
                elsewhere.rename(path)
                assert store.media.get(ME, item.id) == item
                save(store, make_item())

    def test_a_record_that_cannot_be_read_is_corrupt_and_not_left_out(self, path: Path) -> None:
        with opened(path) as store:
            save(store, make_item())
            with closing(sqlite3.connect(path, isolation_level=None)) as connection:
                connection.execute("UPDATE media SET document = '{}'")
            with pytest.raises(StoreCorrupt):
                store.media.get_media_for_page(ME, ALL)

    def test_a_full_disk_is_told_and_loses_nothing(self, path: Path) -> None:
        with opened(path) as store:
            [item] = save(store, make_item())
            with store._connections.write() as connection:
                (pages,) = connection.execute("PRAGMA page_count").fetchone()
                connection.execute(f"PRAGMA max_page_count = {pages}")
            with pytest.raises(StorageFull, match=r"freshet\.db cannot grow: the disk is full"):
                save(store, *(make_item(prompt="x" * 10_000) for _ in range(20)))
            assert store.media.get_media_for_page(ME, ALL).items == (item,)
            remove(store, item)

    def test_a_read_only_file_is_told_at_the_start(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with opened(path) as store:
            save(store, make_item())
        connect = sqlite3.connect

        def read_only(file: Path, **options: Any) -> sqlite3.Connection:  # permissions would not stop root
            return connect(f"file:{file}?mode=ro", uri=True, **options)

        monkeypatch.setattr(sqlite3, "connect", read_only)
        with pytest.raises(StoreError, match=r"freshet\.db cannot be written to"), opened(path):
            pass

    def test_a_closed_store_is_unavailable_and_closes_twice(self, path: Path) -> None:
        with opened(path) as store:
            pass
        store.close()
        for use in (store.ping, lambda: store.media.get(ME, "x"), lambda: save(store, make_item())):
            with pytest.raises(StoreUnavailable, match="has been closed"):
                use()

    def test_closing_while_others_read_leaves_no_connection_open(self, path: Path) -> None:
        reading, let_go = threading.Event(), threading.Event()

        def read(store: SqliteStore) -> None:
            with store._connections.read() as connection:
                connection.execute("SELECT * FROM head").fetchall()
                reading.set()
                assert let_go.wait(30)

        with opened(path) as store:
            thread = threading.Thread(target=read, args=(store,))
            thread.start()
            assert reading.wait(30)
        let_go.set()
        thread.join(30)
        # The last connection to close takes the write-ahead log with it.
        assert not path.with_name("freshet.db-wal").exists()
