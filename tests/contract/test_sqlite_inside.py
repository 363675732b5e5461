"""Inside the database file: tombstones are forgotten in time, and every page is a walk along an index."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.clock import FakeClock
from services.errors import StoreError, StoreUnavailable, WatermarkTooOld
from services.models import Batch, MediaItem, MediaQuery, Sort
from services.store.cursors import Place
from services.store.protocol import TOMBSTONE_LIFETIME
from services.store.sqlite import SqliteStore, branches, schema
from services.store.sqlite.lists import FILTERS, found, page_sql
from services.store.times import to_micros
from tests.contract.test_sqlite_file import opened, path
from tests.support.engine import until
from tests.support.records import NOON, PROJECT, make_item, make_principal, remove, save

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
        write_old_file(path, 2)
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


def write_old_file(path: Path, version: int, *items: MediaItem) -> None:
    """A database file as an earlier version left it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for step in schema._STEPS[:version]:
            schema.take(connection, step)
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        for item in items:
            deleted_at = to_micros(item.deleted_at) if item.deleted_at else None
            connection.execute(
                "INSERT INTO media VALUES (?, ?, ?, ?, 1, 1, 'op', ?, ?, ?, ?, ?, ?, ?)",
                (
                    item.id, PROJECT, to_micros(item.created_at), to_micros(item.updated_at), item.owner_id, item.model,
                    item.origin, item.status, item.media_type, item.model_dump_json(), deleted_at,
                ),
            )  # fmt: skip


def plan(store: SqliteStore, sql: str, values: list[Any]) -> list[str]:
    with store._connections.read() as connection:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


VALUES: dict[str, Any] = {
    "media_type": "image", "status": "ready", "origin": "import", "favourite": True, "text": "fox sea",
}  # fmt: skip


def query_of(*filters: str, **more: Any) -> MediaQuery:
    return MediaQuery.model_validate({"project_id": PROJECT} | {name: VALUES.get(name, "x") for name in filters} | more)


class TestPlans:
    @pytest.mark.parametrize("sort", ["newest", "oldest"])
    @pytest.mark.parametrize("cursor", [None, 0])
    @pytest.mark.parametrize("filters", [(), *((field,) for field in FILTERS), FILTERS])
    def test_every_page_is_a_walk_along_one_index_without_sorting(
        self, path: Path, filters: tuple[str, ...], cursor: int | None, sort: Sort
    ) -> None:
        after = None if cursor is None else Place(cursor, "x", sort)
        with opened(path) as store:
            [walk] = plan(store, *page_sql(query_of(*filters, sort=sort), after, 25))
        assert walk.startswith("SEARCH media USING INDEX media_")
        assert "project_id=?" in walk
        assert (f"(created_at,id){'<' if sort == 'newest' else '>'}(?,?)" in walk) == (after is not None)
        assert all(f"{field}=?" in walk for field in filters[:1])

    @pytest.mark.parametrize("after", [None, Place("x", "x", "title")])
    @pytest.mark.parametrize(
        ("filters", "index"),
        [
            ((), "media_title"),
            (("status",), "media_title"),
            (("tag", "text"), "media_title"),
            (("favourite",), "media_favourite_title"),
            (("favourite", "status", "text"), "media_favourite_title"),
        ],
    )
    def test_titles_are_a_walk_too_where_many_items_are_left(
        self, path: Path, filters: tuple[str, ...], index: str, after: Place | None
    ) -> None:
        with opened(path) as store:
            walk, *looked_up = plan(store, *page_sql(query_of(*filters, sort="title"), after, 25))
        assert walk.startswith(f"SEARCH media USING INDEX {index} (project_id=?")
        assert any("search" in one for one in looked_up) == ("text" in filters)
        assert ("(title_key,id)>(?,?)" in walk) == (after is not None)
        assert not any("TEMP B-TREE" in one for one in looked_up)

    @pytest.mark.parametrize("sort", ["newest", "oldest"])
    @pytest.mark.parametrize("filters", [("favourite",), ("tag",), ("source_id",), ("text",), tuple(VALUES)])
    def test_what_is_searched_comes_in_order_too(self, path: Path, filters: tuple[str, ...], sort: Sort) -> None:
        walk = found(query_of(*filters, sort=sort), "x", joined=True)
        with opened(path) as store:
            [search, item] = plan(store, walk.sql("document", "ORDER BY search.rowid DESC"), walk.values)
        assert search.startswith("SCAN search VIRTUAL TABLE INDEX")
        assert item == "SEARCH media USING INDEX media_place (place=?)"

    def test_the_trash_is_a_walk_along_its_own_index(self, path: Path) -> None:
        with opened(path) as store:
            [walk] = plan(store, *page_sql(query_of("owner_id", trash=True), Place(0, "x"), 25))
        assert walk.startswith("SEARCH media USING INDEX media_trash (project_id=? AND (created_at,id)<(?,?)")


class TestTheSearchTable:
    def rows(self, path: Path) -> dict[int, str]:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
            return dict(connection.execute("SELECT rowid, tokens FROM search"))

    def test_it_has_one_row_for_each_item_that_lists_show(self, path: Path) -> None:
        with opened(path) as store:
            one, two, three = save(store, *(make_item(created_at=NOON, title="fox") for _ in range(3)))
            assert len(self.rows(path)) == 3
            [gone] = save(store, two.model_copy(update={"deleted_at": NOON, "title": "whale"}))
            remove(store, one)
            save(store, three.model_copy(update={"title": "seal"}))
            [row] = self.rows(path).values()
            assert "seal" in row.split()
            assert "fox" not in row.split()
            save(store, gone.model_copy(update={"deleted_at": None}))
            assert len(self.rows(path)) == 2

    def test_a_commit_that_changes_nothing_of_it_leaves_it_alone(self, path: Path) -> None:
        with opened(path) as store:
            [item] = save(store, make_item())
            before = self.rows(path)
            save(store, item.model_copy(update={"error": "x"}))
            assert self.rows(path) == before

    def test_a_file_of_the_version_before_is_filled(self, path: Path) -> None:
        items = [
            make_item(
                revision=1,
                created_at=NOON - timedelta(days=n % 3),
                title=f"{'Fox' if n % 2 else 'Whale'} {n}",
                prompt="",
            )
            for n in range(9)
        ]
        gone = make_item(revision=1, title="Fox", deleted_at=NOON)
        write_old_file(path, 3, *items, gone)
        with opened(path) as store:
            for asked in (query_of(sort="title"), query_of(text="fox"), query_of(text="fox", sort="oldest")):
                shown = store.media.get_media_for_page(ME, asked).items
                assert shown == asked.in_order(filter(asked.matches, items))
            assert store.media.get_media_for_page(ME, query_of(trash=True)).items == (gone,)
            assert len(self.rows(path)) == len(items)
            [new] = save(store, make_item(created_at=NOON, title="Fox too"))
            assert new in store.media.get_media_for_page(ME, query_of(text="too fox")).items

    def test_a_file_that_cannot_be_filled_stays_as_it_was(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write_old_file(path, 3, make_item())
        broken = [*schema._STEPS[3][:-1], "CREATE INDEX media_trash ON media (nothing)"]
        monkeypatch.setattr(schema, "_STEPS", [*schema._STEPS[:3], broken])
        with pytest.raises(StoreError), opened(path):
            pass
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (3,)
            assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'search'").fetchone() == (0,)
