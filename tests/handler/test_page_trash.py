"""The trash in the library: one's own deleted items, to be restored, or deleted for good after a question."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.errors import NotFound, StoreUnavailable
from services.keeping.trash import KEPT
from services.models import MediaItem
from tests.handler.test_page_edits import commits_failing, listen, stored, told
from tests.handler.test_page_live import push, wait_for
from tests.handler.test_page_several import edit
from tests.support.logs import recorded_lines
from tests.support.mesop_client import MesopClient
from tests.support.records import make_file, make_principal, save
from tests.support.studio import Studio, ids_shown

__all__ = ["listen"]
TRASH = {"trash": "1"}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.edits.PATIENCE", 30)


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    with recorded_lines() as lines:
        yield lines


def delete(studio: Studio, *items: MediaItem) -> list[MediaItem]:
    return [studio.change(item, deleted_at=studio.clock.now()) for item in items]


def ids(items: list[MediaItem]) -> list[str]:
    """As a list shows them: newest first."""
    return [item.id for item in reversed(items)]


def put_files(studio: Studio, *items: MediaItem) -> set[str]:
    keys = {file.key for item in items for file in item.files.values()}
    for key in keys:
        studio.services.blobs.put(key, b"pixels")
    return keys


def exists(studio: Studio, item: MediaItem) -> bool:
    try:
        stored(studio, item)
    except NotFound:
        return False
    return True


def bobs_item(studio: Studio, like: MediaItem, **fields: Any) -> MediaItem:
    bob = make_principal("bob", studio.services.project.id)
    fields = {"id": studio.services.ids.new(), "owner_id": "bob", "revision": 0} | fields
    [item] = save(studio.store._store, like.model_copy(update=fields), principal=bob)
    assert isinstance(item, MediaItem)
    return item


def empty(tab: MesopClient) -> None:
    tab.fire("freshet-edits", "editEvent", {"edit": "empty", "scrolled": False})


def test_the_trash_lists_ones_own_deleted_items_newest_first_and_until_when_they_are_kept(studio: Studio) -> None:
    shown, first, second = studio.add(3)
    gone = delete(studio, second, first)
    bobs_item(studio, gone[0])
    tab = studio.open("/library", TRASH)
    assert ids_shown(tab) == [second.id, first.id]
    until = [int((item.deleted_at + KEPT).timestamp() * 1000) for item in gone if item.deleted_at]
    assert [tile["goesMs"] for tile in tab.tiles()] == until
    assert "Trash" in tab.text
    assert "2 in all" in tab.text
    assert tab.element("freshet-chips")["chips"] == [{"name": "trash", "label": "In the trash"}]
    assert tab.element("freshet-selection")["trash"] is True
    assert tab.element("freshet-discard") == {"label": "Empty trash", "ids": [], "amount": "2 items"}
    assert tab.elements("freshet-upload") == []
    tab.fire("freshet-filters", "filterEvent", {"trash": ""})
    assert ids_shown(tab) == [shown.id]
    assert tab.element("freshet-selection")["trash"] is False
    assert tab.elements("freshet-discard") == []


def test_filters_find_in_the_trash_as_anywhere_and_none_of_them_can_be_emptied_alone(studio: Studio) -> None:
    [fox] = delete(studio, *studio.add(1, title="Fox"))
    [clip] = delete(studio, *studio.add(1, title="Fox running", media_type="video"))
    delete(studio, *studio.add(1, title="Owl"))
    tab = studio.open("/library", TRASH | {"q": "fox"})
    assert ids_shown(tab) == [clip.id, fox.id]
    assert tab.elements("freshet-discard") == []
    tab.fire("freshet-segments", "selectEvent", {"value": "image"}, label="Type")
    assert ids_shown(tab) == [fox.id]
    tab.fire("freshet-filters", "filterEvent", {"q": "bear", "type": ""})
    assert tab.tiles() == []
    assert tab.element("freshet-filters")["chosen"] == TRASH | {"q": "bear"}


def test_an_empty_trash_says_what_it_is_for_and_leads_back(studio: Studio) -> None:
    [item] = studio.add()
    tab = studio.open("/library", TRASH)
    assert "The trash is empty" in tab.text
    tab.press("Back to Library")
    assert (ids_shown(tab), tab.query) == ([item.id], {})


def test_opening_the_trash_of_a_large_library_costs_a_page(studio: Studio, lines: list[dict[str, Any]]) -> None:
    delete(studio, *studio.add(30))
    studio.add(30)
    lines.clear()
    tab = studio.open("/library", TRASH)
    assert len(tab.tiles()) == 24
    opened = [line["documents"] for line in lines if line["event"] == "library.refresh"]
    assert len(opened) == 1
    assert opened[0] <= 25


def test_several_are_restored_as_one_change_and_stand_in_their_places_again(studio: Studio) -> None:
    items = studio.add(4)
    gone = delete(studio, *items[:3])
    tab = studio.open("/library", TRASH)
    commits = studio.store.calls["commit"]
    edit(tab, "restore", gone[:2])
    assert ids_shown(tab) == [gone[2].id]
    assert studio.store.calls["commit"] == commits + 1
    assert told(tab) == "2 items restored"
    assert tab.element("freshet-edits")["focusOn"].split()[1] == gone[2].id
    tab.navigate("/library")
    assert ids_shown(tab) == [items[3].id, items[1].id, items[0].id]


def test_B22_what_cannot_be_restored_stays_in_the_trash_with_the_reason(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = delete(studio, *studio.add(2))
    tab = studio.open("/library", TRASH)
    with commits_failing(studio, monkeypatch):
        edit(tab, "restore", gone)
    assert ids_shown(tab) == ids(gone)
    assert told(tab).startswith("Not restored: ")


def test_what_is_restored_cannot_be_undeleted_once_more(studio: Studio) -> None:
    [item] = studio.add()
    tab = studio.open("/library")
    tab.fire("freshet-edits", "editEvent", {"id": item.id, "edit": "delete", "value": None, "scrolled": False})
    tab.navigate("/library", TRASH)
    edit(tab, "restore", [item])
    commits = studio.store.calls["commit"]
    tab.fire("freshet-edits", "editEvent", {"edit": "undo", "scrolled": False})
    assert studio.store.calls["commit"] == commits


def test_what_is_deleted_for_good_is_gone_with_its_files_and_nothing_else_is(studio: Studio) -> None:
    kept, one, two, other = studio.add(4)
    shared = {"original": make_file(key="shared/b/0-original.png")}
    lender, borrower = studio.add(2, files=shared)
    gone = delete(studio, one, two, other, borrower)
    files = put_files(studio, kept, other, lender)
    put_files(studio, one, two)
    tab = studio.open("/library", TRASH)
    edit(tab, "purge", [gone[0], gone[1], gone[3]])
    assert ids_shown(tab) == [other.id]
    assert told(tab) == "3 items deleted for good"
    assert tab.element("freshet-edits")["focusOn"].split()[1] == other.id
    assert [exists(studio, item) for item in (kept, one, two, other, lender, borrower)] == [
        True, False, False, True, True, False,
    ]  # fmt: skip
    assert set(studio.services.blobs.list()) == files
    assert tab.element("freshet-live")["waiting"] is False


def test_nothing_but_ones_own_trash_is_deleted_for_good_whatever_a_browser_names(studio: Studio) -> None:
    mine, shown = studio.add(2)
    delete(studio, mine)
    bobs, bobs_trash = bobs_item(studio, shown), bobs_item(studio, shown, deleted_at=studio.clock.now())
    files = put_files(studio, shown, bobs, bobs_trash)
    tab = studio.open("/library", TRASH)
    edit(tab, "purge", [shown, bobs, bobs_trash])
    assert told(tab) == "Nothing was deleted: it is not in the trash any more."
    empty(tab)
    assert told(tab) == "1 item deleted for good"
    bob = make_principal("bob", studio.services.project.id)
    found = studio.store._store.media.get_many(bob, [shown.id, bobs.id, bobs_trash.id, mine.id])
    assert set(found) == {shown.id, bobs.id, bobs_trash.id}
    assert set(studio.services.blobs.list()) == files
    for wrong in (["nothing"], ["../../etc"], "all", None, [1]):
        tab.fire("freshet-edits", "editEvent", {"ids": wrong, "edit": "purge", "scrolled": False})
        assert told(tab) == "This page is out of date. Reload it and try again."


def test_emptying_takes_all_of_the_trash_however_much_is_loaded(studio: Studio) -> None:
    items = studio.add(30)
    delete(studio, *items[:27])
    tab = studio.open("/library", TRASH)
    assert tab.element("freshet-discard")["amount"] == "27 items"
    empty(tab)
    assert "The trash is empty" in tab.text
    assert told(tab) == "27 items deleted for good"
    tab.navigate("/library")
    assert ids_shown(tab) == ids(items[27:])


def test_X_06_a_deletion_that_takes_its_time_holds_up_nothing_and_tells_its_end(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = delete(studio, *studio.add(2))
    tab = studio.open("/library", TRASH)
    let_go, discard = threading.Event(), studio.services.trash.discard

    def slowly(*args: Any) -> int:
        let_go.wait(20)
        return discard(*args)

    monkeypatch.setattr(studio.services.trash, "discard", slowly)
    monkeypatch.setattr("state.purging.PATIENCE", 0.01)
    edit(tab, "purge", gone)
    assert told(tab) == "Deleting for good…"
    assert tab.element("freshet-live")["waiting"] is True
    assert ids_shown(tab) == ids(gone)
    let_go.set()
    assert wait_for(lambda: not exists(studio, gone[0]))
    assert wait_for(lambda: all(one.done for one in studio.services.purges._known.values()))
    push(tab, "ready")
    assert told(tab) == "2 items deleted for good"
    assert tab.tiles() == []
    assert tab.element("freshet-live")["waiting"] is False


def test_B22_a_store_that_is_away_leaves_all_in_the_trash_and_says_so(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = delete(studio, *studio.add(2))
    tab = studio.open("/library", TRASH)
    with commits_failing(studio, monkeypatch):
        edit(tab, "purge", gone)
    assert told(tab).startswith("Not everything was deleted for good: ")
    assert ids_shown(tab) == ids(gone)
    studio.store.fault = StoreUnavailable("The store did not answer.")
    empty(tab)
    assert told(tab) == "Not everything was deleted for good: The store did not answer."
    assert ids_shown(tab) == ids(gone)


def test_B12_what_is_deleted_and_restored_in_another_tab_comes_and_goes_by_itself(studio: Studio, listen: Any) -> None:
    one, two = studio.add(2)
    delete(studio, one)
    tab, other = studio.open("/library", TRASH), studio.open("/library")
    stream = listen(tab)
    other.fire("freshet-edits", "editEvent", {"id": two.id, "edit": "delete", "value": None, "scrolled": False})
    assert stream.changed() == [0]
    push(tab)
    assert ids_shown(tab) == [two.id, one.id]
    studio.clock.advance(timedelta(days=31).total_seconds())
    assert studio.services.trash.sweep() == 2
    assert stream.changed() == [0]
    push(tab)
    assert "The trash is empty" in tab.text


def test_a_tile_opens_the_items_page_which_restores_it_or_deletes_it_for_good(studio: Studio) -> None:
    gone = delete(studio, *studio.add(2))
    tab = studio.open("/library", TRASH)
    tab.fire("freshet-tile", "activateEvent", {"id": gone[0].id}, mediaId=gone[0].id)
    assert (tab.path, tab.query) == ("/media-item", {"id": [gone[0].id], "trash": ["1"]})
    tab.navigate(tab.path, {"id": gone[0].id, **TRASH})
    goes = tab.element("freshet-ago", way="until")
    assert goes["prefix"] == "This item was deleted. It is in the trash, with its file, and goes for good "
    tab.fire("freshet-viewer", "stepEvent", {"to": "previous"})
    assert tab.query["id"] == [gone[1].id]
    assert tab.element("freshet-discard")["ids"] == [gone[1].id]
    edit(tab, "purge", [gone[1]])
    assert told(tab) == "1 item deleted for good"
    assert not exists(studio, gone[1])
    assert any("deleted for good" in text for text in tab.text)
