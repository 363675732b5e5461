"""The Create forms in a browser: Remix and its undo, frames, and what is typed when a page is loaded anew."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import (
    READY,
    RENDER_MS,
    ask_for,
    chooser,
    go,
    make_images,
    plays,
    prompt,
    settle,
    tile,
    updated,
)

pytestmark = pytest.mark.usefixtures("still")


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def leave_out(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Leave out")


def style(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Style")


def seed(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Seed")


def choose(page: Page, field: str, title: str) -> Locator:
    """Choose an item for a source of the form; the field."""
    group = page.get_by_role("group", name=field)
    group.get_by_role("button", name="Choose from Library").click()
    dialog = chooser(page)
    tile(dialog, title).click()
    expect(dialog).to_be_hidden()
    expect(group).to_contain_text(title)
    return group


def test_remix_brings_back_what_made_a_picture_and_undo_what_was_typed(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    style(page).select_option("Ink")
    leave_out(page).fill("sun")
    seed(page).fill("77")
    page.get_by_role("radio", name="9:16").click()
    make_images(page, "Pines by the lake", 1)

    prompt(page).fill("Something else entirely")
    leave_out(page).fill("people")
    style(page).select_option("None")
    go(page, "Library")
    tile(page, "Pines by the lake").click()
    look = page.get_by_role("dialog", name="Pines by the lake")
    expect(look.get_by_role("link", name="Remix")).to_have_attribute("href", re.compile(r"^/create/image\?remix="))
    expect(look).to_contain_text("Ink · without “sun”")
    page.keyboard.press("m")
    expect(page).to_have_url(re.compile(r"/create/image$"))
    expect(prompt(page)).to_have_value("Pines by the lake")
    expect(leave_out(page)).to_have_value("sun")
    expect(seed(page)).to_have_value("77")
    expect(style(page)).to_have_value("Ink")
    expect(page.get_by_role("radio", name="9:16")).to_be_checked()

    page.get_by_role("status").filter(has_text="Remixed").get_by_role("button", name="Undo").click()
    expect(prompt(page)).to_have_value("Something else entirely")
    expect(leave_out(page)).to_have_value("people")
    expect(style(page)).to_have_value("")
    page.keyboard.press("Control+z")
    expect(prompt(page)).to_have_value("Pines by the lake")


def test_variations_begin_with_the_picture_and_a_key_on_its_page_remixes(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    make_images(page, "Dunes at noon", 1)
    tile(page, "Dunes at noon").click()
    page.get_by_role("dialog", name="Dunes at noon").get_by_role("link", name="Variations").click()
    source = page.get_by_role("group", name="Picture to repaint")
    expect(source).to_contain_text("Dunes at noon")
    expect(seed(page)).to_have_value("")
    ask_for(page, "Dunes at noon", amount="2")
    expect(page.locator(READY)).to_have_count(3, timeout=RENDER_MS)
    go(page, "Library")
    tile(page, "Dunes at noon").click()
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1, name="Dunes at noon")).to_be_visible()
    expect(page.get_by_role("list", name="Made from", exact=True).get_by_role("button")).to_be_visible()
    page.keyboard.press("m")
    expect(source).to_contain_text("Dunes at noon")
    expect(seed(page)).not_to_have_value("")


def test_a_clip_begins_and_ends_with_pictures_and_another_goes_on_from_it(server: Server, visit: Visit) -> None:
    fill(server, 2, "Harbour")
    page = visit("/create/video")
    updated(page)
    last = choose(page, "Last frame", "Harbour 001")
    prompt(page).fill("From noon to night")
    page.get_by_role("radio", name="2 s").click()
    page.get_by_role("button", name="Generate Video").click()
    expect(last.get_by_role("alert")).to_contain_text("A last frame needs a first one")
    choose(page, "First frame", "Harbour 000")
    expect(last.get_by_role("alert")).to_have_count(0)
    ask_for(page, "From noon to night", amount="2 s")
    expect(page.locator(READY)).to_have_count(1, timeout=RENDER_MS)
    tile(page, "From noon to night").click()
    video = page.get_by_role("dialog", name="From noon to night").locator("video")
    plays(video)
    page.keyboard.press("Escape")

    for field in ("first frame", "last frame"):
        page.get_by_role("button", name=f"Clear {field}").click()
        expect(page.get_by_role("button", name=f"Clear {field}")).to_be_hidden()
    choose(page, "Clip to go on from", "From noon to night")
    ask_for(page, "And on to the morning", amount="2 s")
    expect(page.locator(READY)).to_have_count(2, timeout=RENDER_MS)
    expect(tile(page, "And on to the morning")).to_contain_text("0:04")


def test_what_is_to_be_left_out_outlives_a_reload(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    prompt(page).fill("Hills")
    leave_out(page).fill("sun, people")
    page.reload()
    updated(page)
    expect(prompt(page)).to_have_value("Hills")
    expect(leave_out(page)).to_have_value("sun, people")
    ask_for(page, "Hills", amount="1")
    expect(page.get_by_text("without “sun, people”")).to_be_visible()


def test_a_remix_goes_before_what_was_being_typed_when_the_tab_was_reloaded(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    make_images(page, "A quiet bay", 1)
    prompt(page).fill("Half a thought")
    go(page, "Library")
    page.reload()
    updated(page)
    tile(page, "A quiet bay").click()
    page.get_by_role("dialog", name="A quiet bay").get_by_role("link", name="Remix").click()
    expect(prompt(page)).to_have_value("A quiet bay")
    settle(page)
    expect(prompt(page)).to_have_value("A quiet bay")
