"""What looking at the library costs where each read is billed: on Firestore, counted where its answers arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.clock import FakeClock
from tests.handler.test_page_edits import listen
from tests.handler.test_page_live import Stream, push
from tests.handler.test_page_try_on import open_chooser
from tests.support import choosers
from tests.support.mesop_client import MesopClient
from tests.support.stores import Backend, let_settle
from tests.support.studio import Studio

__all__ = ["listen"]

MOST = 25
PAGES = 10
MOST_OF_A_VISIT = 180
"""Reads of who opens the library, chooses another filter and looks at 150 items."""


@pytest.fixture
def backend(firestore_emulator: str, tmp_path: Path, clock: FakeClock) -> Iterator[Backend]:
    backend = Backend("firestore", tmp_path, clock)
    yield backend
    backend.close()


def test_A01_the_first_opening_of_a_chooser_is_25_reads_while_16_pictures_are_being_made(
    studio: Studio, backend: Backend
) -> None:
    studio.add(100)
    studio.add(16, status="generating", files={}, run_id=studio.services.ids.new())
    studio.store.ping()  # as a server does at its start
    studio.open("/library")  # from which this process knows that something is made
    tab = studio.open(choosers.PATH)
    before = backend.billed_reads()
    open_chooser(tab, "image")
    assert backend.billed_reads() - before <= MOST
    assert len(tab.tiles()) == 24
    assert tab.element("freshet-dialog", isOpen=True)["words"][1] == "16 on their way"


def load_more(tab: MesopClient) -> None:
    tab.fire("freshet-sentinel", "moreEvent", {"cursor": tab.element("freshet-sentinel")["cursor"]})


def test_A01_a_page_of_the_library_is_25_reads_at_any_depth_its_total_included_and_a_refresh_with_nothing_new_is_one(
    studio: Studio, backend: Backend
) -> None:
    for _ in range(3):
        studio.add(100)
    let_settle(backend)
    studio.store.ping()  # as a server does at its start

    def cost(action: Callable[[], object]) -> int:
        before = backend.billed_reads()
        action()
        return backend.billed_reads() - before

    tabs: list[MesopClient] = []
    costs = [cost(lambda: tabs.append(studio.open("/library")))]
    [tab] = tabs
    assert any("24 shown of 300" in text for text in tab.text)
    costs += [cost(lambda: load_more(tab)) for _ in range(PAGES - 1)]
    assert tab.element("freshet-window")["total"] == 24 * (PAGES - 1) + 6, "150 are a whole number of pages"
    assert max(costs) <= MOST, costs
    assert cost(lambda: tab.fire("freshet-status", "refreshEvent")) <= 1


def test_A02_a_refresh_with_nothing_new_is_one_read_also_the_first_one_after_what_was_pushed(
    studio: Studio, backend: Backend, listen: Callable[[MesopClient], Stream]
) -> None:
    """More than a minute after it: Firestore tells of the changes of the last minute once more."""
    items = studio.add(100)
    let_settle(backend)
    tab = studio.open("/library")
    stream = listen(tab)

    def cost_after(change: Callable[[], object], words: str) -> int:
        change()
        stream.changed()
        push(tab)
        let_settle(backend)
        before = backend.billed_reads()
        tab.fire("freshet-status", "refreshEvent")
        assert any(words in text for text in tab.text), tab.text
        return backend.billed_reads() - before

    assert cost_after(lambda: studio.add(2), "of 102") == 1
    assert cost_after(lambda: studio.change(items[-1], deleted_at=studio.clock.now()), "of 101") == 1
    assert cost_after(lambda: studio.change(items[-2], title="Dunes"), "of 101") == 1
    assert cost_after(lambda: [studio.change(items[0], favourite=True), studio.add()], "of 102") == 2, "was it listed?"
    assert cost_after(lambda: studio.add(media_type="video"), "of 103") == 1


def test_A03_the_library_one_other_filter_and_150_items_are_180_reads_in_all(studio: Studio, backend: Backend) -> None:
    for _ in range(3):
        studio.add(100)
    let_settle(backend)
    studio.store.ping()  # as a server does at its start
    before = backend.billed_reads()
    tab = studio.open("/library")
    tab.fire("freshet-segments", "selectEvent", {"value": "image"}, label="Type")
    while tab.element("freshet-window")["total"] < 150:
        load_more(tab)
    assert tab.element("freshet-window")["total"] == 150
    assert any("150 shown of 300" in text for text in tab.text)
    assert backend.billed_reads() - before <= MOST_OF_A_VISIT
