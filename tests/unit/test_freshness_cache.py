"""The cache on disk: what is kept, for how long, and what damage costs."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.clock import FakeClock
from services.freshness.disk import DiskCache, Kept
from services.freshness.entries import ViewRecord
from services.freshness.keeper import PUSH_PAUSE, Keeper
from services.freshness.merge import Held
from services.freshness.policy import FetchState
from services.freshness.snapshots import Snapshot
from services.models import MediaItem, MediaQuery, Sort
from tests.support.engine import ADA, ALL, GRACE, IMAGES, VIDEOS, until
from tests.support.logs import recorded_lines
from tests.support.records import NOON, PROJECT, make_item, make_principal

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.sqlite"


@pytest.fixture
def disk(path: Path) -> Iterator[DiskCache]:
    disk = DiskCache(path, source="here")
    yield disk
    disk.close()


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    with recorded_lines() as lines:
        yield lines


def kept(query: MediaQuery = ALL, *items: MediaItem, user_id: str = "ada", **fields: Any) -> Kept:
    defaults: dict[str, Any] = {
        "kinds": frozenset(["library"]),
        "version": "v1",
        "fetched_at": NOON,
        "updated_at": NOON,
        "as_of": NOON,
        "watermark": "here-1-1",
        "held": Held(items or (make_item(prompt="a lighthouse, naïve ☂"), make_item()), "cursor"),
    }
    return Kept(user_id=user_id, query=query, **(defaults | fields))


def again(path: Path, source: str = "here", **options: Any) -> DiskCache:
    """The cache as the next process opens it."""
    return DiskCache(path, source=source, **options)


class TestFile:
    def test_R2_09_what_was_saved_is_there_after_a_restart(self, disk: DiskCache, path: Path) -> None:
        saved = kept(IMAGES, kinds=frozenset(["library", "sections"]))
        disk.save(saved, NOON)
        disk.close()
        assert again(path).load("ada", IMAGES, NOON) == saved

    def test_a_list_without_end_and_one_that_is_empty_are_kept_as_they_are(self, disk: DiskCache) -> None:
        saved = kept(held=Held((), None), fetched_at=None)
        disk.save(saved, NOON)
        assert disk.load("ada", ALL, NOON) == saved

    @pytest.mark.parametrize(("sort", "reached"), [("newest", NOON), ("oldest", NOON), ("title", "a fox at d")])
    def test_how_far_a_search_came_is_kept(self, disk: DiskCache, sort: Sort, reached: datetime | str) -> None:
        query = MediaQuery(project_id=PROJECT, sort=sort, text="fox")
        saved = kept(query, held=Held((make_item(),), "cursor", searched_to=reached))
        disk.save(saved, LATER)
        assert disk.load("ada", query, LATER) == saved

    def test_other_users_and_queries_find_nothing(self, disk: DiskCache) -> None:
        disk.save(kept(IMAGES), NOON)
        assert disk.load("grace", IMAGES, NOON) is None
        assert disk.load("ada", ALL, NOON) is None

    def test_the_newest_of_a_view_replaces_the_one_before(self, disk: DiskCache) -> None:
        disk.save(kept(), NOON)
        newer = kept(version="v2", as_of=LATER)
        disk.save(newer, LATER)
        assert disk.load("ada", ALL, LATER) == newer

    def test_R2_11_the_same_answer_again_stamps_when_it_was_fetched(self, disk: DiskCache) -> None:
        saved = kept()
        disk.save(saved, NOON)
        same = replace(saved, fetched_at=LATER, as_of=LATER, watermark="here-2-2")
        assert disk.confirm(same, LATER)
        assert disk.load("ada", ALL, LATER) == same
        assert not disk.confirm(replace(same, version="v2"), LATER)
        assert not disk.confirm(kept(VIDEOS), LATER)

    def test_what_is_forgotten_is_gone(self, disk: DiskCache) -> None:
        disk.save(kept(), NOON)
        disk.forget("ada", ALL)
        assert disk.load("ada", ALL, NOON) is None

    def test_only_this_user_of_the_machine_may_read_it(self, disk: DiskCache, path: Path) -> None:
        disk.save(kept(), NOON)
        files = [path, *path.parent.glob("cache.sqlite-*")]
        assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * len(files)

    def test_the_least_recently_used_views_go_when_it_is_full(self, path: Path) -> None:
        disk = again(path, max_bytes=1_200)
        views = [MediaQuery(project_id=PROJECT, owner_id=f"owner-{number}") for number in range(6)]
        for number, query in enumerate(views):
            disk.save(kept(query, make_item()), NOON + timedelta(seconds=number))
            disk.load("ada", views[0], NOON + timedelta(seconds=number, milliseconds=1))
        found = [bool(disk.load("ada", query, LATER)) for query in views]
        assert found[0]
        assert found[5]
        assert not all(found)
        assert path.stat().st_size < 100_000
        disk.close()

    def test_a_view_that_alone_is_too_big_is_kept(self, path: Path) -> None:
        disk = again(path, max_bytes=1)
        disk.save(kept(), NOON)
        assert disk.load("ada", ALL, NOON) is not None
        disk.close()


class TestDamage:
    @pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + bytes(4096)])
    def test_a_damaged_file_is_begun_anew_and_logged(
        self, path: Path, lines: list[dict[str, Any]], content: bytes
    ) -> None:
        path.write_bytes(content)
        disk = again(path)
        assert disk.load("ada", ALL, NOON) is None
        saved = kept()
        disk.save(saved, NOON)
        assert disk.load("ada", ALL, NOON) == saved
        disk.close()
        assert [line["event"] for line in lines] == ["cache.discarded"]

    def test_damage_that_shows_later_costs_what_was_kept_and_no_more(
        self, path: Path, lines: list[dict[str, Any]]
    ) -> None:
        disk = again(path)
        for number in range(20):
            disk.save(kept(MediaQuery(project_id=PROJECT, owner_id=str(number)), *(make_item(),) * 20), NOON)
        disk.close()
        content = bytearray(path.read_bytes())
        content[8192:] = bytes(range(256)) * (len(content[8192:]) // 256)
        path.write_bytes(content)
        disk = again(path)
        for number in range(20):
            disk.load("ada", MediaQuery(project_id=PROJECT, owner_id=str(number)), NOON)
        saved = kept()
        disk.save(saved, NOON)
        assert disk.load("ada", ALL, NOON) == saved
        disk.close()
        assert "cache.discarded" in {line["event"] for line in lines}

    @pytest.mark.parametrize("items", [b"no zlib", b"x\x9c\x03\x00\x00\x00\x00\x01"])
    def test_a_row_that_cannot_be_read_is_forgotten_alone(
        self, disk: DiskCache, path: Path, lines: list[dict[str, Any]], items: bytes
    ) -> None:
        disk.save(kept(IMAGES), NOON)
        disk.save(kept(VIDEOS), NOON)
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE views SET items = ? WHERE query = ?", (items, IMAGES.key))
        connection.close()
        assert disk.load("ada", IMAGES, NOON) is None
        assert disk.load("ada", VIDEOS, NOON) is not None
        assert [line["event"] for line in lines] == ["cache.row_discarded"]
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT count(*) FROM views").fetchone() == (1,)
        connection.close()

    def test_a_cache_of_another_database_is_not_shown(self, disk: DiskCache, path: Path) -> None:
        disk.save(kept(), NOON)
        disk.close()
        elsewhere = again(path, source="there")
        assert elsewhere.load("ada", ALL, NOON) is None
        elsewhere.close()

    @pytest.mark.parametrize("left", ["DELETE FROM source", "DROP TABLE source", "DROP TABLE views"])
    def test_a_cache_that_was_left_half_renewed_is_begun_anew(
        self, disk: DiskCache, path: Path, lines: list[dict[str, Any]], left: str
    ) -> None:
        """As a process left it that was killed while it renewed the file for another database."""
        disk.close()
        with sqlite3.connect(path) as connection:
            connection.execute(left)
        connection.close()
        newer = again(path)
        newer.save(kept(), NOON)
        assert newer.load("ada", ALL, NOON) is not None
        newer.close()
        assert lines == []

    def test_a_cache_is_renewed_wholly_or_not_at_all(
        self, disk: DiskCache, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        saved = kept()
        disk.save(saved, NOON)
        disk.close()
        with monkeypatch.context() as patch:
            patch.setattr("services.freshness.disk._FIGURES", "CREATE TABLE figures (")
            again(path, source="there").close()
        same = again(path)
        assert same.load("ada", ALL, NOON) == saved
        same.close()

    def test_a_cache_of_another_layout_is_begun_anew(self, disk: DiskCache, path: Path) -> None:
        disk.save(kept(), NOON)
        disk.close()
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        newer = again(path)
        assert newer.load("ada", ALL, NOON) is None
        newer.save(kept(), NOON)
        assert newer.load("ada", ALL, NOON) is not None
        newer.close()

    def test_where_no_file_can_be_opened_nothing_is_kept_and_nobody_is_disturbed(
        self, tmp_path: Path, lines: list[dict[str, Any]]
    ) -> None:
        disk = again(tmp_path / "missing" / "cache.sqlite")
        disk.save(kept(), NOON)
        assert disk.load("ada", ALL, NOON) is None
        assert disk.fetched("library") == []
        disk.close()
        assert [line["event"] for line in lines] == ["cache.unavailable"]

    def test_a_file_that_another_program_has_locked_costs_that_write_alone(
        self, disk: DiskCache, path: Path, lines: list[dict[str, Any]]
    ) -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        disk.save(kept(), NOON)
        other.execute("ROLLBACK")
        other.close()
        assert disk.load("ada", ALL, NOON) is None
        disk.save(kept(), NOON)
        assert disk.load("ada", ALL, NOON) is not None
        assert [line["event"] for line in lines] == ["cache.failed"]


class TestKeeper:
    @pytest.fixture
    def keeper(self, disk: DiskCache, clock: FakeClock) -> Keeper:
        return Keeper(disk, clock, workers=0)

    @pytest.fixture
    def record(self, clock: FakeClock) -> ViewRecord:
        return ViewRecord(ADA, ALL, {"library"}, FetchState(fetched_at=clock.now()), updated_at=clock.now())

    def snapshot(self, version: str, *items: MediaItem) -> Snapshot:
        return Snapshot(version, ALL, "ada", Held(items), "here-1-1", NOON)

    def work(self, keeper: Keeper) -> int:
        done = 0
        while keeper.step():
            done += 1
        return done

    def test_of_several_answers_the_newest_is_written(
        self, keeper: Keeper, disk: DiskCache, record: ViewRecord
    ) -> None:
        for version in ("v1", "v2", "v3"):
            keeper.fetched(record, self.snapshot(version))
        assert self.work(keeper) == 1
        loaded = disk.load("ada", ALL, NOON)
        assert loaded is not None
        assert loaded.version == "v3"

    def test_R2_11_a_push_is_written_with_the_time_of_the_last_fetch(
        self, keeper: Keeper, disk: DiskCache, record: ViewRecord, clock: FakeClock
    ) -> None:
        fetched = clock.now()
        clock.advance(60)
        record.updated_at = clock.now()
        item = make_item()
        keeper.pushed(record, self.snapshot("v2", item))
        self.work(keeper)
        loaded = disk.load("ada", ALL, NOON)
        assert loaded is not None
        assert (loaded.fetched_at, loaded.updated_at, loaded.held.items) == (fetched, clock.now(), (item,))

    def test_pushes_of_one_view_are_written_now_and_then(
        self, keeper: Keeper, record: ViewRecord, clock: FakeClock
    ) -> None:
        written = 0
        for number in range(60):
            keeper.pushed(record, self.snapshot(f"v{number}"))
            written += self.work(keeper)
            clock.advance(1)
        assert written == 60 / PUSH_PAUSE

    def test_so_many_views_at_most_wait_for_their_pause_and_the_first_of_them_is_written(
        self, keeper: Keeper, disk: DiskCache, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A view that nobody looks at any more may never be pushed to again."""
        monkeypatch.setattr("services.freshness.keeper.MOST_NOTED", 3)
        views = [MediaQuery(project_id=PROJECT, owner_id=f"owner-{number}") for number in range(4)]
        records = [ViewRecord(ADA, query, {"library"}, FetchState(fetched_at=clock.now())) for query in views]
        for version in ("v1", "v2"):
            for query, record in zip(views, records, strict=True):
                keeper.pushed(record, Snapshot(version, query, "ada", Held(()), "here-1-1", NOON))
            self.work(keeper)
        found = [disk.load("ada", query, NOON) for query in views]
        assert [one.version for one in found if one] == ["v2", "v1", "v1", "v1"]

    def test_what_waits_for_its_pause_is_written_at_the_end(
        self, keeper: Keeper, record: ViewRecord, path: Path
    ) -> None:
        keeper.fetched(record, self.snapshot("v1"))
        self.work(keeper)
        keeper.pushed(record, self.snapshot("v2"))
        assert self.work(keeper) == 0
        keeper.close()
        loaded = again(path).load("ada", ALL, NOON)
        assert loaded is not None
        assert loaded.version == "v2"

    def test_what_a_user_lost_is_not_kept(self, keeper: Keeper, disk: DiskCache, record: ViewRecord) -> None:
        keeper.fetched(record, self.snapshot("v1"))
        self.work(keeper)
        keeper.fetched(record, self.snapshot("v2"))
        keeper.forget(record)
        self.work(keeper)
        assert disk.load("ada", ALL, NOON) is None

    def test_what_is_loaded_is_what_the_user_may_see_today(
        self, keeper: Keeper, disk: DiskCache, record: ViewRecord
    ) -> None:
        mine, theirs = make_item(visibility="private"), make_item(owner_id="grace", visibility="private")
        keeper.fetched(record, self.snapshot("v1", mine, theirs))
        self.work(keeper)
        loaded = keeper.load(ALL, ADA)
        assert loaded is not None
        assert loaded.held.items == (mine,)
        assert keeper.load(ALL, make_principal("ada", "elsewhere")) is None
        assert keeper.load(ALL, GRACE) is None

    def test_by_itself_it_writes_in_the_background_and_leaves_no_thread(
        self, disk: DiskCache, record: ViewRecord, clock: FakeClock
    ) -> None:
        keeper = Keeper(disk, clock)
        keeper.fetched(record, self.snapshot("v1"))
        until(lambda: disk.load("ada", ALL, NOON) is not None)
        keeper.close()
