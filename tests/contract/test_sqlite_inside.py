"""Inside the database file: tombstones are forgotten in time, and every page is a walk along an index."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from services.clock import FakeClock
from services.errors import WatermarkTooOld
from services.models import MediaQuery
from services.store.cursors import Place
from services.store.protocol import TOMBSTONE_LIFETIME
from services.store.sqlite import SqliteStore
from services.store.sqlite.media import FILTERS, page_sql
from tests.contract.test_sqlite_file import opened, path
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
