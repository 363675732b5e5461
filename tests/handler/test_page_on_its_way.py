"""The chooser's head tells what is being made of the asked type, at no cost where nothing is."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from services.models import MediaItem, MediaQuery
from tests.handler.test_page_chooser import add_of, owner, search
from tests.handler.test_page_edits import listen
from tests.handler.test_page_library import DOWN, refreshes
from tests.handler.test_page_live import Stream, push, wait_for
from tests.handler.test_page_try_on import close_chooser, open_chooser
from tests.support import choosers
from tests.support.mesop_client import MesopClient
from tests.support.studio import Studio, ids_shown

__all__ = ["listen"]
WAITING = 1
"""The place of what is being made among the page's views."""


@pytest.fixture
def tab(studio: Studio) -> MesopClient:
    return studio.open(choosers.PATH)


def making(studio: Studio, count: int = 1, **fields: Any) -> list[MediaItem]:
    return studio.add(count, status="generating", files={}, run_id=studio.services.ids.new(), **fields)


def note(tab: MesopClient) -> str:
    told: str = tab.element("freshet-dialog", isOpen=True)["words"][1]
    return told


def hear(stream: Any, tab: MesopClient, words: str) -> None:
    """Have the page, which is scrolled, take up what its stream tells of, until its head says these words."""
    while note(tab) != words:
        push(tab, views=stream.changed(), scrolled=True)


def test_what_is_being_made_of_the_asked_type_is_told_in_the_head_and_is_no_tile(
    studio: Studio, tab: MesopClient
) -> None:
    (made,) = studio.add()
    making(studio)
    making(studio, 2, media_type="video")
    studio.open("/library")  # so that this process knows of them
    open_chooser(tab, "image")
    assert (note(tab), ids_shown(tab)) == ("1 on its way", [made.id])
    close_chooser(tab)
    open_chooser(tab, "video")
    assert (note(tab), ids_shown(tab)) == ("2 on their way", [])
    close_chooser(tab)
    open_chooser(tab, "audio")
    assert note(tab) == ""


@pytest.mark.parametrize("followed", [True, False])
def test_it_counts_what_the_filters_will_let_in_and_asks_nothing_for_that_where_a_feed_follows_it(
    studio: Studio, tab: MesopClient, caplog: pytest.LogCaptureFixture, listen: Any, followed: bool
) -> None:
    """Else it is counted: what is held may be long over."""
    making(studio, title="Plum coat")
    making(studio, title="Aurora")
    add_of(studio, "eve", status="generating", files={}, run_id=studio.services.ids.new(), title="Plum hat")
    library = studio.open("/library")
    if followed:
        listen(library)
    caplog.set_level(logging.INFO, "freshet")
    before = studio.store.calls["media.count"]
    open_chooser(tab, "image")
    assert note(tab) == "3 on their way"
    search(tab, "plum")
    assert note(tab) == "2 on their way"
    owner(tab, "mine")
    assert note(tab) == "1 on its way"
    assert refreshes(caplog, "chooser.waiting.refresh") == []
    assert studio.store.calls["media.count"] - before == (0 if followed else 3)


def test_F08_where_a_feed_follows_a_part_of_it_the_rest_is_counted_and_read_with_the_first_change(
    studio: Studio, tab: MesopClient, listen: Any
) -> None:
    below = making(studio, 2)
    studio.add(30)
    (item, other) = making(studio, 2)
    listen(studio.open("/library"))
    open_chooser(tab, "image")
    assert note(tab) == "4 on their way"
    assert studio.store.calls["media.get_media_for_page"] == 2
    stream = listen(tab)
    making(studio)
    hear(stream, tab, "5 on their way")
    before = studio.store.reads
    for done in (item, other, *below):
        studio.change(done, status="failed", error="Refused")
    hear(stream, tab, "1 on its way")
    assert studio.store.reads == before


def test_F07_what_was_being_made_when_it_was_read_long_ago_is_not_said_to_be_made_still(
    studio: Studio, tab: MesopClient
) -> None:
    items = making(studio, 2)
    studio.open("/library")
    for item in items:
        studio.change(item, status="failed", error="Refused")
    open_chooser(tab, "image")
    assert note(tab) == ""


def test_F11_while_nothing_is_made_an_opening_asks_for_the_list_alone(
    studio: Studio, tab: MesopClient, caplog: pytest.LogCaptureFixture
) -> None:
    studio.add(3)
    making(studio, media_type="video")
    studio.open("/library")
    caplog.set_level(logging.INFO, "freshet")
    for _ in range(2):
        open_chooser(tab, "image")
        tab.fire("freshet-status", "refreshEvent", {"scrolled": False})
        assert note(tab) == ""
        close_chooser(tab)
    assert refreshes(caplog, "chooser.refresh") == ["open", "manual"] * 2
    assert refreshes(caplog, "chooser.waiting.refresh") == []


def test_F03_drawing_it_asks_nothing(studio: Studio, tab: MesopClient) -> None:
    making(studio)
    studio.open("/library")
    open_chooser(tab, "image")
    before = studio.store.reads
    for _ in range(5):
        tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert (note(tab), studio.store.reads) == ("1 on its way", before)


def test_F08_what_begins_and_ends_elsewhere_shows_by_itself_and_once_known_costs_nothing(
    studio: Studio, tab: MesopClient, listen: Any
) -> None:
    (made,) = studio.add()
    open_chooser(tab, "image")
    stream = listen(tab)
    push(tab, views=[WAITING])
    assert note(tab) == ""
    before = studio.store.reads
    (item, other) = making(studio, 2)
    hear(stream, tab, "2 on their way")
    studio.change(other, status="failed", error="Refused")
    hear(stream, tab, "1 on its way")
    done = studio.change(item, status="ready", files=made.files)
    hear(stream, tab, "")
    push(tab)
    assert ids_shown(tab) == [done.id, made.id]
    assert studio.store.reads == before


def test_F08_a_stream_has_the_page_ask_for_what_nobody_has_asked_for_yet(studio: Studio, tab: MesopClient) -> None:
    making(studio)
    open_chooser(tab, "image")
    assert note(tab) == ""
    stream = Stream(studio, tab)
    try:
        assert stream.changed() == [WAITING]
        push(tab, views=[WAITING])
        assert note(tab) == "1 on its way"
    finally:
        stream.close()


def test_F08_opened_again_it_is_told_at_once(studio: Studio, tab: MesopClient, listen: Any) -> None:
    open_chooser(tab, "image")
    listen(tab)
    push(tab, views=[WAITING])
    close_chooser(tab)
    making(studio)
    query = MediaQuery(project_id=studio.services.project.id, media_type="image", status="generating")
    snapshots = studio.services.freshness.snapshots
    assert wait_for(lambda: bool((held := snapshots.find(query, studio.principal)) and held.items))
    frames: list[str] = []
    draw = tab._render

    def watch(render: Any) -> None:
        draw(render)
        frames.append(note(tab))

    tab._render = watch  # type: ignore[method-assign]
    open_chooser(tab, "image")
    assert frames[0] == "1 on its way"


def test_F07_what_could_not_be_read_is_not_told_as_if_it_were_known(studio: Studio, tab: MesopClient) -> None:
    making(studio)
    studio.open("/library")
    open_chooser(tab, "image")
    assert note(tab) == "1 on its way"
    studio.store.fault = DOWN
    tab.fire("freshet-status", "refreshEvent", {"scrolled": False})
    assert note(tab) == ""
    studio.store.fault = None
    tab.fire("freshet-status", "refreshEvent", {"scrolled": False})
    assert note(tab) == "1 on its way"


def test_more_than_a_page_are_told_as_so_many_at_least(studio: Studio, tab: MesopClient) -> None:
    making(studio, 23)
    studio.open("/library")
    open_chooser(tab, "image")
    assert note(tab) == "23 on their way"
    making(studio, 7)
    studio.restart()
    close_chooser(tab)
    open_chooser(tab, "image")
    assert note(tab) == ""
    push(tab, views=[WAITING])
    assert note(tab) == "24+ on their way"
    tab.fire("freshet-status", "refreshEvent", {"scrolled": False})
    assert note(tab) == "30 on their way"
