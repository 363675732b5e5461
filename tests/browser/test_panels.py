"""What opens beside its button and is closed by a press outside: filters, projects, and what a selection asks for."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

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


@pytest.mark.parametrize("width", [1280, 390])
def test_a_message_covers_no_button_that_sends_a_form(server: Server, visit: Visit, width: int) -> None:
    page = visit("/create/image")
    page.set_viewport_size({"width": width, "height": 800})
    updated(page)
    detail = {"message": "Nothing was started: the database cannot be reached right now", "tone": "failed"}
    page.evaluate("detail => window.dispatchEvent(new CustomEvent('freshet:tell', {detail}))", detail)
    expect(page.locator(".toast:popover-open")).to_contain_text("Nothing was started")
    toast, button = (page.locator(each).bounding_box() for each in (".toast", ".formfoot .btn.primary"))
    assert toast
    assert button
    assert toast["y"] + toast["height"] <= button["y"]


def test_under_a_finger_letters_are_large_enough_for_no_browser_to_enlarge_the_page(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    for path in ("/create/image", "/library"):
        page.goto(server.url + path)
        updated(page)
        sizes = page.evaluate(
            "[...document.querySelectorAll('input:not([type=checkbox]):not([type=file]), textarea, select')]"
            ".filter((field) => parseFloat(getComputedStyle(field).fontSize) < 16).map((field) => field.outerHTML)"
        )
        assert sizes == []
    context.close()
