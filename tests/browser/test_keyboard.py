"""The main journey without a mouse, with the focus in sight at every step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import READY, RENDER_MS, chooser, prompt, tile, tiles, updated

MANY_STOPS = 60


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def test_the_main_journey_needs_no_mouse(server: Server, visit: Visit) -> None:
    fill(server, 6, "Scarf")
    page = visit("/library")
    updated(page)
    keys = page.keyboard

    _tab_to(page, page.get_by_role("button", name="Create", exact=True))
    keys.press("Enter")
    expect(prompt(page)).to_be_visible()
    _tab_to(page, prompt(page))
    keys.type("Woman with a scarf")
    _tab_to(page, page.get_by_role("radio", name="1:1"))
    keys.press("ArrowRight")
    expect(page.get_by_role("radio", name="4:3")).to_be_checked()
    expect(page.get_by_role("radio", name="4:3")).to_be_focused()
    for _ in ("the picture to start from", "better words", "the history", "the templates", "the prompt"):
        keys.press("Shift+Tab")
    expect(prompt(page)).to_be_focused()
    keys.press("Control+Enter")
    expect(page.locator(READY)).to_have_count(1, timeout=RENDER_MS)
    expect(prompt(page)).to_be_focused()

    made = tile(page, "Woman with a scarf")
    _tab_to(page, made)
    keys.press("Enter")
    preview = page.get_by_role("dialog", name="Woman with a scarf")
    expect(preview).to_be_visible()
    _stays_inside(page, preview)
    keys.press("Escape")
    expect(preview).to_be_hidden()
    expect(made).to_be_focused()

    _tab_to(page, page.get_by_role("navigation", name="Main").get_by_role("link", name="Try-on"))
    keys.press("Enter")
    updated(page)
    for slot, steps in (("Person", 1), ("Product", 2)):
        region = page.get_by_role("region", name=slot)
        _tab_to(page, region.get_by_role("button", name="Choose from Library"))
        keys.press("Enter")
        dialog = chooser(page)
        _tab_to(page, tiles(dialog).first.get_by_role("button"))
        for _ in range(steps):
            keys.press("ArrowRight")
        keys.press("Enter")
        expect(dialog).to_be_hidden()
        expect(region.get_by_role("button", name=f"Clear {slot.lower()}")).to_be_visible()
    product = page.get_by_role("group", name=re.compile("^Product"))
    _tab_to(page, product)
    placed = product.get_attribute("aria-label") or ""
    keys.press("ArrowUp")
    expect(product).not_to_have_attribute("aria-label", placed)
    _tab_to(page, page.get_by_role("button", name="Generate Image"))
    keys.press("Enter")
    expect(page.locator("freshet-outcome[data-status=ready] .pic > img")).to_be_visible(timeout=RENDER_MS)


def test_letters_refresh_and_go_places_but_never_from_a_field_or_from_behind_a_dialog(
    server: Server, visit: Visit
) -> None:
    fill(server, 1, "Scarf")
    page = visit("/create/image")
    updated(page)
    prompt(page).click()
    page.keyboard.type("glr")
    expect(prompt(page)).to_have_value("glr")
    expect(page).to_have_url(re.compile("/create/image"))
    page.keyboard.press("Tab")
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page).to_have_url(re.compile("/library"))
    updated(page)
    asked = len(server.logged("library.refresh", "reason=manual"))
    page.keyboard.press("r")
    server.wait_logged("library.refresh", "reason=manual", times=asked + 1)
    updated(page)
    tile(page, "Scarf").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page).to_have_url(re.compile("/library"))
    page.keyboard.press("c")
    expect(prompt(page)).to_be_visible()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page).to_have_url(re.compile("/home"))


def test_a_shelf_is_one_stop_and_only_what_fits_in_its_row_can_be_reached(server: Server, visit: Visit) -> None:
    fill(server, 12, "Pier")
    page = visit("/home")
    updated(page)
    with page.expect_file_chooser():
        page.get_by_role("button", name=re.compile("^Upload")).press("Enter")
    images = page.get_by_role("region", name="Images")
    _tab_to(page, images.get_by_role("link", name="All images"))
    page.keyboard.press("Tab")
    hits = tiles(images).locator(".hit")
    expect(hits.first).to_be_focused()
    seen = tiles(images).locator(":scope:not([inert])")
    columns = seen.count()
    assert 1 < columns < 12
    page.keyboard.press("End")
    expect(hits.nth(columns - 1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(hits.nth(columns - 1)).to_be_focused()
    page.set_viewport_size({"width": 390, "height": 900})
    expect(seen).to_have_count(2)
    page.keyboard.press("Tab")
    assert not hits.evaluate_all("hits => hits.includes(document.activeElement)")
    _tab_to(page, hits.first)
    page.keyboard.press("Enter")
    preview = page.get_by_role("dialog", name="Pier 000")
    expect(preview).to_be_visible()
    page.keyboard.press("Escape")
    expect(hits.first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/library\?type=image$"))


def test_arrows_move_through_the_grid_as_it_looks(server: Server, visit: Visit) -> None:
    fill(server, 12, "Scarf")
    page = visit("/library")
    updated(page)
    hits = tiles(page).get_by_role("button")
    _tab_to(page, hits.first)
    columns: int = tiles(page).evaluate_all(
        "tiles => tiles.filter((tile) => tile.offsetTop === tiles[0].offsetTop).length"
    )
    for key, place in (("ArrowRight", 1), ("ArrowDown", 1 + columns), ("Home", columns), ("End", 2 * columns - 1)):
        page.keyboard.press(key)
        expect(hits.nth(place)).to_be_focused()
    page.keyboard.press("Tab")
    assert not hits.evaluate_all("hits => hits.includes(document.activeElement)")


def _tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus; the focus must be visible there."""
    expect(target).to_be_visible()
    for _ in range(MANY_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("(node) => node === document.activeElement"):
            break
    expect(target).to_be_focused()
    assert target.evaluate(_FOCUS_IS_VISIBLE)


def _stays_inside(page: Page, dialog: Locator) -> None:
    """Tab does not reach the page behind a dialog."""
    for _ in range(8):
        page.keyboard.press("Tab")
        assert dialog.evaluate(
            "(dialog) => document.activeElement === document.body || dialog.contains(document.activeElement)"
        )


_FOCUS_IS_VISIBLE = """(node) => {
    const ringed = (box) => {
        const style = getComputedStyle(box);
        const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
        return outlined || style.boxShadow !== 'none';
    };
    // The ring may be drawn around what belongs to the focused element: a field's box, a tile's picture.
    return node.matches(':focus-visible') && [node, node.parentElement, ...node.children].some(ringed);
}"""
