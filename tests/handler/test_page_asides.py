"""What is read beside the views, in the background: a slow store keeps no tab from anything else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.errors import StoreUnavailable
from tests.handler.test_page_edits import edit, ended, listen, told
from tests.handler.test_page_live import push, wait_for
from tests.handler.test_page_look import dialog, looked_at_apart
from tests.handler.test_page_projects import make
from tests.support.mesop_client import MesopClient
from tests.support.studio import Studio

__all__ = ["listen"]
NOT_THERE = "This item does not exist, or it is not yours to see."
DOWN = StoreUnavailable("The store did not answer.")
Hang = Callable[[str], threading.Event]


@pytest.fixture
def hang(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hang]:
    """From the call on the store keeps whoever makes the named call waiting, until the event that it returns is set."""
    gates: list[threading.Event] = []
    note = studio.store.note

    def begin(call: str) -> threading.Event:
        gates.append(gate := threading.Event())

        def late(asked: str) -> None:
            if asked == call:
                gate.wait(5)
            note(asked)

        monkeypatch.setattr("state.aside.PATIENCE", 0.01)
        monkeypatch.setattr(studio.store, "note", late)
        return gate

    yield begin
    for gate in gates:
        gate.set()


def let_go(studio: Studio, gate: threading.Event) -> None:
    """The store answers; all that waits for it hears of it."""
    assert not gate.is_set()
    gate.set()
    asides = studio.services.asides
    assert wait_for(lambda: not asides._running and not asides._waiting)


def is_waiting(tab: MesopClient) -> bool:
    return bool(tab.element("freshet-live")["waiting"])


def shown(tab: MesopClient) -> str:
    return str(tab.element("freshet-item-head")["text"])


# ── a closer look ──


def test_R2_05_a_permalink_waits_for_no_store_and_its_item_comes_by_itself(
    studio: Studio, listen: Any, hang: Hang
) -> None:
    items = studio.add(30)
    gate = hang("media.get")
    tab = studio.open("/library", {"item": items[0].id})
    assert "Loading…" in tab.text
    assert NOT_THERE not in tab.text
    assert len(tab.tiles()) == 24
    edit(tab, "favourite", items[-1], True)
    assert ended(studio)
    assert tab.tiles()[0]["favourite"] is True
    assert not gate.is_set(), "the tab is answered meanwhile"
    stream = listen(tab)
    let_go(studio, gate)
    assert wait_for(lambda: bool(stream.subscriber.ready))
    push(tab, "ready", views=stream.subscriber.take().ready)
    assert dialog(tab)["label"] == items[0].title
    assert "Loading…" not in tab.text
    assert not is_waiting(tab)
    assert studio.store.calls["media.get"] == 1


@pytest.mark.parametrize("away", [True, False])
def test_R0_14_a_permalink_says_why_there_is_nothing_once_that_is_known(studio: Studio, hang: Hang, away: bool) -> None:
    studio.add(2)
    gate = hang("media.get")
    tab = studio.open("/library", {"item": studio.services.ids.new()})
    assert {NOT_THERE, str(DOWN)}.isdisjoint(tab.text)
    studio.store.fault = DOWN if away else None
    let_go(studio, gate)
    studio.store.fault = None
    push(tab, "ready")
    assert (str(DOWN) if away else NOT_THERE) in tab.text
    assert not is_waiting(tab)


def test_another_process_asks_for_the_item_of_a_permalink_anew(studio: Studio, hang: Hang) -> None:
    items = studio.add(30)
    gate = hang("media.get")
    tab = studio.open("/library", {"item": items[0].id})
    studio.restart()
    push(tab, "ready")
    assert "Loading…" in tab.text
    let_go(studio, gate)
    push(tab, "ready")
    assert dialog(tab)["label"] == items[0].title


def test_a_look_that_was_closed_is_not_opened_by_what_comes_for_it(studio: Studio, hang: Hang) -> None:
    items = studio.add(30)
    gate = hang("media.get")
    tab = studio.open("/library", {"item": items[0].id})
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)
    assert not is_waiting(tab)
    let_go(studio, gate)
    push(tab, "ready")
    assert not any(one["isOpen"] for one in tab.elements("freshet-dialog"))


@pytest.mark.parametrize("path", ["/library", "/home", "/create/image"])
@pytest.mark.parametrize("away", [True, False])
def test_R2_05_refresh_waits_for_no_store_and_keeps_what_is_looked_at(
    studio: Studio, hang: Hang, path: str, away: bool
) -> None:
    tab, item = looked_at_apart(studio, path)
    studio.change(item, title="Renamed")
    gate = hang("media.get")
    tab.fire("freshet-status", "refreshEvent")
    before = dialog(tab)["label"]
    assert is_waiting(tab)
    assert not gate.is_set()
    studio.store.fault = DOWN if away else None
    let_go(studio, gate)
    studio.store.fault = None
    push(tab, "ready")
    assert dialog(tab)["label"] == (before if away else "Renamed")
    assert not is_waiting(tab)


# ── an item's page ──


def test_R2_05_an_item_of_another_project_is_sought_without_stopping_its_tab(
    studio: Studio, listen: Any, hang: Hang
) -> None:
    spring = make(studio)
    (item,) = studio.add(title="Dunes", project_id=spring)
    gate = hang("media.get")
    tab = studio.open("/media-item", {"id": item.id})
    assert NOT_THERE not in tab.text
    assert is_waiting(tab)
    stream = listen(tab)
    push(tab, "ready")
    assert not gate.is_set(), "the tab is answered meanwhile"
    let_go(studio, gate)
    assert wait_for(lambda: bool(stream.subscriber.ready))
    push(tab, "ready", views=stream.subscriber.take().ready)
    assert shown(tab) == "Dunes"
    assert tab.query == {"id": [item.id], "project": [spring]}
    assert told(tab) == "This item is in “Spring” now."
    assert studio.store.calls["media.get"] == 1


def test_R0_14_a_search_that_fails_late_says_so_and_retry_seeks_again(studio: Studio, hang: Hang) -> None:
    spring = make(studio)
    (item,) = studio.add(title="Dunes", project_id=spring)
    gate = hang("media.get")
    tab = studio.open("/media-item", {"id": item.id})
    studio.store.fault = DOWN
    let_go(studio, gate)
    studio.store.fault = None
    push(tab, "ready")
    assert "This item could not be read" in tab.text
    assert NOT_THERE not in tab.text
    tab.press("Retry")
    assert wait_for(lambda: not studio.services.asides._running)
    push(tab, "ready")
    assert shown(tab) == "Dunes"


def test_another_process_seeks_an_item_anew(studio: Studio, hang: Hang) -> None:
    spring = make(studio)
    (item,) = studio.add(title="Dunes", project_id=spring)
    gate = hang("media.get")
    tab = studio.open("/media-item", {"id": item.id})
    studio.restart()
    push(tab, "ready")
    assert NOT_THERE not in tab.text
    let_go(studio, gate)
    push(tab, "ready")
    assert shown(tab) == "Dunes"


def test_what_is_nowhere_is_denied_once_that_is_known(studio: Studio, hang: Hang) -> None:
    gate = hang("media.get")
    tab = studio.open("/media-item", {"id": studio.services.ids.new()})
    assert NOT_THERE not in tab.text
    let_go(studio, gate)
    push(tab, "ready")
    assert NOT_THERE in tab.text
    assert not is_waiting(tab)
