"""Several items at once: one operation, shown together, taken back together, and nobody else's touched."""

from __future__ import annotations

from typing import Any

import pytest

from services.errors import StoreUnavailable
from services.models import MediaItem, Put
from tests.handler.test_page_edits import commits_held, ended, stored, told
from tests.handler.test_page_find import load_more, said
from tests.handler.test_page_live import Stream, push
from tests.support.mesop_client import MesopClient
from tests.support.records import make_item, operation
from tests.support.studio import Studio, ids_shown


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.edits.PATIENCE", 30)


def edit(tab: MesopClient, what: str, items: list[MediaItem], value: Any = None, **more: Any) -> None:
    wanted = {"ids": [item.id for item in items], "edit": what, "value": value, "scrolled": False}
    tab.fire("freshet-edits", "editEvent", wanted | more)


def undo(tab: MesopClient, items: list[MediaItem]) -> None:
    edit(tab, "undo", items)


def test_F12_a_deletion_of_several_is_one_commit_one_toast_and_one_undo(studio: Studio) -> None:
    items = studio.add(6)
    shown = [item.id for item in reversed(items)]
    tab = studio.open("/library")
    commits = studio.store.calls["commit"]
    edit(tab, "delete", items[1:4], group="~a1")
    assert ids_shown(tab) == [shown[0], shown[1], shown[5]]
    assert studio.store.calls["commit"] == commits + 1
    toast = tab.element("freshet-toast")
    assert (toast["message"], toast["undo"]) == ("3 items deleted", True)
    assert tab.element("freshet-edits")["focusOn"].split()[1] == items[0].id
    assert tab.element("freshet-edits")["undoes"] == "~a1"
    undo(tab, items[1:4])
    assert ids_shown(tab) == shown
    assert studio.store.calls["commit"] == commits + 2
    assert told(tab) == "3 items restored"
    assert tab.element("freshet-edits")["undoes"] == ""
    assert all(stored(studio, item).deleted_at is None for item in items)


def test_F12_deletions_of_one_and_of_several_are_undone_in_turn(studio: Studio) -> None:
    items = studio.add(5)
    tab = studio.open("/library")
    edit(tab, "delete", items[:2], group="~a1")
    tab.fire("freshet-edits", "editEvent", {"id": items[4].id, "edit": "delete", "value": None, "scrolled": False})
    assert tab.element("freshet-edits")["undoes"] == ""
    tab.fire("freshet-edits", "editEvent", {"edit": "undo", "scrolled": False})
    assert ids_shown(tab) == [items[4].id, items[3].id, items[2].id]
    undo(tab, items[:2])
    assert len(tab.tiles()) == 5


def test_B10_other_tabs_hear_of_several_once_and_the_own_screen_is_never_behind(studio: Studio) -> None:
    items = studio.add(5)
    mine, other = studio.open("/library"), studio.open("/library")
    stream = Stream(studio, other)
    try:
        stream.subscriber.take()
        edit(mine, "tag", items, "Sea")
        assert stream.changed() == [0]
        push(other)
        assert [one["revision"] for one in other.tiles()] == [2] * 5
        assert stream.quiet()
        assert mine.element("freshet-status")["mode"] == "plain"
    finally:
        stream.close()


def test_F12_tags_are_added_and_removed_and_others_stay(studio: Studio) -> None:
    plain, tagged = studio.add(1, tags=("Night sky",))[0], studio.add(1, tags=("Sea", "Dunes"))[0]
    tab = studio.open("/library", {"tag": "sea"})
    assert ids_shown(tab) == [tagged.id]
    edit(tab, "tag", [plain, tagged], " SEA ")
    assert ids_shown(tab) == [tagged.id, plain.id]
    assert [stored(studio, item).tags for item in (plain, tagged)] == [("Night sky", "SEA"), ("Sea", "Dunes")]
    assert told(tab) == "2 items tagged “SEA”"
    edit(tab, "untag", [plain, tagged], "sea")
    assert tab.tiles() == []
    assert [stored(studio, item).tags for item in (plain, tagged)] == [("Night sky",), ("Dunes",)]


@pytest.mark.parametrize(("tag", "why"), [("", "write one first"), ("x" * 41, "40 characters"), ("a\0b", "NUL")])
def test_what_is_no_tag_is_refused_with_the_remedy_and_changes_nothing(studio: Studio, tag: str, why: str) -> None:
    items = studio.add(2)
    tab = studio.open("/library")
    commits = studio.store.calls["commit"]
    edit(tab, "tag", items, tag)
    assert told(tab).startswith("Tags: ")
    assert why in told(tab)
    assert studio.store.calls["commit"] == commits
    assert tab.element("freshet-selection")["tagged"] == 0, "what was written stays in its field"


def test_items_that_have_no_room_for_a_tag_are_named_and_the_others_get_it(studio: Studio) -> None:
    many = tuple(f"tag {n}" for n in range(20))
    full, free = studio.add(title="Full one", tags=many)[0], studio.add()[0]
    tab = studio.open("/library")
    edit(tab, "tag", [full, free], "one more")
    assert told(tab) == "1 item tagged “one more”. Not tagged: “Full one” would have more than 20 tags"
    assert stored(studio, free).tags == ("one more",)
    assert stored(studio, full).tags == many
    assert tab.element("freshet-selection")["tagged"] == 1
    edit(tab, "tag", [full], "one more")
    assert told(tab) == "Tags: “Full one” would have more than 20 tags. Take one out there first."
    assert tab.element("freshet-selection")["tagged"] == 1, "what was written stays in its field"
    edit(tab, "tag", [full, free], "tag 3")  # which the full one has already
    assert stored(studio, free).tags == ("one more", "tag 3")
    assert told(tab) == "2 items tagged “tag 3”"


def test_several_tags_are_parted_by_commas_as_on_an_items_page(studio: Studio) -> None:
    items = studio.add(2)
    tab = studio.open("/library")
    edit(tab, "tag", items, "sea, Night  sky,, dunes,")
    assert [stored(studio, item).tags for item in items] == [("sea", "Night sky", "dunes")] * 2
    assert told(tab) == "2 items tagged “sea”, “Night sky”, “dunes”"
    edit(tab, "untag", items, "SEA, dunes")
    assert [stored(studio, item).tags for item in items] == [("Night sky",)] * 2
    assert told(tab) == "2 items without the tags “SEA”, “dunes”"


def test_F12_favourites_are_given_to_all_and_taken_back_and_twice_is_once(studio: Studio) -> None:
    """A browser that got no answer sends the same once more."""
    items = [*studio.add(2), *studio.add(1, favourite=True)]
    tab = studio.open("/library")
    for expected in (True, True, False, False):
        edit(tab, "favourite", items, expected)
        assert {one["favourite"] for one in tab.tiles()} == {expected}
        assert {stored(studio, item).favourite for item in items} == {expected}


def test_F12_several_show_before_the_store_has_answered(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    items = studio.add(4)
    tab = studio.open("/library")
    with commits_held(studio, monkeypatch) as let_go:
        edit(tab, "favourite", items[:2], True)
        edit(tab, "delete", items[1:3], group="~a1")
        assert [(one["mediaId"], one["favourite"]) for one in tab.tiles()] == [
            (items[3].id, False),
            (items[0].id, True),
        ]
        assert tab.element("freshet-live")["waiting"] is True
        let_go.set()
        assert ended(studio)
    assert stored(studio, items[1]).favourite
    assert stored(studio, items[1]).deleted_at is not None


def test_B22_what_cannot_be_stored_is_put_back_as_a_whole_and_says_why(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = studio.add(4)
    tab = studio.open("/library")

    def fail(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("The store did not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(studio.store, "commit", fail)
        edit(tab, "delete", items[:3], group="~a1")
    assert len(tab.tiles()) == 4
    assert told(tab) == "3 items put back: The store did not answer."
    assert tab.element("freshet-toast")["undo"] is False
    assert tab.element("freshet-edits")["undoes"] == ""


def test_B22_one_that_was_deleted_elsewhere_is_left_out_and_the_others_are_stored(studio: Studio) -> None:
    items = studio.add(3)
    tab = studio.open("/library")
    studio.change(items[1], deleted_at=studio.clock.now())
    edit(tab, "tag", items, "sea")
    assert told(tab) == "1 of 3 items put back: it was deleted elsewhere"
    assert [stored(studio, item).tags for item in items] == [("sea",), (), ("sea",)]


def test_B22_several_go_on_top_of_what_others_changed_meanwhile(studio: Studio) -> None:
    items = studio.add(3)
    tab = studio.open("/library")
    studio.change(items[1], title="Theirs", tags=("dunes",))
    edit(tab, "tag", items, "sea")
    assert told(tab) == "3 items tagged “sea”"
    assert (stored(studio, items[1]).title, stored(studio, items[1]).tags) == ("Theirs", ("dunes", "sea"))


def test_B22_several_of_which_others_moved_one_away_meanwhile_are_stored_and_told_so(studio: Studio) -> None:
    spring = studio.services.projects.create(studio.principal, "Spring").id
    studio.principal = studio.services.principals.resolve({})
    items = studio.add(3)
    tab = studio.open("/library")
    studio.change(items[1], project_id=spring)
    edit(tab, "tag", items, "sea")
    assert told(tab) == "3 items tagged “sea”"
    assert ids_shown(tab) == [items[2].id, items[0].id]
    assert [one["revision"] for one in tab.tiles()] == [2, 2]
    assert [stored(studio, item).tags for item in items] == [("sea",)] * 3


def test_what_belongs_to_others_is_left_as_it_is_and_told(studio: Studio) -> None:
    mine = studio.add(2)
    eve = studio.principal.model_copy(update={"user_id": "eve"})
    theirs = make_item(
        project_id=studio.services.project.id, owner_id="eve", created_at=studio.clock.now(), visibility="project"
    )
    (hers,) = studio.services.store.commit(eve, [Put(theirs, expect=0)], operation_id=operation()).records
    assert isinstance(hers, MediaItem)
    tab = studio.open("/library")
    edit(tab, "delete", [*mine, hers], group="~a1")
    assert ids_shown(tab) == [hers.id]
    assert told(tab) == "2 items deleted. 1 item of others left as it is"
    edit(tab, "delete", [hers], group="~a2")
    assert told(tab) == "These items belong to others: only their owners may change them"
    assert stored(studio, hers).deleted_at is None


@pytest.mark.parametrize("ids", ["nonsense", [1, 2], ["../../etc/passwd"], None, {"a": 1}])
def test_ids_that_are_none_change_nothing(studio: Studio, ids: Any) -> None:
    studio.add(2)
    tab = studio.open("/library")
    commits = studio.store.calls["commit"]
    tab.fire("freshet-edits", "editEvent", {"ids": ids, "edit": "delete", "group": "~a1"})
    assert told(tab) == "This page is out of date. Reload it and try again."
    assert len(tab.tiles()) == 2
    tab.fire("freshet-edits", "editEvent", {"ids": ["01ARZ3NDEKTSV4RRFFQ69G5FAV"], "edit": "delete", "group": "~a1"})
    tab.fire(
        "freshet-edits", "editEvent", {"ids": [f"01ARZ3NDEKTSV4RRFFQ69{n:05}" for n in range(1001)], "edit": "tag"}
    )
    assert told(tab) == "1001 items are selected. Select at most 1000 at a time."
    assert studio.store.calls["commit"] == commits


def test_an_undo_of_several_whose_ids_the_browser_has_lost_changes_nothing(studio: Studio) -> None:
    items = studio.add(3)
    tab = studio.open("/library")
    edit(tab, "delete", items[:2], group="~a1")
    tab.fire("freshet-edits", "editEvent", {"edit": "undo", "scrolled": False})
    assert len(tab.tiles()) == 1
    assert tab.element("freshet-edits")["undoes"] == ""


def test_an_undo_of_several_says_which_were_deleted_for_good_meanwhile(studio: Studio) -> None:
    items = studio.add(3)
    tab = studio.open("/library")
    for purged, words in (
        (items[:1], "2 items restored. 1 item was deleted for good meanwhile"),
        (items[1:], "Not restored: 2 items were deleted for good meanwhile"),
    ):
        shown = [one for one in items if one.id in ids_shown(tab)]
        edit(tab, "delete", shown, group="~a1")
        assert studio.services.trash.discard(studio.principal, [one.id for one in purged]) == len(purged)
        studio.restart()
        undo(tab, shown)
        assert told(tab) == words
        assert tab.element("freshet-edits")["undoes"] == ""


def test_B22_several_that_turn_out_to_be_gone_for_good_are_told_with_that_reason(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It happens at this very moment: nobody has heard of it yet."""
    monkeypatch.setattr("state.several.is_kept_current", lambda shown: True)
    items = studio.add(3)
    tab = studio.open("/library")
    edit(tab, "delete", items, group="~a1")
    studio.services.trash.discard(studio.principal, [items[0].id])
    undo(tab, items)
    assert told(tab) == "1 of 3 items not restored: it was deleted for good meanwhile"
    assert len(tab.tiles()) == 2


def test_very_many_go_in_chunks_of_one_operation_and_all_come_back(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio.services.store, "commit_size", 10)
    items = studio.add(24)
    tab = studio.open("/library")
    commits = studio.store.calls["commit"]
    edit(tab, "delete", items, group="~a1")
    assert tab.tiles() == []
    assert studio.store.calls["commit"] == commits + 3
    assert "Your library is empty" in tab.text
    undo(tab, items)
    assert ids_shown(tab) == [item.id for item in reversed(items)]


@pytest.mark.parametrize("sort", ["newest", "oldest", "title"])
def test_what_lies_below_comes_up_where_all_that_was_loaded_was_deleted_and_the_total_goes_along(
    studio: Studio, sort: str
) -> None:
    items = studio.add(100)
    tab = studio.open("/library", {"sort": sort} if sort != "newest" else {})
    load_more(tab)
    first = [item for item in items if item.id in ids_shown(tab)]
    assert len(first) == 48
    edit(tab, "delete", first, group="~a1")
    assert not [text for text in tab.text if "empty" in text]
    assert len(ids_shown(tab)) == 24
    assert not set(ids_shown(tab)) & {item.id for item in first}
    assert said(tab, "24 shown of 52")
    undo(tab, first)
    assert said(tab, "24 shown of 100")
    assert studio.store.calls["media.count"] == 1


def test_while_a_deletion_of_all_that_was_loaded_is_being_stored_the_list_is_not_called_empty(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = studio.add(30)
    tab = studio.open("/library")
    with commits_held(studio, monkeypatch) as let_go:
        edit(tab, "delete", [item for item in items if item.id in ids_shown(tab)], group="~a1")
        assert tab.tiles() == []
        assert not [text for text in tab.text if "empty" in text]
        let_go.set()
        assert ended(studio)
    tab.fire("freshet-live", "refreshEvent", {"reason": "ready", "views": None, "scrolled": False})
    assert len(ids_shown(tab)) == 6


def test_F12_edits_of_one_item_keep_their_order_through_those_of_several(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = studio.add(3)
    tab = studio.open("/library")

    def edit_one(item: MediaItem, what: str, value: Any) -> None:
        tab.fire("freshet-edits", "editEvent", {"id": item.id, "edit": what, "value": value, "scrolled": False})

    with commits_held(studio, monkeypatch) as let_go:
        tab.fire(
            "freshet-edits", "editEvent", {"id": items[0].id, "edit": "favourite", "value": True, "scrolled": False}
        )
        edit(tab, "tag", items[:2], "sea")
        tab.fire("freshet-edits", "editEvent", {"id": items[1].id, "edit": "title", "value": "Last", "scrolled": False})
        let_go.set()
        assert ended(studio)
    assert stored(studio, items[1]).title == "Last"
    assert [stored(studio, item).revision for item in items] == [3, 3, 1]


def test_R0_06_where_there_are_several_projects_items_move_and_the_filter_finds_them(studio: Studio) -> None:
    spring = studio.services.projects.create(studio.principal, "Spring").id
    items = studio.add(3)
    tab = studio.open("/library")
    assert dict(tab.element("freshet-filters")["projects"])[spring] == "Spring"
    edit(tab, "move", items[:2], spring)
    assert ids_shown(tab) == [items[2].id]
    assert told(tab) == "2 items moved to “Spring”"
    tab.fire("freshet-status", "refreshEvent")
    assert ids_shown(tab) == [items[2].id]
    tab.fire("freshet-filters", "filterEvent", {"project": spring})
    assert ids_shown(tab) == [items[1].id, items[0].id]
    assert tab.element("freshet-chips")["chips"][0]["label"] == "Project: Spring"
    edit(tab, "move", items[:1], "somebody-elses")
    assert len(tab.tiles()) == 2


def test_R0_06_a_project_is_made_where_items_are_moved_to_it(studio: Studio) -> None:
    items = studio.add(2)
    tab = studio.open("/library")
    assert tab.element("freshet-selection")["projects"] == []
    tab.fire("freshet-selection", "projectEvent", {"name": "  Spring \n collection "})
    (spring,) = (one for one, name in tab.element("freshet-selection")["projects"] if name == "Spring collection")
    edit(tab, "move", items[:1], spring)
    assert ids_shown(tab) == [items[1].id]
    assert told(tab) == "1 item moved to “Spring collection”"
    assert tab.element("freshet-status")["mode"] == "plain", "nothing of this project was written"
    before = studio.store.reads
    another = studio.open("/library", {"project": spring})
    assert ids_shown(another) == [items[0].id]
    assert studio.store.reads - before <= 2, "the list, and how many there are"


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("", "Write one"), (" \u0000 ", "Write one"), ("x" * 81, "at most 80"), ("first PROJECT", "Choose another name")],
)
def test_what_is_no_name_for_a_project_is_refused_and_makes_none(studio: Studio, name: str, remedy: str) -> None:
    studio.add()
    tab = studio.open("/library")
    tab.fire("freshet-selection", "projectEvent", {"name": name})
    assert remedy in told(tab)
    assert len(studio.services.projects.read(studio.principal)) == 1


def test_a_project_of_others_can_neither_be_looked_into_nor_moved_to(studio: Studio) -> None:
    (item,) = studio.add()
    tab = studio.open("/library", {"project": "somebody-elses"})
    assert ids_shown(tab) == [item.id]
    assert any("Left out of the filters: project “somebody-elses”" in text for text in tab.text)
    edit(tab, "move", [item], "somebody-elses")
    assert stored(studio, item).project_id == studio.services.project.id
