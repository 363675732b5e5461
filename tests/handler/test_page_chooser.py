"""The chooser lists what its caller asked for, finds, pages on and takes uploads in, each for itself (R0-16)."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from services.files.importer import import_file
from services.models import MediaItem, Put
from services.models.query import TEXT_LENGTH
from services.store.protocol import PAGE_SIZE
from tests.handler.test_page_library import DOWN, refreshes
from tests.handler.test_page_try_on import choose, chooser_state, close_chooser, open_chooser
from tests.support import choosers
from tests.support.media import picture
from tests.support.mesop_client import MesopClient
from tests.support.records import make_item, make_principal, operation
from tests.support.studio import Studio, ids_shown


@pytest.fixture
def tab(studio: Studio) -> MesopClient:
    return studio.open(choosers.PATH)


def add_of(studio: Studio, owner: str, **fields: Any) -> MediaItem:
    """An item that somebody else made in this project."""
    studio.clock.advance(1)
    project_id, now = studio.services.project.id, studio.clock.now()
    item = make_item(id=studio.services.ids.new(), project_id=project_id, owner_id=owner, created_at=now, **fields)
    who = make_principal(owner, project_id)
    commit = studio.store._store.commit(who, [Put(item, expect=0)], operation_id=operation())
    stored = commit.records[0]
    assert isinstance(stored, MediaItem)
    return stored


def upload(studio: Studio, name: str = "harbour.png") -> tuple[MediaItem, str]:
    """What /upload does at the end; the item, and the signed note that its answer carries."""
    s = studio.services
    studio.clock.advance(1)
    item = import_file(s.store, s.blobs, s.clock, s.ids, studio.principal, s.project.id, picture(), name)
    page = studio.store._store.media.changed_since(studio.principal, s.project.id, _before(studio))
    return item, s.sessions.sign({s.project.id: page.newest or page.watermark}, studio.principal)


def _before(studio: Studio) -> str:
    from services.models import MediaQuery

    query = MediaQuery(project_id=studio.services.project.id)
    return studio.store._store.media.get_media_for_page(studio.principal, query).watermark


def search(tab: MesopClient, words: str) -> None:
    tab.fire("freshet-search", "searchEvent", {"q": words}, inside=True)


def owner(tab: MesopClient, value: str) -> None:
    tab.fire("freshet-segments", "selectEvent", {"value": value}, label="Owner")


def more(tab: MesopClient) -> None:
    tab.fire("freshet-sentinel", "moreEvent", {"cursor": tab.element("freshet-sentinel")["cursor"]})


@pytest.mark.parametrize("media_type", choosers.TYPES)
def test_R0_16_a_chooser_lists_the_type_that_its_caller_asked_for(
    studio: Studio, tab: MesopClient, media_type: str
) -> None:
    items = {each: studio.add(2, media_type=each) for each in choosers.TYPES}
    studio.add(media_type=media_type, status="generating", files={})
    open_chooser(tab, media_type)
    assert ids_shown(tab) == [item.id for item in reversed(items[media_type])]  # type: ignore[index]
    assert tab.element("freshet-upload")["wanted"] == media_type
    choose(tab, items[media_type][0])  # type: ignore[index]
    assert f"Chosen {media_type}: {items[media_type][0].id}" in tab.text  # type: ignore[index]


def test_R0_16_mine_or_everybodys(studio: Studio, tab: MesopClient, caplog: pytest.LogCaptureFixture) -> None:
    (mine,) = studio.add()
    theirs = add_of(studio, "eve")
    caplog.set_level(logging.INFO, "freshet")
    open_chooser(tab, "image")
    assert ids_shown(tab) == [theirs.id, mine.id]
    owner(tab, "mine")
    assert ids_shown(tab) == [mine.id]
    assert tab.element("freshet-segments", label="Owner")["value"] == "mine"
    owner(tab, "all")
    assert ids_shown(tab) == [theirs.id, mine.id]
    assert refreshes(caplog, "chooser.refresh") == ["open", "filter", "filter"]


def test_R0_16_words_find_and_what_finds_nothing_leads_back(studio: Studio, tab: MesopClient) -> None:
    (lighthouse,) = studio.add(title="Tall one", prompt="a lighthouse at dusk")
    (coat,) = studio.add(title="Plum coat", prompt="flat lay")
    open_chooser(tab, "image")
    search(tab, "lighth")
    assert ids_shown(tab) == [lighthouse.id]
    search(tab, "PLUM co")
    assert ids_shown(tab) == [coat.id]
    search(tab, "zebra")
    assert ids_shown(tab) == []
    assert "Nothing matches" in tab.text
    tab.press("Show everything")
    assert ids_shown(tab) == [coat.id, lighthouse.id]
    assert tab.element("freshet-search", inside=True)["value"] == ""


@pytest.mark.parametrize("words", ["\x00", "x" * 5000, "\u202e", "😀", '"; drop table', "*"])
def test_strange_words_find_what_they_find_and_break_nothing(studio: Studio, tab: MesopClient, words: str) -> None:
    studio.add(2)
    open_chooser(tab, "image")
    search(tab, words)
    assert len(tab.element("freshet-search", inside=True)["value"]) <= TEXT_LENGTH
    search(tab, "")
    assert len(ids_shown(tab)) == 2


def test_R0_16_it_pages_past_the_first_24_at_constant_cost(studio: Studio, tab: MesopClient) -> None:
    items = [item.id for item in reversed(studio.add(60))]
    open_chooser(tab, "image")
    assert ids_shown(tab) == items[:PAGE_SIZE]
    assert not tab.element("freshet-sentinel")["done"]
    more(tab)
    assert ids_shown(tab) == items[: 2 * PAGE_SIZE]
    more(tab)
    assert ids_shown(tab) == items
    assert tab.element("freshet-sentinel")["done"]


def test_R0_16_what_was_uploaded_stands_on_top_and_can_be_chosen_at_once(studio: Studio, tab: MesopClient) -> None:
    shown = [item.id for item in reversed(studio.add(3))]
    open_chooser(tab, "image")
    item, known = upload(studio)
    tab.fire("freshet-upload", "uploadedEvent", {"known": [known], "scrolled": False})
    assert ids_shown(tab) == [item.id, *shown]
    assert tab.element("freshet-session")["token"] != ""
    choose(tab, item)
    assert f"Chosen image: {item.id}" in tab.text


def test_words_that_would_hide_an_upload_are_taken_back(studio: Studio, tab: MesopClient) -> None:
    (coat,) = studio.add(title="Plum coat")
    open_chooser(tab, "image")
    search(tab, "coat")
    item, known = upload(studio)
    tab.fire("freshet-upload", "uploadedEvent", {"known": [known], "scrolled": False})
    assert ids_shown(tab) == [item.id, coat.id]
    assert tab.element("freshet-search", inside=True)["value"] == ""


@pytest.mark.parametrize(
    ("media_type", "limits"),
    [("image", "Pictures up to 50 MB."), ("video", "Videos up to 500 MB."), ("audio", "Sounds up to 500 MB.")],
)
def test_R0_16_beside_its_upload_stands_how_large_a_file_may_be(tab: MesopClient, media_type: str, limits: str) -> None:
    open_chooser(tab, media_type)
    assert f"Upload: {limits}" in tab.text


@pytest.mark.parametrize("known", [None, "nonsense", ["nonsense", 7, None, {}], ["x" * 5000] * 100])
def test_forged_notes_are_worth_nothing(studio: Studio, tab: MesopClient, known: object) -> None:
    (item,) = studio.add()
    open_chooser(tab, "image")
    tab.fire("freshet-upload", "uploadedEvent", {"known": known})
    assert ids_shown(tab) == [item.id]
    assert tab.element("freshet-status")["mode"] != "catching"


def test_R0_02_choosers_on_one_page_share_neither_filters_nor_flags(studio: Studio, tab: MesopClient) -> None:
    (image,) = studio.add(title="Plum coat")
    (video,) = studio.add(media_type="video", title="Aurora")
    open_chooser(tab, "image")
    search(tab, "zebra")
    owner(tab, "mine")
    close_chooser(tab)
    open_chooser(tab, "video")
    assert ids_shown(tab) == [video.id]
    assert tab.element("freshet-segments", label="Owner")["value"] == "all"
    close_chooser(tab)
    open_chooser(tab, "image")
    assert ids_shown(tab) == [image.id]
    assert chooser_state(tab)["needs_refresh"] == {"image": False, "video": False}


def test_F02_the_flag_is_cleared_before_anything_is_looked_for(
    studio: Studio, tab: MesopClient, caplog: pytest.LogCaptureFixture
) -> None:
    studio.add(3)
    caplog.set_level(logging.INFO, "freshet")
    open_chooser(tab, "image")
    for words in ("a", "ab", ""):
        search(tab, words)
    assert chooser_state(tab)["needs_refresh"] == {"image": False}
    assert refreshes(caplog, "chooser.refresh") == ["open", "filter", "filter", "filter"]


def test_R0_09_while_the_words_are_looked_for_it_does_not_say_that_there_is_nothing(
    studio: Studio, tab: MesopClient
) -> None:
    studio.add(2, title="Plum coat")
    open_chooser(tab, "image")
    search(tab, "coat")
    texts = [text for frame in tab.frames for text in frame]
    assert "Nothing matches" not in texts


def test_R0_14_a_search_that_fails_says_so_and_retries(studio: Studio, tab: MesopClient) -> None:
    (coat,) = studio.add(title="Plum coat")
    open_chooser(tab, "image")
    studio.store.fault = DOWN
    search(tab, "coat")
    assert "Nothing matches" not in tab.text
    assert "The library could not be read" in tab.text
    studio.store.fault = None
    tab.fire("freshet-status", "refreshEvent", {"scrolled": False})
    assert ids_shown(tab) == [coat.id]


def test_what_a_browser_sends_stays_under_4_kb_however_much_is_loaded(studio: Studio, tab: MesopClient) -> None:
    studio.add(150, title="A lighthouse at dusk, waves breaking over the rocks below")
    open_chooser(tab, "image")
    while not tab.element("freshet-sentinel")["done"]:
        more(tab)
    assert len(ids_shown(tab)) == 150
    search(tab, "lighthouse dusk waves")
    owner(tab, "mine")
    tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert tab.request_bytes <= 4096
    assert len(json.dumps(chooser_state(tab))) < 200
