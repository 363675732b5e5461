"""A store that is slow, or gone: what is held stays, its age is told, and the next click works."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.library import fill
from tests.browser.proxy import StoreProxy
from tests.browser.server import Server
from tests.browser.steps import ask_for, choose_button, chooser, go, prompt, settle, shows, tile, updated

pytestmark = pytest.mark.usefixtures("still")
EMPTY = "Your library is empty"


@pytest.fixture
def server(remote_server: Server) -> Server:
    return remote_server


def test_R0_09_while_the_store_takes_its_time_the_old_grid_stays_and_nothing_is_called_empty(
    server: Server, proxy: StoreProxy, visit: Visit
) -> None:
    held = fill(server, 2)
    page = visit("/library")
    shows(page, held)
    proxy.hold()
    button = page.get_by_role("button", name="Refresh")
    button.click()
    expect(button).to_contain_text("Refreshing…")
    expect(button).to_be_disabled()
    shows(page, held)
    tile(page, "Picture 000").click()
    proxy.release()
    expect(page.get_by_role("dialog", name="Picture 000")).to_be_visible()
    page.keyboard.press("Escape")
    updated(page)
    shows(page, held)


def test_R0_09_a_first_load_that_takes_its_time_shows_that_it_loads_and_never_an_empty_library(
    server: Server, proxy: StoreProxy, visit: Visit
) -> None:
    held = fill(server, 1)
    proxy.hold()
    page = visit("/library")
    expect(page.get_by_role("status").filter(has_text="Loading…")).to_be_visible()
    expect(page.locator(".sk-tile").first).to_be_visible()
    expect(page.get_by_text(EMPTY)).to_have_count(0)
    proxy.release()
    shows(page, held)

    go(page, "Try-on")
    proxy.hold()
    choose_button(page, "Person").click()
    dialog = page.get_by_role("dialog", name="Choose from Library")
    expect(dialog.locator(".sk-tile").first).to_be_visible()
    expect(dialog.get_by_text("No images yet")).to_have_count(0)
    proxy.release()
    shows(chooser(page), held)


def to_library(page: Page) -> Locator:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Library", exact=True).click()
    return page.get_by_role("main")


def to_home(page: Page) -> Locator:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Home", exact=True).click()
    return page.get_by_role("main")


def to_chooser(page: Page) -> Locator:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Try-on", exact=True).click()
    choose_button(page, "Person").click()
    return page.get_by_role("dialog", name="Choose from Library")


@pytest.mark.parametrize(
    ("open_it", "nothing"),
    [(to_library, EMPTY), (to_home, "Make your first picture"), (to_chooser, "No images yet")],
    ids=["library", "home", "chooser"],
)
def test_R0_09_what_was_empty_is_not_called_so_again_before_a_slow_store_has_answered(
    server: Server, proxy: StoreProxy, visit: Visit, open_it: Callable[[Page], Locator], nothing: str
) -> None:
    page = visit("/create/image")
    updated(page)
    expect(open_it(page).get_by_text(nothing)).to_be_visible()
    page.keyboard.press("Escape")  # a dialog keeps all else from being pressed
    expect(page.get_by_role("dialog")).to_have_count(0)
    go(page, "Video")
    imported = fill(server, 1)
    proxy.hold()
    shown = open_it(page)
    expect(shown.locator(".sk-tile").first).to_be_visible()
    settle(page)  # the handler has let go: it does not wait for as long as the store takes
    expect(shown.locator(".sk-tile").first).to_be_visible()
    expect(shown.get_by_text(nothing)).to_have_count(0)
    proxy.release()
    shows(shown, imported)
    expect(shown.locator(".sk-tile")).to_have_count(0)


def test_R0_14_a_store_that_is_down_is_told_keeps_everything_and_the_next_click_works(
    server: Server, proxy: StoreProxy, visit: Visit
) -> None:
    held = fill(server, 2)
    page = visit("/library")
    shows(page, held)
    proxy.cut()
    page.get_by_role("button", name="Refresh").click()
    alert = page.get_by_role("alert").filter(has_text="Offline")
    expect(alert).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Offline, as of")).to_be_visible()
    shows(page, held)
    tile(page, "Picture 001").click()
    expect(page.get_by_role("dialog", name="Picture 001")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("link", name="Image").click()
    expect(page.get_by_role("alert").filter(has_text="Your images could not be read")).to_be_visible()
    prompt(page).fill("Kept through the storm")
    page.get_by_role("button", name="Generate Image").click()
    expect(page.get_by_role("alert").filter(has_text="Nothing was started")).to_be_visible()
    expect(prompt(page)).to_have_value("Kept through the storm")

    page.get_by_role("link", name="Library").click()
    shows(page, held)
    expect(alert).to_be_visible()
    proxy.mend()
    newer = fill(server, 1, "Newer")
    _store_is_back(page)
    alert.get_by_role("button", name="Retry").click()
    shows(page, newer + held)
    expect(alert).to_be_hidden()
    updated(page)
    go(page, "Image")
    ask_for(page, "Kept through the storm", amount="1")


def _store_is_back(page: Page) -> None:
    """The server's own connection may take a moment longer than the store."""
    page.wait_for_function("async () => (await (await fetch('/healthz')).json()).store === 'ok'")


def test_R0_14_a_first_read_that_fails_is_not_an_empty_library(server: Server, proxy: StoreProxy, visit: Visit) -> None:
    held = fill(server, 1)
    proxy.cut()
    page = visit("/library")
    alert = page.get_by_role("alert").filter(has_text="The library could not be read")
    expect(alert).to_contain_text("Firestore cannot be reached or is overloaded")
    expect(page.get_by_text(EMPTY)).to_have_count(0)
    proxy.mend()
    _store_is_back(page)
    alert.get_by_role("button", name="Retry").click()
    shows(page, held)
    assert "503" in server.wait_logged("library.refresh", "outcome=StoreUnavailable")[0]


def test_R0_15_clicks_that_ask_nothing_send_nothing_to_the_store(
    server: Server, proxy: StoreProxy, visit: Visit
) -> None:
    held = fill(server, 3)
    page = visit("/library")
    shows(page, held)
    updated(page)
    proxy.cut()  # so that any read would be seen to fail
    for name in ("Picture 000", "Picture 002", "Picture 001"):
        tile(page, name).click()
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    shows(page, held)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert len(server.logged("library.refresh")) == 1
