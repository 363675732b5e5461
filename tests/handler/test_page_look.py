"""The closer look: through the list that it was opened from, and with all that can be done with its item."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.models import MediaItem, Remove
from tests.handler.test_page_edits import edit, ended, listen, look_at, stored
from tests.handler.test_page_live import Stream, push
from tests.handler.test_page_projects import make
from tests.support.mesop_client import MesopClient
from tests.support.records import operation
from tests.support.studio import Studio, ids_shown

__all__ = ["listen"]


def step(tab: MesopClient, to: str) -> str:
    """As the browser does: the neighbour's tile is pressed, if there is one. The title of what is looked at then."""
    previous, following = dialog(tab)["beside"]
    if found := previous if to == "previous" else following:
        ear = next(node for node in tab._walk() if node.type.name.fn_name == "<web>freshet-tiles")
        press(tab, ear, found)
    label: str = dialog(tab)["label"]
    return label


def press(tab: MesopClient, ear: Any, media_id: str) -> None:
    tab._event(ear, tab._web(ear)["events"]["activateEvent"], string_value=json.dumps({"id": media_id}))


def dialog(tab: MesopClient) -> Any:
    return tab.element("freshet-dialog", isOpen=True)


def more(tab: MesopClient) -> Any:
    return tab.element("freshet-look")["more"]


def numbered(studio: Studio, count: int, **fields: Any) -> list[MediaItem]:
    """In the order of a list, the newest first."""
    return [studio.add(title=f"No. {number}", **fields)[0] for number in reversed(range(count))][::-1]


def test_stepping_goes_through_the_list_as_it_is_shown_and_reads_nothing(studio: Studio) -> None:
    items = numbered(studio, 4)
    tab = studio.open("/library")
    look_at(tab, items[1])
    assert dialog(tab)["beside"] == [items[0].id, items[2].id]
    reads = studio.store.reads
    assert step(tab, "next") == "No. 2"
    assert dialog(tab)["address"] == f"item={items[2].id}"
    assert step(tab, "next") == "No. 3"
    assert dialog(tab)["beside"] == [items[2].id, ""]
    assert step(tab, "next") == "No. 3"
    assert [step(tab, "previous") for _ in range(4)] == ["No. 2", "No. 1", "No. 0", "No. 0"]
    assert dialog(tab)["beside"] == ["", items[1].id]
    assert studio.store.reads == reads
    assert ids_shown(tab) == [item.id for item in items]
    edit(tab, "delete", items[0])
    assert dialog(tab)["label"] == "No. 1"
    assert dialog(tab)["beside"] == ["", items[2].id]


def test_stepping_passes_over_what_is_still_being_made_and_begins_there_too(studio: Studio) -> None:
    first, waiting, failed = numbered(studio, 3)
    waiting = studio.change(waiting, status="generating", files={})
    studio.change(failed, status="failed", files={}, error="The model refused.")
    tab = studio.open("/library")
    look_at(tab, waiting)
    assert dialog(tab)["beside"] == [first.id, failed.id]
    assert [step(tab, "previous"), step(tab, "next")] == ["No. 0", "No. 2"]
    assert dialog(tab)["beside"] == [first.id, ""]
    assert more(tab)["note"] == "The model refused."


def test_an_item_that_leaves_the_list_keeps_its_place_in_it(studio: Studio) -> None:
    items = numbered(studio, 3, favourite=True)
    tab = studio.open("/library", {"favourite": "1"})
    for item, beside in ((items[1], [items[0].id, items[2].id]), (items[2], [items[0].id, ""])):
        look_at(tab, item)
        edit(tab, "favourite", item, False)
        assert item.id not in ids_shown(tab)
        assert (dialog(tab)["label"], dialog(tab)["beside"]) == (item.title, beside)
    assert step(tab, "previous") == "No. 0"
    assert dialog(tab)["beside"] == ["", ""]


def test_of_what_lies_below_all_that_is_shown_nothing_is_beside_it(studio: Studio) -> None:
    items = numbered(studio, 30)
    tab = studio.open("/library", {"item": items[28].id})
    assert (dialog(tab)["label"], dialog(tab)["beside"]) == ("No. 28", ["", ""])
    assert step(tab, "next") == "No. 28"


def test_the_list_goes_on_under_whoever_steps_to_its_end(studio: Studio) -> None:
    items = numbered(studio, 30)
    tab = studio.open("/library")
    look_at(tab, items[21])
    assert step(tab, "next") == "No. 22"
    assert len(ids_shown(tab)) == 30
    assert [step(tab, "next") for _ in range(3)] == ["No. 23", "No. 24", "No. 25"]
    assert studio.store.calls["media.get"] == 0


def test_another_process_steps_on_where_the_list_was(studio: Studio) -> None:
    items = numbered(studio, 3)
    tab = studio.open("/library", {"sort": "oldest"})
    look_at(tab, items[1])
    studio.restart()
    assert step(tab, "next") == "No. 0"
    assert dialog(tab)["beside"] == [items[1].id, ""]


def test_on_home_the_list_is_the_shelf_that_the_tile_stands_in(studio: Studio) -> None:
    items = numbered(studio, 3)
    loved = [studio.change(items[place], favourite=True) for place in (0, 2)]
    tab = studio.open("/home")
    for shelf, beside in (("Images", [items[1].id, ""]), ("Favourites", [loved[0].id, ""])):
        listed = next(node for node in tab._walk() if _is_shelf(tab, node, shelf))
        ear = next(child for child in listed.children if child.type.name.fn_name == "<web>freshet-tiles")
        press(tab, ear, loved[1].id)
        assert dialog(tab)["beside"] == beside
    assert step(tab, "previous") == "No. 0"
    edit(tab, "delete", loved[0])
    assert tab.elements("freshet-item-bar")
    look_end(tab)
    assert not any(one["isOpen"] for one in tab.elements("freshet-dialog"))


def _is_shelf(tab: MesopClient, node: Any, name: str) -> bool:
    arias = [child for child in node.children if child.type.name.fn_name == "<web>freshet-aria"]
    return any(tab._web(child)["properties"]["label"].startswith(f"{name}, ") for child in arias)


def look_end(tab: MesopClient) -> None:
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)


@pytest.mark.parametrize(("path", "origin"), [("/create/image", "create-image"), ("/try-on", "try-on")])
def test_among_results_stepping_follows_the_tiles(studio: Studio, path: str, origin: str) -> None:
    run = studio.services.ids.new()
    (older,) = studio.add(title="Older", origin=origin, run_id=studio.services.ids.new())
    # Made a second after each other, and shown in the order in which they were asked for where sets are shown.
    both = [studio.add(title=f"Take {place}", origin=origin, run_id=run, run_index=place)[0] for place in range(2)]
    tab = studio.open(path)
    shown = ids_shown(tab)
    assert set(shown) == {older.id, *(item.id for item in both)}
    reads = studio.store.reads
    look_at(tab, next(item for item in (older, *both) if item.id == shown[0]))
    for place in (1, 2):
        step(tab, "next")
        assert dialog(tab)["address"] == f"item={shown[place]}"
    assert dialog(tab)["beside"] == [shown[1], ""]
    assert studio.store.reads == reads


def test_a_step_to_what_is_deleted_elsewhere_meanwhile_shows_what_is_held(studio: Studio) -> None:
    items = numbered(studio, 2)
    mine, other = studio.open("/library"), studio.open("/library")
    look_at(mine, items[0])
    edit(other, "delete", items[1])
    mine.fire("freshet-status", "refreshEvent", {"scrolled": False})
    assert dialog(mine)["beside"] == ["", ""]
    assert step(mine, "next") == "No. 0"


def test_F12_tags_are_written_where_the_item_is_looked_at_and_refused_there(studio: Studio) -> None:
    (item,) = studio.add(tags=("sea",))
    tab = studio.open("/library")
    look_at(tab, item)
    assert more(tab)["tags"] == ["sea"]
    edit(tab, "tag", item, "dusk")
    assert more(tab)["tags"] == ["sea", "dusk"]
    edit(tab, "untag", item, "sea")
    assert more(tab)["tags"] == ["dusk"]
    assert stored(studio, item).tags == ("dusk",)
    edit(tab, "tag", item, "x" * 99)
    assert "Shorten it" in more(tab)["error"]
    edit(tab, "untag", item, "dusk")
    assert "tags" not in more(tab)
    assert "error" not in more(tab)


def test_it_says_what_an_item_was_made_from_what_it_can_be_used_for_and_offers_its_prompt(studio: Studio) -> None:
    (source,) = studio.add(title="Pier", prompt="Pier")
    (clip,) = studio.add(
        media_type="video", origin="create-video", source_ids=(source.id,), prompt="Closer", title="Closer to the boats"
    )
    (note,) = studio.add(prompt="", title="Imported", origin="import")
    tab = studio.open("/library")
    for item, told, prompt in (
        (source, {"id": source.id, "titled": True, "usable": True}, ""),
        (clip, {"id": clip.id, "sources": 1}, "Closer"),
        (note, {"id": note.id, "usable": True, "again": ""}, ""),
    ):
        look_at(tab, item)
        assert (more(tab), tab.element("freshet-look")["prompt"]) == (told, prompt)
        look_end(tab)


def test_it_tells_when_an_item_was_made_and_its_project_to_whoever_has_several(studio: Studio) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    look_at(tab, item)
    told = tab.element("freshet-look")["facts"]
    assert told[1] == int(item.created_at.timestamp() * 1000)
    assert "First project" not in told
    look_end(tab)
    make(studio, "Spring")
    look_at(tab, item)
    assert tab.element("freshet-look")["facts"] == [*told, "First project"]


def looked_at_apart(studio: Studio, path: str) -> tuple[MesopClient, MediaItem]:
    """A tab with a closer look at an item that no list of the page holds."""
    (item,) = studio.add(title="Dunes", origin="create-image", favourite=path == "/home")
    if path == "/library":
        studio.add(30)
        return studio.open(path, {"item": item.id}), item
    if path == "/home":
        studio.add(30)
    tab = studio.open(path)
    look_at(tab, item)
    if path == "/home":
        edit(tab, "favourite", item, False)
        assert ended(studio)
        return tab, stored(studio, item)
    item = studio.change(item, deleted_at=studio.clock.now())
    push(tab, "live")
    return tab, item


def opened(tab: MesopClient, listen: Any) -> Stream:
    """The tab's stream, which says when it opens that there may be something newer; that has been asked for."""
    stream: Stream = listen(tab)
    push(tab, "live")
    stream.subscriber.take()
    stream._woken.clear()
    return stream


@pytest.mark.parametrize("path", ["/library", "/home", "/create/image"])
def test_B10_a_look_at_what_no_list_of_the_page_holds_hears_of_its_changes(
    studio: Studio, listen: Any, path: str
) -> None:
    tab, item = looked_at_apart(studio, path)
    assert item.id not in ids_shown(tab)
    stream = opened(tab, listen)
    for title in ("Renamed", "Renamed again"):
        before = studio.store.reads
        item = studio.change(item, title=title)
        push(tab, views=stream.changed())
        assert dialog(tab)["label"] == title
        assert studio.store.reads == before, "the push has told it"
    before = studio.store.reads
    for reason in ("ttl", "focus", "live"):
        push(tab, reason)
    assert studio.store.reads == before, "an idle page asks nothing"


@pytest.mark.parametrize("path", ["/library", "/home", "/create/image"])
def test_B09_refresh_asks_for_what_is_looked_at_and_no_list_holds(studio: Studio, path: str) -> None:
    tab, item = looked_at_apart(studio, path)
    studio.change(item, title="Renamed")
    tab.fire("freshet-status", "refreshEvent")
    assert dialog(tab)["label"] == "Renamed"


def test_B10_a_look_at_what_no_list_holds_follows_it_to_another_project_and_to_its_end(
    studio: Studio, listen: Any
) -> None:
    spring = make(studio)
    tab, item = looked_at_apart(studio, "/library")
    stream = opened(tab, listen)
    item = studio.change(item, project_id=spring)
    push(tab, views=stream.changed())
    assert dialog(tab)["label"] == "Dunes"
    stream = opened(tab, listen)
    studio.store._store.commit(studio.principal, [Remove("media", item.id, item.revision)], operation_id=operation())
    push(tab, views=stream.changed())
    assert "This item is no longer there." in tab.text
    assert tab.element("freshet-live")["views"].count("ids") == 0


def test_a_look_at_an_item_of_the_list_is_no_view_of_its_own(studio: Studio) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    before = tab.element("freshet-live")["views"]
    look_at(tab, item)
    assert tab.element("freshet-live")["views"] == before
