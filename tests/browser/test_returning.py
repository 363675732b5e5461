"""A tab that is not looked at asks nothing; whoever returns to it sees the present at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Visit, visits
from tests.browser.library import fill, rename
from tests.browser.server import Server
from tests.browser.steps import go, ids, live, settle, shows, tile, tiles
from tests.browser.test_live import arrive

RETURNS = re.compile("reason=(visibility|focus|online)")


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


@pytest.fixture
def visit(server: Server, window: BrowserContext, tolerated: list[str]) -> Iterator[Visit]:
    yield from visits(server, window, tolerated)


def test_R4_01_B15_B16_a_hidden_tab_sends_nothing_and_a_return_asks_once(server: Server, visit: Visit) -> None:
    held = fill(server, 2)
    page = visit("/library?type=image")
    live(page)
    page.clock.install()
    before = ids(tiles(page))
    other = visit("/library")
    live(other)
    assert page.evaluate("document.visibilityState") == "hidden"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    new = arrive(server, "First meanwhile", "Second meanwhile")
    shows(other, [*new, *before])
    assert held[0] in before
    assert asked == []
    assert ids(tiles(page)) == before

    other.goto(f"{server.url}/account")  # it would answer its own returns
    page.clock.fast_forward(6_000)  # a page that has just been loaded asks nothing more on a return
    page.bring_to_front()
    shows(page, [*new, *before])
    assert len(server.wait_logged("library.refresh", "reason=visibility")) == 1
    other.bring_to_front()
    page.bring_to_front()
    live(page)
    _turn(page)
    assert len(_returns(server)) == 1


def test_B15_B16_so_do_home_an_item_and_the_account(server: Server, visit: Visit) -> None:
    (held,) = fill(server, 1, "Looked at")
    paths = {"home": "/home", "media": f"/media-item?id={held}", "account": "/account"}
    pages = {}
    for scope, path in paths.items():
        pages[scope] = page = visit(path)
        live(page)
        page.clock.install()
    figures = pages["account"].get_by_role("list", name="Storage used").get_by_role("listitem").first
    before = figures.text_content() or ""
    other = visit("/library")
    live(other)
    asked: list[str] = []
    for page in pages.values():
        assert page.evaluate("document.visibilityState") == "hidden"
        page.on("request", lambda request: asked.append(request.url))
    (new,) = arrive(server, "Meanwhile")
    rename(server, held, "Looked at, and renamed")
    expect(tiles(other).first).to_have_attribute("data-id", new)
    expect(tile(other, "Looked at, and renamed")).to_be_visible()
    assert asked == []

    for scope, page in pages.items():
        page.clock.fast_forward(6_000)
        page.bring_to_front()
        if scope != "account":  # whose figures may have been read less than five seconds ago
            server.wait_logged(f"{scope}.refresh", "reason=visibility")
        live(page)
        settle(page)
        once = _asked(server, scope)
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        _turn(page)
        settle(page)
        assert _asked(server, scope) == once
    expect(tile(pages["home"], "Meanwhile")).to_be_attached()
    expect(pages["media"].get_by_role("heading", level=1, name="Looked at, and renamed")).to_be_attached()
    assert len(_asked(server, "media")) == 1
    expect(figures).not_to_have_text(before)


def test_R4_02_a_page_that_was_left_does_not_answer_a_return(server: Server, visit: Visit) -> None:
    page = visit("/library")
    live(page)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Account", exact=True).click()
    expect(page.get_by_role("switch", name="Live updates")).to_be_visible()
    returns = len(_returns(server))
    other = visit("/library")
    live(other)
    page.bring_to_front()
    expect(page.get_by_role("switch", name="Live updates")).to_be_visible()
    settle(page)
    assert len(_returns(server)) == returns  # the account page may ask for its own figures
    other.bring_to_front()
    go(other, "Library")
    assert len(_returns(server)) <= returns + 1  # the other tab's own


def _asked(server: Server, scope: str) -> list[str]:
    return [line for line in server.logged(f"{scope}.refresh") if RETURNS.search(line)]


def _returns(server: Server) -> list[str]:
    return _asked(server, "library")


def _turn(page: Page) -> None:
    """Let the page do what it has to do after it became visible."""
    page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
