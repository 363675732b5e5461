"""What people do in Freshet, in the words of its roles and names."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Locator, Page, Request, Route, expect

PAGES = {
    "Home": "/home",
    "Library": "/library",
    "Image": "/create/image",
    "Video": "/create/video",
    "Try-on": "/try-on",
}
PATIENCE_MS = 30_000
RENDER_MS = 90_000
READY = "freshet-tile[data-status=ready]"


class Held:
    """Keeps what a context's tabs send to the server, until it is let through."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._routes: list[Route] = []
        self._ended: list[Request] = []
        self._keeps = True
        for event in ("requestfinished", "requestfailed"):  # Mesop leaves a stream once it has read its end
            context.on(event, lambda request: self._ended.append(request))
        intercept(context, "**/__ui__", self._keep)

    def _keep(self, route: Route) -> None:
        if self._keeps:
            self._routes.append(route)
        else:
            route.continue_()

    @property
    def kept(self) -> int:
        """How many requests are kept."""
        return len(self._routes)

    def keep_no_more(self) -> None:
        """What comes from now on passes; what has been kept stays so."""
        self._keeps = False

    def await_one(self, page: Page) -> None:
        _until(page, lambda: bool(self._routes), "nothing was sent")

    def let_one_through(self, page: Page) -> None:
        """The oldest, once there is one, and wait for its answer."""
        self.await_one(page)
        route = self._routes.pop(0)
        route.continue_()
        _until(page, lambda: route.request in self._ended, "no answer")

    def let_through(self) -> None:
        """All, and whatever else comes: requests without a route go on by themselves."""
        self._context.unroute("**/__ui__", self._keep)


def intercept(context: BrowserContext, pattern: str, handler: Callable[[Route], object]) -> None:
    """`context.route`, in effect: Chromium tells an open page of it in its own time, and a request may be quicker."""
    context.route(pattern, handler)
    context.route("**/healthz", lambda route: route.fulfill(status=204))
    for page in context.pages:
        page.evaluate("async () => { while ((await fetch('/healthz')).status !== 204); }")
    context.unroute("**/healthz")


def updated(scope: Page | Locator) -> None:
    """What `scope` shows has been read from the store, and nothing is being fetched."""
    expect(scope.get_by_role("status").filter(has_text=re.compile("^Updated")).first).to_be_visible()
    expect(scope.get_by_role("button", name="Refresh", disabled=False).first).to_be_visible()


def live(page: Page) -> None:
    """`updated`, and changes come by themselves from here on."""
    expect(page.get_by_role("status").filter(has_text=re.compile("^Updated .*Live$")).first).to_be_visible()


def settle(page: Page) -> None:
    """Wait until the server has answered a press that changes nothing, and everything before it."""
    with answered(page):
        page.locator("freshet-nav").evaluate("(nav) => nav.emit('navigateEvent', {url: '/nowhere'})")


@contextmanager
def answered(page: Page) -> Iterator[None]:
    """What is done meanwhile is sent, and at the end the page has taken in all that it is answered."""
    with page.expect_response("**/__ui__"):
        yield
    wait_for_answers(page)


def wait_for_answers(page: Page) -> None:
    """Wait until what was sent has been answered to the end, which comes after what the answer shows."""
    left = page.evaluate(_WAIT_FOR_ANSWERS, PATIENCE_MS)
    assert left == 0, f"{left} requests are not answered"


def _until(page: Page, done: Callable[[], bool], otherwise: str) -> None:
    late = time.monotonic() + PATIENCE_MS / 1000
    while not done():
        assert time.monotonic() < late, otherwise
        page.wait_for_timeout(20)


def go(page: Page, place: str) -> None:
    """Follow a link of the navigation."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name=place, exact=True).click()
    expect(page).to_have_url(re.compile(f"{PAGES[place]}($|\\?)"))
    expect(page.get_by_role("link", name=place, exact=True)).to_have_attribute("aria-current", "page")
    updated(page)


def prompt(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Prompt")


def ask_for(page: Page, words: str, *, amount: str) -> None:
    """Write a prompt, choose how many or how long, and press the button."""
    prompt(page).fill(words)
    page.get_by_role("radio", name=amount, exact=True).click()
    page.get_by_role("button", name=re.compile("^Generate ")).click()
    expect(tile(page, words)).to_be_visible()


def make_images(page: Page, words: str, count: int) -> list[str]:
    """Generate pictures on the Create page that is open; their ids, in the order shown."""
    ask_for(page, words, amount=str(count))
    made = page.locator(READY).filter(has_text=words)
    expect(made).to_have_count(count, timeout=RENDER_MS)
    return ids(made)


def tile(scope: Page | Locator, title: str) -> Locator:
    """The first tile of this title."""
    return scope.locator("freshet-tile").get_by_role("button", name=title).first


def tiles(scope: Page | Locator) -> Locator:
    return scope.locator("freshet-tile")


def ids(tiles: Locator) -> list[str]:
    """Media ids, in the order shown now."""
    found: list[str] = tiles.evaluate_all("tiles => tiles.map((tile) => tile.dataset.id)")
    return found


_SAID = """() => [document.documentElement.dataset.live, document.querySelector('freshet-live')?.unsure,
    ...[...document.querySelectorAll('[role=status], [role=alert], .blank')].map((one) => one.textContent)]"""
"""How the connection is, and what the page tells of itself."""


def shows(scope: Page | Locator, expected: list[str], *, only: str = "freshet-tile") -> None:
    """Wait until the tiles in `scope` that match `only` are exactly `expected`, in this order."""
    root = scope.locator("body") if isinstance(scope, Page) else scope
    found = root.evaluate(_WAIT_FOR_IDS, [only, expected, PATIENCE_MS])
    assert found == expected, f"shown: {found}, expected: {expected}, said: {root.evaluate(_SAID)}"


def refresh(page: Page) -> None:
    page.get_by_role("main").get_by_role("button", name="Refresh").first.click()
    updated(page)


def choose_button(page: Page, slot: str) -> Locator:
    return page.get_by_role("region", name=slot).get_by_role("button", name="Choose from Library")


def open_chooser(page: Page, slot: str) -> Locator:
    """Open a slot's chooser and wait for what the store says; the dialog."""
    choose_button(page, slot).click()
    return chooser(page)


def chooser(page: Page) -> Locator:
    dialog = page.get_by_role("dialog", name="Choose from Library")
    expect(dialog).to_be_visible()
    updated(dialog)
    return dialog


def close(dialog: Locator) -> None:
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def chosen(page: Page, slot: str) -> str:
    """The id of the picture in a slot of Try-on."""
    picture = page.get_by_role("region", name=slot).get_by_role("img").first
    source = picture.get_attribute("src") or ""
    match = re.search(r"/media/([0-9A-Z]{26})", source)
    assert match, source
    return match[1]


def is_painted(page: Page, media_id: str) -> None:
    """A tile's picture has been loaded and shows more than one colour."""
    picture = page.locator(f"freshet-tile[data-id='{media_id}'] img")
    expect(picture).to_have_js_property("complete", True)
    colours: int = picture.evaluate("""async (picture) => {
        await picture.decode();
        const canvas = Object.assign(document.createElement('canvas'), {width: 32, height: 32});
        const brush = canvas.getContext('2d', {willReadFrequently: true});
        brush.drawImage(picture, 0, 0, 32, 32);
        return new Set(new Uint32Array(brush.getImageData(0, 0, 32, 32).data.buffer)).size;
    }""")
    assert colours > 8


def plays(video: Locator) -> float:
    """Play a video without its sound; the second it has reached, under way or after PATIENCE_MS in vain."""
    reached: float = video.evaluate(
        """(video, patience) => new Promise((resolve) => {
            const start = performance.now();
            video.muted = true;
            void video.play();
            const look = () => {
                const playing = video.readyState >= 2 && video.currentTime > 0.2;
                if (playing || performance.now() - start > patience) resolve(video.currentTime);
                else setTimeout(look, 16);
            };
            look();
        })""",
        PATIENCE_MS,
    )
    return reached


_WAIT_FOR_ANSWERS = """(patience) => new Promise((resolve) => {
    const start = performance.now();
    const look = () => {
        const left = window.freshetChannel.pending.size;
        if (!left || performance.now() - start > patience) resolve(left);
        else setTimeout(look, 16);
    };
    look();
})"""
# A promise, since the pages' policy forbids what `wait_for_function` does; by the clock, since a browser need not draw
# a frame while it waits.
_WAIT_FOR_IDS = """(root, [only, expected, patience]) => new Promise((resolve) => {
    const start = performance.now();
    const look = () => {
        const found = [...root.querySelectorAll(only)].map((tile) => tile.dataset.id);
        if (String(found) === String(expected) || performance.now() - start > patience) resolve(found);
        else setTimeout(look, 16);
    };
    look();
})"""
