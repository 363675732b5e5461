"""What an event costs: bytes up and down, and milliseconds from the press to its effect, in Chromium on SQLite."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from bench.chromium import NO_ITEM_IN_ADDRESS, PICTURES_LOADED, Exchange, PressLost, Tab, Timing
from bench.figures import Figure, Section, at_most, times
from bench.library import add_items, settings_for
from bench.remote import open_tab, start_images
from bench.server import Server
from tests.support.mesop_client import MesopClient

SAMPLES = 60
RUNS = 4
"""Runs of four images each that are kept unfinished while presses are timed under load."""

HOW_BYTES = """The bodies of `POST /__ui__` as Chromium counts them, in a library of exactly that many images, all
loaded. "Unrelated" are events that leave the grid as it is: a preview opened, a preview closed, Refresh with
nothing new, and an event that changes nothing at all; each figure is the largest seen. A changed grid: a page of 24
appended below 24, and one new item that comes on top of 48 by itself, which moves every other tile by one place; both
with all that is sent for it, divided by the tiles. Nothing is typed anywhere: a prompt that stands in a form goes up
with every event of its tab, four bytes for three."""

HOW_TIMES = """Real mouse presses (down and up at the tile's place) in Chromium at 1280 × 900, on the same machine
as the server. From the time stamp of the click event to the mutation of the DOM that shows its effect: the closer
look open with the item's title and small picture, which the page draws from what it holds, or the first tiles in the
chooser. "Painted" runs on to the end of the next animation frame; "answered" until the server's answer, with all that
is known of the item, stands in the DOM."""

HOW_LOAD = """As above, while {runs} runs of {images} local images are unfinished all the time (new ones are started
as others finish; two renders at once, in niced processes). Presses are made first in a library page that was opened
before, then in one that shows the {tiles} generating tiles, their water rising, each refreshing itself as its run
ends. Chromium, which draws all of this in software, shares the two cores with renders and server."""


def measure(browser: Browser, samples: int = SAMPLES) -> list[Section]:
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        add_items(settings, 48)
        with Server(Path(folder)) as server:
            sizes, quiet = _at(server, browser, 48, samples)
            quiet += _chooser(server, browser, samples)
            loaded = _under_load(server, browser, samples)
        add_items(settings, 1)
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        add_items(settings, 150)
        with Server(Path(folder)) as server:
            more_sizes, more_quiet = _at(server, browser, 150, samples)
            sizes += more_sizes + _grid(server, browser, lambda: add_items(settings, 1))
    load = HOW_LOAD.format(runs=RUNS, images=4, tiles=4 * RUNS)
    return [
        Section("Bytes per event", HOW_BYTES, tuple(sizes)),
        Section("From press to DOM", HOW_TIMES, tuple(quiet + more_quiet)),
        Section("From press to DOM while generating", load, tuple(loaded)),
    ]


def open_library(server: Server, browser: Browser, tiles: int) -> Tab:
    """The library with all its `tiles` loaded."""
    tab = Tab(browser, server.url)
    tab.goto("/library")
    shown = tab.page.locator("freshet-tile")
    while shown.count() < tiles:
        shown.last.scroll_into_view_if_needed()
        tab.page.mouse.wheel(0, 10_000)
        tab.settle()
    tab.page.mouse.wheel(0, -1_000_000)
    tab.until(PICTURES_LOADED)
    tab.settle()
    return tab


def preview(tab: Tab, media_id: str) -> Timing:
    """Open the preview of a tile, timed, and close it again. Raises PressLost."""
    tile = tab.page.locator(f'freshet-tile[data-id="{media_id}"]')
    timing = tab.press(tile, "dialog[open] .facts", "dialog[open] freshet-look .facts")
    tab.settle()
    tab.exchange(lambda: tab.page.keyboard.press("Escape"))
    tab.until(NO_ITEM_IN_ADDRESS)
    return timing


def shown_ids(tab: Tab, count: int = 12) -> list[str]:
    """The ids of the first tiles with a picture."""
    ids: list[str] = tab.page.locator('freshet-tile[data-status="ready"]').evaluate_all(
        "(tiles) => tiles.map((tile) => tile.dataset.id)"
    )
    return ids[:count]


def _at(server: Server, browser: Browser, tiles: int, samples: int) -> tuple[list[Figure], list[Figure]]:
    """Sizes and times of unrelated events in a library of `tiles` images."""
    tab = open_library(server, browser, tiles)
    ids = shown_ids(tab)
    for media_id in ids[:5]:  # so that code and pictures are warm
        preview(tab, media_id)
    tab.exchanges()
    timings = [preview(tab, ids[number % len(ids)]) for number in range(samples)]
    previews = tab.exchanges()
    assert len(previews) == 2 * samples, f"{len(previews)} events"
    kinds = {"a preview opened": previews[::2], "a preview closed": previews[1::2]}
    for name, act in (("Refresh, nothing new", _refresh), ("an event that changes nothing", _nothing)):
        act(tab)
        kinds[name] = tab.exchanges()
    tab.close()
    return _sizes(kinds, tiles), [
        times(f"Click → DOM, {tiles} tiles (a preview opens)", [timing.dom for timing in timings], "ms",
              median_limit=80 if tiles == 48 else 0),
        times(f"Click → painted, {tiles} tiles", [timing.painted for timing in timings], "ms"),
        times(f"Click → answered, {tiles} tiles", [timing.answered for timing in timings], "ms",
              median_limit=80 if tiles == 48 else 0),
    ]  # fmt: skip


def _sizes(kinds: dict[str, list[Exchange]], tiles: int) -> list[Figure]:
    figures = [
        at_most(f"Response body of an unrelated click, {tiles} tiles: {name}", [e.response for e in events],
                2048, "bytes", samples=len(events))
        for name, events in kinds.items()
    ]  # fmt: skip
    requests = [event.request for events in kinds.values() for event in events]
    incumbent = "476 KB" if tiles == 150 else "36 KB on every page"
    figures.append(at_most(f"Request body per event, {tiles} tiles", requests, 4096, "bytes",
                           samples=len(requests), incumbent=incumbent))  # fmt: skip
    return figures


def _refresh(tab: Tab) -> None:
    tab.exchange(tab.page.get_by_role("button", name="Refresh", exact=True).click)


def _nothing(tab: Tab) -> None:
    """An event whose handler changes nothing: navigation to an address that is no page of ours."""
    nav = tab.page.locator("freshet-nav")
    tab.exchange(lambda: nav.evaluate("(nav) => nav.emit('navigateEvent', {url: '/no-such-page'})"))


def _grid(server: Server, browser: Browser, add_one: Callable[[], None]) -> list[Figure]:
    """Bytes of a grid that changes."""
    tab = Tab(browser, server.url)
    tab.goto("/library")
    opened, appended = tab.exchanges()[:2]
    [newest, *others] = shown_ids(tab, 48)
    assert len(others) == 47
    add_one()
    tab.until(f"() => document.querySelector('freshet-tile').dataset.id !== '{newest}'")
    topped = sum(event.response for event in tab.exchanges())
    assert tab.page.locator("freshet-tile").count() == 48
    tab.close()
    return [
        at_most("Changed grid, a page of 24 tiles appended, per tile", [appended.response / 24], 1024, "bytes"),
        at_most("Changed grid, one new item on top of 48, per tile", [topped / 48], 1024, "bytes"),
        Figure("The same, in all", f"{topped:,} bytes"),
        Figure("Library opened, 24 tiles and the whole page", f"{opened.response:,} bytes"),
    ]


def _chooser(server: Server, browser: Browser, samples: int) -> list[Figure]:
    tab = Tab(browser, server.url)
    tab.page.goto(f"{server.url}/try-on")
    button = tab.page.get_by_role("button", name="Choose from Library").first
    button.wait_for()
    tab.settle()
    cold = _choose(tab)
    warm = [_choose(tab) for _ in range(samples // 2)]
    tab.close()
    return [
        Figure("Chooser opened, first time: items painted", f"{cold.painted:,.0f} ms", samples=1, incumbent="1.4 s"),
        times("Chooser opened again: items painted", [t.painted for t in warm], "ms", median_limit=200,
              incumbent="1.4 s"),
    ]  # fmt: skip


def _choose(tab: Tab) -> Timing:
    button = tab.page.get_by_role("button", name="Choose from Library").first
    tab.page.wait_for_timeout(500)  # a second press within 400 ms counts as a double click, which is one press
    timing = tab.press(button, "dialog[open] freshet-tile[data-id]")
    tab.settle()
    tab.exchange(lambda: tab.page.keyboard.press("Escape"))
    return timing


def _under_load(server: Server, browser: Browser, samples: int) -> list[Figure]:
    load = _Load(server)
    tab = open_library(server, browser, 48)
    for media_id in shown_ids(tab)[:5]:
        preview(tab, media_id)
    before = list(_presses(tab, load, samples))
    _refresh(tab)
    tab.page.locator('freshet-tile[data-status="generating"]').first.wait_for()
    among = list(_presses(tab, load, samples))
    tab.close()
    name = f"Click → DOM while {RUNS} local generations run"
    lost = 2 * samples - len(before) - len(among)
    return [
        times(name, [t.dom for t in before], "ms", p95_limit=100),
        times(f"{name}, among their tiles", [t.dom for t in among], "ms", p95_limit=100),
        times(f"Click → answered while {RUNS} local generations run", [t.answered for t in before], "ms"),
        times(
            f"Click → answered while {RUNS} local generations run, among their tiles", [t.answered for t in among], "ms"
        ),
        at_most("Presses without any effect", [lost], 0, "presses", samples=2 * samples),
    ]


def _presses(tab: Tab, load: _Load, samples: int) -> Iterator[Timing]:
    """The timings of `samples` presses, without those that were lost."""
    for number in range(samples):
        load.keep()
        ids = shown_ids(tab)  # anew each time: finished pictures arrive on top and push old ones out
        try:
            yield preview(tab, ids[number % len(ids)])
        except PressLost as lost:
            print(f"press lost: {lost}", file=sys.stderr)


class _Load:
    """Keeps RUNS runs unfinished."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._tab: MesopClient = open_tab(server.url, "/create/image")
        self._started = 0

    @property
    def unfinished(self) -> int:
        return self._started - len(self._server.events("run.finished"))

    def keep(self) -> None:
        while self.unfinished < RUNS:
            start_images(self._tab, f"Marble veins in green and gold, take {self._started}")
            self._started += 1
