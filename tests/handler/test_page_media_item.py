"""The item's page: one item, all that is known of it, and the way to its neighbours, on the freshness engine."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.errors import StoreUnavailable
from services.models import MediaItem, Put, Remove
from tests.handler.test_page_edits import (
    commits_failing,
    commits_failing_late,
    commits_held,
    edit,
    ended,
    listen,
    stored,
    told,
)
from tests.handler.test_page_library import refreshes
from tests.handler.test_page_live import push, wait_for
from tests.support.mesop_client import MesopClient
from tests.support.records import make_item, operation
from tests.support.slow_reads import Slow, slow
from tests.support.studio import Studio, ids_shown

__all__ = ["listen", "slow"]
DOWN = StoreUnavailable("The store did not answer.")
NOTHING = "This item does not exist, or it is not yours to see."


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a handler waits is no matter here, unless a test says so."""
    monkeypatch.setattr("state.loading.PATIENCE", 30)
    monkeypatch.setattr("state.edits.PATIENCE", 30)


def open_item(studio: Studio, item: MediaItem | str, **more: str) -> MesopClient:
    return studio.open("/media-item", {"id": item if isinstance(item, str) else item.id} | more)


def heading(tab: MesopClient) -> str:
    title: str = tab.element("freshet-item-head")["text"]
    return title


def fact(tab: MesopClient, name: str) -> Any:
    return dict(tab.element("freshet-details")["facts"])[name]


def step(tab: MesopClient, to: str) -> None:
    tab.fire("freshet-viewer", "stepEvent", {"to": to})


def delete(tab: MesopClient) -> None:
    tab.fire("freshet-item-head", "deleteEvent", {"id": tab.element("freshet-item-head")["mediaId"]})


def media_ids(tab: MesopClient, list_name: str) -> list[str]:
    """The tiles of one of the child lists."""
    for node in tab._walk():
        names = [tab._web(child)["properties"]["label"] for child in node.children if "freshet-aria" in _name(child)]
        if list_name in names and any("freshet-tiles" in _name(child) for child in node.children):
            return [
                tab._web(child)["properties"]["mediaId"] for child in node.children if _tag(child) == "freshet-tile"
            ]
    return []


def _name(node: Any) -> str:
    return str(node.type.name.fn_name)


def _tag(node: Any) -> str:
    return _name(node).removeprefix("<web>")


# ── what it shows ──


def test_the_page_tells_all_that_is_known_of_an_item(studio: Studio) -> None:
    (item,) = studio.add(title="Paper-cut sea", tags=("sea", "paper"))
    tab = open_item(studio, item)
    assert heading(tab) == "Paper-cut sea"
    assert tab.element("freshet-tags")["tags"] == ["sea", "paper"]
    assert tab.element("freshet-details")["prompt"] == "a lighthouse at dusk"
    told = {name: fact(tab, name) for name in ("Model", "Seed", "Size", "File", "By", "How", "Visible to", "Id")}
    assert told == {
        "Model": "Local Image 1", "Seed": "7", "Size": "64 × 64 · 1:1", "File": ["WEBP", 1234], "By": "You",
        "How": "Create image", "Visible to": "Project members", "Id": item.id,
    }  # fmt: skip
    assert fact(tab, "Made") == int(item.created_at.timestamp() * 1000)
    assert tab.element("freshet-viewer")["kind"] == "image"
    assert tab.element("freshet-viewer")["fileUrl"].startswith(f"/media/{item.id}.original.")


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_a_clip_and_a_track_have_a_player(studio: Studio, kind: str) -> None:
    (item,) = studio.add(media_type=kind)
    tab = open_item(studio, item)
    assert tab.element("freshet-viewer")["kind"] == kind
    assert not any(button["label"].startswith("Try-on") for button in tab.elements("freshet-button"))


def test_R2_08_sources_and_derived_items_are_child_lists_that_are_refreshed_with_the_item(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    source, other = studio.add(2)
    (item,) = studio.add(source_ids=(source.id, other.id))
    made = studio.add(2, source_ids=(item.id,))
    tab = open_item(studio, item)
    assert media_ids(tab, "Made from") == [other.id, source.id]
    assert media_ids(tab, "Made from this") == [made[1].id, made[0].id]
    (new,) = studio.add(source_ids=(item.id,))
    caplog.set_level(logging.INFO, "freshet")
    tab.fire("freshet-status", "refreshEvent")
    assert media_ids(tab, "Made from this")[0] == new.id
    assert refreshes(caplog, "media.refresh") == ["manual"]
    assert refreshes(caplog, "media.derived.refresh") == ["manual"]
    assert refreshes(caplog, "media.sources.refresh") == ["manual"]


def test_a_related_item_opens_in_the_same_list(studio: Studio) -> None:
    (source,) = studio.add()
    (item,) = studio.add(source_ids=(source.id,))
    tab = open_item(studio, item, type="image")
    tab.fire("freshet-tile", "activateEvent", {"id": source.id}, mediaId=source.id)
    assert (tab.path, tab.query) == ("/media-item", {"id": [source.id], "type": ["image"]})


def test_an_item_that_is_being_made_or_failed_says_so(studio: Studio) -> None:
    (waiting,) = studio.add(status="generating", files={}, run_id=studio.services.ids.new())
    (failed,) = studio.add(status="failed", files={}, error="The model refused.")
    assert open_item(studio, waiting).element("freshet-viewer")["kind"] == "waiting"
    tab = open_item(studio, failed)
    assert tab.element("freshet-viewer")["note"] == "The model refused."
    assert tab.element("freshet-button", label="Retry")


def test_a_picture_can_be_used_for_what_works_alone(studio: Studio) -> None:
    (item,), (clip,) = studio.add(), studio.add(media_type="video")
    tab = open_item(studio, item)
    assert tab.element("freshet-uses") == {"mediaId": item.id}
    assert open_item(studio, clip).elements("freshet-uses") == []
    for kind in ("image", "video"):
        create = follow(open_item(studio, item), f"/create/{kind}?from={item.id}")
        assert (create.path, create.query) == (f"/create/{kind}", {})
        assert item.title in create.text
    follow(tab, f"/try-on?product={item.id}")
    assert (tab.path, tab.query) == ("/try-on", {})  # once taken, the address names it no more
    assert tab.element("freshet-button", label="Clear product")
    tab = studio.open("/try-on", {"person": item.id, "product": "nonsense"})
    assert tab.element("freshet-button", label="Clear person")
    assert "This picture is no longer in the library. Choose another one." in tab.text


def follow(tab: MesopClient, url: str) -> MesopClient:
    """A link inside the page, as the browser follows it."""
    return tab.fire("freshet-nav", "navigateEvent", {"url": url})


# ── nothing to show ──


@pytest.mark.parametrize("media_id", ["", "nonsense", "../../etc/passwd", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "theirs"])
def test_what_is_not_there_or_not_ones_own_to_see_looks_the_same(studio: Studio, media_id: str) -> None:
    theirs = make_item(
        id=studio.services.ids.new(), project_id=studio.services.project.id, owner_id="eve", visibility="private",
        title="Secret plan",
    )  # fmt: skip
    eve = studio.principal.model_copy(update={"user_id": "eve"})
    studio.services.store.commit(eve, [Put(theirs, expect=0)], operation_id=operation())
    studio.add(source_ids=(theirs.id,))
    tab = open_item(studio, theirs.id if media_id == "theirs" else media_id)
    assert NOTHING in tab.text
    assert "Secret plan" not in str(tab.elements("freshet-item-head"))
    assert tab.tiles() == []
    tab.press("Back to Library")
    assert tab.path == "/library"


def test_an_item_that_is_deleted_for_good_elsewhere_says_so(studio: Studio, listen: Any) -> None:
    (item,) = studio.add()
    tab = open_item(studio, item)
    stream = listen(tab)
    studio.store._store.commit(
        studio.principal, [Remove("media", item.id, expect=item.revision)], operation_id=operation()
    )
    assert 0 in stream.changed()
    push(tab)
    assert any(text.startswith("This item is no longer there") for text in tab.text)


def test_an_item_that_is_deleted_elsewhere_says_so_and_can_be_restored(studio: Studio, listen: Any) -> None:
    (item,) = studio.add()
    tab = open_item(studio, item)
    stream = listen(tab)
    gone = studio.change(item, deleted_at=studio.clock.now())
    assert 0 in stream.changed()
    push(tab)
    assert any("It is in the trash" in text for text in tab.text)
    assert tab.element("freshet-item-head")["deleted"] is True
    tab.press("Restore")
    assert stored(studio, gone).deleted_at is None
    assert not any("It is in the trash" in text for text in tab.text)


# ── the way to the neighbours ──


def test_previous_and_next_follow_the_list_that_the_address_names(studio: Studio) -> None:
    first = studio.add(2)
    studio.add(media_type="video")
    last = studio.add(2)
    tab = open_item(studio, last[0], type="image")
    step(tab, "next")
    assert tab.query == {"id": [first[1].id], "type": ["image"]}
    assert heading(tab) == first[1].title
    step(tab, "previous")
    step(tab, "previous")
    assert heading(tab) == last[1].title
    step(tab, "previous")
    assert heading(tab) == last[1].title
    assert told(tab) == "This is the first item of the list."


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_a_step_costs_one_document_where_nothing_is_held_and_none_where_it_is(
    studio: Studio, sort: str, caplog: pytest.LogCaptureFixture
) -> None:
    items = studio.add(60)
    order = items if sort == "oldest" else items[::-1]
    tab = open_item(studio, order[40], sort=sort)
    caplog.set_level(logging.INFO, "freshet")
    for way, place in (("next", 41), ("next", 42), ("previous", 41)):
        step(tab, way)
        assert heading(tab) == order[place].title
    lines = [record.fields for record in caplog.records if record.getMessage() == "media.step.read"]  # type: ignore[attr-defined]
    assert [line["documents"] for line in lines] == [1, 1, 1]


@pytest.mark.parametrize("held", [True, False])
def test_in_the_order_of_titles_the_way_back_is_the_way_one_came(studio: Studio, held: bool) -> None:
    items = sorted(studio.add(60), key=lambda item: item.title.casefold())
    if held:
        studio.open("/library", {"sort": "title"})
    tab = open_item(studio, items[22], sort="title")
    ahead = []
    for _ in range(5):
        step(tab, "next")
        ahead.append(heading(tab))
    assert ahead == [item.title for item in items[23:28]]
    back = []
    for _ in range(5):
        step(tab, "previous")
        back.append(heading(tab))
    assert back == [item.title for item in items[26:21:-1]]
    step(tab, "previous")
    if held:
        assert heading(tab) == items[21].title
    else:
        assert heading(tab) == items[22].title
        assert told(tab) == "What comes before this item is not known here. Go back to the list to see it."


def test_B11_items_that_come_and_go_between_steps_are_neither_skipped_nor_shown_twice(
    studio: Studio, listen: Any
) -> None:
    items = studio.add(6)
    library = studio.open("/library")
    stream = listen(library)
    tab = open_item(studio, items[4])
    studio.change(items[3], deleted_at=studio.clock.now())
    (new,) = studio.add(created_at=items[2].created_at + timedelta(milliseconds=1))
    shown = [items[5].id, items[4].id, new.id, *(item.id for item in (items[2], items[1], items[0]))]
    while ids_shown(library) != shown:
        stream.changed()
        push(library)
    seen = []
    for _ in range(4):
        step(tab, "next")
        seen.append(tab.element("freshet-item-head")["mediaId"])
    assert seen == [new.id, items[2].id, items[1].id, items[0].id]


def test_a_step_from_the_open_library_reads_no_list(studio: Studio, listen: Any) -> None:
    items = studio.add(3)
    library = studio.open("/library")
    listen(library)
    tab = open_item(studio, items[1])
    before = studio.store.calls["media.get_media_for_page"]
    step(tab, "next")
    assert heading(tab) == items[0].title
    # The item itself is known from the list; what was made from it has to be asked for.
    assert studio.store.calls["media.get_media_for_page"] == before + 1


def ends(tab: MesopClient) -> str:
    told: str = tab.element("freshet-viewer")["ends"]
    return told


def test_a_way_that_leads_nowhere_is_known_from_the_list_without_a_read(studio: Studio, listen: Any) -> None:
    items = studio.add(3)
    listen(studio.open("/library"))
    before = studio.store.calls["media.get_media_for_page"]
    tab = open_item(studio, items[1])
    assert ends(tab) == ""
    step(tab, "next")
    assert (heading(tab), ends(tab)) == (items[0].title, "next")
    step(tab, "previous")
    step(tab, "previous")
    assert (heading(tab), ends(tab)) == (items[2].title, "previous")
    # What was made from each item has to be asked for, and nothing else.
    assert studio.store.calls["media.get_media_for_page"] == before + 3


def test_a_way_of_which_nothing_is_known_stays_open_until_a_step_has_found_its_end(studio: Studio) -> None:
    items = studio.add(2)
    tab = open_item(studio, items[0])
    assert ends(tab) == ""
    step(tab, "next")
    assert told(tab) == "This is the last item of the list."
    assert ends(tab) == "next"
    step(tab, "previous")
    assert (heading(tab), ends(tab)) == (items[1].title, "")


def test_a_press_at_an_end_says_nothing_and_leads_on_to_what_has_come_since(studio: Studio) -> None:
    items = studio.add(2)
    tab = open_item(studio, items[1])
    step(tab, "previous")
    assert ends(tab) == "previous"
    notes = tab.elements("freshet-toast")
    tab.fire("freshet-viewer", "stepEvent", {"to": "previous", "end": True})
    assert (heading(tab), ends(tab), tab.elements("freshet-toast")) == (items[1].title, "previous", notes)
    (new,) = studio.add(title="Come since")
    tab.fire("freshet-viewer", "stepEvent", {"to": "previous", "end": True})
    assert heading(tab) == new.title


def test_a_step_is_by_the_list_as_it_was_held_last_while_the_store_is_away_and_says_so(studio: Studio) -> None:
    items = studio.add(3)
    studio.open("/library")
    tab = open_item(studio, items[1])
    studio.store.fault = DOWN
    for way, place in (("next", 0), ("previous", 1), ("previous", 2)):
        step(tab, way)
        assert heading(tab) == items[place].title
        assert told(tab) == "The database does not answer: this is by the list as it was held here last."
    step(tab, "previous")
    assert told(tab).startswith("This is the first item of the list. The database does not answer")
    assert tab.element("freshet-status")["mode"] == "offline"


def test_a_step_that_nothing_held_knows_says_that_the_store_is_away(studio: Studio) -> None:
    items = studio.add(3)
    tab = open_item(studio, items[1])
    studio.store.fault = DOWN
    step(tab, "next")
    assert heading(tab) == items[1].title
    assert told(tab) == "The store did not answer."


def test_a_step_that_has_to_search_reads_one_page_a_press_and_the_next_press_goes_on(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Firestore has one of words, tag and favourite: the others are looked for in what it finds."""
    monkeypatch.setattr("services.store.paging.SEARCH_STEP", 50)
    (oldest,) = studio.add(tags=("sea",), title="Lighthouse", favourite=True)
    studio.add(110, tags=("sea",), title="Lighthouse")
    (newest,) = studio.add(tags=("sea",), title="Lighthouse, the last", favourite=True)
    tab = open_item(studio, newest, tag="sea", q="lighthouse", favourite="1")
    caplog.set_level(logging.INFO, "freshet")
    for _ in range(3):
        step(tab, "next")
        if heading(tab) == oldest.title:
            break
        assert told(tab) == "None of the 50 items that were looked at belongs to the list. Press again to look further."
    assert tab.query["id"] == [oldest.id]
    lines = [record.fields for record in caplog.records if record.getMessage() == "media.step.read"]  # type: ignore[attr-defined]
    assert max(line["documents"] for line in lines) <= 50


# ── edits ──


def test_F12_title_tags_and_heart_show_at_once_and_are_stored(studio: Studio) -> None:
    (item,) = studio.add()
    tab = open_item(studio, item)
    edit(tab, "title", item, "  Dunes  at dawn ")
    edit(tab, "favourite", item, True)
    edit(tab, "tag", item, "Night sky")
    edit(tab, "tag", item, "sea")
    edit(tab, "untag", item, "NIGHT SKY")
    assert heading(tab) == "Dunes at dawn"
    assert tab.element("freshet-item-head")["favourite"] is True
    assert tab.element("freshet-tags")["tags"] == ["sea"]
    now = stored(studio, item)
    assert (now.title, now.favourite, now.tags) == ("Dunes at dawn", True, ("sea",))


@pytest.mark.parametrize(
    ("tag", "why"), [("x" * 41, "longer than 40"), ("a\0b", "control characters"), (" \u3000 ", "write one first")]
)
def test_a_tag_that_cannot_be_is_refused_where_it_was_written(studio: Studio, tag: str, why: str) -> None:
    (item,) = studio.add()
    tab = open_item(studio, item)
    edit(tab, "tag", item, tag)
    assert why in tab.element("freshet-tags")["error"]
    assert stored(studio, item).tags == ()
    edit(tab, "tag", item, "sea 🌊")
    assert tab.element("freshet-tags")["error"] == ""
    assert stored(studio, item).tags == ("sea 🌊",)


def test_of_several_tags_that_are_written_at_once_all_are_taken_or_none(studio: Studio) -> None:
    (item,) = studio.add(tags=("sea",))
    tab = open_item(studio, item)
    edit(tab, "tag", item, f"night sky,{'x' * 41},dunes")
    assert "longer than 40" in tab.element("freshet-tags")["error"]
    assert tab.element("freshet-tags")["tags"] == ["sea"]
    edit(tab, "tag", item, "night  sky, Sea,, dunes,")
    assert tab.element("freshet-tags")["error"] == ""
    assert tab.element("freshet-tags")["tags"] == ["sea", "night sky", "dunes"]
    assert stored(studio, item).tags == ("sea", "night sky", "dunes")


def test_a_tag_too_many_is_refused_and_nothing_is_lost(studio: Studio) -> None:
    (item,) = studio.add(tags=tuple(f"tag {number}" for number in range(20)))
    tab = open_item(studio, item)
    edit(tab, "tag", item, "one more")
    assert "at most 20" in tab.element("freshet-tags")["error"]
    assert len(tab.element("freshet-tags")["tags"]) == 20


def test_two_tabs_that_write_one_title_the_later_one_is_told_and_keeps_its_words(studio: Studio) -> None:
    (item,) = studio.add(title="As it was")
    mine, theirs = open_item(studio, item), open_item(studio, item)
    edit(theirs, "title", item, "Theirs")
    studio.restart()  # my tab is answered by another process, which has not heard of it
    studio.services.freshness.seen.note(studio.principal.user_id, [item])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("state.edits._find", lambda shown, media_id: (item, ()))
        edit(mine, "title", item, "Mine, longer")
    head = mine.element("freshet-item-head")
    assert (head["text"], head["refused"]) == ("Theirs", "Mine, longer")
    assert head["error"] == "Title put back: it was changed elsewhere"
    assert stored(studio, item).title == "Theirs"
    edit(mine, "title", item, "Mine, longer")  # having been told, on top of theirs
    head = mine.element("freshet-item-head")
    assert (head["text"], head["refused"], head["error"]) == ("Mine, longer", "", "")
    assert stored(studio, item).title == "Mine, longer"


def test_F12_an_undo_of_what_is_still_being_stored_asks_for_no_item(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    items = studio.add(30)
    tab = open_item(studio, items[5])
    step(tab, "next")
    edit(tab, "favourite", items[4], True)
    with commits_held(studio, monkeypatch) as let_go:
        delete(tab)
        assert heading(tab) == items[3].title
        caplog.set_level(logging.INFO, "freshet")
        edit(tab, "undo")
        assert refreshes(caplog, "edit.read") == []
        let_go.set()
        assert ended(studio)
    assert stored(studio, items[4]).deleted_at is None
    assert stored(studio, items[4]).favourite


def test_B22_titles_that_fail_after_their_items_were_left_are_there_when_somebody_comes_back(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = studio.add(3)
    tab = open_item(studio, items[2])
    with commits_failing_late(studio, monkeypatch):
        for item, words in ((items[2], "Dawn"), (items[1], "Dusk, " * 12)):
            edit(tab, "title", item, words)
            step(tab, "next")
        edit(tab, "favourite", items[0], True)
    push(tab, "ready")
    assert "(2 more)" in told(tab)
    head = tab.element("freshet-item-head")
    assert (head["mediaId"], head["refused"], head["error"]) == (items[0].id, "", "")
    for item, words in ((items[1], "Dusk, " * 12), (items[2], "Dawn")):
        step(tab, "previous")
        head = tab.element("freshet-item-head")
        assert (head["mediaId"], head["text"], head["refused"]) == (item.id, item.title, words.strip())
        assert head["error"].startswith("Title put back: ")
    edit(tab, "title", items[2], "Dawn")
    assert tab.element("freshet-item-head")["refused"] == ""
    step(tab, "next")
    assert tab.element("freshet-item-head")["refused"] == ("Dusk, " * 12).strip()


def test_B22_what_cannot_be_stored_is_put_back_alone(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    (item,) = studio.add(tags=("sea",))
    tab = open_item(studio, item)
    edit(tab, "favourite", item, True)
    with commits_failing(studio, monkeypatch):
        edit(tab, "tag", item, "dunes")
    assert tab.element("freshet-tags")["tags"] == ["sea"]
    assert "Tags put back" in tab.element("freshet-tags")["error"]
    assert tab.element("freshet-item-head")["favourite"] is True


def test_B12_a_deletion_shows_the_neighbour_and_can_be_undone(studio: Studio) -> None:
    items = studio.add(3)
    tab = open_item(studio, items[1])
    delete(tab)
    assert (heading(tab), tab.query["id"]) == (items[0].title, [items[0].id])
    assert told(tab) == "1 item deleted"
    assert ended(studio)
    assert stored(studio, items[1]).deleted_at is not None
    edit(tab, "undo")
    assert ended(studio)
    assert stored(studio, items[1]).deleted_at is None
    assert (heading(tab), tab.query["id"]) == (items[1].title, [items[1].id])


def test_B12_the_neighbour_shows_before_the_store_has_stored_the_deletion(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = studio.add(2)
    tab = open_item(studio, items[1])
    with commits_held(studio, monkeypatch) as let_go:
        delete(tab)
        assert heading(tab) == items[0].title
        let_go.set()
        assert ended(studio)


@pytest.mark.parametrize("answers", [True, False])
def test_B12_a_deletion_shows_while_the_store_takes_its_time_over_the_neighbour(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    items = studio.add(2)
    tab = open_item(studio, items[1])
    gate, store = threading.Event(), studio.services.store
    media = store.media

    def slowly(*args: Any, **options: Any) -> Any:
        assert gate.wait(30)
        if not answers:
            raise DOWN
        return media.get_media_for_page(*args, **options)

    monkeypatch.setattr(store, "media", Slow(media, get_media_for_page=slowly))
    pressed = threading.Thread(target=delete, args=(tab,))
    pressed.start()
    assert wait_for(lambda: tab.element("freshet-item-head")["deleted"])
    assert wait_for(lambda: stored(studio, items[1]).deleted_at is not None), "it waits for no neighbour"
    gate.set()
    pressed.join(30)
    assert tab.query["id"] == [items[0 if answers else 1].id]
    assert told(tab) == "1 item deleted"


def test_B12_an_undo_leads_back_to_what_was_deleted_one_after_the_other(studio: Studio) -> None:
    items = studio.add(4)
    tab = open_item(studio, items[3], type="image")
    delete(tab)
    delete(tab)
    assert heading(tab) == items[1].title
    for item in (items[2], items[3]):
        edit(tab, "undo")
        assert ended(studio)
        assert (heading(tab), tab.query) == (item.title, {"id": [item.id], "type": ["image"]})
        assert tab.element("freshet-item-head")["deleted"] is False
        assert stored(studio, item).deleted_at is None
        assert told(tab) == "1 item restored"
    edit(tab, "undo")
    assert heading(tab) == items[3].title


def test_B12_an_undo_leads_back_before_the_store_has_stored_it(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    items = studio.add(2)
    tab = open_item(studio, items[1])
    delete(tab)
    with commits_held(studio, monkeypatch) as let_go:
        edit(tab, "undo")
        assert heading(tab) == items[1].title
        assert tab.element("freshet-item-head")["deleted"] is False
        let_go.set()
        assert ended(studio)


def test_B22_an_undo_that_cannot_be_stored_says_so_where_it_leads_to(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = studio.add(2)
    tab = open_item(studio, items[1])
    delete(tab)
    with commits_failing(studio, monkeypatch):
        edit(tab, "undo")
        assert ended(studio)
        tab.fire("freshet-live", "refreshEvent", {"reason": "ready", "views": None, "scrolled": False})
    assert tab.element("freshet-item-head")["mediaId"] == items[1].id
    assert tab.element("freshet-item-head")["deleted"] is True
    assert tab.element("freshet-toast")["tone"] == "failed"


def test_an_undo_of_what_was_deleted_elsewhere_in_the_tab_leaves_the_shown_item(studio: Studio) -> None:
    items = studio.add(3)
    tab = studio.open("/library")
    edit(tab, "delete", items[2])
    tab.navigate("/media-item", {"id": items[0].id})
    edit(tab, "undo")
    assert ended(studio)
    assert heading(tab) == items[0].title
    assert stored(studio, items[2]).deleted_at is None


def test_B12_the_last_one_stays_as_deleted_and_can_be_restored(studio: Studio) -> None:
    (item,) = studio.add()
    tab = open_item(studio, item)
    delete(tab)
    assert tab.element("freshet-item-head")["deleted"] is True
    tab.press("Restore")
    assert tab.element("freshet-item-head")["deleted"] is False
    assert stored(studio, item).deleted_at is None


# ── freshness ──


def test_R2_12_the_page_is_asked_for_as_a_permalink_and_refreshed_by_hand(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    (item,) = studio.add()
    caplog.set_level(logging.INFO, "freshet")
    tab = open_item(studio, item)
    studio.change(item, title="Renamed elsewhere")
    assert heading(tab) == item.title
    tab.fire("freshet-status", "refreshEvent")
    assert heading(tab) == "Renamed elsewhere"
    assert refreshes(caplog, "media.refresh") == ["permalink", "manual"]


def test_R2_01_an_item_of_the_library_is_painted_before_the_store_has_answered(
    studio: Studio, slow: Callable[[], threading.Event]
) -> None:
    (item,) = studio.add()
    studio.open("/library")
    gate = slow()
    tab = open_item(studio, item)
    assert heading(tab) == item.title
    assert tab.element("freshet-viewer")["fileUrl"]
    assert tab.element("freshet-status")["refreshing"] is True
    assert not gate.is_set()


def test_R2_01_an_item_of_the_library_is_painted_while_the_store_is_away(studio: Studio) -> None:
    (item,) = studio.add()
    studio.open("/library")
    studio.store.fault = DOWN
    tab = open_item(studio, item)
    assert heading(tab) == item.title
    assert tab.element("freshet-viewer")["fileUrl"]
    assert tab.element("freshet-status")["mode"] == "offline"


def test_R2_09_an_item_that_is_not_held_says_that_it_could_not_be_read(studio: Studio) -> None:
    (item,) = studio.add()
    studio.store.fault = DOWN
    tab = open_item(studio, item)
    assert "This item could not be read" in tab.text
    assert NOTHING not in tab.text
    studio.store.fault = None
    tab.press("Retry")
    assert heading(tab) == item.title


def test_B20_a_failed_refresh_keeps_the_item_and_says_why(studio: Studio) -> None:
    (item,) = studio.add()
    tab = open_item(studio, item)
    studio.store.fault = DOWN
    tab.fire("freshet-status", "refreshEvent")
    assert heading(tab) == item.title
    assert any("The store did not answer." in text for text in tab.text)


@pytest.mark.parametrize(("hours", "asked"), [(3, []), (5, ["ttl"]), (25, ["ttl"])])
def test_R2_02_an_item_is_asked_again_after_four_hours_and_its_full_metadata_after_a_day(
    studio: Studio, caplog: pytest.LogCaptureFixture, hours: int, asked: list[str]
) -> None:
    (source,) = studio.add()
    (item,) = studio.add(source_ids=(source.id,))
    tab = open_item(studio, item)
    studio.clock.advance(hours * 3600 + 1)
    caplog.set_level(logging.INFO, "freshet")
    push(tab, "ttl")

    def asking(event: str) -> list[str]:
        found = [record.fields for record in caplog.records if record.getMessage() == event]  # type: ignore[attr-defined]
        return [line["reason"] for line in found if line["outcome"] != "held"]

    assert asking("media.refresh") == asked
    assert asking("media.derived.refresh") == asked
    assert asking("media.sources.refresh") == (["ttl"] if hours > 24 else [])


def test_R4_01_a_change_elsewhere_shows_by_itself_and_restarts_no_player(studio: Studio, listen: Any) -> None:
    (clip,) = studio.add(media_type="video")
    tab = open_item(studio, clip)
    before = tab.element("freshet-viewer")
    stream = listen(tab)
    reads = studio.store.reads
    studio.change(clip, tags=("sea",), title="Renamed")
    assert 0 in stream.changed()
    push(tab)
    assert (heading(tab), tab.element("freshet-tags")["tags"]) == ("Renamed", ["sea"])
    assert tab.element("freshet-viewer") == before | {"label": "Renamed"}
    assert studio.store.reads == reads


@pytest.mark.parametrize("reason", ["live", "focus"])
def test_B09_scrolled_what_is_made_from_the_item_waits_in_the_drop(
    studio: Studio, listen: Any, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """However slow the store is: what is held back without a word would be hidden."""
    (item,) = studio.add()
    made = studio.add(2, source_ids=(item.id,))
    tab = open_item(studio, item)
    stream = listen(tab)
    if reason == "focus":
        monkeypatch.setattr("state.loading.PATIENCE", 0.0)
        studio.clock.advance(60)
        push(tab, "focus", scrolled=True)
    (new,) = studio.add(source_ids=(item.id,))
    while 1 not in stream.changed():  # it has no sources, so these are its second view
        pass
    push(tab, "live" if reason == "live" else "ready", scrolled=True)
    assert media_ids(tab, "Made from this") == [made[1].id, made[0].id]
    assert tab.element("freshet-drop")["count"] == 1
    tab.fire("freshet-status", "refreshEvent", {"scrolled": True})
    assert tab.element("freshet-drop")["count"] == 1
    tab.fire("freshet-drop", "showEvent", {"count": 1})
    assert media_ids(tab, "Made from this") == [new.id, made[1].id, made[0].id]
    assert tab.element("freshet-drop")["count"] == 0


def test_B08_a_change_of_another_item_wakes_nobody(studio: Studio, listen: Any) -> None:
    item, other = studio.add(2)
    stream = listen(open_item(studio, item))
    seen = listen(open_item(studio, other))
    studio.change(other, title="Renamed")
    assert seen.changed() == [0]
    assert stream.quiet()


def test_R0_15_a_process_that_does_not_hold_the_item_reads_it_once_and_sends_the_tree_whole(studio: Studio) -> None:
    (source,) = studio.add()
    (item,) = studio.add(source_ids=(source.id,))
    tab = open_item(studio, item)
    studio.restart()
    tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert tab.whole_trees == 1
    assert media_ids(tab, "Made from") == [source.id]
    reads = studio.store.reads
    tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert (studio.store.reads, tab.whole_trees) == (reads, 0)


def test_F03_events_stay_small_with_every_view_filled(studio: Studio) -> None:
    sources = studio.add(12)
    (item,) = studio.add(source_ids=tuple(one.id for one in sources))
    studio.add(24, source_ids=(item.id,))
    tab = studio.open("/library")
    tab.navigate("/media-item", {"id": item.id})
    assert len(ids_shown(tab)) == 36
    tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert tab.response_bytes <= 300
    assert tab.request_bytes <= 3_500
    tab.fire("freshet-status", "refreshEvent")
    assert tab.response_bytes <= 2_000


def test_the_quick_view_leads_to_the_page_and_the_page_back_to_the_list(studio: Studio) -> None:
    (item,) = studio.add()
    tab = studio.open("/library", {"type": "image"})
    tab.fire("freshet-nav", "navigateEvent", {"url": f"/media-item?id={item.id}&type=image"})
    assert tab.path == "/media-item"
    tab = open_item(studio, item, type="image", sort="title")
    assert re.fullmatch(
        r"/library\?(type=image&sort=title|sort=title&type=image)", tab.element("freshet-item-head")["backUrl"]
    )
