"""What screens get, on both stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.clock import FakeClock
from services.errors import NotFound, StoreUnavailable
from services.freshness import Reason
from services.store.protocol import TOMBSTONE_LIFETIME, Store
from tests.support.logs import recorded_lines
from tests.support.records import make_item, make_principal, remove, save
from tests.support.screen import ADA, ALL, GRACE, IMAGES, Screen, ids, newest, populate
from tests.support.stores import Backend


@pytest.fixture
def screen(backend: Backend, clock: FakeClock) -> Iterator[Screen]:
    with recorded_lines() as lines:
        yield Screen(backend, clock, lines)


@pytest.fixture
def other(screen: Screen, backend: Backend) -> Store:
    """Another process on the same database."""
    return backend.open()


class TestTruth:
    def test_R0_01_a_new_item_of_another_process_is_the_first_after_a_refresh(
        self, screen: Screen, other: Store
    ) -> None:
        populate(other, 30)
        screen.ask("open")
        [item] = save(other, make_item())
        assert screen.ask("open").items[0] == item

    def test_B08_a_change_elsewhere_leaves_a_view_it_does_not_match_as_it_is(
        self, screen: Screen, other: Store
    ) -> None:
        populate(other, 3)
        before = screen.ask("open", IMAGES)
        save(other, make_item(media_type="video"))
        assert screen.ask("manual", IMAGES).version == before.version

    def test_B21_the_version_stays_when_nothing_changed_and_the_time_moves_on(
        self, screen: Screen, other: Store, clock: FakeClock
    ) -> None:
        populate(other, 3)
        before = screen.ask("open")
        clock.advance(90)
        after = screen.ask()
        assert after.version == before.version
        assert after.items is before.items
        assert after.as_of > before.as_of
        assert screen.line["outcome"] == "unchanged"

    def test_R0_07_the_loaded_extent_stays(self, screen: Screen, other: Store) -> None:
        items = populate(other, 70)
        screen.ask("open", loaded=60)
        assert ids(screen.ask(loaded=60)) == newest(items)[:60]

    def test_R0_07_where_the_tail_is_gone_the_list_clamps_without_a_gap(self, screen: Screen, other: Store) -> None:
        items = populate(other, 62)
        screen.ask("open", loaded=60)
        for item in items[:30]:
            remove(other, item)
        assert ids(screen.ask(loaded=60)) == newest(items[30:])
        assert screen.ask(loaded=60).complete

    def test_R0_07_what_is_removed_at_the_end_is_filled_up_from_below(self, screen: Screen, other: Store) -> None:
        items = populate(other, 60)
        screen.ask("open", loaded=24)
        for item in items[36:39]:
            remove(other, item)
        snapshot = screen.ask(loaded=24)
        assert len(snapshot.items) >= 24
        assert ids(snapshot) == newest(items[:36] + items[39:])[: len(snapshot.items)]

    def test_R0_07_an_item_that_comes_to_match_beside_a_removed_tail_is_not_lost(
        self, screen: Screen, other: Store
    ) -> None:
        items = populate(other, 30, media_type="video")
        [sixth] = save(other, items[6].model_copy(update={"media_type": "image"}))
        images = save(
            other, *(item.model_copy(update={"media_type": "image"}) for item in items[4:30] if item.id != sixth.id)
        )
        assert len(screen.ask("open", IMAGES).items) == 24
        del images
        remove(other, sixth)
        screen.ask("manual", IMAGES, loaded=20)
        save(other, items[3].model_copy(update={"media_type": "image"}))
        snapshot = screen.ask("page", IMAGES, loaded=48)
        snapshot = screen.ask("manual", IMAGES, loaded=48)
        assert ids(snapshot) == newest([items[3], items[4], items[5], *items[7:30]])

    def test_what_changed_above_while_a_page_was_read_is_in_the_next_refresh(
        self, screen: Screen, other: Store
    ) -> None:
        items = populate(other, 60)
        screen.ask("open")
        [new] = save(other, make_item())
        remove(other, items[-1])
        assert new.id not in ids(screen.ask("page", loaded=48))
        assert ids(screen.ask(loaded=48))[:3] == [new.id, *newest(items[:-1])[:2]]

    def test_a_watermark_too_old_reads_in_full_and_keeps_the_extent(
        self, screen: Screen, other: Store, clock: FakeClock
    ) -> None:
        items = populate(other, 60)
        screen.ask("open", loaded=48)
        remove(other, items[-1])
        clock.advance(TOMBSTONE_LIFETIME.total_seconds() + 1)
        assert ids(screen.ask()) == newest(items[:-1])[:48]
        assert screen.line["outcome"] == "read"

    def test_an_item_that_becomes_private_leaves_and_its_files_need_a_new_permission(
        self, screen: Screen, other: Store
    ) -> None:
        [item] = save(other, make_item(owner_id="grace"), principal=GRACE)
        screen.ask("open")
        assert screen.freshness.seen.get("ada", item.id) == item
        save(other, item.model_copy(update={"visibility": "private"}), principal=GRACE)
        assert screen.ask().items == ()
        assert screen.freshness.seen.get("ada", item.id) is None

    def test_reading_another_page_does_not_renew_the_permission_for_what_is_above(
        self, screen: Screen, other: Store, clock: FakeClock
    ) -> None:
        items = populate(other, 30)
        screen.ask("open")
        clock.advance(299)
        screen.ask("page", loaded=48)
        clock.advance(2)
        assert screen.freshness.seen.get("ada", items[-1].id) is None
        assert screen.freshness.seen.get("ada", items[0].id) == items[0]

    def test_two_people_never_share_a_snapshot(self, screen: Screen, other: Store) -> None:
        save(other, make_item(owner_id="grace", visibility="private"), principal=GRACE)
        theirs = screen.ask("open", principal=GRACE)
        mine = screen.ask("open", principal=ADA)
        assert (len(theirs.items), len(mine.items)) == (1, 0)
        assert screen.freshness.snapshots.get(theirs.version, ADA) is None


class TestFailures:
    @pytest.mark.parametrize("reason", ["manual", "page"])
    def test_R0_14_a_failed_read_raises_and_keeps_what_was_held(
        self, screen: Screen, other: Store, reason: Reason
    ) -> None:
        populate(other, 30)
        before = screen.ask("open")
        screen.shaky.fail()
        with pytest.raises(StoreUnavailable):
            screen.ask(reason, loaded=48)
        assert screen.freshness.snapshots.latest(ALL, ADA) == before
        assert screen.freshness.snapshots.get(before.version, ADA) == before

    def test_B20_the_next_refresh_after_a_failure_catches_up(self, screen: Screen, other: Store) -> None:
        populate(other, 3)
        screen.ask("open")
        [item] = save(other, make_item())
        screen.shaky.fail(times=1)
        with pytest.raises(StoreUnavailable):
            screen.ask()
        assert screen.ask().items[0] == item

    def test_a_refresh_that_fails_half_way_forgets_nothing(self, screen: Screen, other: Store) -> None:
        """The delta arrives, the page to fill the list up does not: the delta is not taken as known."""
        items = populate(other, 40)
        screen.ask("open")
        for item in items[-3:]:
            remove(other, item)
        screen.shaky.fail("media.get_media_for_page", times=1)
        with pytest.raises(StoreUnavailable):
            screen.ask()
        assert ids(screen.ask())[:24] == newest(items[:-3])[:24]

    def test_a_project_one_is_not_a_member_of_is_not_found(self, screen: Screen) -> None:
        with pytest.raises(NotFound):
            screen.ask("open", principal=make_principal("eve", "elsewhere"))
        assert screen.line["outcome"] == "NotFound"


class TestLog:
    def test_R0_10_each_refresh_is_one_structured_line(self, screen: Screen, other: Store, clock: FakeClock) -> None:
        populate(other, 2)
        screen.ask("open")
        assert screen.line == {
            "event": "library.refresh",
            "level": "INFO",
            "reason": "open",
            "documents": 2,
            "ms": 0.0,
            "as_of": clock.now().isoformat(),
            "items": 2,
            "outcome": "read",
        }
        save(other, make_item())
        screen.ask("manual")
        assert (screen.line["reason"], screen.line["outcome"]) == ("manual", "changed")
        assert len(screen.lines) == 2

    def test_R0_14_a_failed_refresh_is_a_warning_that_names_the_error(self, screen: Screen) -> None:
        screen.shaky.fail()
        with pytest.raises(StoreUnavailable):
            screen.ask("open")
        assert (screen.line["level"], screen.line["outcome"]) == ("WARNING", "StoreUnavailable")
        assert (screen.line["as_of"], screen.line["items"]) == (None, None)
