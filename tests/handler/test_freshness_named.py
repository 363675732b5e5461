"""A view that names its items is known by any list that holds them, and kept current like any other."""

from __future__ import annotations

from typing import Any

import pytest

from services.clock import FakeClock
from services.models import MediaQuery
from services.store.protocol import Store
from tests.support.engine import ADA, ALL, GRACE, Engine, ids
from tests.support.records import PROJECT, make_item, save


@pytest.fixture
def engine(store: Store, clock: FakeClock) -> Engine:
    engine = Engine(store, clock)
    engine.freshness.feed(PROJECT, "starting")
    engine.freshness.feed(PROJECT, "live")
    return engine


def named(*items: Any) -> MediaQuery:
    return MediaQuery(project_id=PROJECT, ids=tuple(item.id for item in items))


def test_R2_01_what_a_list_holds_is_held_of_the_item_with_the_lists_own_age(engine: Engine, store: Store) -> None:
    first, second = save(store, make_item(), make_item())
    engine.ask("open")
    listed = engine.latest()
    engine.clock.advance(60)
    reads = engine.media.reads
    held = engine.freshness.snapshots.latest(named(first, second), ADA)
    assert held is not None
    assert (held.items, held.as_of, held.watermark) == ((second, first), listed.as_of, listed.watermark)
    assert engine.freshness.entry(named(first, second), ADA).current
    assert engine.media.reads == reads


def test_it_is_not_held_where_one_of_them_is_not_or_of_what_others_were_shown(engine: Engine, store: Store) -> None:
    first, second = save(store, make_item(), make_item(media_type="video"))
    engine.ask("open", MediaQuery(project_id=PROJECT, media_type="image"))
    assert engine.freshness.snapshots.latest(named(first, second), ADA) is None
    assert engine.freshness.snapshots.latest(named(first), GRACE) is None


def test_F08_pushes_reach_it_also_into_the_trash(engine: Engine, store: Store) -> None:
    [item, other] = save(store, make_item(), make_item())
    engine.ask("open")
    assert engine.freshness.snapshots.latest(named(item), ADA)
    [renamed] = save(store, item.model_copy(update={"title": "Renamed"}))
    assert ("ada", named(item)) in engine.push(renamed)
    [gone] = save(store, renamed.model_copy(update={"deleted_at": engine.clock.now()}))
    engine.push(gone)
    assert engine.latest(named(item)).items == (gone,)
    assert ids(engine.latest(ALL)) == [other.id]


def test_a_question_about_it_costs_the_changes_since_the_list_was_read(engine: Engine, store: Store) -> None:
    [item] = save(store, make_item())
    engine.ask("open")
    [renamed] = save(store, item.model_copy(update={"title": "Renamed"}))
    before = engine.media.calls["get_media_for_page"]
    assert engine.ask("permalink", named(item)).items == (renamed,)
    assert engine.media.calls["get_media_for_page"] == before
