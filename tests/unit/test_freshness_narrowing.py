"""What a wider list tells of a narrower one."""

from __future__ import annotations

import doctest
from typing import Any

import pytest

from services.clock import FakeClock
from services.freshness import narrowing, views
from services.freshness.merge import Held, apply_changes
from services.freshness.narrowing import is_part, narrowed, widest
from services.freshness.snapshots import Snapshot
from services.models import Changes, MediaItem, MediaQuery
from services.store.cursors import encode_cursor, place_of
from services.store.protocol import Store
from tests.support.engine import ADA, ALL, IMAGES, Engine, ids, newest
from tests.support.records import NOON, PROJECT, make_item, save

MADE = MediaQuery(project_id=PROJECT, media_type="image", status="generating")


def making() -> MediaItem:
    return make_item(status="generating", files={})


def snapshot(query: MediaQuery, held: Held) -> Snapshot:
    return Snapshot("v", query, "ada", held, "mark", NOON)


def changes(*changed: MediaItem) -> Changes[MediaItem]:
    return Changes(changed, (), NOON, "later", 0)


def test_the_examples_in_docstrings_run() -> None:
    assert doctest.testmod(narrowing).failed == 0


@pytest.mark.parametrize(
    "other",
    [{"text": "fox"}, {"sort": "oldest"}, {"trash": True}, {"tag": "sea"}, {"media_type": "video"}, {"ids": ("a",)}],
)
def test_a_list_in_another_order_or_with_filters_of_its_own_is_no_wider_one(other: dict[str, object]) -> None:
    assert not is_part(MADE, MediaQuery.model_validate({"project_id": PROJECT} | other))


def test_it_holds_what_matches_down_to_the_same_place() -> None:
    items = [making(), make_item(), making(), make_item(media_type="video", status="generating")]
    cursor = encode_cursor(place_of(items[0]))
    part = narrowed(Held(ALL.in_order(items), cursor), MADE)
    assert [item.id for item in part.items] == [items[2].id, items[0].id]
    assert part.cursor == cursor


def test_a_late_change_does_not_bring_back_what_the_wider_list_knew_to_be_over() -> None:
    done = make_item(revision=2)
    part = narrowed(Held((done,)), MADE)
    late = done.model_copy(update={"revision": 1, "status": "generating", "files": {}})
    assert apply_changes(part, MADE, changes(late)).items == ()


def test_the_one_that_reaches_furthest_tells_most() -> None:
    items = ALL.in_order([making() for _ in range(3)])
    top, whole = snapshot(ALL, Held(items[:2], "cursor")), snapshot(IMAGES, Held(items[:1]))
    elsewhere = snapshot(MediaQuery(project_id=PROJECT, media_type="video"), Held())
    assert widest(MADE, [top, elsewhere]) is top
    assert widest(MADE, [top, whole]) is whole
    assert widest(MADE, [elsewhere]) is None


class TestDeriving:
    @pytest.fixture
    def engine(self, sqlite_store: Store, clock: FakeClock) -> Engine:
        return Engine(sqlite_store, clock)

    def test_what_a_feed_keeps_current_is_taken_without_a_read_and_kept_current_too(
        self, engine: Engine, sqlite_store: Store
    ) -> None:
        items = save(sqlite_store, making(), making(), make_item())
        engine.freshness.feed(PROJECT, "live")
        engine.ask("open")
        before = engine.media.reads
        assert engine.freshness.derive(MADE, ADA)
        assert ids(engine.latest(MADE)) == newest(items[:2])
        (failed,) = save(sqlite_store, items[0].model_copy(update={"status": "failed", "error": "Refused"}))
        engine.push(failed)
        assert ids(engine.latest(MADE)) == [items[1].id]
        assert engine.freshness.derive(MADE, ADA)
        assert engine.media.reads == before

    def test_R2_what_a_push_has_passed_by_is_taken_with_what_it_brings(
        self, engine: Engine, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It goes from view to view: the narrower one, of which nothing was held, may be derived in between."""
        (item,) = save(sqlite_store, making())
        engine.freshness.feed(PROJECT, "live")
        assert not engine.freshness.derive(MADE, ADA)
        engine.ask("open")
        (failed,) = save(sqlite_store, item.model_copy(update={"status": "failed", "error": "Refused"}))

        def between(*args: Any) -> Held:
            monkeypatch.undo()
            assert engine.freshness.derive(MADE, ADA)
            return apply_changes(*args)

        monkeypatch.setattr(views, "apply_changes", between)
        engine.push(failed)
        assert ids(engine.latest(MADE)) == []
        assert ids(engine.latest()) == [item.id]

    def test_what_nobody_follows_is_left_alone(self, engine: Engine, sqlite_store: Store) -> None:
        save(sqlite_store, making())
        engine.ask("open")
        assert not engine.freshness.derive(MADE, ADA)
        assert engine.freshness.snapshots.find(MADE, ADA) is None
