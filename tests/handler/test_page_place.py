"""The place that an address names in a list: led to however slowly the store answers, and whenever it can be read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.errors import StoreUnavailable
from services.models import MediaItem, MediaQuery, Principal
from tests.handler.test_page_find import newest
from tests.handler.test_page_live import push, wait_for
from tests.support.mesop_client import MesopClient
from tests.support.slow_reads import Slow, slow
from tests.support.studio import Studio, ids_shown

__all__ = ["slow"]
DOWN = StoreUnavailable("The store did not answer.")


def sought(tab: MesopClient) -> list[str]:
    """What the browser is told to scroll to: nothing, or an item."""
    seek: str = tab.element("freshet-anchor")["seek"]
    return seek.split()[1:]


def extents(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many items are asked for, and will be, of lists."""
    asked: list[int] = []
    submit = studio.services.freshness.submit

    def watched(query: MediaQuery, *args: Any, **options: Any) -> Any:
        if query.ids is None:
            asked.append(options["loaded"])
        return submit(query, *args, **options)

    monkeypatch.setattr(studio.services.freshness, "submit", watched)
    return asked


def answered(tab: MesopClient) -> bool:
    """Takes up whatever has come."""
    push(tab, "ready")
    return not tab.element("freshet-live")["waiting"]


@pytest.mark.parametrize("held", [True, False])
def test_R0_07_a_shared_link_leads_to_its_place_however_slowly_the_store_answers(
    studio: Studio, slow: Callable[[], threading.Event], monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    items = studio.add(200)
    place = items[20].id  # the 180th from the top
    if held:
        studio.open("/library")
    asked = extents(studio, monkeypatch)
    gate = slow()
    tab = studio.open("/library", {"at": place})
    assert sought(tab) == []
    assert asked == [24], "the next step is taken once this one has been answered"
    gate.set()
    assert wait_for(lambda: answered(tab))
    assert place in ids_shown(tab)
    assert sought(tab) == [place]
    assert [one for one in asked if one > 24] == [96, 240]
    assert tab.element("freshet-window")["total"] == 200


def test_R0_07_a_place_whose_list_could_not_be_read_is_led_to_by_retry(studio: Studio) -> None:
    items = studio.add(60)
    place = items[20].id
    studio.store.fault = DOWN
    tab = studio.open("/library", {"at": place})
    assert (ids_shown(tab), sought(tab)) == ([], [])
    studio.store.fault = None
    tab.press("Retry")
    assert place in ids_shown(tab)
    assert sought(tab) == [place]


def test_R0_07_a_place_that_could_not_be_looked_up_says_so_and_is_led_to_by_retry(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = studio.add(60)
    place, media = items[20].id, studio.services.freshness._reader._media

    def away(principal: Principal, query: MediaQuery, **options: Any) -> Any:
        if query.ids is not None:
            raise DOWN
        return media.get_media_for_page(principal, query, **options)

    with monkeypatch.context() as patch:
        patch.setattr(studio.services.freshness._reader, "_media", Slow(media, get_media_for_page=away))
        tab = studio.open("/library", {"at": place})
        assert ids_shown(tab) == newest(items)[:24]
        assert any("The store did not answer." in text for text in tab.text)
    tab.press("Retry")
    assert place in ids_shown(tab)
    assert sought(tab) == [place]


def test_R0_07_whoever_has_scrolled_elsewhere_meanwhile_stays_there(
    studio: Studio, slow: Callable[[], threading.Event]
) -> None:
    items: list[MediaItem] = studio.add(60)
    studio.open("/library")
    gate = slow()
    tab = studio.open("/library", {"at": items[20].id})
    tab.query["at"] = [items[50].id]
    gate.set()
    assert wait_for(lambda: answered(tab))
    assert sought(tab) == []
    assert len(tab.tiles()) == 24


def test_R0_07_a_place_that_is_gone_from_a_list_that_is_held_whole_costs_no_read(studio: Studio) -> None:
    studio.add(3)
    tab = studio.open("/library", {"at": "01ARZ3NDEKTSV4RRFFQ69G5FAV"})
    assert len(tab.tiles()) == 3
    assert studio.store.calls["media.get_media_for_page"] == 1
    assert tab.element("freshet-live")["waiting"] is False
