"""Inside the database file: tombstones are forgotten in time, and every page is a walk along an index."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from services.clock import FakeClock
from services.errors import StoreUnavailable, WatermarkTooOld
from services.models import Batch, MediaQuery
from services.store.cursors import Place
from services.store.protocol import TOMBSTONE_LIFETIME
from services.store.sqlite import SqliteStore, branches
from services.store.sqlite.lists import FILTERS, page_sql
from tests.contract.test_sqlite_file import opened, path
from tests.support.engine import until
from tests.support.records import PROJECT, make_item, make_principal, remove, save

__all__ = ["path"]

ME = make_principal()
ALL = MediaQuery(project_id=PROJECT)


class TestTombstones:
    def test_they_are_forgotten_after_their_time_with_the_next_commit(self, path: Path, clock: FakeClock) -> None:
        with closing(SqliteStore(path, clock)) as store:
            remove(store, *save(store, make_item()))
            clock.advance(TOMBSTONE_LIFETIME.total_seconds() + 1)
            remove(store, *save(store, make_item()))
            with closing(sqlite3.connect(path)) as connection:
                assert connection.execute("SELECT count(*) FROM tombstones").fetchone() == (1,)

    def test_a_process_whose_clock_is_behind_is_refused_what_another_has_forgotten(self, path: Path) -> None:
        ahead = FakeClock(FakeClock().now() + TOMBSTONE_LIFETIME + timedelta(hours=1))
        with opened(path) as store, closing(SqliteStore(path, ahead)) as other:
            [item] = save(store, make_item())
            watermark = store.media.get_media_for_page(ME, ALL).watermark
            remove(store, item)
            save(other, make_item())
            with pytest.raises(WatermarkTooOld, match="not known"):
                store.media.changed_since(ME, PROJECT, watermark)

    def test_a_file_put_back_from_a_copy_refuses_watermarks_of_its_lost_future(
        self, path: Path, tmp_path: Path
    ) -> None:
        with opened(path) as store:
            save(store, make_item())
        copy = path.read_bytes()
        with opened(path) as store:
            save(store, make_item())
            watermark = store.media.get_media_for_page(ME, ALL).watermark
        path.write_bytes(copy)
        with opened(path) as store, pytest.raises(WatermarkTooOld, match="not known"):
            store.media.changed_since(ME, PROJECT, watermark)


class TestCopies:
    """A file put back from a copy goes on from there, and soon has as many commits as the one that was lost."""

    def test_what_went_on_past_the_lost_future_refuses_watermarks_of_that(self, path: Path) -> None:
        with opened(path) as store:
            save(store, make_item())
        copy = path.read_bytes()
        with opened(path) as store:
            save(store, make_item())
            watermark = store.media.get_media_for_page(ME, ALL).watermark
        path.write_bytes(copy)
        with opened(path) as store:
            for _ in range(3):
                save(store, make_item())
                with pytest.raises(WatermarkTooOld, match="not known"):
                    store.media.changed_since(ME, PROJECT, watermark)

    def test_so_it_is_where_the_copy_was_put_back_while_the_file_was_in_use(self, path: Path, tmp_path: Path) -> None:
        with opened(path) as store:
            save(store, make_item())
            with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
                now.backup(copy)
                save(store, make_item())
                watermark = store.media.get_media_for_page(ME, ALL).watermark
                copy.backup(now)
            for _ in range(3):
                save(store, make_item())
                with pytest.raises(WatermarkTooOld, match="not known"):
                    store.media.changed_since(ME, PROJECT, watermark)

    def test_a_copy_put_in_the_place_of_a_file_in_use_stops_the_store(self, path: Path, tmp_path: Path) -> None:
        with opened(path) as store:
            save(store, make_item())
            with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
                now.backup(copy)
            (tmp_path / "copy.db").rename(path)
            with pytest.raises(StoreUnavailable, match="replaced"):
                store.media.get_media_for_page(ME, ALL)
            with pytest.raises(StoreUnavailable, match="replaced"):
                save(store, make_item())

    def test_a_restart_loses_nothing_and_neither_does_another_process(self, path: Path) -> None:
        with opened(path) as store:
            save(store, make_item())
            watermark = store.media.get_media_for_page(ME, ALL).watermark
            with opened(path) as other:
                [first] = save(other, make_item())
            [second] = save(store, make_item())
        with opened(path) as store:
            [third] = save(store, make_item())
            changes = store.media.changed_since(ME, PROJECT, watermark)
            assert {item.id for item in changes.changed} == {first.id, second.id, third.id}
            assert store.media.changed_since(ME, PROJECT, changes.watermark).changed == ()

    def test_of_many_starts_the_latest_are_remembered(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(branches, "REMEMBERED", 3)
        marks = []
        for _ in range(5):
            with opened(path) as store:
                save(store, make_item())
                marks.append(store.media.get_media_for_page(ME, ALL).watermark)
        with opened(path) as store:
            assert len(store.media.changed_since(ME, PROJECT, marks[-1]).changed) == 0
            with pytest.raises(WatermarkTooOld, match="not known"):
                store.media.changed_since(ME, PROJECT, marks[0])
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT count(*) FROM branches").fetchone() == (3,)

    def test_a_file_of_the_version_before_is_brought_up_to_date(self, path: Path) -> None:
        with opened(path) as store:
            save(store, make_item())
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript("DROP TABLE branches; PRAGMA user_version = 2")
        with opened(path) as store:
            watermark = store.media.get_media_for_page(ME, ALL).watermark
            [item] = save(store, make_item())
            assert store.media.changed_since(ME, PROJECT, watermark).changed == (item,)

    def test_the_feed_is_down_although_there_are_as_many_commits_again(self, path: Path, tmp_path: Path) -> None:
        with opened(path) as store:
            save(store, make_item())
            with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
                now.backup(copy)
                entered, go_on, states = threading.Event(), threading.Event(), list[str]()

                def dawdle(batch: Batch) -> None:
                    entered.set()
                    go_on.wait(30)

                watch = store.watch(PROJECT, dawdle, states.append)
                save(store, make_item())
                assert entered.wait(30)
                copy.backup(now)
                for _ in range(5):
                    save(store, make_item())
                go_on.set()
                until(lambda: "down" in states)
                watch.close()


class TestPlans:
    @pytest.mark.parametrize("after", [None, Place(0, "x")])
    @pytest.mark.parametrize("filters", [(), *((field,) for field in FILTERS), FILTERS])
    def test_every_page_is_a_walk_along_one_index_without_sorting(
        self, path: Path, filters: tuple[str, ...], after: Place | None
    ) -> None:
        values = {"media_type": "image", "status": "ready", "origin": "import"}
        query = MediaQuery.model_validate(
            {"project_id": PROJECT} | {field: values.get(field, "x") for field in filters}
        )
        sql, parameters = page_sql(query, after, 25)
        with opened(path) as store, store._connections.read() as connection:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        [walk] = plan
        assert walk.startswith("SEARCH media USING INDEX media_")
        assert "project_id=?" in walk
        assert ("(created_at,id)<(?,?)" in walk) == (after is not None)
        assert all(f"{field}=?" in walk for field in filters[:1])
