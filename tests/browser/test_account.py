"""The account page: how this browser shows Freshet."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PAGES, Visit
from tests.browser.server import Server
from tests.browser.steps import updated

pytestmark = PAGES
DARK = re.compile("dark-theme")


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def choice(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="Theme").get_by_role("radio", name=name).click()
    expect(page.get_by_role("radio", name=name)).to_be_checked()


def test_the_theme_is_light_dark_or_the_systems(server: Server, visit: Visit) -> None:
    page = visit("/account")
    expect(page.get_by_role("radio", name="System")).to_be_checked()
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).to_have_class(DARK)
    choice(page, "Light")
    expect(page.locator("body")).not_to_have_class(DARK)
    page.get_by_role("button", name="Switch theme").click()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    page.emulate_media(color_scheme="light")
    page.reload()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    expect(page.locator("body")).to_have_class(DARK)
    page.get_by_role("radio", name="Dark").press("ArrowRight")
    expect(page.get_by_role("radio", name="System")).to_be_checked()
    expect(page.get_by_role("radio", name="System")).to_be_focused()
    expect(page.locator("body")).not_to_have_class(DARK)


def test_a_question_mark_leads_to_the_keys_from_anywhere(server: Server, visit: Visit) -> None:
    page = visit("/library")
    updated(page)
    page.keyboard.press("?")
    expect(page).to_have_url(re.compile("/account$"))
    expect(page.get_by_role("heading", name="Keyboard")).to_be_visible()
    expect(page.get_by_text("Show what is new")).to_be_visible()


def test_where_there_is_no_keyboard_no_keys_are_explained(server: Server, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.url + "/account")
    expect(page.get_by_role("switch", name="Live updates")).to_be_visible()
    expect(page.get_by_role("heading", name="Keyboard")).to_be_hidden()
    context.close()
