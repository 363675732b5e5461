"""Pending edits over held lists: pure functions, taken back in any order."""

from __future__ import annotations

import itertools
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.errors import BadInput, Conflict, FreshetError
from services.freshness.edits import (
    Change,
    Edit,
    delete,
    edited,
    favourite,
    overlaid,
    put_back,
    replayed,
    restore,
    tags,
    title,
)
from services.freshness.merge import Held, apply_changes
from services.models import Changes, MediaItem, MediaQuery, Removal
from services.store.cursors import encode_cursor, place_of
from tests.support.records import NOON, PROJECT, make_item

ALL = MediaQuery(project_id=PROJECT)
_operations = itertools.count(1)


def stored(**fields: Any) -> MediaItem:
    return make_item(**{"revision": 1} | fields)


def listed(count: int) -> tuple[MediaItem, ...]:
    """Newest first."""
    return tuple(reversed([stored() for _ in range(count)]))


def edit_of(item: MediaItem, change: Change, titles: tuple[str, ...] = ()) -> Edit:
    return Edit(f"op-{next(_operations)}", change, item, frozenset(titles or (item.title,)))


def changed(*items: MediaItem, removed: tuple[Removal, ...] = ()) -> Changes[MediaItem]:
    return Changes(items, removed, NOON, "db-9-9", 0)


def ids(items: tuple[MediaItem, ...]) -> list[str]:
    return [item.id for item in items]


class TestOverlay:
    def test_F12_without_edits_and_with_edits_of_others_the_list_is_the_very_same(self) -> None:
        held = Held(listed(3), departed=MappingProxyType({"gone": 4}))
        elsewhere = stored(project_id="other")
        assert overlaid(held, ALL, ()) is held.items
        assert overlaid(held, ALL, [edit_of(elsewhere, favourite(True))]) is held.items
        same = edit_of(held.items[0], favourite(False))
        assert overlaid(held, ALL, [same]) is held.items

    def test_F12_an_edit_shows_in_its_place_and_changes_nothing_else(self) -> None:
        held = Held(listed(3))
        top, middle, last = held.items
        shown = overlaid(held, ALL, [edit_of(middle, favourite(True)), edit_of(last, title("Renamed"))])
        assert shown == (
            top, middle.model_copy(update={"favourite": True}), last.model_copy(update={"title": "Renamed"}),
        )  # fmt: skip
        assert held.items == (top, middle, last)

    def test_B12_a_deleted_item_leaves_every_view_and_a_restored_one_comes_back_in_its_place(self) -> None:
        held = Held(listed(4))
        victim = held.items[1]
        gone = edit_of(victim, delete(NOON))
        for query in (ALL, MediaQuery(project_id=PROJECT, media_type="image")):
            assert ids(overlaid(held, query, [gone])) == [held.items[place].id for place in (0, 2, 3)]
        back = edit_of(edited(victim, [gone]), restore())
        assert overlaid(held, ALL, [gone, back]) is held.items

    def test_B12_a_restoration_shows_where_the_stored_deletion_was_heard_of_already(self) -> None:
        items = listed(3)
        trashed = items[1].model_copy(update={"deleted_at": NOON, "revision": 2})
        held = apply_changes(Held(items), ALL, changed(trashed))
        assert ids(held.items) == [items[0].id, items[2].id]
        back = edit_of(trashed, restore())
        assert ids(overlaid(held, ALL, [back])) == ids(items)

    def test_F12_an_item_enters_only_the_views_that_it_matches_and_that_reach_down_to_it(self) -> None:
        items = listed(5)
        trashed = items[4].model_copy(update={"deleted_at": NOON})
        back = edit_of(trashed, restore())
        short = Held(items[:3], cursor=encode_cursor(place_of(items[2])))
        assert overlaid(short, ALL, [back]) is short.items
        videos = MediaQuery(project_id=PROJECT, media_type="video")
        assert overlaid(Held(), videos, [back]) == ()
        assert ids(overlaid(Held(), ALL, [back])) == [trashed.id]

    def test_F12_an_item_of_which_the_list_knows_better_does_not_come_back(self) -> None:
        trashed = stored(deleted_at=NOON, revision=2)
        held = apply_changes(Held(listed(2)), ALL, changed(removed=(Removal("media", trashed.id, 3),)))
        assert overlaid(held, ALL, [edit_of(trashed, restore())]) is held.items

    def test_F12_what_is_pushed_meanwhile_shows_under_a_pending_edit(self) -> None:
        held = Held(listed(2))
        item = held.items[0]
        edit = edit_of(item, favourite(True))
        pushed = item.model_copy(update={"title": "Pushed", "revision": 2})
        (shown, _) = overlaid(apply_changes(held, ALL, changed(pushed)), ALL, [edit])
        assert (shown.title, shown.favourite, shown.revision) == ("Pushed", True, 2)

    def test_F12_once_it_is_stored_and_heard_of_an_edit_changes_nothing_more(self) -> None:
        held = Held(listed(2))
        item = held.items[0]
        edit = edit_of(item, title("Renamed"))
        result = item.model_copy(update={"title": "Renamed", "revision": 2})
        heard = apply_changes(held, ALL, changed(result))
        assert overlaid(heard, ALL, [edit]) is heard.items  # so dropping it now or later is the same to the eye

    def test_B22_two_failures_in_either_order_leave_what_is_stored(self) -> None:
        held = Held(listed(3))
        item = held.items[1]
        first, second = edit_of(item, title("First")), edit_of(item, title("Second"))
        assert overlaid(held, ALL, [first, second])[1].title == "Second"
        assert overlaid(held, ALL, [second])[1].title == "Second"  # the first failed
        assert overlaid(held, ALL, [first])[1].title == "First"  # the second failed
        assert overlaid(held, ALL, []) is held.items

    def test_B22_a_failure_takes_back_itself_alone_also_after_a_push(self) -> None:
        held = Held(listed(3))
        one, other = held.items[0], held.items[2]
        edits = [edit_of(one, title("Mine")), edit_of(one, favourite(True)), edit_of(other, delete(NOON))]
        pushed = one.model_copy(update={"prompt": "pushed", "revision": 2})
        now = apply_changes(held, ALL, changed(pushed))
        shown = overlaid(now, ALL, edits[1:])  # the title failed
        assert ids(shown) == ids(held.items[:2])
        assert (shown[0].title, shown[0].favourite, shown[0].prompt) == (one.title, True, "pushed")

    @settings(derandomize=True, database=None, deadline=None)
    @given(st.data())
    def test_B22_in_whatever_order_edits_end_the_rest_is_shown_as_if_the_failed_had_never_been(
        self, data: st.DataObject
    ) -> None:
        held = Held(listed(4))
        changes = st.sampled_from([favourite(True), favourite(False), title("A"), title("B"), delete(NOON), restore()])
        wanted = data.draw(st.lists(st.tuples(st.integers(0, 3), changes), max_size=6))
        pending = [edit_of(held.items[place], change) for place, change in wanted]
        while pending:
            ending = data.draw(st.sampled_from(pending))
            pending.remove(ending)
            if data.draw(st.booleans()):  # it is stored, and heard of
                known = next((item for item in held.items if item.id == ending.media_id), None)
                if known is not None:
                    result = edited(known, [ending]).model_copy(update={"revision": known.revision + 1})
                    held = apply_changes(held, ALL, changed(result))
            shown = overlaid(held, ALL, pending)
            expected = [edited(item, pending) for item in held.items]
            entered = [item for item in shown if item.id not in ids(held.items)]
            assert [item for item in shown if item not in entered] == [one for one in expected if ALL.matches(one)]
            assert list(shown) == sorted(shown, key=lambda item: (item.created_at, item.id), reverse=True)


class TestReplaying:
    def test_F12_a_favourite_a_deletion_and_a_restoration_go_on_top_of_what_others_changed(self) -> None:
        item = stored()
        newest = item.model_copy(update={"title": "Theirs", "revision": 5})
        for change in (favourite(True), delete(NOON)):
            assert replayed(edit_of(item, change), newest) == newest.model_copy(update=change.fields)
        trashed = newest.model_copy(update={"deleted_at": NOON})
        assert replayed(edit_of(item, restore()), trashed) == newest

    def test_F12_a_title_goes_on_top_of_anything_but_another_title(self) -> None:
        item = stored(title="Before")
        edit = edit_of(item, title("Mine"))
        liked = item.model_copy(update={"favourite": True, "revision": 2})
        assert replayed(edit, liked) == liked.model_copy(update={"title": "Mine"})
        with pytest.raises(Conflict) as caught:
            replayed(edit, item.model_copy(update={"title": "Theirs", "revision": 2}))
        assert put_back(edit, caught.value) == "Title put back: it was changed elsewhere"

    def test_F12_ones_own_earlier_titles_are_no_conflict_whether_they_were_stored_or_not(self) -> None:
        item = stored(title="First")
        edit = edit_of(item, title("Third"), titles=("First", "Second"))
        for now in ("First", "Second"):
            assert replayed(edit, item.model_copy(update={"title": now})).title == "Third"

    def test_F12_where_nothing_is_left_to_do_the_stored_item_itself_is_the_answer(self) -> None:
        item = stored(favourite=True, title="Same")
        trashed = item.model_copy(update={"deleted_at": NOON})
        assert replayed(edit_of(item, favourite(True)), item) is item
        assert replayed(edit_of(item, title("Same")), item) is item
        assert replayed(edit_of(item, restore()), item) is item
        assert replayed(edit_of(item, delete(NOON.replace(hour=13))), trashed) is trashed

    @pytest.mark.parametrize("change", [favourite(True), title("b")])
    def test_B22_what_was_deleted_elsewhere_takes_no_edit(self, change: Change) -> None:
        item = stored()
        with pytest.raises(Conflict, match="deleted elsewhere"):
            replayed(edit_of(item, change), item.model_copy(update={"deleted_at": NOON}))


class TestTitles:
    def test_a_title_is_taken_with_its_white_space_in_order(self) -> None:
        assert title(" Dunes\tat \n first light ").fields == {"title": "Dunes at first light"}
        assert title("ünï ☂ \U0001f30a " + "x" * 192).fields["title"].endswith("x")
        family = "\U0001f469\u200d\U0001f467"
        assert title(family).fields == {"title": family}
        assert title("\u202e Dunes\u2069 \u2068שלום\u2069").fields == {"title": "Dunes \u2068שלום\u2069"}

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "something that can be seen"),
            (" \n ", "something that can be seen"),
            ("\u200b\u200d", "something that can be seen"),
            ("a\0b", "NUL"),
            ("a\x1b[31m", "control characters"),
            ("\ud800", "control characters"),
            ("x" * 213, "213 of 200 characters. Shorten it by 13."),
        ],
    )
    def test_what_is_no_title_is_refused_by_name_and_with_a_remedy(self, text: str, told: str) -> None:
        with pytest.raises(BadInput) as caught:
            title(text)
        assert caught.value.field == "title"
        assert str(caught.value).startswith("Title: ")
        assert told in str(caught.value)


def test_a_tag_turns_no_words_around_it_and_one_that_was_stored_before_can_be_taken_off() -> None:
    assert tags(on=["\u202e sea\u2069"]).tags_on == ("sea",)
    assert tags(off=["\u202esea"]).tags_off == ("\u202esea",)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (favourite(True), "Favourite put back: why"),
        (title("b"), "Title put back: why"),
        (delete(NOON), "Item put back: why"),
        (restore(), "Not restored: why"),
    ],
)
def test_B22_what_is_taken_back_is_told_with_the_reason(change: Change, told: str) -> None:
    assert put_back(edit_of(stored(), change), FreshetError("why")) == told
