"""Snapshots: bound to a user, bounded in number and size."""

from __future__ import annotations

from dataclasses import replace

from services.freshness.merge import Held
from services.freshness.snapshots import Snapshot, SnapshotStore
from services.models import MediaQuery
from tests.support.records import NOON, PROJECT, make_item, make_principal

ADA, GRACE = make_principal("ada"), make_principal("grace")
ALL = MediaQuery(project_id=PROJECT)
VIDEOS = MediaQuery(project_id=PROJECT, media_type="video")
ITEMS = tuple(make_item() for _ in range(3))


def snapshot(store: SnapshotStore, query: MediaQuery = ALL, user_id: str = "ada", items: int = 1) -> Snapshot:
    """A new snapshot, held."""
    made = Snapshot(store.next_version(query), query, user_id, Held(ITEMS[:items]), "mark", NOON)
    store.hold(made)
    return made


class TestWhoSeesWhat:
    def test_a_version_is_found_by_its_user(self) -> None:
        store = SnapshotStore("m")
        made = snapshot(store)
        assert store.get(made.version, ADA) is made
        assert store.latest(ALL, ADA) is made

    def test_somebody_elses_version_finds_nothing(self) -> None:
        store = SnapshotStore("m")
        made = snapshot(store, user_id="ada")
        assert store.get(made.version, GRACE) is None
        assert store.latest(ALL, GRACE) is None

    def test_a_version_of_another_process_or_of_before_a_restart_finds_nothing(self) -> None:
        ours, theirs = SnapshotStore("aaaaaa"), SnapshotStore("bbbbbb")
        made = snapshot(theirs)
        snapshot(ours)
        assert ours.get(made.version, ADA) is None

    def test_versions_tell_queries_apart_and_never_repeat(self) -> None:
        store = SnapshotStore("m")
        versions = [store.next_version(query) for query in (ALL, VIDEOS, ALL)]
        assert len(set(versions)) == 3
        assert versions[0].split("#")[0] == versions[2].split("#")[0] != versions[1].split("#")[0]


class TestVersions:
    def test_open_tabs_keep_the_version_they_name_when_a_newer_one_comes(self) -> None:
        store = SnapshotStore("m")
        old, new = snapshot(store), snapshot(store)
        assert store.get(old.version, ADA) is old
        assert store.latest(ALL, ADA) is new

    def test_the_same_version_held_again_replaces_what_is_known_about_it(self) -> None:
        store = SnapshotStore("m", max_items=3)
        made = snapshot(store, items=3)
        store.hold(replace(made, watermark="later"))
        store.hold(replace(made, watermark="latest"))
        held = store.get(made.version, ADA)
        assert held is not None
        assert held.watermark == "latest"


class TestBounds:
    def test_the_least_recently_used_snapshot_goes_first(self) -> None:
        store = SnapshotStore("m", max_snapshots=2)
        first, second = snapshot(store), snapshot(store, VIDEOS)
        assert store.get(first.version, ADA)
        third = snapshot(store, ALL, "grace")
        assert store.get(second.version, ADA) is None
        assert store.latest(VIDEOS, ADA) is None
        assert store.get(first.version, ADA) is first
        assert store.get(third.version, GRACE) is third

    def test_all_snapshots_together_hold_so_many_items_at_most(self) -> None:
        store = SnapshotStore("m", max_items=4)
        first, second, third = (snapshot(store, items=2) for _ in range(3))
        assert store.get(first.version, ADA) is None
        assert store.get(second.version, ADA) is second
        assert store.get(third.version, ADA) is third

    def test_a_snapshot_that_alone_exceeds_the_bound_is_still_held(self) -> None:
        store = SnapshotStore("m", max_items=1)
        made = snapshot(store, items=3)
        assert store.get(made.version, ADA) is made

    def test_dropping_an_old_version_leaves_the_newest_of_its_query(self) -> None:
        store = SnapshotStore("m", max_snapshots=1)
        snapshot(store)
        new = snapshot(store)
        assert store.latest(ALL, ADA) is new
