"""What the engine holds in memory is bounded, by number and by size."""

from __future__ import annotations

import pytest

from services.clock import FakeClock
from services.freshness.counted import Counted
from services.freshness.entries import Records
from services.freshness.merge import Held
from services.freshness.seen import LIFETIME, SeenItems
from services.freshness.snapshots import VERSIONS, Key, Snapshot, SnapshotStore
from services.models import MediaItem, MediaQuery, Principal
from tests.support.engine import ADA, ALL, GRACE, IMAGES
from tests.support.records import NOON, PROJECT, make_item

ITEMS = tuple(make_item() for _ in range(8))
LENGTH = len(ITEMS[0].model_dump_json())
"""Of any of them."""


def hold(store: SnapshotStore, query: MediaQuery, *items: MediaItem, pushed: bool = False) -> Snapshot:
    made = Snapshot(store.next_version(query), query, "ada", Held(items), "mark", NOON)
    store.hold(made, pushed=pushed)
    return made


def size(store: SnapshotStore) -> tuple[int, int]:
    """How many snapshots are held, and the bytes of JSON that their items would make."""
    return len(store._by_version), store._sizes.total


def view(number: int) -> MediaQuery:
    return MediaQuery(project_id=PROJECT, owner_id=f"owner-{number}")


class TestBytes:
    def test_an_item_counts_once_however_many_snapshots_hold_it(self) -> None:
        store = SnapshotStore("m")
        for number in range(5):
            hold(store, view(number), ITEMS[0], ITEMS[1])
        assert size(store) == (5, 2 * LENGTH)

    def test_it_counts_until_the_last_of_them_is_gone(self) -> None:
        store = SnapshotStore("m")
        first, second = hold(store, view(1), ITEMS[0]), hold(store, view(2), ITEMS[0], ITEMS[1])
        store.forget(second.key)
        assert size(store) == (1, LENGTH)
        store.forget(first.key)
        assert size(store) == (0, 0)

    def test_the_least_recently_used_go_when_the_items_are_too_long(self) -> None:
        store = SnapshotStore("m", max_bytes=3 * LENGTH)
        snapshots = [hold(store, view(number), ITEMS[number]) for number in range(3)]
        assert store.get(snapshots[0].version, ADA)
        hold(store, view(3), ITEMS[3])
        assert [store.latest(view(number), ADA) is not None for number in range(4)] == [True, False, True, True]
        assert size(store) == (3, 3 * LENGTH)

    def test_holding_a_version_again_counts_it_once(self) -> None:
        store = SnapshotStore("m")
        snapshot = hold(store, ALL, ITEMS[0])
        store.hold(snapshot)
        assert size(store) == (1, LENGTH)


class TestVersions:
    def test_a_view_keeps_so_many_versions_and_the_newest(self) -> None:
        store = SnapshotStore("m")
        made = [hold(store, ALL, ITEMS[0]) for _ in range(VERSIONS + 3)]
        other = hold(store, IMAGES, ITEMS[0])
        found = [store.get(snapshot.version, ADA) is not None for snapshot in made]
        assert found == [False] * 3 + [True] * VERSIONS
        assert store.latest(ALL, ADA) == made[-1]
        assert store.latest(IMAGES, ADA) == other

    def test_a_pushed_version_nobody_was_given_gives_way_to_the_next(self) -> None:
        store = SnapshotStore("m")
        first = hold(store, ALL, ITEMS[0])
        unseen = hold(store, ALL, ITEMS[1], pushed=True)
        hold(store, ALL, ITEMS[2], pushed=True)
        given = store.latest(ALL, ADA)
        hold(store, ALL, ITEMS[3], pushed=True)
        assert given is not None
        assert [store.get(one.version, ADA) is not None for one in (first, unseen, given)] == [True, False, True]

    def test_a_version_that_is_given_is_held_though_a_push_comes_at_that_moment(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = SnapshotStore("m")
        hold(store, ALL, ITEMS[0], pushed=True)
        find = store.find

        def pushed_after(query: MediaQuery, principal: Principal) -> Snapshot | None:
            found = find(query, principal)
            hold(store, ALL, ITEMS[1], pushed=True)
            return found

        monkeypatch.setattr(store, "find", pushed_after)
        given = store.latest(ALL, ADA)
        hold(store, ALL, ITEMS[2], pushed=True)
        assert given is not None
        assert store.get(given.version, ADA) == given

    def test_looking_for_oneself_does_not_keep_a_pushed_version(self) -> None:
        store = SnapshotStore("m")
        unseen = hold(store, ALL, ITEMS[0], pushed=True)
        assert store.find(ALL, ADA) == store.peek(unseen.key) == unseen
        hold(store, ALL, ITEMS[1], pushed=True)
        assert store.get(unseen.version, ADA) is None


class TestRecords:
    def test_what_is_known_least_recently_asked_is_forgotten_with_what_is_held(self) -> None:
        """A view of which nothing is known would hear of no push, and yet be held."""
        forgotten: list[Key] = []
        records = Records(forgotten.append, most=3)
        for query in (view(1), view(2), view(3), view(1), view(4)):
            records.of(query, ADA)
        assert forgotten == [("ada", view(2).key)]
        assert records.find(view(2), ADA) is None
        assert [record.query for record in records.of_project(PROJECT)] == [view(1), view(3), view(4)]

    def test_F11_a_count_of_what_is_forgotten_or_read_anew_or_counted_once_more_hears_of_nothing(self) -> None:
        records, counted = Records(lambda key: None, most=1), [Counted("v1", Held()) for _ in range(2)]
        for one, lose in zip(counted, (lambda: records.of(view(2), ADA), None), strict=True):
            assert one.end("a-1-1")
            record = records.of(view(1), ADA)
            record.counted, record.unheld = one, {"b": 1}
            assert one.goes_on(exact=True)
            (lose or record.lose_count)()
            assert not one.goes_on(exact=True)
            assert record.unheld == {}

    def test_a_view_that_is_being_fetched_is_not_forgotten(self) -> None:
        forgotten: list[Key] = []
        records = Records(forgotten.append, most=1)
        records.of(view(1), ADA).missed = []
        records.of(view(2), ADA)
        assert records.find(view(1), ADA) is not None

    def test_a_project_without_views_leaves_nothing_behind(self) -> None:
        records = Records(lambda key: None, most=1)
        records.of(MediaQuery(project_id="elsewhere"), GRACE)
        records.of(ALL, GRACE)
        assert records.of_project("elsewhere") == []
        assert [record.query for record in records.all()] == [ALL]


class TestSeen:
    def test_permissions_that_have_run_out_take_no_room(self, clock: FakeClock) -> None:
        seen = SeenItems(clock)
        seen.note("ada", ITEMS[:4])
        clock.advance(LIFETIME - 1)
        seen.note("ada", ITEMS[3:6])
        clock.advance(1)
        seen.note("ada", ITEMS[6:7])
        assert len(seen._items) == 4
        assert [seen.get("ada", item.id) is not None for item in ITEMS[:7]] == [False] * 3 + [True] * 4
