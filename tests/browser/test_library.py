"""The library page: asked again on every visit and every Refresh, newest on top, endless without stalling."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.conftest import ALONE, Visit, visits
from tests.browser.library import add, fill
from tests.browser.server import Server
from tests.browser.steps import go, ids, refresh, settle, shows, tile, tiles, updated

pytestmark = pytest.mark.usefixtures("still")
MANY = 130
A_4K_SCREEN: ViewportSize = {"width": 3840, "height": 2160}


def test_R0_03_every_visit_asks_the_store_and_a_permalink_gates_its_dialog_alone(server: Server, visit: Visit) -> None:
    first = fill(server, 2)
    page = visit(f"/library?item={first[1]}")
    dialog = page.get_by_role("dialog", name="Picture 001")
    expect(dialog).to_be_visible()
    shows(page, first)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    shows(page, first)
    go(page, "Image")
    newer = add(server, [("Made meanwhile", timedelta(minutes=-1))])
    go(page, "Library")
    shows(page, newer + first)
    assert len(server.wait_logged("library.refresh", "reason=open", times=2)) == 2


def test_R0_04_equal_old_and_imported_times_are_in_order_and_none_is_dropped(server: Server, visit: Visit) -> None:
    hour = timedelta(hours=1)
    wanted = [("Equal", hour), ("Equal", hour), ("Equal", hour), ("A year old", 365 * 24 * hour), ("New", 0 * hour)]
    *equal, old, new = add(server, wanted)
    page = visit("/library")
    shows(page, [new, *sorted(equal, reverse=True), old])
    (middle,) = add(server, [("Between", hour / 2)])
    refresh(page)
    shows(page, [new, middle, *sorted(equal, reverse=True), old])


def test_R0_05_R0_06_refresh_asks_the_store_and_keeps_filter_extent_and_scroll(server: Server, visit: Visit) -> None:
    held = fill(server, 60)
    page = visit("/library?type=image")
    _load_all(page, 60)
    anchor = page.locator(f"freshet-tile[data-id='{held[45]}']")
    anchor.scroll_into_view_if_needed()
    where = _top(page)
    (new,) = add(server, [("Newest", timedelta(minutes=-1))])
    _point_and_click(page, page.get_by_role("button", name="Refresh"))
    assert server.wait_logged("library.refresh", "reason=manual")
    expect(page).to_have_url(re.compile("type=image"))
    expect(page.get_by_role("tab", name="Images")).to_have_attribute("aria-selected", "true")
    shows(page, held)
    assert abs(_top(page) - where) <= 1
    page.get_by_role("button", name="1 new").click()
    shows(page, [new, *held])
    page.get_by_role("tab", name="Videos").click()
    expect(page.get_by_text("Nothing of this type yet")).to_be_visible()
    refresh(page)
    expect(page.get_by_text("Nothing of this type yet")).to_be_visible()


@pytest.mark.parametrize("by_keys", [True, False])
def test_F09_what_stays_in_place_is_reached_by_keys_without_moving_the_list(
    server: Server, visit: Visit, by_keys: bool
) -> None:
    fill(server, 60)
    page = visit("/library")
    _load_all(page, 60)
    page.locator("freshet-tile .hit").nth(20).focus()
    if not by_keys:
        page.keyboard.press("Control+a")
    page.locator(".sheet").evaluate("(sheet) => { sheet.scrollTop = 500; }")
    settle(page)
    where = _top(page)
    for name in ("Refresh", "Filters") if by_keys else ("Favourite", "Delete"):
        button = page.locator(".head, .selbar").get_by_role("button", name=name, exact=True)
        button.evaluate("(button) => button.focus()")
        expect(button).to_be_focused()
        assert _top(page) == where, name


@ALONE
def test_R0_15_an_open_preview_is_kept_by_a_refresh_and_clicks_ask_nothing(server: Server, visit: Visit) -> None:
    held = fill(server, 3)
    page = visit("/library")
    shows(page, held)
    asked = len(server.wait_logged("library.refresh"))
    for name in ("Picture 000", "Picture 002"):
        tile(page, name).click()
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    refresh(page)
    assert len(server.wait_logged("library.refresh", times=asked + 1)) == asked + 1


@ALONE
def test_B21_a_refresh_with_nothing_new_changes_no_node_and_no_attribute_of_the_list(
    server: Server, visit: Visit
) -> None:
    add(server, [(f"Days old {place}", timedelta(days=3 + place)) for place in range(3)])  # their ages stand still
    page = visit("/library")
    updated(page)
    expect(page.locator("freshet-tile img:not(.coming)")).to_have_count(3)
    page.locator("[role=list]").first.evaluate("""(list) => {
        window.changes = [];
        new MutationObserver((records) => {
            for (const {type, target, attributeName, oldValue} of records)
                if (type !== 'attributes' || target.getAttribute(attributeName) !== oldValue)
                    window.changes.push(`${type} ${target.tagName} ${attributeName}`);
        }).observe(list, {subtree: true, childList: true, attributes: true, attributeOldValue: true});
    }""")
    for _ in range(2):
        asked = len(server.logged("library.refresh", "reason=manual"))
        page.get_by_role("button", name="Refresh").click()
        server.wait_logged("library.refresh", "reason=manual", times=asked + 1)
        updated(page)
    assert page.evaluate("window.changes") == []


@ALONE
def test_the_list_reaches_its_end_on_a_4k_screen_without_gaps_or_repeats(server: Server, browser: Browser) -> None:
    wanted = fill(server, MANY)
    context = browser.new_context(viewport=A_4K_SCREEN)
    opening = visits(server, context, [])
    page = next(opening)("/library")
    updated(page)
    _load_all(page, MANY)
    assert ids(tiles(page)) == wanted
    expect(page.get_by_text(f"{MANY} in all")).to_be_visible()
    assert list(opening) == []
    context.close()


def _load_all(page: Page, count: int) -> None:
    """Scroll on, as long as more comes, until `count` tiles are there."""
    page.locator("freshet-tile").first.hover()
    for _ in range(40):
        if tiles(page).count() >= count:
            break
        shown = tiles(page).count()
        page.mouse.wheel(0, 4000)
        expect(tiles(page).nth(min(shown, count - 1))).to_be_attached()
    expect(tiles(page)).to_have_count(count)


def _point_and_click(page: Page, target: Locator) -> None:
    """As a hand does it: Playwright's own click scrolls what is sticky into view first."""
    settle(page)  # it moves with its words, and rests while a refresh is under way
    expect(target).to_be_enabled()
    box = target.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    updated(page)


def _top(page: Page) -> float:
    top: float = page.locator(".sheet").evaluate("(sheet) => sheet.scrollTop")
    return top
