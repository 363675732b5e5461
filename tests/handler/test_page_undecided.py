"""What a page says where it shows nothing: that there is nothing, only once the store has said so (R0-09)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.handler.test_page_library import DOWN
from tests.handler.test_page_live import push, wait_for
from tests.handler.test_page_rows import Hold, hold, idle
from tests.handler.test_page_try_on import chooser_state, close_chooser, open_chooser
from tests.support.mesop_client import MesopClient
from tests.support.studio import Studio, ids_shown

__all__ = ["hold"]
EMPTY = {
    "/library": "Your library is empty",
    "/home": "Make your first picture",
    "/create/image": "Your images stand here",
}
PATHS = tuple(EMPTY)
NONE_TO_CHOOSE = "No images yet"


def settled(studio: Studio, tab: MesopClient) -> None:
    """The slow answer has come, and shows."""
    assert wait_for(lambda: idle(studio))
    push(tab, "ready")


def ever_said(tab: MesopClient, words: str) -> bool:
    """In any frame of the last event."""
    return any(words in text for frame in tab.frames for text in frame)


@pytest.mark.parametrize("path", PATHS)
def test_R0_09_a_visit_to_what_was_empty_says_so_no_more_until_a_slow_store_has_answered(
    studio: Studio, hold: Hold, path: str
) -> None:
    tab = studio.open(path)
    assert EMPTY[path] in tab.text
    tab.navigate("/account")
    (item,) = studio.add(run_id=studio.services.ids.new())
    gate = hold()
    tab.navigate(path)
    assert not ever_said(tab, EMPTY[path])
    assert not ever_said(tab, "0 in all")
    assert tab.element("freshet-status")["refreshing"] is True
    gate.set()
    settled(studio, tab)
    assert ids_shown(tab) == [item.id]


@pytest.mark.parametrize("path", PATHS)
def test_R0_09_what_is_still_empty_says_so_when_the_slow_answer_has_come(studio: Studio, hold: Hold, path: str) -> None:
    tab = studio.open(path)
    tab.navigate("/account")
    gate = hold()
    tab.navigate(path)
    assert EMPTY[path] not in tab.text
    gate.set()
    settled(studio, tab)
    assert EMPTY[path] in tab.text


def refresh(tab: MesopClient) -> None:
    tab.fire("freshet-status", "refreshEvent", {"scrolled": False})


def come_back(tab: MesopClient) -> None:
    push(tab, "focus")


@pytest.mark.parametrize("ask", [refresh, come_back])
@pytest.mark.parametrize("path", PATHS)
def test_R0_09_neither_does_a_refresh_or_a_return_to_the_tab(
    studio: Studio, hold: Hold, path: str, ask: Callable[[MesopClient], None]
) -> None:
    tab = studio.open(path)
    studio.clock.advance(3600)
    (item,) = studio.add(run_id=studio.services.ids.new())
    gate = hold()
    ask(tab)
    assert not ever_said(tab, EMPTY[path])
    gate.set()
    settled(studio, tab)
    assert ids_shown(tab) == [item.id]


def test_R0_09_a_chooser_that_was_empty_waits_for_the_store_longer_than_its_flag_stands(
    studio: Studio, hold: Hold
) -> None:
    tab = open_chooser(studio.open("/try-on"), "person")
    assert NONE_TO_CHOOSE in tab.text
    close_chooser(tab)
    (item,) = studio.add()
    gate = hold()
    open_chooser(tab, "person")
    assert chooser_state(tab)["needs_refresh"] == {"person": False}, (
        "cleared once, whether the store has answered or not"
    )
    assert not ever_said(tab, NONE_TO_CHOOSE)
    gate.set()
    settled(studio, tab)
    assert ids_shown(tab) == [item.id]


def test_R0_09_what_cannot_be_read_says_that_and_not_that_it_loads(studio: Studio) -> None:
    tab = studio.open("/library")
    studio.store.fault = DOWN
    tab.navigate("/account").navigate("/library")
    assert "The library could not be read" in tab.text
    assert EMPTY["/library"] not in tab.text
