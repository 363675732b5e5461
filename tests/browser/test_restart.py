"""A server that ends, however it ends, takes no tab and no run with it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import KINDS, Visit
from tests.browser.server import Server
from tests.browser.steps import READY, RENDER_MS, ask_for, go, ids, prompt, shows, tiles, updated

CUT = "ERR_(CONNECTION_REFUSED|EMPTY_RESPONSE|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING)"
"""What the console says of requests, and of the stream of changes, that a server's end cuts off."""


@pytest.mark.parametrize("server", KINDS[:1], indirect=True)
def test_a_tab_says_that_the_server_restarts_and_comes_back_by_itself_with_what_was_typed(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated.append(CUT)
    page = visit("/create/image")
    updated(page)
    server.kill()
    prompt(page).fill("Half a thought about a harbour")
    page.get_by_role("radio", name="4:3").click()
    expect(page.get_by_role("alert").filter(has_text="Freshet is restarting")).to_be_visible()
    server.start()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(prompt(page)).to_have_value("Half a thought about a harbour")
    updated(page)
    page.get_by_role("button", name="Generate Image").click()
    expect(page.locator(READY)).to_have_count(1, timeout=RENDER_MS)


@pytest.mark.parametrize("server", KINDS[:1], indirect=True)
def test_a_link_followed_while_the_server_is_away_opens_once_it_is_back(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated.append(CUT)
    page = visit("/create/image")
    updated(page)
    server.stop()
    page.get_by_role("link", name="Try-on").click()
    expect(page.get_by_role("alert").filter(has_text="Freshet is restarting")).to_be_visible()
    server.start()
    expect(page).to_have_url(re.compile("/try-on"))
    updated(page)


def test_four_pictures_are_finished_once_although_the_server_is_killed_in_the_middle(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated.append(CUT)
    page = visit("/create/image")
    updated(page)
    ask_for(page, "Four lighthouses", amount="4")
    expect(tiles(page).filter(has_text=re.compile(r"\d %")).first).to_be_visible()
    with server.renders_held():
        asked = ids(tiles(page))
        server.kill()
    server.start()
    expect(page.locator(READY)).to_have_count(4, timeout=RENDER_MS)
    shows(page, asked)
    go(page, "Library")
    shows(page, asked, only=READY)
    assert len(server.logged("run.finished", "status=succeeded")) == 1
