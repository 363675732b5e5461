"""Editing on the pages: an edit shows at once, stays where it is stored, and is taken back alone where it is not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from services.errors import StoreUnavailable
from services.freshness.live import LIVE_COOKIE
from services.models import MediaItem, Put, Remove
from state.unheard import ELSEWHERE
from tests.handler.test_page_live import Stream, push, wait_for
from tests.support.mesop_client import MesopClient
from tests.support.records import operation
from tests.support.studio import Studio, ids_shown

AWAY = "The store did not answer."
PAGES = ("/library", "/create/image", "/try-on")
ORIGINS = {"/library": "import", "/create/image": "create-image", "/try-on": "try-on"}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a handler waits is no matter here, unless a test says so."""
    monkeypatch.setattr("state.loading.PATIENCE", 30)
    monkeypatch.setattr("state.edits.PATIENCE", 30)


@pytest.fixture
def listen(studio: Studio) -> Iterator[Callable[[MesopClient], Stream]]:
    streams: list[Stream] = []

    def open_stream(tab: MesopClient) -> Stream:
        streams.append(Stream(studio, tab))
        streams[-1].subscriber.take()
        streams[-1]._woken.clear()
        return streams[-1]

    yield open_stream
    for stream in streams:
        stream.close()


def edit(tab: MesopClient, what: str, item: MediaItem | None = None, value: Any = None, **more: Any) -> None:
    wanted = {"id": item.id if item else "", "edit": what, "value": value, "scrolled": False}
    tab.fire("freshet-edits", "editEvent", wanted | more)


def look_at(tab: MesopClient, item: MediaItem) -> None:
    tab.fire("freshet-tile", "activateEvent", {"id": item.id}, mediaId=item.id)


def tile(tab: MesopClient, item: MediaItem) -> dict[str, Any]:
    return next(one for one in tab.tiles() if one["mediaId"] == item.id)


def told(tab: MesopClient) -> str:
    message: str = tab.element("freshet-toast")["message"]
    return message


def stored(studio: Studio, item: MediaItem) -> MediaItem:
    found: MediaItem = studio.store._store.media.get(studio.principal, item.id)
    return found


def held(studio: Studio) -> tuple[MediaItem, ...]:
    """What this process holds of the library."""
    (snapshot,) = studio.services.freshness.snapshots.of_user(studio.principal.user_id, studio.services.project.id)
    return snapshot.items


@contextmanager
def commits_held(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Inside, the store takes its time over edits; handlers do not wait for it. Set the event to let them go."""
    let_go, commit = threading.Event(), studio.store.commit

    def slowly(*args: Any, **options: Any) -> Any:
        assert let_go.wait(30)
        return commit(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(studio.store, "commit", slowly)
        patch.setattr("state.edits.PATIENCE", 0.01)
        try:
            yield let_go
        finally:
            let_go.set()


@contextmanager
def commits_failing_late(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is edited inside is pending there, and has failed afterwards."""
    with commits_held(studio, monkeypatch) as let_go:
        yield
        studio.store.fault = StoreUnavailable(AWAY)
        let_go.set()
        assert ended(studio)
    studio.store.fault = None


@contextmanager
def commits_failing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fail(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable(AWAY)

    with monkeypatch.context() as patch:
        patch.setattr(studio.store, "commit", fail)
        yield


def ended(studio: Studio) -> bool:
    return wait_for(lambda: not studio.services.editor.overlays.current(studio.principal.user_id))


# ── shown at once, and stored ──


@pytest.mark.parametrize("path", PAGES)
def test_F12_a_favourite_shows_on_every_page_and_in_the_store_and_is_taken_back_by_the_next_press(
    studio: Studio, path: str
) -> None:
    (item, other) = studio.add(2, origin=ORIGINS[path])
    tab = studio.open(path)
    for on in (True, False):
        edit(tab, "favourite", item, on)
        assert tile(tab, item)["favourite"] is on
        assert stored(studio, item).favourite is on
    assert not tile(tab, other)["favourite"]
    assert told(tab) == ""


def test_F12_an_edit_shows_before_the_store_has_answered_and_other_clicks_go_on(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, listen: Any
) -> None:
    older, item = studio.add(2)
    tab = studio.open("/library")
    stream = listen(tab)
    with commits_held(studio, monkeypatch) as let_go:
        edit(tab, "favourite", item, True)
        edit(tab, "title", item, "Renamed")
        edit(tab, "delete", older)
        assert [(one["mediaId"], one["label"], one["favourite"]) for one in tab.tiles()] == [(item.id, "Renamed", True)]
        assert tab.element("freshet-live")["waiting"] is True
        look_at(tab, item)
        assert tab.element("freshet-dialog", isOpen=True)["label"] == "Renamed"
        assert stored(studio, item).title == item.title
        let_go.set()
        assert ended(studio)
    assert wait_for(lambda: bool(stream.subscriber.ready))
    push(tab, "ready")
    assert (tile(tab, item)["label"], tile(tab, item)["revision"]) == ("Renamed", 3)
    assert stored(studio, older).deleted_at is not None
    assert tab.element("freshet-live")["waiting"] is False
    assert tab.element("freshet-status")["mode"] == "plain"


def test_F12_what_comes_in_beneath_a_pending_edit_is_not_drawn_twice(
    studio: Studio, listen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list hears of a revision that does not belong there, and shows the edit as before: Mesop must find drawn what
    the browser shows, or it tells it to add the tile once more.
    """
    (item,) = studio.add()
    tab = studio.open("/library", {"favourite": "1"})
    other = studio.open("/library")
    listen(tab)
    with commits_held(studio, monkeypatch) as let_go:
        edit(other, "favourite", item, True)
        push(tab)
        assert ids_shown(tab) == [item.id]
        studio.store._store.commit(
            studio.principal, [Put(item.model_copy(update={"title": "Elsewhere"}), expect=1)], operation_id=operation()
        )
        seen, who = studio.services.freshness.seen, studio.principal.user_id
        assert wait_for(lambda: (known := seen.get(who, item.id)) is not None and known.revision == 2)
        let_go.set()
        assert ended(studio)
    assert stored(studio, item).revision == 3
    push(tab)
    assert ids_shown(tab) == [item.id]


def test_F12_an_own_edit_is_neither_read_again_nor_labelled_as_catching_up(studio: Studio) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    before = studio.store.reads
    edit(tab, "favourite", item, True)
    assert studio.store.reads == before
    assert tab.element("freshet-status")["mode"] == "plain"
    tab.fire("freshet-status", "refreshEvent")
    assert tile(tab, item)["favourite"] is True


def test_F12_two_tabs_of_one_person_see_each_others_edits_by_the_push(studio: Studio, listen: Any) -> None:
    items = studio.add(3)
    mine, other = studio.open("/library"), studio.open("/library", {"type": "image"})
    stream = listen(other)
    before = studio.store.reads
    for what, value, seen in (
        ("favourite", True, lambda: tile(other, items[1])["favourite"]),
        ("title", "Renamed", lambda: tile(other, items[1])["label"] == "Renamed"),
        ("delete", None, lambda: items[1].id not in ids_shown(other)),
    ):
        edit(mine, what, items[1], value)
        assert stream.changed() == [0]
        push(other)
        assert seen()
    edit(mine, "undo")
    stream.changed()
    push(other)
    assert ids_shown(other) == ids_shown(mine) == [item.id for item in reversed(items)]
    assert studio.store.reads - before <= 1, "the item that comes back, which no list of the page holds"


def test_F12_a_second_tab_hears_of_an_edit_once(studio: Studio, listen: Any) -> None:
    (item,) = studio.add()
    mine, other = studio.open("/library"), studio.open("/library")
    stream = listen(other)
    edit(mine, "favourite", item, True)
    assert stream.changed() == [0]
    push(other)
    assert tile(other, item)["revision"] == held(studio)[0].revision == 2
    assert stream.quiet()


# ── titles ──


def test_F12_a_new_title_shows_everywhere_the_item_is_shown(studio: Studio) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    look_at(tab, item)
    edit(tab, "title", item, "  Dunes   at first light ")
    assert tile(tab, item)["label"] == "Dunes at first light"
    assert tab.element("freshet-dialog", isOpen=True)["label"] == "Dunes at first light"
    assert tab.element("freshet-item-bar")["text"] == "Dunes at first light"
    assert stored(studio, item).title == "Dunes at first light"
    tab.navigate("/create/image")
    assert tile(tab, item)["label"] == "Dunes at first light"


@pytest.mark.parametrize("kind", ["title", "tag", "untag"])
@pytest.mark.parametrize("value", [None, 5, {"a": 1}, ["x"], True])
def test_a_forged_value_that_is_no_text_changes_nothing(studio: Studio, kind: str, value: object) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    edit(tab, kind, item, value)
    assert stored(studio, item) == item


@pytest.mark.parametrize(
    ("text", "remedy"), [("", "seen"), ("a\0b", "NUL"), ("x" * 201, "201 of 200 characters. Shorten it by 1.")]
)
def test_F12_what_is_no_title_is_refused_where_it_was_written(studio: Studio, text: str, remedy: str) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    look_at(tab, item)
    edit(tab, "title", item, text)
    error = tab.element("freshet-item-bar")["error"]
    assert error.startswith("Title: ")
    assert remedy in error
    assert tile(tab, item)["label"] == item.title
    assert studio.store.calls["commit"] == 0 or stored(studio, item).revision == 1
    assert told(tab) == ""
    edit(tab, "title", item, "Better")
    assert tab.element("freshet-item-bar")["error"] == ""
    assert stored(studio, item).title == "Better"


def test_B22_a_title_changed_elsewhere_meanwhile_is_put_back_with_the_reason(studio: Studio) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    studio.change(item, title="Theirs")
    edit(tab, "title", item, "Mine")
    assert told(tab) == "Title “Mine” put back: it was changed elsewhere"
    assert stored(studio, item).title == "Theirs"
    tab.fire("freshet-status", "refreshEvent")
    assert tile(tab, item)["label"] == "Theirs"


# ── deleting and bringing back ──


@pytest.mark.parametrize("path", PAGES)
def test_B12_delete_leaves_the_page_at_once_and_undo_brings_it_back_in_its_place(studio: Studio, path: str) -> None:
    items = studio.add(4, origin=ORIGINS[path])
    shown = [item.id for item in reversed(items)]
    tab = studio.open(path)
    edit(tab, "delete", items[2])
    assert ids_shown(tab) == [shown[0], shown[2], shown[3]]
    assert tab.element("freshet-edits")["focusOn"].split()[1] == shown[2]
    toast = tab.element("freshet-toast")
    assert (toast["message"], toast["undo"]) == ("1 item deleted", True)
    edit(tab, "undo")
    assert ids_shown(tab) == shown
    assert tab.element("freshet-edits")["focusOn"].split()[1] == items[2].id
    assert told(tab) == "1 item restored"
    back = stored(studio, items[2])
    assert back == items[2].model_copy(update={"revision": 3, "updated_at": back.updated_at})


def test_B12_the_neighbour_is_the_next_one_else_the_one_before_else_none(studio: Studio) -> None:
    items = studio.add(3)
    tab = studio.open("/library")
    neighbours = []
    for item in (items[1], items[0], items[2]):
        edit(tab, "delete", item)
        neighbours.append(tab.element("freshet-edits")["focusOn"].partition(" ")[2])
    assert neighbours == [items[0].id, items[2].id, ""]
    assert "Your library is empty" in tab.text


def test_B12_deleting_what_is_looked_at_shows_the_neighbour_and_closes_after_the_last(studio: Studio) -> None:
    items = studio.add(3)
    tab = studio.open("/library")
    look_at(tab, items[1])
    edit(tab, "delete", items[1])
    shown = tab.element("freshet-dialog", isOpen=True)
    assert (shown["label"], shown["address"]) == (items[0].title, f"item={items[0].id}")
    edit(tab, "delete", items[0])
    assert tab.element("freshet-item-bar")["mediaId"] == items[2].id
    edit(tab, "delete", items[2])
    assert tab.elements("freshet-item-bar") == []
    assert [dialog for dialog in tab.elements("freshet-dialog") if dialog["isOpen"]] == []


def test_F10_an_undo_shows_what_the_item_has_become_meanwhile(studio: Studio) -> None:
    """Nothing tells this process of changes, and no list of the page holds what is in the trash."""
    item, *_ = studio.add(3)
    tab = studio.open("/library")
    edit(tab, "delete", item)
    assert item.id not in ids_shown(tab)
    renamed = studio.change(stored(studio, item), title="Renamed in the trash")
    edit(tab, "undo")
    assert tile(tab, item)["label"] == renamed.title


def test_B12_deletions_are_undone_one_after_the_other_and_then_nothing_is_left_to_undo(studio: Studio) -> None:
    items = studio.add(3)
    tab = studio.open("/library")
    for item in items:
        edit(tab, "delete", item)
    for item in reversed(items):
        edit(tab, "undo")
        assert item.id in ids_shown(tab)
    commits = studio.store.calls["commit"]
    edit(tab, "undo")
    assert studio.store.calls["commit"] == commits
    assert ids_shown(tab) == [item.id for item in reversed(items)]


def test_B12_undoing_a_deletion_that_was_made_final_meanwhile_says_so_and_leaves_the_one_before_to_undo(
    studio: Studio,
) -> None:
    one, two = studio.add(2)
    tab = studio.open("/library")
    edit(tab, "delete", one)
    edit(tab, "delete", two)
    assert studio.services.trash.discard(studio.principal, [two.id]) == 1
    studio.restart()  # it held the item, and would have found out in the background
    edit(tab, "undo")
    toast = tab.element("freshet-toast")
    assert (toast["message"], toast["tone"]) == ("Not restored: it was deleted for good meanwhile", "failed")
    assert tab.tiles() == []
    edit(tab, "undo")
    assert told(tab) == "1 item restored"
    assert ids_shown(tab) == [one.id]


def test_B22_an_undone_deletion_that_turns_out_to_be_final_is_taken_back_with_that_reason(studio: Studio) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    edit(tab, "delete", item)
    assert studio.services.trash.discard(studio.principal, [item.id]) == 1
    edit(tab, "undo")
    assert told(tab) == "Not restored: it was deleted for good meanwhile"
    assert tab.tiles() == []
    edit(tab, "undo")
    assert told(tab) == "Not restored: it was deleted for good meanwhile"


def test_B12_a_second_press_on_what_is_leaving_deletes_nothing_more(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = studio.add(2)
    tab = studio.open("/library")
    with commits_held(studio, monkeypatch):
        edit(tab, "delete", items[1])
        edit(tab, "delete", items[1])
        edit(tab, "undo")
        assert ids_shown(tab) == [items[1].id, items[0].id]
    assert ended(studio)
    assert stored(studio, items[1]).deleted_at is None


def test_B12_a_deleted_item_says_so_at_its_address_and_can_be_restored_there(studio: Studio) -> None:
    items = studio.add(2)
    edit(studio.open("/library"), "delete", items[0])
    studio.restart()
    tab = studio.open("/library", {"item": items[0].id})
    assert "This item was deleted" in tab.text
    assert tab.element("freshet-item-bar")["deleted"] is True
    assert tab.elements("freshet-look") == []
    assert ids_shown(tab) == [items[1].id]
    edit(tab, "restore", items[0])
    assert tab.element("freshet-item-bar")["deleted"] is False
    assert ids_shown(tab) == [items[1].id, items[0].id]
    assert stored(studio, items[0]).deleted_at is None


def test_B10_a_preview_of_what_is_deleted_in_another_tab_says_so_and_follows_its_return(
    studio: Studio, listen: Any
) -> None:
    items = studio.add(2)
    mine, other = studio.open("/library"), studio.open("/library")
    look_at(other, items[0])
    stream = listen(other)
    edit(mine, "delete", items[0])
    stream.changed()
    push(other)
    assert "This item was deleted" in other.text
    edit(mine, "undo")
    stream.changed()
    push(other)
    assert "This item was deleted" not in other.text
    assert other.element("freshet-look")["more"]["id"] == items[0].id


def test_B12_what_was_removed_for_good_is_told_of_in_an_open_preview(studio: Studio, listen: Any) -> None:
    items = studio.add(2)
    tab = studio.open("/library")
    look_at(tab, items[0])
    stream = listen(tab)
    remove = Remove("media", items[0].id, items[0].revision)
    studio.store._store.commit(studio.principal, [remove], operation_id=operation())
    stream.changed()
    push(tab)
    assert "This item is no longer there." in tab.text


def test_B12_the_files_of_a_deleted_item_are_its_owners_and_no_chooser_offers_it(studio: Studio) -> None:
    from tests.handler.test_page_try_on import open_chooser

    items = studio.add(2)
    edit(studio.open("/library"), "delete", items[1])
    assert stored(studio, items[1]).files == items[1].files
    tab = open_chooser(studio.open("/try-on"), "person")
    assert [one["mediaId"] for one in tab.tiles() if one.get("use")] == [items[0].id]
    tab.fire("freshet-tile", "activateEvent", {"id": items[1].id}, mediaId=items[0].id)
    assert told(tab) == "This picture was deleted. Restore it in the library, or choose another one."


# ── failing ──


def test_B22_a_failure_takes_back_itself_alone_and_says_why(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    items = studio.add(3)
    tab = studio.open("/library")
    edit(tab, "favourite", items[0], True)
    with commits_failing(studio, monkeypatch):
        edit(tab, "title", items[1], "Doomed")
        assert told(tab) == f"Title “Doomed” put back: {AWAY}"
        assert tab.element("freshet-toast")["tone"] == "failed"
        edit(tab, "delete", items[2])
        assert told(tab) == f"Item put back: {AWAY}"
        assert tab.element("freshet-toast")["undo"] is False
    assert [(one["mediaId"], one["label"], one["favourite"]) for one in tab.tiles()] == [
        (items[2].id, items[2].title, False), (items[1].id, items[1].title, False), (items[0].id, items[0].title, True),
    ]  # fmt: skip
    commits = studio.store.calls["commit"]
    edit(tab, "undo")  # there is nothing to undo
    assert studio.store.calls["commit"] == commits


def test_B22_undos_that_fail_late_can_be_pressed_again_in_their_order(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = studio.add(3)
    tab = studio.open("/library")
    for item in items[:2]:
        edit(tab, "delete", item)
    with commits_failing_late(studio, monkeypatch):
        edit(tab, "undo")
        edit(tab, "undo")
        assert len(ids_shown(tab)) == 3
    push(tab, "ready")
    assert told(tab) == f"Not restored: {AWAY} (1 more)"
    assert ids_shown(tab) == [items[2].id]
    for item in (items[1], items[0]):
        edit(tab, "undo")
        assert item.id in ids_shown(tab)
    commits = studio.store.calls["commit"]
    edit(tab, "undo")
    assert studio.store.calls["commit"] == commits


def test_B22_the_undo_of_a_deletion_that_was_never_stored_is_no_failure_of_its_own(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = studio.add(2)
    tab = studio.open("/library")
    with commits_failing_late(studio, monkeypatch):
        edit(tab, "delete", items[1])
        edit(tab, "undo")
    push(tab, "ready")
    assert told(tab) == f"Item put back: {AWAY}"
    assert ids_shown(tab) == [items[1].id, items[0].id]
    commits = studio.store.calls["commit"]
    edit(tab, "undo")
    assert studio.store.calls["commit"] == commits


def test_B22_failures_that_come_late_are_told_once_and_leave_what_was_pushed(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, listen: Any
) -> None:
    items = studio.add(2)
    tab = studio.open("/library")
    stream = listen(tab)
    let_go = threading.Event()

    def fail_late(*_: Any, **__: Any) -> Any:
        assert let_go.wait(30)
        raise StoreUnavailable(AWAY)

    with monkeypatch.context() as patch:
        patch.setattr(studio.store, "commit", fail_late)
        patch.setattr("state.edits.PATIENCE", 0.01)
        edit(tab, "title", items[0], "Doomed")
        edit(tab, "favourite", items[1], True)
        studio.change(items[0], prompt="pushed")
        (new,) = studio.add()
        assert wait_for(lambda: held(studio)[0].id == new.id)
        push(tab)
        assert [one["label"] for one in tab.tiles()] == [new.title, items[1].title, "Doomed"]
        let_go.set()
        assert ended(studio)
    assert wait_for(lambda: bool(stream.subscriber.ready))
    push(tab, "ready")
    assert [(one["label"], one["favourite"]) for one in tab.tiles()] == [
        (new.title, False), (items[1].title, False), (items[0].title, False),
    ]  # fmt: skip
    assert told(tab).endswith(f"put back: {AWAY} (1 more)")
    token = tab.element("freshet-toast")["token"]
    push(tab, "ready")
    assert tab.element("freshet-toast")["token"] == token


def test_B22_another_tab_that_saw_a_failing_edit_is_woken_when_it_is_taken_back(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, listen: Any
) -> None:
    (item,) = studio.add()
    mine, other = studio.open("/library"), studio.open("/library")
    stream = listen(other)
    with commits_failing_late(studio, monkeypatch):
        edit(mine, "favourite", item, True)
        push(other, "focus")
        assert tile(other, item)["favourite"] is True
        assert other.element("freshet-live")["waiting"] is True
    assert wait_for(lambda: bool(stream.subscriber.ready))
    push(other, "ready")
    assert not tile(other, item)["favourite"]
    assert told(other) == ""
    assert other.element("freshet-live")["waiting"] is False


# ── what a browser may ask for ──


def test_nobody_edits_what_is_not_theirs(studio: Studio) -> None:
    eve = studio.principal.model_copy(update={"user_id": "eve"})
    (mine,) = studio.add()
    theirs = mine.model_copy(update={"id": studio.services.ids.new(), "owner_id": "eve"})
    studio.store._store.commit(eve, [Put(theirs, expect=0)], operation_id=operation())
    tab = studio.open("/library")
    for what, value, action in (("favourite", True, "edit"), ("title", "Mine", "edit"), ("delete", None, "delete")):
        edit(tab, what, theirs, value)
        assert told(tab) == f"You may not {action} this media"
        assert (tile(tab, theirs)["label"], tile(tab, theirs)["favourite"]) == (theirs.title, False)
    assert stored(studio, theirs).revision == 1


@pytest.mark.parametrize("media_id", ["", "nonsense", "../../etc/passwd", "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
@pytest.mark.parametrize("what", ["favourite", "title", "delete", "restore"])
def test_an_id_made_up_in_a_browser_changes_nothing(studio: Studio, media_id: str, what: str) -> None:
    studio.add()
    tab = studio.open("/library")
    commits = studio.store.calls["commit"]
    edit(tab, what, value="x", id=media_id)
    assert told(tab) in (
        "This page is out of date. Reload it and try again.", f"No media {media_id}",
    )  # fmt: skip
    assert studio.store.calls["commit"] == commits
    assert len(tab.tiles()) == 1


def test_an_edit_made_up_in_a_browser_changes_nothing(studio: Studio) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    commits = studio.store.calls["commit"]
    for what in ("", "nonsense", None, ["title"], {"a": 1}):
        edit(tab, "", item, edit=what)
    assert studio.store.calls["commit"] == commits
    assert len(tab.tiles()) == 1


def test_F12_a_process_that_does_not_hold_a_pending_edit_draws_what_is_stored(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    with commits_held(studio, monkeypatch):
        edit(tab, "favourite", item, True)
        before = studio.services.editor
        studio.restart()
        look_at(tab, item)
        assert not tile(tab, item)["favourite"]
        assert tab.whole_trees == 1
    before.close()
    tab.fire("freshet-status", "refreshEvent")
    assert tile(tab, item)["favourite"] is True


@pytest.mark.parametrize("live", ["on", "off"])
def test_F10_a_page_that_another_process_answers_says_so_until_it_knows_what_became_of_its_edit(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, live: str
) -> None:
    """Neither tells the other of an end. What is stored shows then in any case, also where live updates are off."""
    monkeypatch.setattr(studio.services, "settings", replace(studio.services.settings, store="firestore"))
    (item,) = studio.add()
    tab = studio.open("/library")
    tab.keep_cookie(LIVE_COOKIE, live)
    with commits_held(studio, monkeypatch) as let_go:
        edit(tab, "favourite", item, True)
        before = studio.services.editor
        studio.restart()
        look_at(tab, item)
        assert not tile(tab, item)["favourite"]
        assert mode(tab) == "catching"
        let_go.set()
        assert wait_for(lambda: stored(studio, item).favourite)
    before.close()
    reads = studio.store.reads
    push(tab, "ready")
    assert (mode(tab), tab.element("freshet-live")["waiting"]) == ("catching", True)
    assert studio.store.reads == reads
    studio.clock.advance(ELSEWHERE + 1)
    push(tab, "ready")
    assert tile(tab, item)["favourite"]
    assert (mode(tab), tab.element("freshet-live")["waiting"]) == ("plain", False)
    reads = studio.store.reads
    push(tab, "ready")
    assert studio.store.reads == reads, "once"


def mode(tab: MesopClient) -> str:
    found: str = tab.element("freshet-status")["mode"]
    return found
