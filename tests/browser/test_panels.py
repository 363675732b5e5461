"""What opens beside its button and is closed by a press outside: filters, projects, and what a selection asks for."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import shows, updated

pytestmark = pytest.mark.usefixtures("still")


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def on_screen(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize(("button", "panel"), [("freshet-filters > button", "Filters"), ("button.project", "Projects")])
def test_the_button_that_opened_a_panel_closes_it(server: Server, visit: Visit, button: str, panel: str) -> None:
    page = visit("/library")
    updated(page)
    opened = page.get_by_role("dialog", name=panel)
    for _ in range(2):
        page.mouse.click(*on_screen(page, button))
        expect(opened).to_be_visible()
        expect(page.locator(button)).to_have_attribute("aria-expanded", "true")
        page.mouse.click(*on_screen(page, button))
        expect(opened).to_be_hidden()
        expect(page.locator(button)).to_have_attribute("aria-expanded", "false")


def test_on_a_phone_a_press_beside_a_panel_closes_it_and_does_nothing_else(server: Server, visit: Visit) -> None:
    made = fill(server, 4)
    page = visit("/account")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(server.url + "/library")
    shows(page, made)
    updated(page)
    filters = page.get_by_role("dialog", name="Filters")
    page.get_by_role("button", name="Filters", exact=True).click()
    expect(filters).to_be_visible()
    above = on_screen(page, f"freshet-tile[data-id='{made[0]}'] .hit")
    panel = filters.bounding_box()
    assert panel
    page.mouse.click(above[0], min(above[1], panel["y"] - 10))
    expect(filters).to_be_hidden()
    page.wait_for_timeout(300)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.mouse.click(*above)
    expect(page.get_by_role("dialog", name="Picture 000")).to_be_visible()
