"""Headless Chromium: real presses, timed inside the page."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Error, Locator, Page, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

EVENTS = "/__ui__"
"""Where the browser posts its events."""

PRESS_PATIENCE = 20_000
"""Milliseconds after which a press counts as lost."""

_ARM = """([first, last]) => {
  if (document.querySelector(first)) throw new Error(`already there: ${first}`);
  window.benchSample = new Promise((resolve, reject) => {
    let pressed = null, dom = null, painted = null;
    setTimeout(() => reject(new Error('LOST')), PATIENCE);
    window.addEventListener('click', (event) => { pressed = event.timeStamp; }, {capture: true, once: true});
    const watcher = new MutationObserver(() => {
      if (pressed === null) return;
      const now = performance.now() - pressed;
      if (dom === null && document.querySelector(first)) {
        dom = now;
        requestAnimationFrame(() => setTimeout(() => { painted = performance.now() - pressed; }));
      }
      if (dom === null || !document.querySelector(last)) return;
      watcher.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve({dom, painted, answered: now})));
    });
    watcher.observe(document, {subtree: true, childList: true, attributes: true});
  });
}"""
NO_ITEM_IN_ADDRESS = "() => !new URLSearchParams(location.search).has('item')"
"""The server has taken note that the preview was closed."""
PICTURES_LOADED = """() => [...document.querySelectorAll('img')].filter((img) => {
  const box = img.getBoundingClientRect();
  return box.width && box.bottom > 0 && box.top < innerHeight;
}).every((img) => img.complete && img.naturalWidth)"""
_UNTIL = """async (patience) => {
  const end = performance.now() + patience;
  while (!(%s)()) {
    if (performance.now() > end) throw new Error('a condition never came to hold');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}"""
_FIRST_TILE = """() => {
  new MutationObserver((_, watcher) => {
    if (!document.querySelector('freshet-tile[data-id]')) return;
    watcher.disconnect();
    requestAnimationFrame(() => setTimeout(() => { window.benchFirstTile = performance.now(); }));
  }).observe(document, {subtree: true, childList: true, attributes: true});
}"""


_WATCH = """() => {
  window.benchSeen = {};
  const note = () => {
    const now = Date.now();
    for (const {dataset} of document.querySelectorAll('freshet-tile[data-id]')) {
      window.benchSeen[`${dataset.id}@${dataset.revision}`] ??= now;
    }
  };
  note();
  const filter = {attributeFilter: ['data-id', 'data-revision']};
  new MutationObserver(note).observe(document, {subtree: true, childList: true, ...filter});
}"""
_SEEN = """async ([key, patience]) => {
  const end = performance.now() + patience;
  while (!(key in window.benchSeen)) {
    if (performance.now() > end) throw new Error(`never shown: ${key}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return window.benchSeen[key];
}"""
LIVE = "() => document.documentElement.dataset.live === 'live'"
"""The page hears of changes as they happen."""


class PressLost(Exception):
    """A press without any effect."""


@dataclass(frozen=True)
class Timing:
    """Milliseconds from the press (the click event's own time stamp)."""

    dom: float
    """To its effect in the DOM."""
    painted: float
    """To the end of the frame after that."""
    answered: float
    """To the DOM with what the server has answered."""


@dataclass(frozen=True)
class Exchange:
    """Bytes of one event's HTTP bodies, up and down."""

    request: int
    response: int


def executable() -> str | None:
    """The system's Chromium; None leaves the choice to Playwright."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def window(browser: Browser, profile: Path) -> Iterator[BrowserContext]:
    """Another browser of the kind of `browser`, as people have it: of its tabs one is looked at, the others are hidden.

    Playwright makes every tab of a browser that it starts itself believe that it has the focus.
    """
    program = executable() or browser.browser_type.executable_path
    arguments = [*FLAGS, "--headless", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
    process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        address = next(found[0] for line in process.stderr if (found := re.search(r"ws://\S+", line)))
        threading.Thread(target=process.stderr.read, daemon=True).start()
        window = browser.browser_type.connect_over_cdp(address, no_defaults=True)
        yield window.contexts[0]
        window.close()
    finally:
        process.terminate()
        process.wait()


class Tab:
    """One page of 1280 × 900 in a context of its own, so its caches are cold."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._url = url
        self._context = browser.new_context(viewport={"width": 1280, "height": 900})
        self._context.add_init_script(f"({_FIRST_TILE})()")
        self.page: Page = self._context.new_page()
        self._events = _Events(self._context.new_cdp_session(self.page))

    def goto(self, path: str) -> float:
        """Open a page with tiles; milliseconds from the navigation to the first tile painted."""
        self.page.goto(self._url + path)
        self.page.locator("freshet-tile").first.wait_for()
        self.settle()
        first: float = self.page.evaluate("() => window.benchFirstTile")
        return first

    def press(self, target: Locator, appears: str, answer: str = "") -> Timing:
        """Press the mouse on `target` and wait until something new matches the selector `appears`.

        And then until something matches `answer`, if that comes later. Raises PressLost.
        """
        target.hover()
        self.page.evaluate(_ARM.replace("PATIENCE", str(PRESS_PATIENCE)), [appears, answer or appears])
        self.page.mouse.down()
        self.page.mouse.up()
        try:
            return Timing(**self.page.evaluate("() => window.benchSample"))
        except Error as error:
            if "LOST" in error.message:
                raise PressLost(f"{appears} never came at {self.page.url}") from error
            raise

    def watch_tiles(self) -> None:
        """From now on the page notes when each item first stands in it in each revision."""
        self.page.evaluate(_WATCH)

    def seen(self, media_id: str, revision: int, patience: float = 20_000) -> float:
        """When a tile of this id and revision first stood in the DOM: milliseconds of the system's clock.

        Waits for it for `patience` milliseconds.
        """
        when: float = self.page.evaluate(_SEEN, [f"{media_id}@{revision}", patience])
        return when

    @property
    def sent(self) -> int:
        """How many events the page has sent so far."""
        return self._events.sent

    def until(self, condition: str, patience: float = 20_000) -> None:
        """Wait until a JavaScript function tells true; `patience` in milliseconds."""
        self.page.evaluate(_UNTIL % condition, patience)

    def exchange(self, act: Callable[[], object]) -> None:
        """Do what makes the page send one event, and wait until it has been answered."""
        sent = self._events.sent
        act()
        while self._events.sent == sent:
            self.page.wait_for_timeout(2)
        self.settle()

    def settle(self) -> None:
        """Wait until every event that was sent has been answered."""
        self.page.wait_for_timeout(5)
        while self._events.open:
            self.page.wait_for_timeout(2)

    def exchanges(self) -> list[Exchange]:
        """The events answered since the last call, oldest first."""
        self.settle()
        done, self._events.done = self._events.done, []
        return done

    def close(self) -> None:
        self._context.close()


class _Events:
    """What the page posts to EVENTS, as the DevTools protocol's Network domain tells it.

    Mesop's client aborts a request once it has read the end of the stream, so Chromium reports many as failed although
    they were answered in full: the bytes that arrived are what counts.
    """

    def __init__(self, session: CDPSession) -> None:
        self.sent = 0
        self.open: dict[str, Exchange] = {}
        self.done: list[Exchange] = []
        session.on("Network.requestWillBeSent", self._begin)
        session.on("Network.dataReceived", self._receive)
        session.on("Network.loadingFinished", self._end)
        session.on("Network.loadingFailed", self._end)
        session.send("Network.enable")

    def _begin(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].endswith(EVENTS):
            self.sent += 1
            self.open[event["requestId"]] = Exchange(len(event["request"]["postData"]), 0)

    def _receive(self, event: dict[str, Any]) -> None:
        if known := self.open.get(event["requestId"]):
            self.open[event["requestId"]] = replace(known, response=known.response + event["dataLength"])

    def _end(self, event: dict[str, Any]) -> None:
        if known := self.open.pop(event["requestId"], None):
            self.done.append(known)
