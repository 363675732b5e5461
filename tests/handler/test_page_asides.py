"""What is read beside the views, in the background: a slow store keeps no tab from anything else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.errors import StoreUnavailable
from services.models import MediaItem
from tests.handler.test_page_edits import edit, ended, listen, told
from tests.handler.test_page_live import push, wait_for
from tests.handler.test_page_look import dialog, looked_at_apart
from tests.handler.test_page_media_item import step
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


# ── a step to the next item ──


def open_between(studio: Studio) -> tuple[MesopClient, list[MediaItem]]:
    """The page of the second of three items, in their order, of which no list is held."""
    items = studio.add(3)[::-1]
    return studio.open("/media-item", {"id": items[1].id}), items


def test_R2_05_a_step_waits_for_no_store_and_leads_on_once_it_answers(
    studio: Studio, listen: Any, hang: Hang, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "freshet")
    tab, items = open_between(studio)
    gate = hang("media.get_media_for_page")
    for _ in range(2):  # pressed again, it is the same question
        step(tab, "next")
        assert (shown(tab), is_waiting(tab)) == (items[1].title, True)
    edit(tab, "favourite", items[1], True)
    assert tab.element("freshet-item-head")["favourite"] is True
    stream = listen(tab)
    stream.subscriber.take()
    let_go(studio, gate)
    push(tab, "ready")
    assert shown(tab) == items[2].title
    assert tab.query == {"id": [items[2].id]}
    assert not is_waiting(tab)
    assert len([one for one in caplog.records if one.getMessage() == "media.step.read"]) == 1


def test_the_last_way_that_was_pressed_is_the_one_that_counts(studio: Studio, hang: Hang) -> None:
    tab, items = open_between(studio)
    gate = hang("media.get_media_for_page")
    step(tab, "next")
    step(tab, "previous")
    let_go(studio, gate)
    push(tab, "ready")
    assert shown(tab) == items[0].title
    push(tab, "ready")
    assert shown(tab) == items[0].title


def test_whoever_goes_elsewhere_meanwhile_stays_there(studio: Studio, hang: Hang) -> None:
    tab, items = open_between(studio)
    gate = hang("media.get_media_for_page")
    step(tab, "next")
    gate.set()
    tab.navigate("/media-item", {"id": items[0].id})
    push(tab, "ready")
    assert shown(tab) == items[0].title


@pytest.mark.parametrize("held", [True, False])
def test_R0_14_a_step_that_fails_late_says_so_or_goes_by_the_list_that_was_held(
    studio: Studio, hang: Hang, held: bool
) -> None:
    tab, items = open_between(studio)
    if held:
        studio.open("/library")
    gate = hang("media.get_media_for_page")
    step(tab, "next")
    assert shown(tab) == items[1].title
    studio.store.fault = DOWN
    let_go(studio, gate)
    push(tab, "ready")
    assert shown(tab) == items[2 if held else 1].title
    assert ("as it was held here last" in told(tab)) if held else told(tab) == str(DOWN)


def test_another_process_looks_for_the_neighbour_anew(studio: Studio, hang: Hang) -> None:
    tab, items = open_between(studio)
    gate = hang("media.get_media_for_page")
    step(tab, "next")
    studio.restart()
    gate.set()
    push(tab, "ready")
    assert wait_for(lambda: not studio.services.asides._running)
    push(tab, "ready")
    assert shown(tab) == items[2].title


@pytest.mark.parametrize("held", [True, False])
def test_a_deletion_waits_for_no_store_and_leads_on_by_what_is_held(studio: Studio, hang: Hang, held: bool) -> None:
    tab, items = open_between(studio)
    if held:
        studio.open("/library")
    leads_to = items[2 if held else 1].id
    gate = hang("media.get_media_for_page")
    tab.fire("freshet-item-head", "deleteEvent", {"id": items[1].id})
    assert not gate.is_set()
    assert tab.element("freshet-item-head")["mediaId"] == leads_to
    assert tab.element("freshet-item-head")["deleted"] is not held
    let_go(studio, gate)
    push(tab, "ready")
    assert tab.element("freshet-item-head")["mediaId"] == leads_to
