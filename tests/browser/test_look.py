"""The closer look in a browser: by keys through a list, without losing the focus, the address or the way back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import Held, go, make_images, settle, tile, updated

pytestmark = pytest.mark.usefixtures("still")


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def library(visit: Visit, words: str) -> Page:
    """The library with the pictures called that alone."""
    page = visit(f"/library?q={words}")
    updated(page)
    return page


def look(page: Page, title: str) -> Locator:
    dialog = page.get_by_role("dialog", name=title, exact=True)
    expect(dialog).to_be_visible()
    return dialog


def shown(page: Page, title: str, media_id: str) -> Locator:
    """The look at an item, once the server has said all of it."""
    dialog = look(page, title)
    expect(dialog.get_by_role("img", name=title)).to_have_js_property("complete", True)
    expect(dialog.get_by_role("link", name="Open")).to_have_attribute("href", re.compile(media_id))
    return dialog


def is_inside(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('dialog:modal').contains(document.activeElement)"))


def colour(button: Locator) -> str:
    return str(button.evaluate("(one) => getComputedStyle(one).color"))


def test_arrows_and_buttons_go_through_the_list_and_back_closes_the_look_at_once(server: Server, visit: Visit) -> None:
    ids = fill(server, 4, "Walk")
    page = visit("/create/video")
    updated(page)
    go(page, "Library")
    page.get_by_role("searchbox", name="Search the library").fill("Walk")
    expect(page).to_have_url(re.compile(r"/library\?q=Walk$"))
    expect(page.locator("freshet-tile")).to_have_count(4)
    tile(page, "Walk 001").click()
    dialog = shown(page, "Walk 001", ids[1])
    page.keyboard.press("ArrowRight")
    shown(page, "Walk 002", ids[2])
    expect(page).to_have_url(re.compile(f"item={ids[2]}"))
    assert is_inside(page)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    dialog = shown(page, "Walk 000", ids[0])
    previous, following = (dialog.get_by_role("button", name=f"{way} item") for way in ("Previous", "Next"))
    expect(previous).to_be_disabled()
    following.focus()
    for place in (1, 2, 3):
        page.keyboard.press("Enter")
        dialog = shown(page, f"Walk 00{place}", ids[place])
        following = dialog.get_by_role("button", name="Next item")
        expect(following).to_be_focused()
    expect(following).to_be_disabled()
    assert colour(following) != colour(dialog.get_by_role("button", name="Close"))
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    expect(dialog.locator(":scope > [aria-live]")).to_have_text("This is the last item shown here.")
    # What had the focus goes with its item: the heading has it then, and the keys go on.
    dialog.get_by_role("button", name="Favourite").focus()
    page.keyboard.press("ArrowLeft")
    dialog = shown(page, "Walk 002", ids[2])
    assert is_inside(page)
    for key in ("Control+ArrowLeft", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    dialog.get_by_role("button", name="Tag", exact=True).click()
    dialog.get_by_role("textbox", name="New tag").press_sequentially("sea")
    for key in ("ArrowLeft", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(dialog.get_by_role("list", name="Tags")).to_contain_text("sea")
    settle(page)
    expect(look(page, "Walk 002")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/library\?q=Walk$"))
    expect(tile(page, "Walk 001")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tile(page, "Walk 002")).to_be_focused()


def test_a_step_shows_before_the_server_has_answered_and_keys_mean_what_is_about_to_come(
    server: Server, visit: Visit
) -> None:
    ids = fill(server, 4, "Swift")
    page = library(visit, "Swift")
    tile(page, "Swift 000").click()
    shown(page, "Swift 000", ids[0])
    held = Held(page.context)
    page.keyboard.press("ArrowRight")
    dialog = look(page, "Swift 001")
    expect(dialog.get_by_text("Loading…")).to_be_visible()
    expect(dialog.get_by_role("button", name="Delete")).to_be_hidden()  # it would be another item's
    expect(page).to_have_url(re.compile(f"item={ids[1]}"))
    assert is_inside(page)
    dialog.get_by_role("button", name="Next item").click()
    page.keyboard.press("f")
    held.let_through()
    dialog = shown(page, "Swift 002", ids[2])
    expect(dialog.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    expect(dialog.get_by_text("Loading…")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    dialog = shown(page, "Swift 001", ids[1])
    expect(dialog.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/library\?q=Swift$"))


def test_on_a_phone_all_of_it_can_be_pressed_and_a_form_takes_the_picture(server: Server, visit: Visit) -> None:
    ids = fill(server, 2, "Pocket")
    page = library(visit, "Pocket")
    page.set_viewport_size({"width": 390, "height": 844})
    tile(page, "Pocket 000").click()
    dialog = shown(page, "Pocket 000", ids[0])
    for name in ("Previous item", "Next item", "Rename", "Favourite", "Delete", "Close"):
        box = dialog.get_by_role("button", name=name, exact=True).bounding_box()
        assert box, name
        assert 0 <= box["x"] <= 390 - box["width"], name
    title = dialog.get_by_role("heading", name="Pocket 000").bounding_box()
    assert title
    assert title["width"] > 200
    assert dialog.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    dialog.get_by_role("button", name="Next item").click()
    dialog = shown(page, "Pocket 001", ids[1])
    dialog.get_by_role("link", name="Image to repaint").click()
    expect(page).to_have_url(re.compile("/create/image$"))
    expect(page.get_by_role("group", name="Picture to repaint")).to_contain_text("Pocket 001")
    page.go_back()
    shown(page, "Pocket 001", ids[1])


NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {get: () => undefined});"
"""As where the address is not secure: http on another machine."""


@pytest.mark.parametrize("old", [False, True], ids=["clipboard", "none"])
def test_the_link_and_the_prompt_are_copied_also_where_the_browser_has_no_clipboard_to_write_to(
    server: Server, visit: Visit, context: BrowserContext, old: bool
) -> None:
    ids = fill(server, 2, "Copied")
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    reader = visit("/account")
    page = visit("/account")
    if old:
        page.add_init_script(NO_CLIPBOARD)

    def press(name: str, scope: Page | Locator) -> str:
        """What the clipboard holds after a press on that button."""
        reader.bring_to_front()
        reader.evaluate("() => navigator.clipboard.writeText('nothing yet')")
        page.bring_to_front()
        button = scope.get_by_role("button", name=name)
        button.click()
        expect(button).to_have_attribute("title", "Copied")
        expect(button).to_be_focused()
        reader.bring_to_front()
        copied: str = reader.evaluate("() => navigator.clipboard.readText()")
        page.bring_to_front()
        return copied

    page.goto(f"{server.url}/create/image")
    updated(page)
    made = make_images(page, "A harbour,\nin fog", 1)[0]
    tile(page, "A harbour, in fog").click()
    dialog = look(page, "A harbour, in fog")
    assert press("Copy prompt", dialog) == "A harbour,\nin fog"
    link = f"{server.url}/media-item?id={made}"
    assert press("Copy link", dialog) == link
    page.goto(link)
    updated(page)
    assert press("Copy prompt", page) == "A harbour,\nin fog"
    assert press("Copy link", page) == link
    page.goto(f"{server.url}/library?q=Copied")
    tile(page, "Copied 000").click()
    assert press("Copy link", shown(page, "Copied 000", ids[0])) == f"{server.url}/media-item?id={ids[0]}"


@pytest.mark.parametrize("place", ["closer look", "page"])
def test_a_picture_that_could_not_be_had_comes_by_itself(
    server: Server, visit: Visit, tolerated: list[str], place: str
) -> None:
    tolerated.append("status of 503")
    (item,) = fill(server, 1, f"Away in the {place}")
    page = visit("/library")
    updated(page)
    page.context.route(f"**/media/{item}.original*", lambda route: route.fulfill(status=503))
    page.goto(server.url + (f"/library?item={item}" if place == "closer look" else f"/media-item?id={item}"))
    picture = page.locator("freshet-look > img, freshet-viewer .frame > img")
    expect(picture).to_have_attribute("data-missing", "")
    page.context.unroute(f"**/media/{item}.original*")
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    expect(picture).not_to_have_attribute("data-missing", "")
