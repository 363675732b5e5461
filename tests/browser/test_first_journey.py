"""The first minutes of a new person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import KINDS, Visit, serve
from tests.browser.server import Server
from tests.browser.steps import READY, RENDER_MS, ask_for, go, ids, is_painted, prompt, shows, tiles


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Started as people start it."""
    yield from serve(request, tmp_path, Server)


def test_R0_12_four_pictures_are_made_while_the_page_stays_usable_and_stand_at_home_and_on_top_of_the_library(
    server: Server, visit: Visit
) -> None:
    page = visit("/")
    expect(page).to_have_url(re.compile("/home$"))
    expect(page.get_by_text("Make your first picture")).to_be_visible()
    page.get_by_role("button", name="Paper-cut sea with a red sun").click()
    expect(prompt(page)).to_have_value("Paper-cut sea with a red sun")

    with server.renders_held():
        ask_for(page, "Lantern boats leaving the harbour", amount="4")
        expect(page.locator("freshet-tile[data-status=generating]")).to_have_count(4)
        asked = ids(tiles(page))
        prompt(page).press_sequentially(" at dusk")
        page.get_by_role("radio", name="16:9").click()
        expect(page.get_by_role("radio", name="16:9")).to_be_checked()
        expect(prompt(page)).to_have_value("Lantern boats leaving the harbour at dusk")
        go(page, "Library")
        shows(page, asked)
        go(page, "Home")
        shows(page.get_by_role("region", name="Running now"), asked)
        page.get_by_role("link", name="Unfinished image").click()
        shows(page, asked)
        expect(prompt(page)).to_have_value("Lantern boats leaving the harbour at dusk")
        expect(page.get_by_role("radio", name="16:9")).to_be_checked()

    expect(page.locator(READY)).to_have_count(4, timeout=RENDER_MS)
    shows(page, asked)
    go(page, "Library")
    shows(page, asked, only=READY)
    is_painted(page, asked[0])
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page).to_have_url(re.compile("/home"))
    images = page.get_by_role("region", name="Images")
    shows(images, asked, only=READY)
    tiles(images).first.get_by_role("button").first.click()
    opened = page.get_by_role("dialog", name="Lantern boats leaving the harbour")
    opened.get_by_role("button", name="Favourite").click()
    opened.get_by_role("button", name="Close").click()
    shows(page.get_by_role("region", name="Favourites"), asked[:1])
    page.reload()
    shows(page.get_by_role("region", name="Last opened"), asked[:1])
