"""The library with a thousand items loaded: at most 150 tiles on the page, and every event as small as with fifty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.clock import FakeClock
from services.models import MediaItem
from services.store.protocol import PAGE_SIZE, Store
from state.loading import next_extent
from state.view import MOST_LOADED
from state.window import LONGEST, MOST_MOUNTED
from tests.handler.test_page_bytes import PROMPT, TITLE, look_at, refresh, unrelated
from tests.handler.test_page_try_on import open_chooser
from tests.support.mesop_client import MesopClient
from tests.support.screen import newest
from tests.support.studio import Studio, ids_shown

FRAME = 2_048
"""Bytes that a frame may have besides its tiles."""


@pytest.fixture
def local(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Studio]:
    """For what does not differ between stores."""
    studio = Studio(sqlite_store, clock, tmp_path / "data")
    yield studio
    studio.close()


def total(tab: MesopClient) -> int:
    """Items of the list that are loaded."""
    loaded: int = tab.element("freshet-window")["total"]
    return loaded


def load_more(tab: MesopClient) -> None:
    """As somebody who is at the end of what is loaded."""
    cursor = tab.element("freshet-sentinel")["cursor"]
    tab.fire("freshet-sentinel", "moreEvent", {"cursor": cursor, "place": total(tab) - 1, "seen": 30})


def move(tab: MesopClient, place: int) -> None:
    tab.fire("freshet-window", "moveEvent", {"place": place, "seen": 30})


def edit(tab: MesopClient, **wanted: object) -> None:
    tab.fire("freshet-edits", "editEvent", {"scrolled": True} | wanted)


def follows(tab: MesopClient, items: list[MediaItem]) -> None:
    """What is mounted is one stretch of the list, where the element that keeps the room says."""
    told = tab.element("freshet-window")
    shown = ids_shown(tab)
    assert len(shown) == told["mounted"] <= MOST_MOUNTED
    assert shown == newest(items)[told["start"] :][: len(shown)]


def test_F11_a_thousand_items_are_scrolled_through_with_150_tiles_and_few_bytes(local: Studio) -> None:
    items = local.add(MOST_LOADED, title=TITLE, prompt=PROMPT)
    tab = local.open("/library")
    while not tab.element("freshet-sentinel")["done"]:
        before, loaded = set(ids_shown(tab)), total(tab)
        load_more(tab)
        follows(tab, items)
        assert total(tab) == next_extent(loaded)
        assert ids_shown(tab)[-1] == newest(items)[total(tab) - 1]
        coming = set(ids_shown(tab)) - before
        assert len(coming) <= 2 * PAGE_SIZE + LONGEST
        assert tab.response_bytes <= 600 * len(coming) + FRAME
        assert (tab.request_bytes <= 4_096, tab.whole_trees) == (True, 0)
    reads = local.store.reads
    for place in (999, 960, 600, 0):
        before = set(ids_shown(tab))
        move(tab, place)
        follows(tab, items)
        assert newest(items)[place] in ids_shown(tab)
        assert tab.response_bytes <= 600 * len(set(ids_shown(tab)) - before) + FRAME
    assert local.store.reads == reads
    unrelated(tab)
    assert (tab.response_bytes <= 300, tab.request_bytes <= 4_096) == (True, True)
    look_at(tab, items[-1])
    assert tab.response_bytes <= FRAME
    refresh(tab)
    assert tab.response_bytes <= FRAME
    assert total(tab) == MOST_LOADED


def few_at_most(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """No view may show more than `number` items."""
    for module in ("view", "loading"):
        monkeypatch.setattr(f"state.{module}.MOST_LOADED", number)


def test_a_list_that_goes_on_where_no_more_of_it_is_shown_says_so(
    local: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_at_most(monkeypatch, 2 * PAGE_SIZE)
    local.add(2 * PAGE_SIZE - 1)
    ends = f"The list ends here, at {2 * PAGE_SIZE}."
    tab = local.open("/library")
    assert not any(text.startswith(ends) for text in tab.text), "it goes on by itself"
    load_more(tab)
    assert tab.element("freshet-sentinel")["done"]
    assert not any(text.startswith(ends) for text in tab.text), "this is all of it"
    local.add(2)
    refresh(tab)
    assert f"{ends} Narrow it by a filter or a search, or sort the other way." in tab.text
    tab = open_chooser(local.open("/try-on"), "person")
    load_more(tab)
    assert f"{ends} Narrow it by a search." in tab.text
    for path in ("/create/image", "/try-on"):
        local.add(2 * PAGE_SIZE + 1, origin=path.strip("/").replace("/", "-"))
        tab = local.open(path)
        tab.fire("freshet-sentinel", "moreEvent", {"cursor": tab.element("freshet-sentinel")["cursor"]})
        assert f"{ends} The library has the others." in tab.text


def test_B09_what_comes_and_goes_above_moves_nothing_that_is_mounted(studio: Studio) -> None:
    items = studio.add(260)
    tab = studio.open("/library")
    while total(tab) < 260:
        load_more(tab)
    shown, (new,) = ids_shown(tab), studio.add()
    tab.fire("freshet-status", "refreshEvent", {"scrolled": True})
    assert ids_shown(tab) == shown
    refresh(tab)
    follows(tab, [*items, new])
    assert ids_shown(tab) == shown
    gone = items[-3]
    studio.change(gone, deleted_at=studio.clock.now())
    tab.fire("freshet-status", "refreshEvent", {"scrolled": True})
    follows(tab, [item for item in [*items, new] if item.id != gone.id])
    far = items[-5]
    studio.change(far, title="Renamed where nobody looks")
    tab.fire("freshet-status", "refreshEvent", {"scrolled": True})
    assert tab.response_bytes <= FRAME
    move(tab, 0)
    assert "Renamed where nobody looks" in [tile["label"] for tile in tab.tiles()]
    move(tab, 200)
    (newer,) = studio.add()
    tab.fire("freshet-status", "refreshEvent", {"scrolled": True})
    tab.fire("freshet-drop", "showEvent")
    assert ids_shown(tab)[0] == newer.id


def test_one_more_item_on_top_sends_its_own_block_and_not_the_whole_grid(local: Studio) -> None:
    local.add(140, title=TITLE, prompt=PROMPT)
    tab = local.open("/library")
    while total(tab) < 140:
        load_more(tab)
    refresh(tab)
    (new,) = local.add(title=TITLE, prompt=PROMPT)
    refresh(tab)
    assert ids_shown(tab)[0] == new.id
    assert tab.response_bytes <= 600 * 3 * LONGEST + FRAME


def test_B12_a_deletion_is_undone_where_it_is_not_mounted_and_its_neighbour_has_the_focus(studio: Studio) -> None:
    items = studio.add(300)
    order = newest(items)
    tab = studio.open("/library")
    while total(tab) < 300:
        load_more(tab)
    edit(tab, id=order[250], edit="delete", value=None)
    assert tab.element("freshet-edits")["focusOn"].split()[1] == order[251]
    assert order[251] in ids_shown(tab)
    move(tab, 0)
    assert order[251] not in ids_shown(tab)
    edit(tab, edit="undo")
    assert tab.element("freshet-edits")["focusOn"].split()[1] == order[250]
    assert order[250] in ids_shown(tab)
    follows(tab, items)
    move(tab, 0)
    edit(tab, ids=order[240:250], edit="delete", value=None, group="~a1")
    assert order[250] in ids_shown(tab)
    move(tab, 0)
    edit(tab, ids=order[240:250], edit="undo")
    assert order[240] in ids_shown(tab)
    move(tab, 0)
    edit(tab, id=order[3], edit="favourite", value=True)
    assert tab.element("freshet-window")["start"] == 0


def test_R0_07_a_link_to_a_place_far_down_mounts_the_tiles_around_it_at_once(studio: Studio) -> None:
    items = studio.add(400)
    place = newest(items)[333]
    tab = studio.open("/library", {"at": place})
    follows(tab, items)
    assert place in ids_shown(tab)
    assert tab.element("freshet-anchor")["seek"].split()[1] == place
    tab.navigate("/account")
    reads = studio.store.calls["media.get_media_for_page"]
    tab.navigate("/library", {"at": place})
    assert place in ids_shown(tab)
    assert studio.store.calls["media.get_media_for_page"] == reads
    tab.navigate("/library")
    assert tab.element("freshet-window")["start"] == 0
    assert len(tab.tiles()) == PAGE_SIZE


def test_the_order_of_all_that_is_loaded_is_told_when_asked_for_and_only_for_that_list(studio: Studio) -> None:
    items = studio.add(200)
    tab = studio.open("/library")
    while total(tab) < 200:
        load_more(tab)
    assert tab.element("freshet-selection")["order"] == []
    tab.fire("freshet-selection", "orderEvent")
    assert tab.element("freshet-selection")["order"] == newest(items)
    unrelated(tab)
    assert tab.response_bytes <= 300
    studio.add()
    tab.fire("freshet-status", "refreshEvent", {"scrolled": True})
    assert tab.element("freshet-selection")["order"] == []
    tab.fire("freshet-selection", "orderEvent")
    assert tab.element("freshet-selection")["order"] == newest(items)  # what waits above is not on the screen


@pytest.mark.parametrize(
    "told", [{}, {"place": -7}, {"place": 10**12}, {"place": "x"}, {"seen": 10**9}, {"place": None}]
)
def test_nothing_that_a_browser_says_of_its_reader_breaks_the_page(studio: Studio, told: dict[str, object]) -> None:
    items = studio.add(30)
    tab = studio.open("/library")
    load_more(tab)
    tab.fire("freshet-window", "moveEvent", told)
    assert ids_shown(tab) == newest(items)
