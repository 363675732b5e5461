"""Many people at once: what a commit costs, and how soon everybody has it. Tabs without a browser, over HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, urlsplit

from bench.emulator import emulator
from bench.figures import Figure, Section, at_most, times
from bench.library import add_items, fill_firestore, settings_for
from bench.live import firestore_choices
from bench.remote import load_more, open_tab
from bench.server import DRIVEN, Server
from tests.support.mesop_client import MesopClient

STREAMS, TILES = 200, 48
SESSIONS, CHANGES = 50, 100
PUSH = 0.1
"""Seconds between two refreshes of a page for pushes, as in components/web/live.js."""
PATIENCE = 60.0

HOW_MANY = """{streams} tabs of the library with {tiles} tiles each, on SQLite, all with an open stream; one commit in
the server's process. *Received*: the stream's line arrives. *In the DOM*: the tab has sent its refresh and applied
the answer, which holds the new item. Tabs are simulated by threads of one process that speak the browser's protocol
over HTTP (they compute on the same two cores; what a browser takes to draw is not in it), times run from the call of
`commit`. Memory is the server's own process (PSS) right after."""

HOW_ONE_VIEW = """{sessions} sessions with the same view on Firestore's emulator, each with an open stream; another
process commits {changes} changes, ten a second, and every session refreshes as its stream tells it to, at most every
{push:.1f} s. The reads of the whole process while that lasts, its change feed included."""


class Listening:
    """A tab with an event stream, on a thread of its own."""

    def __init__(self, url: str, tab: MesopClient) -> None:
        self.tab = tab
        self.received: list[float] = []
        """When each change was told, in milliseconds of the system's clock."""
        self.shown: dict[tuple[str, int], float] = {}
        """When each (id, revision) first stood in the tab."""
        self._url = url
        self._open = threading.Event()
        self._ended = False
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait_until_open(self) -> None:
        assert self._open.wait(PATIENCE), "a stream did not open"

    def close(self) -> None:
        self._ended = True
        if self._connection.sock is not None:
            self._connection.sock.shutdown(2)
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        try:
            self._connection.request("GET", f"/events?views={quote(self._views())}")
            for name, data in _events(self._connection.getresponse()):
                self._hear(name, data)
        except (OSError, HTTPException, ValueError):
            if not self._ended:
                raise

    def _views(self) -> str:
        live = self.tab.element("freshet-live")
        shown = zip(json.loads(live["views"]), live["versions"], strict=True)
        return json.dumps([{"query": query, "version": version} for query, version in shown])

    def _hear(self, name: str, data: dict[str, Any]) -> None:
        self._open.set()
        if name != "change":
            return
        self.received.append(time.time() * 1000)
        if data["versions"] == self.tab.element("freshet-live")["versions"]:
            return
        told = {"reason": "live", "views": data["views"], "scrolled": False, "known": data["known"]}
        self.tab.fire("freshet-live", "refreshEvent", told)
        now = time.time() * 1000
        for tile in self.tab.tiles()[:CHANGES]:
            self.shown.setdefault((tile["mediaId"], tile["revision"]), now)
        time.sleep(PUSH)


def measure(streams: int = STREAMS, sessions: int = SESSIONS, changes: int = CHANGES) -> Iterator[Section]:
    how = HOW_MANY.format(streams=streams, tiles=TILES)
    yield Section("Many tabs at once", how, tuple(_many(streams)))
    how = HOW_ONE_VIEW.format(sessions=sessions, changes=changes, push=PUSH)
    yield Section("Many sessions on one view", how, (_one_view(sessions, changes),))


def _many(streams: int) -> list[Figure]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        add_items(settings_for(folder), TILES)
        server = stack.enter_context(Server(folder, program=DRIVEN))
        crowd = _crowd(stack, server, streams, TILES)
        time.sleep(3)  # what the streams say of the time before
        for one in crowd:
            one.received.clear()
        [(media_id, revision, when)] = server.ask("add", count=1)
        give_up = time.monotonic() + PATIENCE
        while not all((media_id, revision) in one.shown for one in crowd):
            assert time.monotonic() < give_up, "not everybody was told"
            time.sleep(0.02)
        memory = server.memory() / 2**20
        received = [(one.received[0] - when) / 1000 for one in crowd]
        shown = [(one.shown[media_id, revision] - when) / 1000 for one in crowd]
    return [
        times(f"{streams} open streams, one commit → event received", received, "s", p95_limit=1),
        times(f"{streams} open streams, one commit → in the tab's DOM", shown, "s", p95_limit=4),
        at_most(f"Memory of the server with {streams} open streams", [memory], 600, "MiB"),
    ]


def _one_view(sessions: int, changes: int) -> Figure:
    with ExitStack() as stack:
        host = stack.enter_context(emulator())
        folder = Path(stack.enter_context(TemporaryDirectory()))
        settings = settings_for(folder, **(choices := firestore_choices()))
        fill_firestore(settings, 1_000)
        shared = {**choices, "FIRESTORE_EMULATOR_HOST": host}
        server = stack.enter_context(Server(folder / "one", program=DRIVEN, **shared))
        other = stack.enter_context(Server(folder / "two", program=DRIVEN, **shared))
        crowd = _crowd(stack, server, sessions, 24)
        time.sleep(3)
        before = server.tally()["reads"]
        made = []
        for _ in range(changes):
            made += other.ask("add", count=1)
            time.sleep(0.1)
        media_id, revision, _when = made[-1]
        give_up = time.monotonic() + PATIENCE
        while not all((media_id, revision) in one.shown for one in crowd):
            assert time.monotonic() < give_up, "not everybody caught up"
            time.sleep(0.05)
        reads = server.tally()["reads"] - before
    name = f"{sessions} sessions, {changes} changes: reads of the process"
    return at_most(name, [reads], changes * 3 / 2, "reads")


def _crowd(stack: ExitStack, server: Server, count: int, tiles: int) -> list[Listening]:
    """So many tabs of the library, listening."""
    crowd = []
    for _ in range(count):
        tab = open_tab(server.url, "/library")
        while len(tab.tiles()) < tiles:
            load_more(tab)
        one = Listening(server.url, tab)
        stack.callback(one.close)
        crowd.append(one)
    for one in crowd:
        one.wait_until_open()
    return crowd


def _events(response: HTTPResponse) -> Iterator[tuple[str, dict[str, Any]]]:
    """Server-sent events, as they come: (name, data)."""
    name = ""
    while line := response.readline().decode():
        field, _, value = line.rstrip("\n").partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)
