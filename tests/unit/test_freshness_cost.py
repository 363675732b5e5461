"""What a screen's questions cost, on both stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.clock import FakeClock
from services.store.protocol import PAGE_SIZE, SEARCH_STEP, Store
from services.store.watermarks import is_at_least
from tests.support.logs import recorded_lines
from tests.support.records import make_item, save
from tests.support.screen import ALL, GRACE, Screen, ids, newest, populate
from tests.support.stores import Backend, let_settle


@pytest.fixture
def screen(backend: Backend, clock: FakeClock) -> Iterator[Screen]:
    with recorded_lines() as lines:
        yield Screen(backend, clock, lines)


@pytest.fixture
def other(screen: Screen, backend: Backend) -> Store:
    """Another process on the same database."""
    return backend.open()


def settle(screen: Screen) -> None:
    if screen.backend.kind == "firestore":
        let_settle(screen.backend)


def test_the_first_read_costs_one_page(screen: Screen, other: Store) -> None:
    items = populate(other, 30)
    assert ids(screen.ask("open")) == newest(items)[:24]
    assert screen.cost <= PAGE_SIZE + 1


def test_a_view_that_never_shows_a_page_costs_a_row_and_a_longer_one_reads_on_from_there(
    screen: Screen, other: Store
) -> None:
    items = populate(other, 60)
    settle(screen)
    assert ids(screen.ask("open", loaded=12)) == newest(items)[:12]
    assert screen.cost <= 13
    assert ids(screen.ask("open", loaded=PAGE_SIZE))[:PAGE_SIZE] == newest(items)[:PAGE_SIZE]
    assert screen.cost <= PAGE_SIZE + 1


def test_B14_a_refresh_of_an_unchanged_library_costs_one_read_at_most(screen: Screen, other: Store) -> None:
    populate(other, 30)
    settle(screen)
    screen.ask("open")
    screen.ask()
    assert screen.cost <= (0 if screen.backend.kind == "sqlite" else 1)


def test_a_refresh_costs_what_changed_and_not_what_is_loaded(screen: Screen, other: Store) -> None:
    items = populate(other, 60)
    settle(screen)
    screen.ask("open", loaded=60)
    save(other, items[0].model_copy(update={"title": "Renamed"}), make_item())
    assert len(screen.ask(loaded=60).items) == 61
    assert screen.cost <= 3


@pytest.mark.parametrize("changes", [0, 1, 5])
def test_B14_R0_01_a_chooser_opened_again_costs_what_changed_in_the_project_and_one(
    screen: Screen, other: Store, changes: int
) -> None:
    """On Firestore also what changed in the last minute, which here is the same."""
    items = populate(other, 60)
    settle(screen)
    ready = ALL.model_copy(update={"media_type": "image", "status": "ready"})
    screen.ask("open", ready)
    for item in items[:changes]:
        save(other, item.model_copy(update={"title": "Renamed"}))
    screen.ask("open", ready)
    assert screen.cost <= changes + 1
    screen.ask("open", ready)
    assert screen.cost <= (1 if screen.backend.kind == "sqlite" else changes + 1)


@pytest.mark.parametrize("depth", [1, 4])
def test_a_page_and_the_delta_that_joins_it_to_what_is_above_cost_the_same_at_any_depth(
    screen: Screen, other: Store, depth: int
) -> None:
    items = populate(other, 150)
    screen.ask("open", loaded=depth * PAGE_SIZE)
    settle(screen)
    snapshot = screen.ask("page", loaded=(depth + 1) * PAGE_SIZE)
    assert ids(snapshot) == newest(items)[: (depth + 1) * PAGE_SIZE]
    page = screen.cost
    screen.ask("recover", loaded=(depth + 1) * PAGE_SIZE)
    assert page + screen.cost <= PAGE_SIZE + 1


def test_a_later_page_is_of_one_time_with_what_is_above_so_that_no_delta_has_to_join_them(
    screen: Screen, other: Store
) -> None:
    """On SQLite only if nothing was committed between; a delta costs it next to nothing."""
    items = populate(other, 80)
    screen.ask("open")
    even = screen.ask("page", loaded=48)
    assert is_at_least(even.watermark, even.furthest)
    [renamed] = save(other, items[10].model_copy(update={"title": "Renamed"}))
    snapshot = screen.ask("page", loaded=72)
    assert is_at_least(snapshot.watermark, snapshot.furthest) is (screen.backend.kind == "firestore")
    assert renamed in screen.ask("recover", loaded=72).items


def test_a_page_that_another_view_has_loaded_costs_nothing(screen: Screen, other: Store) -> None:
    populate(other, 60)
    screen.ask("open", loaded=48)
    screen.ask("page", loaded=48)
    assert screen.cost == 0


def test_a_list_hardly_any_of_which_may_be_seen_is_searched_step_by_step(screen: Screen, other: Store) -> None:
    [mine] = save(other, make_item())
    theirs = [make_item(owner_id="grace", visibility="private", files={}) for _ in range(2 * SEARCH_STEP)]
    for start in range(0, len(theirs), 100):
        save(other, *theirs[start : start + 100], principal=GRACE)
    settle(screen)
    seen: list[list[str]] = []
    for _ in range(4):
        seen.append(ids(screen.ask("page")))
        assert screen.cost <= SEARCH_STEP + 1
    assert seen[0] == []
    assert seen[-1] == [mine.id]
