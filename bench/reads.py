"""What screens cost on Firestore: documents read, counted where they arrive at the client."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args
from unittest.mock import patch

from playwright.sync_api import Browser

from bench.chromium import PICTURES_LOADED, Tab
from bench.clicks import preview
from bench.emulator import emulator
from bench.figures import Figure, Section, amount, at_most
from bench.library import GUEST, add_items, fill_firestore, settings_for, warm_firestore
from bench.remote import answered, load_more, loaded, open_tab
from bench.server import DRIVEN, Server
from services.clock import SystemClock
from services.container import CACHE_FILE
from services.identity import local_principal
from services.library import DEFAULT_PROJECT_ID
from services.models import MediaItem, MediaQuery, Sort
from services.store.firestore import FirestoreStore, calls
from tests.support.counting import CountingClient
from tests.support.mesop_client import MesopClient

DOCUMENTS = 10_000
CLICKS = 10
FEW = 250
"""Items that a filter leaves, up to which all of its pages are read."""
PATIENCE = 200.0
"""Seconds for one read of the emulator's."""
LIMIT = 25
SCROLLED, SCROLLED_LIMIT = 150, 180
SINGLE_FILTERS: dict[str, object] = {
    "media_type": "video", "status": "ready", "owner_id": GUEST, "origin": "import", "model": "local-audio-1",
    "favourite": True, "tag": "sea", "text": "lighthouse", "source_id": "source", "since": "2000-01-01T00:00:00Z",
}  # fmt: skip

HOW = """Google's Firestore emulator holds {documents:,} media documents. The product runs as a process of its own;
its Firestore client counts on the gRPC channel what Firestore would bill (a query one read per document, one at the
least; a lookup one per document). Pages are opened and events sent over HTTP in the protocol that the browser
speaks, so that one event is one page of the list; the last rows are the same in Chromium at 1280 × 900, which also
fetches every picture and loads on until the list reaches below the fold. "Calls" counts every RPC, so a query that
finds nothing is seen too."""


READING = ("RunQuery", "RunAggregationQuery", "BatchGetDocuments", "GetDocument", "ListDocuments")
"""Firestore's calls that read, without the feed's stream; the feed writes now and then to prove that it hears."""


def measure(browser: Browser, documents: int = DOCUMENTS) -> Section:
    """The section on reads. Raises EmulatorMissing."""
    with emulator() as host, TemporaryDirectory() as folder:
        return _measure(browser, Path(folder), host, documents)


def _measure(browser: Browser, data_dir: Path, host: str, documents: int) -> Section:
    choices = {"FRESHET_STORE": "firestore", "GOOGLE_CLOUD_PROJECT": f"bench-{os.urandom(4).hex()}"}
    settings = settings_for(data_dir, **choices)
    made = fill_firestore(settings, documents)
    warm_firestore(settings)
    figures = _single_filters(choices["GOOGLE_CLOUD_PROJECT"], made)

    @contextmanager
    def cold() -> Iterator[Server]:
        for kept in data_dir.glob(f"{CACHE_FILE}*"):  # what an earlier server knew must not help the next one
            kept.unlink()
        with Server(data_dir, program=DRIVEN, FIRESTORE_EMULATOR_HOST=host, **choices) as server:
            yield server

    with cold() as server:
        figures += _library(server)
    with cold() as server:
        figures.append(_filtered_and_scrolled(server))
    with cold() as server:
        figures += _chooser(server)
    with cold() as server:
        figures += _in_browser(server, browser)
        tab = open_tab(server.url, "/library")
        add_items(settings, 1)
        figures.append(_plain("Refresh with one new item", _reads(server, lambda: _refresh(tab))))
    return Section("Documents read on Firestore", HOW.format(documents=documents), tuple(figures))


def _single_filters(project: str, made: Sequence[MediaItem]) -> list[Figure]:
    """The dearest page of each filter, in each order, through the store in this process: of all its pages where it
    leaves few items, which must be all there are; else of the first three."""
    client = CountingClient(project=project)
    me, figures = local_principal(frozenset({DEFAULT_PROJECT_ID})), []
    # The emulator, unlike Firestore, looks at every document for such a page; here reads count, not seconds.
    with patch.object(calls, "READ_SECONDS", PATIENCE), closing(FirestoreStore(client, SystemClock())) as store:
        store.ping()
        for name, value in SINGLE_FILTERS.items():
            costs = []
            for sort in get_args(Sort):
                query = MediaQuery.model_validate({"project_id": DEFAULT_PROJECT_ID, "sort": sort, name: value})
                wanted = {item.id for item in made if query.matches(item)}
                shown: list[str] = []
                cursor, pages = None, 0
                while pages == 0 or (cursor and (pages < 3 or len(wanted) <= FEW)):
                    before = client.tally.reads
                    page = store.media.get_media_for_page(me, query, cursor=cursor)
                    costs.append(client.tally.reads - before)
                    cursor, pages = page.next_cursor, pages + 1
                    shown += [item.id for item in page.items]
                assert len(shown) == len(set(shown)), f"{name}: shown twice"
                if cursor is None or len(wanted) <= FEW:
                    assert set(shown) == wanted, f"{name}: {len(shown)} of {len(wanted)}"
            figures.append(
                at_most(f"A page filtered by {name}, any order", costs, LIMIT, "documents", incumbent="1000")
            )
    return figures


def _library(server: Server) -> list[Figure]:
    tabs: list[MesopClient] = []
    figures = [
        _open("Library opened, first page", _reads(server, lambda: tabs.append(open_tab(server.url, "/library"))))
    ]
    [tab] = tabs
    pages = {number: _reads(server, lambda: load_more(tab)) for number in range(2, 11)}
    assert loaded(tab) == 222
    figures += [_open(f"Library, page {number}", pages[number]) for number in (2, 10)]
    figures.append(_open("Library filtered by type", _reads(server, lambda: _filter(tab, "video"))))
    nothing_new = _reads(server, lambda: _refresh(tab))
    figures.append(at_most("Refresh with nothing new, nor in the last minute", [nothing_new], 1, "documents"))
    return figures


def _filtered_and_scrolled(server: Server) -> Figure:
    def browse() -> None:
        tab = open_tab(server.url, "/library")
        _filter(tab, "image")
        while loaded(tab) < SCROLLED:
            load_more(tab)

    name = f"Library opened, filtered by type, scrolled to {SCROLLED} items"
    return at_most(name, [_reads(server, browse)], SCROLLED_LIMIT, "documents", incumbent="11,000 documents")


def _chooser(server: Server) -> list[Figure]:
    tab = open_tab(server.url, "/try-on")
    cold = _reads(server, lambda: answered(tab.fire("freshet-button", "pressEvent", label="Choose from Library")))
    assert len(tab.tiles()) == 24
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)
    warm = _reads(server, lambda: answered(tab.fire("freshet-button", "pressEvent", label="Choose from Library")))
    name, unit = "Chooser opened", "documents"
    return [
        at_most(f"{name}, first time in this process", [cold], LIMIT, unit, incumbent="20 documents"),
        at_most(f"{name} again", [warm], LIMIT, unit, incumbent="20 documents"),
    ]


def _in_browser(server: Server, browser: Browser) -> list[Figure]:
    tab = Tab(browser, server.url)

    def begin() -> None:
        tab.page.goto(server.url + "/account")
        give_up = time.monotonic() + PATIENCE
        while not (server.tally()["calls"].get("Listen") and server.events("account.refresh")):
            assert time.monotonic() < give_up, "no feed was begun, or the usage never came"
            time.sleep(0.2)
        tab.settle()

    def visit() -> None:
        tab.goto("/library")
        tab.until(PICTURES_LOADED)
        tab.settle()

    feed = _reads(server, begin)
    reads = _reads(server, visit)
    tiles = tab.page.locator("freshet-tile")
    shown = tiles.count()
    before = server.tally()
    images = tab.page.locator("freshet-tile:has([data-icon=image])")
    for number in range(CLICKS):
        preview(tab, str(images.nth(number).get_attribute("data-id")))
    after = server.tally()
    tab.close()
    made = {rpc: after["calls"].get(rpc, 0) - before["calls"].get(rpc, 0) for rpc in READING}
    which = ", ".join(rpc for rpc, count in made.items() if count)
    return [
        _plain("The first page in Chromium, Account: its usage, and the start of the project's change feed", feed),
        at_most(f"Library opened in Chromium, {shown} tiles, pictures included", [reads], shown + 1, "documents"),
        at_most(
            f"Queries while {2 * CLICKS} unrelated events render (previews opened and closed, their pictures fetched)",
            [sum(made.values())], 0, f"calls {which}".strip(), incumbent="1 per render with a dialog open",
        ),
    ]  # fmt: skip


def _filter(tab: MesopClient, media_type: str) -> None:
    answered(tab.fire("freshet-segments", "selectEvent", {"value": media_type}, label="Type"))
    assert {tile["mediaType"] for tile in tab.tiles()} == {media_type}


def _refresh(tab: MesopClient) -> None:
    answered(tab.fire("freshet-status", "refreshEvent"))


def _reads(server: Server, action: Callable[[], object]) -> int:
    before = server.tally()["reads"]
    action()
    return int(server.tally()["reads"] - before)


def _open(name: str, reads: int) -> Figure:
    return at_most(name, [reads], LIMIT, "documents", incumbent="1,000 documents" if "Library" in name else "")


def _plain(name: str, reads: int) -> Figure:
    return Figure(name, amount(reads, "documents"))
