"""What arrives takes nothing from under a hand, and a page whose stream does not come through still hears of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import SHARED_ALONE, Visit
from tests.browser.library import add, fill
from tests.browser.server import Server
from tests.browser.steps import ids, live, open_chooser, settle, tile, tiles, updated

_IN_FRONT = """(button) => {
  const {left, top, width, height} = button.getBoundingClientRect();
  return button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server


@SHARED_ALONE
def test_B09_in_a_scrolled_chooser_a_drop_tells_what_is_new_and_nothing_moves(server: Server, visit: Visit) -> None:
    fill(server, 40, "Choice")
    page = visit("/try-on")
    dialog = open_chooser(page, "Person")
    live(page)
    body = dialog.locator(".choose-body")
    body.evaluate("(body) => body.scrollTo({top: 600, behavior: 'instant'})")
    settle(page)
    first, where = ids(tiles(dialog))[0], body.evaluate("(body) => body.scrollTop")
    [new] = add(server, [("Late choice", timedelta(0))])
    drop = dialog.get_by_role("button", name="1 new")
    expect(drop).to_be_visible()
    assert ids(tiles(dialog))[0] == first
    assert body.evaluate("(body) => body.scrollTop") == where
    for further in range(0, 240, 40):  # whatever lies beneath it
        body.evaluate("(body, top) => body.scrollTo({top, behavior: 'instant'})", where + further)
        assert drop.evaluate(_IN_FRONT)
    drop.click()
    expect(tiles(dialog).first).to_have_attribute("data-id", new)
    expect(tiles(dialog).first.get_by_role("button").first).to_be_focused()
    assert body.evaluate("(body) => body.scrollTop") == 0


@SHARED_ALONE
def test_B09_B10_behind_a_closer_look_a_scrolled_list_stays_where_it_is(server: Server, visit: Visit) -> None:
    fill(server, 40, "Behind")
    page = visit("/library")
    live(page)
    page.locator("freshet-tile").first.hover()
    page.mouse.wheel(0, 900)
    looked_at = tiles(page).nth(20)
    expect(looked_at).to_be_in_viewport()
    first = ids(tiles(page))[0]
    looked_at.get_by_role("button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    settle(page)
    asked = len(server.logged("library.refresh", "reason=live"))
    add(server, [("Behind a look", timedelta(0))])
    server.wait_logged("library.refresh", "reason=live", times=asked + 1)
    settle(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    assert ids(tiles(page))[0] == first


@SHARED_ALONE
def test_a_press_means_the_tile_that_it_began_on(server: Server, visit: Visit) -> None:
    fill(server, 3, "Held down")
    page = visit("/library")
    live(page)
    tile(page, "Held down 000").hover()
    page.mouse.down()
    [new] = add(server, [("Pushes in", timedelta(0))])
    expect(tiles(page).first).to_have_attribute("data-id", new)
    page.mouse.up()
    expect(page.get_by_role("dialog", name="Held down 000")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    box = tile(page, "Held down 001").bounding_box()
    assert box is not None
    tile(page, "Held down 001").hover()
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"] + box["height"] + 40)
    page.mouse.up()
    settle(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


@SHARED_ALONE
def test_B18_B19_a_page_whose_stream_is_refused_asks_without_one(
    server: Server, visit: Visit, context: BrowserContext, tolerated: list[str]
) -> None:
    _refuse_streams(context, tolerated)
    page = visit("/library")
    expect(_polling(page)).to_be_visible()
    [new] = add(server, [("Without a stream", timedelta(0))])
    expect(tiles(page).first).to_have_attribute("data-id", new)
    context.unroute("**/events?*")
    live(page)
    [newer] = add(server, [("With one again", timedelta(0))])
    expect(tiles(page).first).to_have_attribute("data-id", newer)


@SHARED_ALONE
def test_B18_B19_a_page_whose_stream_is_refused_asks_as_soon_as_it_gives_it_up(
    server: Server, visit: Visit, context: BrowserContext, tolerated: list[str]
) -> None:
    """Whether that is answered is what its status line tells from then on: "Polling", or that the server is away."""
    _refuse_streams(context, tolerated)
    context.clock.install()
    page = visit("/library")
    updated(page)
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    [new] = add(server, [("Asked for at once", timedelta(0))])
    for _ in range(40):  # what it retries takes 4.4 s at the most; a tab that polls waits for 5
        if page.evaluate("document.documentElement.dataset.live") == "polling":
            break
        page.clock.run_for(250)
    expect(_polling(page)).to_be_visible()
    expect(tiles(page).first).to_have_attribute("data-id", new)


@SHARED_ALONE
def test_B18_B19_a_page_whose_stream_says_nothing_asks_without_one(
    server: Server, visit: Visit, context: BrowserContext
) -> None:
    """As behind a proxy that keeps what is streamed until it ends."""
    context.add_init_script("""
        window.EventSource = class extends EventTarget {
            close() {}
        };
    """)
    context.clock.install()
    page = visit("/library")
    page.clock.run_for("00:12")
    expect(_polling(page)).to_be_visible()
    [new] = add(server, [("Unheard of", timedelta(0))])
    page.clock.run_for("00:06")
    expect(tiles(page).first).to_have_attribute("data-id", new)


def _refuse_streams(context: BrowserContext, tolerated: list[str]) -> None:
    tolerated += ["503", "/events"]
    context.route("**/events?*", lambda route: route.fulfill(status=503))


def _polling(page: Page) -> Locator:
    return page.get_by_role("status").filter(has_text=re.compile("^Updated .*Polling$")).first
