"""Scrolling through a long library in Chromium: how long single frames take, and how many tiles are mounted."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

from playwright.sync_api import Browser

from bench.chromium import PICTURES_LOADED, Tab
from bench.figures import Figure, Section, at_most, times
from bench.library import add_items, settings_for
from bench.server import Server

ITEMS = 1_000
FRAME_LIMIT, TILES_LIMIT = 200, 150
STEP, PAUSE_MS = 300, 50
"""Pixels of one turn of the wheel, and milliseconds from one to the next: some six screens a second."""
MOST_TURNS = 20_000

HOW = """A library of {items:,} images on SQLite, scrolled with the mouse wheel in Chromium at 1280 × 900 on the same
machine as the server, {step} px every {pause} ms: down until all are loaded and the last is reached, and back up. A
frame is what lies between two callbacks of `requestAnimationFrame`, all of them counted; tiles are counted with every
change of the DOM. "Not yet mounted" is the share of frames in which a tile within the screen was an empty place."""

_WATCH = """() => {
  const seen = (window.benchScroll = {frames: [], most: 0, empty: 0});
  const count = () => { seen.most = Math.max(seen.most, document.querySelectorAll('freshet-tile').length); };
  new MutationObserver(count).observe(document.body, {subtree: true, childList: true});
  const room = document.querySelector('freshet-window');
  let last = null;
  const look = (now) => {
    if (last !== null) seen.frames.push(now - last);
    last = now;
    if (!room.covers) seen.empty++;
    requestAnimationFrame(look);
  };
  count();
  requestAnimationFrame(look);
}"""
_PLACE = """() => {
  const sheet = document.querySelector('.sheet');
  return {
    top: sheet.scrollTop <= 0,
    end: sheet.scrollTop + sheet.clientHeight >= sheet.scrollHeight - 1,
    loaded: document.querySelector('freshet-window').total,
  };
}"""


class _Seen(TypedDict):
    frames: list[float]
    most: int
    empty: int


def measure(browser: Browser, items: int = ITEMS) -> Section:
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        add_items(settings, items)
        with Server(Path(folder)) as server:
            tab = Tab(browser, server.url)
            tab.goto("/library")
            tab.until(PICTURES_LOADED)
            seen = _scroll(tab, items)
            sizes = tab.exchanges()
            tab.close()
    frames = seen["frames"]
    empty = f"{100 * seen['empty'] / len(frames):.1f} %"
    figures = (
        times(f"Scroll through {items:,} items: a frame", frames, "ms", max_limit=FRAME_LIMIT,
              incumbent="stalls at 15 tiles on 4K"),
        at_most("Most tiles mounted", [seen["most"]], TILES_LIMIT, "tiles"),
        Figure("Frames with something not yet mounted", empty, samples=len(frames)),
        at_most("Request body of an event", [one.request for one in sizes], 4096, "bytes", samples=len(sizes)),
        times("Response body of an event", [one.response for one in sizes], "bytes"),
    )  # fmt: skip
    return Section("Scrolling", HOW.format(items=items, step=STEP, pause=PAUSE_MS), figures)


def _scroll(tab: Tab, items: int) -> _Seen:
    """Down to the last of `items`, and up again."""
    tab.page.mouse.move(700, 500)
    tab.page.evaluate(_WATCH)
    for step in (STEP, -STEP):
        for _ in range(MOST_TURNS):
            place = tab.page.evaluate(_PLACE)
            if place["top"] if step < 0 else place["end"] and place["loaded"] == items:
                break
            tab.page.mouse.wheel(0, step)
            tab.page.wait_for_timeout(PAUSE_MS)
        tab.settle()
    seen: _Seen = tab.page.evaluate("() => window.benchScroll")
    return seen
