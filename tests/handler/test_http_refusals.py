"""Events that cannot be handled are refused in a sentence, whoever sends them, and fill no log."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import mesop.protos.ui_pb2 as pb
import pytest

from services.clock import FakeClock
from services.http.refusals import EVENTS
from services.store.protocol import Store
from tests.support.logs import recorded_lines
from tests.support.mesop_client import MesopClient
from tests.support.web import Web, running_web

WORDS = {"error": "This page is out of date. Reload it and try again."}


@pytest.fixture
def web(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Web]:
    with running_web(sqlite_store, clock, tmp_path / "data") as web:
        yield web


def send(web: Web, body: bytes) -> httpx.Response:
    return web.ask("POST", EVENTS, body, Origin="http://testserver")


def event(tab: MesopClient, handler: str, path: str = "", payload: str = "{}") -> bytes:
    states = pb.States(states=[pb.State(data=state.data) for state in tab.states.states])
    user_event = pb.UserEvent(handler_id=handler, states=states, string_value=payload, **tab._environment())
    return packed(pb.UiRequest(path=path or tab.path, user_event=user_event))


def packed(request: Any) -> bytes:
    return base64.urlsafe_b64encode(request.SerializeToString())


def handler_of(tab: MesopClient, tag: str, name: str, **properties: Any) -> str:
    handler: str = tab._web(tab._find(tag, properties))["events"][name]
    return handler


def refused(web: Web, body: bytes, caplog: pytest.LogCaptureFixture) -> str:
    """Why `body` was refused: the one short line in the log."""
    with recorded_lines() as lines, caplog.at_level(logging.INFO):
        caplog.clear()
        answer = send(web, body)
    assert (answer.status_code, answer.json()) == (400, WORDS)
    assert answer.headers["cache-control"] == "no-store"
    [line] = lines
    assert (line["event"], line["level"]) == ("event.refused", "WARNING")
    assert "error" not in line
    assert [record.name for record in caplog.records if record.name not in ("freshet", "httpx")] == []
    why: str = line["why"]
    assert len(why) < 120
    return why


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no event at all",
        b"====",
        bytes(range(256)),
        base64.urlsafe_b64encode(b"no protocol buffer"),
        packed(pb.UiRequest(path="/library")),
    ],
)
def test_what_is_no_event_is_refused(web: Web, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert refused(web, body, caplog) == "garbled"


def test_an_event_of_a_page_that_there_is_not_is_refused(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    assert refused(web, packed(pb.UiRequest(path="/nowhere", init=pb.InitRequest())), caplog) == "no such page"


def test_a_press_on_what_only_an_earlier_version_had_is_refused(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    tab = web.studio.open("/create/image")
    known = handler_of(tab, "freshet-button", "pressEvent", label="Generate Image")
    module, _, _ = known.partition(".")
    assert refused(web, event(tab, f"{module}.{'x' * 5_000}\n"), caplog).startswith(f"no such handler: '{module}.x")
    assert web.studio.engine.enqueued == []


def test_the_state_of_another_version_is_refused(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    tab = web.studio.open("/library")
    handler = handler_of(tab, "freshet-status", "refreshEvent")
    for data in (json.dumps({"a_field_of_another_version": 1}), "no json"):
        tab.states.states[0].data = data
        assert refused(web, event(tab, handler), caplog) == "the state of another version"


def test_a_press_on_what_has_left_meanwhile_changes_nothing(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    library, account = web.studio.open("/library"), web.studio.open("/account")
    handler = handler_of(library, "freshet-filters", "filterEvent")
    with recorded_lines() as lines:
        answer = send(web, event(account, handler))
    assert answer.status_code == 200
    assert answer.text.endswith("data: <stream_end>\n\n")
    assert [line["event"] for line in lines] == ["event.unheard"]
    assert caplog.records == [record for record in caplog.records if record.name == "freshet"]


def test_an_event_in_order_is_handled_and_answered_piece_by_piece(web: Web) -> None:
    tab = web.studio.open("/library")
    [item] = web.studio.add()
    answer = send(web, event(tab, handler_of(tab, "freshet-status", "refreshEvent")))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    frames = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line]
    assert frames[-1] == "<stream_end>"
    assert item.id.encode() in base64.b64decode(frames[0])


def test_an_event_from_another_site_is_none_of_ours(web: Web) -> None:
    tab = web.studio.open("/library")
    body = event(tab, handler_of(tab, "freshet-status", "refreshEvent"))
    assert web.ask("POST", EVENTS, body, Origin="http://elsewhere.example").status_code == 403


@pytest.mark.parametrize("payload", ["[1, 2]", '"text"', "5", "null", "{", ""])
def test_a_payload_that_is_no_object_is_refused(web: Web, caplog: pytest.LogCaptureFixture, payload: str) -> None:
    tab = web.studio.open("/library")
    handler = handler_of(tab, "freshet-edits", "editEvent")
    assert refused(web, event(tab, handler, payload=payload), caplog).startswith("no payload of an element's: ")
