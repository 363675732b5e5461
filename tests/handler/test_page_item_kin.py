"""What an item was made from and what was made from it, where the store takes its time over these lists alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from services.models import MediaItem, MediaQuery
from tests.handler.test_page_live import push, wait_for
from tests.handler.test_page_media_item import media_ids, open_item
from tests.handler.test_page_rows import Processes, impatient, refresh, same_session, status
from tests.support.mesop_client import MesopClient
from tests.support.studio import Studio


class LateKin:
    """From `begin` on what was made from an item is read at once, and heard when `gate` is set."""

    def __init__(self, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        self._studio, self._monkeypatch = studio, monkeypatch
        self.has_read, self.gate = threading.Event(), threading.Event()

    def begin(self) -> None:
        impatient(self._monkeypatch)
        reader = self._studio.services.freshness._reader
        read = reader.read

        def late(query: MediaQuery, *args: Any, **options: Any) -> Any:
            answer = read(query, *args, **options)
            if query.source_id:
                self.has_read.set()
                self.gate.wait(20)
            return answer

        self._monkeypatch.setattr(reader, "read", late)

    def end(self, tab: MesopClient) -> None:
        """The answers come, and the page hears of it."""
        self.gate.set()
        hear(self._studio, tab, queries(tab))


@pytest.fixture
def late(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[LateKin]:
    late = LateKin(studio, monkeypatch)
    yield late
    late.gate.set()


def made_from(studio: Studio, item: MediaItem, **fields: Any) -> MediaItem:
    (made,) = studio.add(source_ids=(item.id,), **fields)
    return made


def queries(tab: MesopClient) -> list[MediaQuery]:
    """What the page asks: the item itself, then its child lists."""
    return [MediaQuery.model_validate(query) for query in json.loads(tab.element("freshet-live")["views"])]


def hear(studio: Studio, tab: MesopClient, asked: list[MediaQuery]) -> None:
    """The page hears of the answers to what was `asked`, once they have come."""
    assert wait_for(lambda: not any(studio.services.freshness.entry(one, studio.principal).running for one in asked))
    push(tab, "ready")


def test_R0_09_a_child_list_that_has_not_come_yet_is_not_called_empty(studio: Studio, late: LateKin) -> None:
    (item,) = studio.add()
    made = made_from(studio, item)
    late.begin()
    tab = open_item(studio, item)
    hear(studio, tab, queries(tab)[:1])
    assert media_ids(tab, "Made from this") == []
    assert status(tab)["refreshing"] is True
    late.end(tab)
    assert media_ids(tab, "Made from this") == [made.id]
    assert status(tab)["refreshing"] is False


def test_B06_a_child_list_that_lacks_what_the_session_has_seen_is_labelled(studio: Studio, late: LateKin) -> None:
    (item,) = studio.add()
    made = made_from(studio, item, title="As it was")
    tab, processes = open_item(studio, item), Processes(studio)
    other = studio.open("/account")
    processes.to_the_other()
    studio.change(made, title="As it is")
    refresh(tab)
    processes.back()
    late.begin()
    tab = same_session(other, tab).navigate("/media-item", {"id": item.id})
    hear(studio, tab, queries(tab)[:1])
    assert ([one["label"] for one in tab.tiles()], status(tab)["mode"]) == (["As it was"], "catching")
    late.end(tab)
    assert ([one["label"] for one in tab.tiles()], status(tab)["mode"]) == (["As it is"], "plain")


def test_R0_05_refresh_asks_for_child_lists_although_an_earlier_answer_is_on_its_way(
    studio: Studio, late: LateKin
) -> None:
    (item,) = studio.add()
    tab = open_item(studio, item)
    late.begin()
    refresh(tab)
    assert late.has_read.wait(20)
    made = made_from(studio, item)
    refresh(tab)
    late.end(tab)
    assert media_ids(tab, "Made from this") == [made.id]


def test_R0_09_no_frame_of_an_opening_calls_what_an_item_was_made_from_empty(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the item tells what these are, so they are asked for last."""
    (source,) = studio.add()
    item = made_from(studio, source)
    frames: list[tuple[bool, list[str]]] = []
    render = MesopClient._render

    def note(tab: MesopClient, rendered: Any) -> None:
        render(tab, rendered)
        frames.append((status(tab)["refreshing"], media_ids(tab, "Made from")))

    monkeypatch.setattr(MesopClient, "_render", note)
    open_item(studio, item)
    assert [shown for refreshing, shown in frames if not refreshing] == [[source.id]]
    assert len(frames) > 2
