"""The first minutes of a new person."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.browser.steps import READY, RENDER_MS, ask_for, go, ids, is_painted, prompt, shows, tiles


def test_R0_12_four_pictures_are_made_while_the_page_stays_usable_and_stand_on_top_of_the_library(
    server: Server, visit: Visit
) -> None:
    page = visit("/")
    expect(page.get_by_text("Your library is empty")).to_be_visible()
    page.get_by_role("button", name="Create", exact=True).click()
    ask_for(page, "Lantern boats leaving the harbour", amount="4")
    expect(tiles(page).filter(has_text=re.compile(r"\d %")).first).to_be_visible()

    with server.renders_held():
        asked = ids(tiles(page))
        expect(page.locator("freshet-tile[data-status=generating]")).to_have_count(4)
        prompt(page).press_sequentially(" at dusk")
        page.get_by_role("radio", name="16:9").click()
        expect(page.get_by_role("radio", name="16:9")).to_be_checked()
        expect(prompt(page)).to_have_value("Lantern boats leaving the harbour at dusk")
        go(page, "Library")
        shows(page, asked)
        go(page, "Image")
        shows(page, asked)
        expect(prompt(page)).to_have_value("Lantern boats leaving the harbour at dusk")
        expect(page.get_by_role("radio", name="16:9")).to_be_checked()

    expect(page.locator(READY)).to_have_count(4, timeout=RENDER_MS)
    shows(page, asked)
    go(page, "Library")
    shows(page, asked, only=READY)
    is_painted(page, asked[0])
