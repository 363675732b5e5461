"""Which of a list's items are mounted: a bounded stretch around the reader, in blocks that stay what they are."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from services.ids import SequentialIds
from services.models import MediaItem
from state.view import ViewState
from state.window import (
    LONGEST,
    MOST_MOUNTED,
    MOST_SEEN,
    SHORTEST,
    Window,
    cut,
    follow_reader,
    lead_to,
    stretch,
    window_of,
)
from tests.support.records import make_item

MANY = 1_000


@pytest.fixture(scope="module")
def items() -> list[MediaItem]:
    ids = SequentialIds()
    return [make_item(id=ids.new()) for _ in range(MANY)]


def ids_of(window: Window) -> list[str]:
    return [item.id for block in window.blocks for item in block.items]


def at(items: list[MediaItem], place: int) -> Window:
    """The window of a view whose reader is at `place`."""
    view = ViewState()
    follow_reader(view, items, {"place": place})
    return window_of(view, items)


class TestStretch:
    @pytest.mark.parametrize("total", [0, 1, 24, MOST_MOUNTED])
    def test_a_list_that_fits_is_mounted_whole_wherever_the_reader_is(self, total: int) -> None:
        limits = cut([str(place) for place in range(total)])
        assert {stretch(limits, place) for place in (0, total // 2, total)} == {(0, total)}

    def test_around_every_place_as_many_as_may_be_are_mounted_and_that_one_in_their_midst(
        self, items: list[MediaItem]
    ) -> None:
        limits = cut([item.id for item in items])
        for place in range(MANY):
            start, end = stretch(limits, place)
            assert start in limits
            assert MOST_MOUNTED - LONGEST < end - start <= MOST_MOUNTED
            assert place - start > MOST_MOUNTED // 2 - LONGEST or start == 0
            assert end - place > MOST_MOUNTED // 2 - LONGEST or end == MANY

    def test_at_the_ends_of_the_list_everything_to_the_end_is_mounted(self, items: list[MediaItem]) -> None:
        limits = cut([item.id for item in items])
        assert stretch(limits, 0) == (0, MOST_MOUNTED)
        assert stretch(limits, MANY - 1)[1] == MANY


class TestBlocks:
    def test_blocks_hold_every_item_once_and_are_neither_short_nor_long(self, items: list[MediaItem]) -> None:
        limits = cut([item.id for item in items])
        assert (limits[0], limits[-1]) == (0, MANY)
        assert {SHORTEST <= last - first <= LONGEST for first, last in list(pairwise(limits))[:-1]} == {True}

    def test_an_item_that_comes_or_goes_changes_the_blocks_around_it_alone(self, items: list[MediaItem]) -> None:
        before = {block.key: block.items for block in at(items, 500).blocks}
        random.seed(4)
        for place in random.sample(range(430, 570), 40):
            after = at([*items[:place], *items[place + 1 :]], 500).blocks
            changed = [block for block in after if before.get(block.key, ()) != block.items]
            # Its own, a neighbour or two until the limits are the old ones again, and the one at the window's end.
            assert len(changed) <= 5, place

    def test_a_window_that_moves_keeps_every_block_in_its_place(self, items: list[MediaItem]) -> None:
        keys = [block.key for block in at(items, 0).blocks]
        for place in (0, 400, MANY):
            assert [block.key for block in at(items, place).blocks] == keys
        assert len(set(keys)) == len(keys)

    def test_what_is_mounted_is_the_stretch_in_its_order(self, items: list[MediaItem]) -> None:
        window = at(items, 600)
        shown = [item.id for item in items[window.start :][: window.mounted]]
        assert (ids_of(window), window.total) == (shown, MANY)


class TestReader:
    def test_the_window_stays_at_its_item_while_others_come_above(self, items: list[MediaItem]) -> None:
        view = ViewState()
        follow_reader(view, items[100:], {"place": 400})
        before, after = window_of(view, items[100:]), window_of(view, items)
        assert after.start - before.start == pytest.approx(100, abs=LONGEST)
        assert items[500].id in ids_of(before)
        assert items[500].id in ids_of(after)

    def test_the_window_stays_at_its_place_when_its_item_goes(self, items: list[MediaItem]) -> None:
        view = ViewState()
        follow_reader(view, items, {"place": 500})
        left = [*items[:500], *items[501:]]
        assert items[499].id in ids_of(window_of(view, left))
        assert window_of(view, items[:200]).total == 200  # also where the list ends above it by now
        assert items[199].id in ids_of(window_of(view, items[:200]))

    @pytest.mark.parametrize("told", [{}, {"place": "7"}, {"place": None}, {"place": 1.5}, {"seen": "all"}])
    def test_what_is_no_place_moves_nothing(self, items: list[MediaItem], told: dict[str, object]) -> None:
        view = ViewState()
        follow_reader(view, items, told)
        assert view == ViewState()

    def test_a_place_beyond_the_list_is_its_nearest_end(self, items: list[MediaItem]) -> None:
        assert at(items, 10**9) == at(items, MANY - 1)
        assert at(items, -5) == at(items, 0)
        assert at([], 3) == Window(0, 0, ())

    def test_a_screen_that_shows_more_has_more_mounted_within_bounds(self, items: list[MediaItem]) -> None:
        for seen, mounted in ((40, MOST_MOUNTED), (220, 220), (10**6, MOST_SEEN), (-3, MOST_MOUNTED)):
            view = ViewState()
            follow_reader(view, items, {"place": 0, "seen": seen})
            assert window_of(view, items).mounted == mounted
        assert window_of(ViewState(seen=10**6), items).mounted == MOST_SEEN  # state, too, comes from a browser

    def test_an_item_is_led_to_only_if_it_is_not_mounted(self, items: list[MediaItem]) -> None:
        view = ViewState()
        lead_to(view, items, items[149].id)
        lead_to(view, items, "unknown")
        assert view == ViewState()
        lead_to(view, items, items[700].id)
        assert items[700].id in ids_of(window_of(view, items))
