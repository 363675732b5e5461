"""Applying deltas and pages to a held list."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.freshness.merge import REMEMBERED, Held, append_page, apply_changes, is_within
from services.models import Changes, MediaItem, MediaQuery, Page, Removal
from services.store.cursors import Place, encode_cursor, place_of
from tests.support.records import NOON, PROJECT, make_item

ALL = MediaQuery(project_id=PROJECT)
IMAGES = MediaQuery(project_id=PROJECT, media_type="image")


def delta(*changed: MediaItem, removed: tuple[Removal, ...] = ()) -> Changes[MediaItem]:
    return Changes(changed, removed, NOON, "mark", len(changed) + len(removed))


def item(number: int, revision: int = 1, **fields: object) -> MediaItem:
    """Item `number`, made at second `number`."""
    return make_item(
        id=f"item-{number:03}",
        created_at=NOON + timedelta(seconds=number),
        revision=revision,
        **({"title": ""} | fields),
    )


def page(items: tuple[MediaItem, ...], cursor: str | None) -> Page[MediaItem]:
    return Page(items, cursor, NOON, "mark", len(items))


def removal(number: int, revision: int) -> Removal:
    return Removal("media", f"item-{number:03}", revision)


def cursor_at(number: int) -> str:
    return encode_cursor(place_of(item(number)))


def numbers(held: Held) -> list[int]:
    return [int(held_item.id[-3:]) for held_item in held.items]


LOADED = Held((item(9), item(7), item(5)), cursor_at(5))
"""Three of a longer list."""


class TestDeltas:
    def test_R0_04_a_new_item_enters_at_its_place(self) -> None:
        assert numbers(apply_changes(LOADED, ALL, delta(item(10)))) == [10, 9, 7, 5]
        assert numbers(apply_changes(LOADED, ALL, delta(item(6)))) == [9, 7, 6, 5]

    def test_R0_04_of_items_made_at_the_same_time_the_higher_id_stands_first(self) -> None:
        first, second = make_item(id="b", created_at=NOON, revision=1), make_item(id="a", created_at=NOON, revision=1)
        held = apply_changes(Held(), ALL, delta(second, first))
        assert [one.id for one in held.items] == ["b", "a"]

    def test_B21_an_unchanged_list_is_the_very_same_tuple(self) -> None:
        other = item(8, media_type="video")
        for changes in (delta(), delta(item(9)), delta(other), delta(removed=(removal(1, 4),))):
            assert apply_changes(LOADED, IMAGES, changes).items is LOADED.items

    def test_B08_a_change_that_does_not_match_adds_nothing(self) -> None:
        assert numbers(apply_changes(LOADED, IMAGES, delta(item(10, media_type="video")))) == [9, 7, 5]

    def test_an_item_that_matches_no_longer_leaves(self) -> None:
        assert numbers(apply_changes(LOADED, IMAGES, delta(item(7, 2, media_type="video")))) == [9, 5]

    def test_an_item_that_matches_now_enters(self) -> None:
        left = apply_changes(LOADED, IMAGES, delta(item(7, 2, media_type="video")))
        assert numbers(apply_changes(left, IMAGES, delta(item(7, 3)))) == [9, 7, 5]

    def test_an_item_below_the_loaded_part_is_left_to_paging(self) -> None:
        assert numbers(apply_changes(LOADED, ALL, delta(item(4)))) == [9, 7, 5]

    def test_an_item_below_enters_a_list_that_is_loaded_to_its_end(self) -> None:
        assert numbers(apply_changes(Held(LOADED.items, None), ALL, delta(item(4)))) == [9, 7, 5, 4]

    def test_R0_07_no_gap_opens_where_the_last_items_leave(self) -> None:
        """The next page begins below item 5, so what comes above it must enter even when 7 is the last one left."""
        clipped = apply_changes(LOADED, ALL, delta(removed=(removal(5, 2),)))
        assert numbers(apply_changes(clipped, ALL, delta(item(6)))) == [9, 7, 6]
        empty = apply_changes(clipped, ALL, delta(removed=(removal(7, 2), removal(9, 2))))
        assert numbers(apply_changes(empty, ALL, delta(item(6), item(3)))) == [6]


class TestOrderOfArrival:
    def test_R1_05_a_repeated_delta_changes_nothing(self) -> None:
        news = delta(item(7, 2), item(11), removed=(removal(9, 2),))
        once = apply_changes(LOADED, ALL, news)
        again = apply_changes(once, ALL, news)
        assert again == once
        assert again.items is once.items

    def test_R1_05_a_late_change_does_not_undo_a_later_one(self) -> None:
        renamed = apply_changes(LOADED, ALL, delta(item(7, 3)))
        assert apply_changes(renamed, ALL, delta(item(7, 2))).items is renamed.items

    def test_R1_05_a_late_change_does_not_bring_back_what_was_removed(self) -> None:
        removed = apply_changes(LOADED, ALL, delta(removed=(removal(7, 3),)))
        assert numbers(apply_changes(removed, ALL, delta(item(7, 2)))) == [9, 5]

    def test_R1_05_a_late_change_does_not_bring_back_what_stopped_matching(self) -> None:
        changed = apply_changes(LOADED, IMAGES, delta(item(7, 3, media_type="video")))
        assert numbers(apply_changes(changed, IMAGES, delta(item(7, 2)))) == [9, 5]

    def test_a_late_removal_does_not_remove_what_was_made_again(self) -> None:
        again = apply_changes(LOADED, ALL, delta(item(7, 4)))
        assert apply_changes(again, ALL, delta(removed=(removal(7, 3),))).items is again.items

    def test_what_is_remembered_of_departures_is_bounded(self) -> None:
        held = LOADED
        for number in range(REMEMBERED + 10):
            held = apply_changes(held, ALL, delta(removed=(Removal("media", f"gone-{number}", 1),)))
        assert len(held.departed) == REMEMBERED
        assert f"gone-{REMEMBERED + 9}" in held.departed


class TestPages:
    def test_B11_an_item_that_came_with_a_delta_and_stands_on_the_page_too_is_held_once(self) -> None:
        held = append_page(LOADED, ALL, page((item(5, 2), item(3)), cursor_at(3)))
        assert numbers(held) == [9, 7, 5, 3]
        assert held.items[2].revision == 2
        assert held.cursor == cursor_at(3)

    def test_a_page_that_was_read_before_a_removal_was_heard_of_does_not_bring_the_item_back(self) -> None:
        held = apply_changes(LOADED, ALL, delta(removed=(removal(3, 2),)))
        assert numbers(append_page(held, ALL, page((item(3), item(2)), cursor_at(2)))) == [9, 7, 5, 2]


class TestOtherOrders:
    """An item's place may move, or a filter let go of it."""

    TITLES = ALL.model_copy(update={"sort": "title"})

    def held(self, *titles: str, end: str | None = None) -> Held:
        items = [item(number, title=title) for number, title in enumerate(titles)]
        cursor = encode_cursor(Place(end, "item-999", "title")) if end else None
        return Held(self.TITLES.in_order(items), cursor)

    def titles(self, held: Held) -> list[str]:
        return [one.title for one in held.items]

    def test_a_new_title_moves_the_item_to_its_place(self) -> None:
        held = apply_changes(self.held("ash", "elm", "oak", end="oak"), self.TITLES, delta(item(2, 2, title="Birch")))
        assert self.titles(held) == ["ash", "Birch", "elm"]

    def test_one_that_moves_below_the_loaded_part_is_left_to_the_page_that_brings_it(self) -> None:
        held = apply_changes(self.held("ash", "elm", "oak", end="oak"), self.TITLES, delta(item(0, 2, title="yew")))
        assert self.titles(held) == ["elm", "oak"]
        late = apply_changes(held, self.TITLES, delta(item(0, 1, title="ash")))
        assert late.items is held.items
        below = append_page(late, self.TITLES, page((item(0, 2, title="yew"),), None))
        assert self.titles(below) == ["elm", "oak", "yew"]

    def test_one_that_moves_up_from_below_enters(self) -> None:
        held = apply_changes(self.held("ash", "elm", end="elm"), self.TITLES, delta(item(7, 2, title="Beech")))
        assert self.titles(held) == ["ash", "Beech", "elm"]

    def test_what_is_no_favourite_any_more_leaves_its_list(self) -> None:
        favourites = ALL.model_copy(update={"favourite": True})
        held = Held((item(2, favourite=True), item(1, favourite=True)))
        assert numbers(apply_changes(held, favourites, delta(item(2, 2)))) == [1]

    def test_oldest_first_what_is_new_waits_below_until_the_list_is_loaded_to_its_end(self) -> None:
        oldest = ALL.model_copy(update={"sort": "oldest"})
        held = Held((item(1), item(3)), f"o{cursor_at(3)}")
        assert apply_changes(held, oldest, delta(item(9))).items is held.items
        assert numbers(apply_changes(held, oldest, delta(item(2)))) == [1, 2, 3]
        assert numbers(apply_changes(Held(held.items), oldest, delta(item(9)))) == [1, 3, 9]

    def test_how_far_a_search_came_stays_until_the_next_page(self) -> None:
        held = Held((item(3),), cursor_at(3), searched_to=NOON)
        assert apply_changes(held, ALL, delta(item(4))).searched_to == NOON
        assert append_page(held, ALL, page((item(2),), cursor_at(2))).searched_to is None


class Delivery(RuleBasedStateMachine):
    """A store that changes in any way, and a list that asks for changes now and then, and reads pages.

    Besides, it hears of changes early, late, in any order and more than once. The model is the naive one: everything
    that matches, in order, as far down as the list is loaded.
    """

    QUERY = IMAGES
    answers = Bundle("answers")

    def __init__(self) -> None:
        super().__init__()
        self.stored: dict[str, MediaItem] = {}
        self.graves: dict[str, int] = {}
        self.log: list[str] = []
        """The id that each commit changed."""
        self.watermark = 0
        self.held = Held()

    @initialize(images=st.sets(st.integers(0, 15), min_size=4, max_size=10), size=st.integers(1, 4))
    def open(self, images: set[int], size: int) -> None:
        for second in images:
            self._store(item(second))
        self.watermark = len(self.log)
        self.held = Held(*self._page(None, size))

    @rule(second=st.integers(0, 15), image=st.booleans())
    def create(self, second: int, image: bool) -> None:
        media_id = f"item-{second:03}"
        if media_id not in self.stored:
            revision = self.graves.pop(media_id, 0) + 1
            self._store(item(second, revision, media_type="image" if image else "video"))

    @precondition(lambda self: self.stored)
    @rule(data=st.data(), image=st.booleans(), title=st.sampled_from("abcdef"))
    def edit(self, data: st.DataObject, image: bool, title: str) -> None:
        old = self.stored[data.draw(st.sampled_from(sorted(self.stored)))]
        kind = "image" if image else "video"
        self._store(old.model_copy(update={"revision": old.revision + 1, "media_type": kind, "title": title}))

    @precondition(lambda self: self.stored)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        old = self.stored.pop(data.draw(st.sampled_from(sorted(self.stored))))
        self.graves[old.id] = old.revision + 1
        self.log.append(old.id)

    @rule()
    def refresh(self) -> None:
        self.held = apply_changes(self.held, self.QUERY, self._changes(self.watermark))
        self.watermark = len(self.log)

    @rule(target=answers, data=st.data())
    def send_changes(self, data: st.DataObject) -> Changes[MediaItem]:
        return self._changes(data.draw(st.integers(0, len(self.log))))

    @rule(changes=answers)
    def hear_of_changes(self, changes: Changes[MediaItem]) -> None:
        self.held = apply_changes(self.held, self.QUERY, changes)

    @precondition(lambda self: self.held.cursor is not None)
    @rule(size=st.integers(1, 4), meanwhile=st.lists(answers, max_size=3))
    def read_a_page(self, size: int, meanwhile: list[Changes[MediaItem]]) -> None:
        items, cursor = self._page(self.held.cursor, size)
        for changes in meanwhile:
            self.held = apply_changes(self.held, self.QUERY, changes)
        self.held = append_page(self.held, self.QUERY, page(items, cursor))

    @invariant()
    def B11_nothing_is_held_twice_or_out_of_order(self) -> None:
        keys = [self.QUERY.sort_key(held) for held in self.held.items]
        assert keys == sorted(set(keys), reverse=self.QUERY.descending)

    @invariant()
    def B11_refreshed_it_equals_a_full_read(self) -> None:
        caught_up = apply_changes(self.held, self.QUERY, self._changes(self.watermark))
        end = self.held.cursor
        wanted = tuple(one for one in self._matching() if is_within(one, end, self.QUERY))
        assert caught_up.items == wanted

    def _store(self, changed: MediaItem) -> None:
        self.stored[changed.id] = changed
        self.log.append(changed.id)

    def _matching(self) -> list[MediaItem]:
        return list(self.QUERY.in_order(filter(self.QUERY.matches, self.stored.values())))

    def _page(self, cursor: str | None, size: int) -> tuple[tuple[MediaItem, ...], str | None]:
        below = [one for one in self._matching() if cursor is None or not is_within(one, cursor, self.QUERY)]
        more = len(below) > size
        return tuple(below[:size]), encode_cursor(place_of(below[size - 1], self.QUERY.order)) if more else None

    def _changes(self, since: int) -> Changes[MediaItem]:
        ids = dict.fromkeys(self.log[since:])
        removed = tuple(Removal("media", one, self.graves[one]) for one in ids if one in self.graves)
        return delta(*(self.stored[one] for one in ids if one in self.stored), removed=removed)


class ByTitle(Delivery):
    """Here edits move items: within the loaded part, out of it and into it."""

    QUERY = IMAGES.model_copy(update={"sort": "title"})


class OldestFirst(Delivery):
    QUERY = IMAGES.model_copy(update={"sort": "oldest"})


Delivery.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None, derandomize=True)
ByTitle.TestCase.settings = settings(max_examples=300, stateful_step_count=30, deadline=None, derandomize=True)
OldestFirst.TestCase.settings = settings(max_examples=50, stateful_step_count=30, deadline=None, derandomize=True)
TestAnyOrderOfDelivery = Delivery.TestCase
TestAnyOrderOfDeliveryByTitle = ByTitle.TestCase
TestAnyOrderOfDeliveryOldestFirst = OldestFirst.TestCase
