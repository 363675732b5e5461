"""What screens cost on Firestore when little happens: choosers reopened, idle tabs, hidden tabs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from bench.chromium import LIVE, PICTURES_LOADED, Tab, window
from bench.emulator import emulator
from bench.figures import Figure, Section, amount, at_most
from bench.library import add_items, fill_firestore, settings_for, warm_firestore
from bench.live import firestore_choices
from bench.remote import answered, open_tab
from bench.server import DRIVEN, Server
from tests.support.mesop_client import MesopClient

CHANGES = 5
SIZES = (100, 100_000)
SECONDS = 90.0
"""A multiple of the 30 s between canaries, so that scaling to an hour counts none twice."""
IDLE_LIMIT, CANARY_LIMIT = 12, 120
HIDDEN_SECONDS = 30.0
PATIENCE = 90
"""Seconds that the emulator may take for a query of the largest library."""
HOURLY = 3
"""Reads that come once an hour and are not in a shorter time: the page's own look (1, as nothing is new), and the
listener's new anchor (2: where it begins, and a query that finds nothing)."""

HOW_CHOOSER = """A chooser is opened and closed without a browser (no stream, so no change reaches the process by
itself), {changes} items that were there before are renamed by another process, and it is opened again; then once more
with nothing new. On Firestore the rest of the library was last changed a day ago, so that the documents changed in the
last minute, which a delta reads again, are those {changes}. Firestore: as billed by the emulator's channel. SQLite: as
the store reports them in the log."""

HOW_IDLE = """A library open in Chromium, its stream live, nothing changes. Reads of the whole process are counted for
{seconds:.0f} s after a quiet start and scaled to an hour; {hourly} reads are added for what comes once an hour (the
page's own look, and the listener's new anchor). The canaries, which prove that the listener lives, are counted
apart. The emulator looks through all documents for each query, so the product waits longer for it here than it does."""

HOW_HIDDEN = """A tab behind another one, in an ordinary window of Chromium, in which tabs know that they are hidden.
Items change while it waits for half a minute; then its clock is moved on by an hour. Queries and lookups are
counted; the change feed of the process, which stays for five minutes for those who come back, is told apart."""


@dataclass
class Counted:
    """What a process was billed in a while."""

    reads: int
    canaries: int
    calls: dict[str, int]


def measure(browser: Browser, sizes: tuple[int, ...] = SIZES, seconds: float = SECONDS) -> Iterator[Section]:
    how = HOW_CHOOSER.format(changes=CHANGES)
    with emulator() as host:
        figures = [*_chooser_on_firestore(host), *_chooser_on_sqlite()]
        yield Section("Choosers opened again", how, tuple(figures))
        how = HOW_IDLE.format(seconds=seconds, hourly=HOURLY)
        yield Section("Tabs that do nothing", how, tuple(_idle(browser, host, sizes, seconds)))
        yield Section("Tabs that nobody looks at", HOW_HIDDEN, tuple(_hidden(browser, host)))


def _chooser_on_firestore(host: str) -> list[Figure]:
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder), **(choices := firestore_choices()))
        fill_firestore(settings, 1_000)
        with (
            Server(Path(folder) / "one", program=DRIVEN, FIRESTORE_EMULATOR_HOST=host, **choices) as server,
            Server(Path(folder) / "two", program=DRIVEN, FIRESTORE_EMULATOR_HOST=host, **choices) as other,
        ):

            def cost(act: Callable[[], object]) -> int:
                before = server.tally()["reads"]
                act()
                return int(server.tally()["reads"] - before)

            return _chooser("Firestore", server, other, cost, recent=CHANGES)


def _chooser_on_sqlite() -> list[Figure]:
    with TemporaryDirectory() as folder:
        add_items(settings_for(Path(folder)), 100)
        with Server(Path(folder), program=DRIVEN) as server:

            def cost(act: Callable[[], object]) -> int:
                act()
                return int(server.logged("chooser.refresh", reason="open")["documents"])

            return _chooser("SQLite", server, server, cost, recent=0)


def _chooser(
    name: str, server: Server, other: Server, cost: Callable[[Callable[[], object]], int], *, recent: int
) -> list[Figure]:
    """`recent`: how many documents changed in the last minute a delta reads besides."""
    tab = open_tab(server.url, "/try-on")
    _open_chooser(tab)
    ids = [tile["mediaId"] for tile in tab.tiles()[:CHANGES]]
    _close_chooser(tab)
    other.ask("rename", ids=ids)
    changed = cost(lambda: _open_chooser(tab))
    _close_chooser(tab)
    again = cost(lambda: _open_chooser(tab))
    unit = "documents"
    return [
        at_most(f"{name}: reopened after {CHANGES} changes", [changed], CHANGES + 1 + recent, unit),
        at_most(f"{name}: reopened with nothing new", [again], 1 + recent, unit),
    ]


def _open_chooser(tab: MesopClient) -> None:
    answered(tab.fire("freshet-button", "pressEvent", label="Choose from Library"))
    assert tab.tiles()


def _close_chooser(tab: MesopClient) -> None:
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)


def _idle(browser: Browser, host: str, sizes: tuple[int, ...], seconds: float) -> list[Figure]:
    """All sizes at the same time: idle processes do not disturb each other."""
    figures, servers = [], {}
    with ExitStack() as stack:
        for size in sizes:
            try:
                servers[size] = _idle_server(stack, browser, host, size)
            except PlaywrightTimeout:
                figures.append(Figure(f"Idle visible view, {size:,} items", "could not be opened", "opens", False))
        time.sleep(8)  # until the listener has proved itself and asks for no more
        before = {size: server.tally() for size, server in servers.items()}
        time.sleep(seconds)
        counted = {size: _between(before[size], server.tally()) for size, server in servers.items()}
    for size, one in counted.items():
        hour = round(one.reads * 3600 / seconds) + HOURLY
        figures.append(at_most(f"Idle visible view, {size:,} items, in an hour", [hour], IDLE_LIMIT, "reads"))
    canaries = [round(one.canaries * 3600 / seconds) for one in counted.values()]
    if canaries:
        figures.append(at_most("Canaries of a process, in an hour", canaries, CANARY_LIMIT, "reads"))
    return figures


def _idle_server(stack: ExitStack, browser: Browser, host: str, size: int) -> Server:
    """A server on so many documents, with the library open in a tab; both until `stack` ends."""
    folder = Path(stack.enter_context(TemporaryDirectory()))
    settings = settings_for(folder, **(choices := firestore_choices()))
    fill_firestore(settings, size)
    warm_firestore(settings)
    choices |= {"FIRESTORE_EMULATOR_HOST": host, "BENCH_PATIENCE": str(PATIENCE)}
    server = stack.enter_context(Server(folder, program=DRIVEN, **choices))
    tab = Tab(browser, server.url)
    stack.callback(tab.close)
    tab.page.goto(f"{server.url}/library")
    tab.page.locator("freshet-tile").first.wait_for(timeout=PATIENCE * 1000)
    tab.until(LIVE, 2 * PATIENCE * 1000)
    tab.until(PICTURES_LOADED)
    tab.settle()
    return server


def _hidden(browser: Browser, host: str) -> list[Figure]:
    with TemporaryDirectory() as folder, TemporaryDirectory() as profile:
        settings = settings_for(Path(folder), **(choices := firestore_choices()))
        fill_firestore(settings, 200)
        with (
            Server(Path(folder) / "one", program=DRIVEN, FIRESTORE_EMULATOR_HOST=host, **choices) as server,
            Server(Path(folder) / "two", program=DRIVEN, FIRESTORE_EMULATOR_HOST=host, **choices) as other,
            window(browser, Path(profile)) as context,
        ):
            page = context.new_page()
            page.clock.install()
            page.goto(f"{server.url}/library")
            page.locator("freshet-tile").first.wait_for()
            front = context.new_page()
            front.bring_to_front()
            time.sleep(2)
            assert page.evaluate("document.visibilityState") == "hidden"
            before = server.tally()
            other.ask("add", count=CHANGES)
            time.sleep(HIDDEN_SECONDS)
            page.clock.fast_forward(timedelta(hours=1) // timedelta(milliseconds=1))
            time.sleep(2)
            counted = _between(before, server.tally())
    queries = sum(count for call, count in counted.calls.items() if call in ("RunQuery", "BatchGetDocuments"))
    return [
        at_most(f"Hidden tab, in an hour with {CHANGES} changes: queries and lookups", [queries], 0, "reads"),
        Figure("What its process's feed heard meanwhile", amount(counted.reads, "reads")),
    ]


def _between(before: dict[str, object], after: dict[str, object]) -> Counted:
    calls_before, calls = dict(before["calls"]), dict(after["calls"])  # type: ignore[call-overload]
    return Counted(
        reads=int(after["reads"]) - int(before["reads"]),  # type: ignore[call-overload]
        canaries=int(after["canaries"]) - int(before["canaries"]),  # type: ignore[call-overload]
        calls={name: count - calls_before.get(name, 0) for name, count in calls.items()},
    )
