"""Screens while the store is slow, gone or silent, in Chromium on Firestore."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from bench.chromium import LIVE, Tab
from bench.emulator import emulator
from bench.figures import Figure, Section, times
from bench.library import add_items, fill_firestore, settings_for
from bench.live import firestore_choices, open_live
from bench.server import DRIVEN, Server
from services.settings import Settings
from tests.support.proxy import Proxy, proxied

DOCUMENTS = 200
DELAY = 10.0
"""Seconds for which the store does not answer."""
OUTAGE = 30.0
DELAYED = ("Library", "Home")
SLOW_SAMPLES, OUTAGES = 5, 2
_SCROLL = 900
_POLLING = "() => document.documentElement.dataset.live === 'polling'"
_OFFLINE = "() => document.documentElement.dataset.live === 'offline'"
_PLACE = """() => {
  const tile = document.activeElement.closest('freshet-tile');
  return [tile?.dataset.id ?? '', Math.round(tile?.getBoundingClientRect().top ?? -1)];
}"""
_NEWS = """() => document.documentElement.dataset.live === 'live'
  && [...document.querySelectorAll('.drop')].some((drop) => drop.textContent.includes('1 new'))"""

HOW = """The product on Firestore's emulator ({documents} documents), with a proxy in between. *Delayed*: the page
was shown before; the proxy holds back every byte for {delay:.0f} s from just before the press on its link, and the time
runs from the press to the frame that shows the first tile. *Gone*: a library is scrolled and one of its tiles has the
focus; all connections are cut for {outage:.0f} s, meanwhile another process commits a new item; the time runs from the
moment at which connections are possible again until the page says that it is live and "1 new", with the focus on the
same tile at the same place (within a pixel). *Silent*: the listener's stream stays open and nothing arrives on it any
more; until the page says that it is polling, and then from a commit to the tile."""


def measure(browser: Browser, slow: int = SLOW_SAMPLES, outages: int = OUTAGES, outage: float = OUTAGE) -> Section:
    with ExitStack() as stack:
        host = stack.enter_context(emulator())
        folder = Path(stack.enter_context(TemporaryDirectory()))
        proxy = stack.enter_context(proxied(host))
        settings = settings_for(folder, **(choices := firestore_choices()))
        fill_firestore(settings, DOCUMENTS)
        through = {**choices, "FIRESTORE_EMULATOR_HOST": proxy.address}
        with Server(folder, program=DRIVEN, **through) as server:
            figures = [_delayed(server, browser, proxy, page, slow) for page in DELAYED]
            figures.append(_gone(server, browser, proxy, settings, outages, outage))
            figures += _silent(server, browser)
    how = HOW.format(documents=DOCUMENTS, delay=DELAY, outage=outage)
    return Section("While the store is slow, gone or silent", how, tuple(figures))


def _delayed(server: Server, browser: Browser, proxy: Proxy, name: str, samples: int) -> Figure:
    """`name`: of the page, as its link calls it."""
    tab = open_live(server, browser)
    link = tab.page.get_by_role("link", name=name, exact=True)
    link.click()
    tab.page.locator("freshet-tile[data-id]").first.wait_for()
    tab.settle()
    taken = []
    for _ in range(samples):
        tab.page.get_by_role("link", name="Try-on", exact=True).click()
        tab.page.get_by_role("button", name="Choose from Library").first.wait_for()
        tab.settle()
        with _paused(proxy, DELAY):
            taken.append(tab.press(link, "freshet-tile[data-id]").painted)
        tab.until(LIVE, 60_000)
        tab.settle()
    tab.close()
    return times(f"{name}, known, painted while the store is delayed 10 s", taken, "ms", max_limit=500)


@contextmanager
def _paused(proxy: Proxy, seconds: float) -> Iterator[None]:
    """Nothing gets through for so long, however soon the block ends."""
    proxy.pause()
    begun = time.monotonic()
    try:
        yield
        time.sleep(max(0.0, begun + seconds - time.monotonic()))
    finally:
        proxy.resume()


def _gone(server: Server, browser: Browser, proxy: Proxy, settings: Settings, outages: int, outage: float) -> Figure:
    taken = []
    for _ in range(outages):
        tab = open_live(server, browser)
        tab.page.mouse.move(640, 500)
        tab.page.mouse.wheel(0, _SCROLL)
        tab.settle()
        tab.page.locator("freshet-tile").nth(12).get_by_role("button").first.focus()
        tab.settle()
        place = _resting_place(tab)
        proxy.cut()
        try:
            tab.until(_OFFLINE, 60_000)
            add_items(settings, 1)
            time.sleep(outage)
        finally:
            proxy.resume()
        begun = time.monotonic()
        tab.until(_NEWS, 60_000)
        taken.append(time.monotonic() - begun)
        after = _resting_place(tab)
        assert place[0], "no tile has the focus"
        assert after[0] == place[0], f"the focus moved: {place} → {after}"
        assert abs(int(str(after[1])) - int(str(place[1]))) <= 1, f"the page moved: {place} → {after}"
        tab.close()
    return times(f"Store gone {outage:.0f} s and back → caught up, place and focus kept", taken, "s", max_limit=5)


def _resting_place(tab: Tab) -> list[object]:
    """The tile with the focus and where it stands, once the page has stopped moving."""
    before: list[object] = []
    while (now := tab.page.evaluate(_PLACE)) != before:
        before = now
        tab.page.wait_for_timeout(500)
    return before


def _silent(server: Server, browser: Browser) -> list[Figure]:
    tab = open_live(server, browser)
    begun = time.monotonic()
    server.ask("deafen")
    tab.until(_POLLING, 90_000)
    announced = time.monotonic() - begun
    [(media_id, revision, when)] = server.ask("add", count=1)
    seen = (tab.seen(media_id, revision) - when) / 1000
    tab.close()
    return [
        times("Listener silently dead → the page says so and polls", [announced], "s", max_limit=60),
        times("Committed while polling → in the DOM", [seen], "s"),
    ]
