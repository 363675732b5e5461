"""What an event sends: few bytes whatever the library holds, one frame, and nothing that the browser knows already.

Budgets are those of the benchmarks (2,048 bytes for an event that leaves the grid as it is, 1,024 for each tile of a
grid that changes), less what later features may need. Bytes are those of response bodies, as the browser gets them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mesop import dataclass_utils

from services.clock import FakeClock
from services.models import MediaItem
from services.store.protocol import Store
from state import quicker
from tests.support.mesop_client import MesopClient
from tests.support.studio import Studio, ids_shown

TITLE = "A lighthouse at dusk, waves breaking over the rocks below"
PROMPT = f"{TITLE}, long exposure, the last light of the day on wet stone, gulls, a far ship, calm colours"
SIZES = (48, 150)


@pytest.fixture
def studio(sqlite_store: Store, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    monkeypatch.setattr("state.loading.PATIENCE", 30.0)
    studio = Studio(sqlite_store, clock, tmp_path / "data")
    yield studio
    studio.close()


@pytest.fixture(params=SIZES)
def items(request: pytest.FixtureRequest, studio: Studio) -> list[MediaItem]:
    """A library of realistic titles and prompts, the newest last."""
    return studio.add(request.param, title=TITLE, prompt=PROMPT)


@pytest.fixture
def tab(studio: Studio, items: list[MediaItem]) -> MesopClient:
    """The library page with all its items loaded."""
    tab = studio.open("/library")
    while len(tab.tiles()) < len(items):
        load_more(tab)
    refresh(tab)  # what scrolling to the end held back is let in, and said, here
    return tab


def load_more(tab: MesopClient) -> None:
    tab.fire("freshet-sentinel", "moreEvent", {"cursor": tab.element("freshet-sentinel")["cursor"]})


def refresh(tab: MesopClient) -> None:
    tab.fire("freshet-status", "refreshEvent", {"scrolled": False})


def look_at(tab: MesopClient, item: MediaItem) -> None:
    tab.fire("freshet-tile", "activateEvent", {"id": item.id}, mediaId=item.id)


def look_at_first(tab: MesopClient) -> None:
    first = tab.tiles()[0]["mediaId"]
    tab.fire("freshet-tile", "activateEvent", {"id": first}, mediaId=first)


def close(tab: MesopClient) -> None:
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)


def unrelated(tab: MesopClient) -> None:
    """An event whose handler changes nothing."""
    tab.fire("freshet-nav", "navigateEvent", {"url": "/no-such-page"})


def test_F03_an_event_that_changes_nothing_costs_nearly_nothing(tab: MesopClient) -> None:
    unrelated(tab)
    assert tab.response_bytes <= 300
    assert tab.request_bytes <= 3_500


def test_F03_a_preview_costs_what_it_shows_and_nothing_for_the_tiles_behind_it(
    tab: MesopClient, items: list[MediaItem]
) -> None:
    look_at(tab, items[-1])
    assert tab.element("freshet-look")["prompt"] == PROMPT
    assert (len(tab.frames), tab.whole_trees) == (1, 0)
    assert tab.response_bytes <= 2_048
    look_at(tab, items[-2])  # on to the next
    assert tab.element("freshet-dialog", isOpen=True)["address"] == f"item={items[-2].id}"
    assert (len(tab.frames), tab.whole_trees) == (1, 0)
    assert tab.response_bytes <= 2_048
    close(tab)
    assert (len(tab.frames), tab.whole_trees) == (1, 0)
    assert tab.response_bytes <= 1_200


def test_F11_a_refresh_with_nothing_new_is_one_small_frame(
    studio: Studio, tab: MesopClient, items: list[MediaItem]
) -> None:
    shown = ids_shown(tab)
    studio.clock.advance(60)
    as_of = tab.element("freshet-status")["asOfMs"]
    refresh(tab)
    assert len(tab.frames) == 1
    assert tab.response_bytes <= 1_200
    assert tab.request_bytes <= 3_500
    assert tab.element("freshet-status")["asOfMs"] == as_of + 60_000
    assert ids_shown(tab) == shown


@pytest.mark.parametrize("reason", ["live", "focus", "visibility", "online", "ttl"])
def test_F11_being_woken_for_nothing_costs_one_small_frame(studio: Studio, tab: MesopClient, reason: str) -> None:
    studio.clock.advance(60)
    tab.fire("freshet-live", "refreshEvent", {"reason": reason, "views": None, "scrolled": False})
    assert len(tab.frames) == 1
    assert tab.response_bytes <= 1_200


def test_F11_one_changed_item_sends_one_tile(studio: Studio, tab: MesopClient, items: list[MediaItem]) -> None:
    studio.change(items[0], title="Another title")
    refresh(tab)
    assert tab.tiles()[-1]["label"] == "Another title"
    assert tab.response_bytes <= 2_500  # with the session's proof of what it has seen, for its cookie


def test_F11_a_grid_that_changes_costs_half_a_kilobyte_a_tile(
    studio: Studio, tab: MesopClient, items: list[MediaItem]
) -> None:
    """One new item on top moves every other tile by one place."""
    (new,) = studio.add(title=TITLE, prompt=PROMPT)
    refresh(tab)
    assert ids_shown(tab)[0] == new.id
    assert tab.response_bytes / len(tab.tiles()) <= 600


def test_F11_a_page_that_is_appended_costs_half_a_kilobyte_a_tile(studio: Studio) -> None:
    studio.add(48, title=TITLE, prompt=PROMPT)
    tab = studio.open("/library")
    load_more(tab)
    assert len(tab.tiles()) == 48
    assert len(tab.frames) == 1
    assert tab.response_bytes / 24 <= 600


@pytest.mark.parametrize("act", [unrelated, refresh, look_at_first], ids=["unrelated", "refresh", "preview"])
def test_F03_no_frame_names_more_than_one_module(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, act: Callable[[MesopClient], None]
) -> None:
    """Mesop names the modules of a page again in each frame; fifteen of them were most of an event."""
    studio.add(3)
    tab = studio.open("/library")
    named: list[list[str]] = []
    take = tab._render

    def watch(render: Any) -> None:
        named.append(list(render.js_modules))
        take(render)

    monkeypatch.setattr(tab, "_render", watch)
    act(tab)
    assert named == [["/__web-components-module__/components/web/all.js"]]


def test_F03_tiles_carry_no_handlers_and_their_list_carries_each_once(studio: Studio) -> None:
    studio.add(3)
    tab = studio.open("/library")
    nodes = [node for node in tab._walk() if node.type.name.fn_name == "<web>freshet-tile"]
    assert [tab._web(node)["events"] for node in nodes] == [{}, {}, {}]
    [ear] = [node for node in tab._walk() if node.type.name.fn_name == "<web>freshet-tiles"]
    assert set(tab._web(ear)["events"]) == {"activateEvent", "retryEvent"}


class TestQuicker:
    def test_only_what_changed_is_compared(self, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        (item,) = studio.add()
        tab = studio.open("/library")
        compared: list[str] = []
        compare = quicker._plain

        def watch(before: Any, after: Any, path: list[str]) -> list[dict[str, Any]] | None:
            compared.extend([] if path else [type(after).__name__])
            return compare(before, after, path)

        monkeypatch.setattr(quicker, "_plain", watch)
        unrelated(tab)
        assert compared == []
        look_at(tab, item)
        assert compared == ["PreviewState"]
        look_at(tab, item)
        assert compared == ["PreviewState"]

    def test_annotations_are_evaluated_once(self, studio: Studio) -> None:
        studio.add()
        tab = studio.open("/library")
        unrelated(tab)
        hints: Any = dataclass_utils.dataclass_utils
        before = hints.get_type_hints.cache_info()
        unrelated(tab)
        after = hints.get_type_hints.cache_info()
        assert (after.misses, after.hits > before.hits) == (before.misses, True)
