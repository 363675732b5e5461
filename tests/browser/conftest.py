"""The real product in a browser: `python main.py` as a process of its own, headless Chromium against it."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

from services.freshness.live import LIVE_COOKIE
from tests.browser.forked import ForkedServer
from tests.browser.proxy import StoreProxy
from tests.browser.server import Server

CHROMIUM, SHELL = Path("/usr/bin/chromium"), Path("/usr/bin/chromium-headless-shell")
"""As Debian installs them. The shell is the same engine without the parts around a page, which cost as much as it."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
KINDS = ("sqlite", "firestore")
ALONE = pytest.mark.parametrize("server", KINDS[:1], indirect=True)
SHARED_ALONE = pytest.mark.parametrize("shared_server", KINDS[:1], indirect=True)
"""On SQLite alone: the test is about what the page does, and what it is told is contract-tested on both stores."""
Visit = Callable[..., Page]

expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A fresh studio on each kind of store."""
    yield from serve(request, tmp_path)


@pytest.fixture(scope="module", params=KINDS)
def shared_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One studio of each kind for a module whose tests do not mind what earlier ones left."""
    yield from serve(request, tmp_path_factory.mktemp("studio"))


@pytest.fixture
def local_server(tmp_path: Path) -> Iterator[Server]:
    """A fresh studio for what is not about stores."""
    server = ForkedServer(tmp_path / "data")
    yield server
    server.stop()


@pytest.fixture
def proxy(firestore_emulator: str) -> Iterator[StoreProxy]:
    """The way to the Firestore emulator, to be slowed down or cut."""
    proxy = StoreProxy(firestore_emulator)
    yield proxy
    proxy.close()


@pytest.fixture
def remote_server(proxy: StoreProxy, tmp_path: Path) -> Iterator[Server]:
    """A fresh studio whose store lies behind `proxy`."""
    server = ForkedServer(tmp_path / "data", **on_firestore(proxy.address))
    yield server
    proxy.release()
    server.stop()


def serve(
    request: pytest.FixtureRequest, folder: Path, start: Callable[..., Server] = ForkedServer
) -> Iterator[Server]:
    """A studio on the kind of store that `request.param` names."""
    settings = {}
    if request.param == "firestore":
        settings = on_firestore(request.getfixturevalue("firestore_emulator"))
    server = start(folder / "data", **settings)
    yield server
    server.stop()


def on_firestore(address: str) -> dict[str, str]:
    """Settings of a server with a fresh database on the emulator at `address`."""
    return {
        "FRESHET_STORE": "firestore",
        "FIRESTORE_EMULATOR_HOST": address,
        "GOOGLE_CLOUD_PROJECT": f"browser-{uuid4().hex[:12]}",
    }


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=_executable(playwright, SHELL, CHROMIUM), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def window(playwright: Playwright, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser as people have it: of its tabs one is looked at, and the others know that they are hidden.

    Playwright makes every tab of a browser that it starts itself believe that it has the focus.
    """
    arguments = [*FLAGS, "--headless", "--remote-debugging-port=0", f"--user-data-dir={tmp_path / 'profile'}"]
    process = subprocess.Popen(
        [_executable(playwright, CHROMIUM), *arguments, "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    address = next(found[0] for line in process.stderr if (found := re.search(r"ws://\S+", line)))
    drain = threading.Thread(target=process.stderr.read, daemon=True)
    drain.start()
    browser = playwright.chromium.connect_over_cdp(address, no_defaults=True)
    yield browser.contexts[0]
    browser.close()
    process.terminate()
    process.wait()
    drain.join()
    process.stderr.close()


def _executable(playwright: Playwright, *installed: Path) -> str:
    """The first of those that is there, else Playwright's own."""
    return next((str(path) for path in installed if path.exists()), playwright.chromium.executable_path)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Without motion, which costs as much as all the rest and would be waited for; with it, see test_pages.py."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def tolerated() -> list[str]:
    """Patterns of problems that a test brings about on purpose."""
    return []


@pytest.fixture
def visit(server: Server, context: BrowserContext, tolerated: list[str]) -> Iterator[Visit]:
    """Opens a new tab at a path, live updates on, as people find them. At the end neither the tabs nor the server may
    have complained (see `visits`)."""
    yield from visits(server, context, tolerated)


@pytest.fixture
def still(server: Server, context: BrowserContext) -> None:
    """Live updates are off in every tab of `visit`: what is committed elsewhere is shown when it is asked for."""
    keep_still(server, context)


def keep_still(server: Server, context: BrowserContext) -> None:
    """As the switch on the account page does."""
    context.add_cookies([{"name": LIVE_COOKIE, "value": "off", "url": server.url}])


def visits(server: Server, context: BrowserContext, tolerated: list[str]) -> Iterator[Visit]:
    """No script error, no error in the console, no request to another origin, no trace in the server's log."""
    problems: list[str] = []
    watch(context, server.url, problems)

    def open_tab(path: str) -> Page:
        page = context.new_page()
        page.goto(server.url + path)
        return page

    yield open_tab
    problems += server.logged("Traceback") + server.logged(".failed ")
    assert [problem for problem in problems if not any(re.search(each, problem) for each in tolerated)] == []


def watch(context: BrowserContext, own: str, problems: list[str]) -> None:
    """Note what goes wrong in any tab of `context`."""

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            problems.append(f"console: {message.text}")

    context.on("weberror", lambda error: problems.append(f"script error: {error.error}"))
    context.on("request", lambda request: _note_foreign(request.url, own, problems))
    context.on("console", hear)


def _note_foreign(url: str, own: str, problems: list[str]) -> None:
    if not url.startswith((own, "data:", "blob:", "about:")):
        problems.append(f"request to another origin: {url}")
