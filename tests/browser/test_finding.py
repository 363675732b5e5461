"""Finding and selecting by hand: filters, words and places that the address keeps, and several tiles at a time."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.forked import ForkedServer
from tests.browser.library import add, fill
from tests.browser.server import Server
from tests.browser.steps import (
    Held,
    ask_for,
    go,
    ids,
    intercept,
    refresh,
    settle,
    shows,
    tile,
    tiles,
    updated,
    wait_for_answers,
)

TOAST = ".toast:popover-open"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = ForkedServer(tmp_path / "data")
    yield server
    server.stop()


def hit(page: Page, media_id: str) -> Locator:
    return page.locator(f"freshet-tile[data-id='{media_id}'] .hit")


def check(page: Page, title: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Select {title}", exact=True)


def search_box(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search the library")


def selected(page: Page) -> list[str]:
    return ids(page.locator("freshet-tile.on"))


def bar(page: Page) -> Locator:
    return page.get_by_role("toolbar", name="Selection")


def mover(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Move to project")


def move_to(page: Page, name: str) -> None:
    bar(page).get_by_role("button", name="Move to project").click()
    mover(page).get_by_role("button", name=name, exact=True).click()


def panel(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Filters")


def address(page: Page, **params: str) -> None:
    """Wait until the address has these parameters and no others."""
    pattern = "&".join(f"{name}={value}" for name, value in params.items())
    expect(page).to_have_url(re.compile(rf"/library{r'[?]' + pattern if pattern else ''}$"))


def begins(page: Page, expected: list[str]) -> None:
    """The list begins so; what is in reach of the eye comes by itself."""
    expect(tiles(page).nth(len(expected) - 1)).to_have_attribute("data-id", expected[-1])
    assert ids(tiles(page))[: len(expected)] == expected


def test_R0_07_each_filter_is_a_step_back_and_a_shared_link_shows_the_same(
    server: Server, visit: Visit, context: BrowserContext
) -> None:
    harbour = fill(server, 40, "Harbour")
    dunes = add(server, [(f"Dunes {place}", timedelta(days=10, minutes=place)) for place in range(3)])
    page = visit("/library")
    updated(page)
    page.evaluate("window.sameDocument = true")

    page.keyboard.press("/")
    expect(search_box(page)).to_be_focused()
    page.keyboard.type("dun", delay=40)
    shows(page, dunes)
    address(page, q="dun")
    page.keyboard.type("es 1")
    page.keyboard.press("Enter")
    shows(page, dunes[1:2])
    expect(page.get_by_role("button", name="Remove filter: “dunes 1”")).to_be_visible()
    page.keyboard.press("Escape")
    expect(search_box(page)).to_have_value("")
    begins(page, harbour[:24])
    address(page)

    page.get_by_role("tab", name="Images").click()
    address(page, type="image")
    page.get_by_role("button", name="Filters").click()
    panel(page).get_by_label("Made", exact=True).select_option("Last 7 days")
    address(page, type="image", date="7d")
    panel(page).get_by_role("checkbox", name="Favourites only").check()
    expect(page.get_by_text("Nothing matches", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Filters, 2 on")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    settle(page)
    page.go_back()
    begins(page, harbour[:24])
    address(page, type="image", date="7d")
    expect(page.get_by_role("button", name="Remove filter: Last 7 days")).to_be_visible()
    page.go_back()
    address(page, type="image")
    expect(page.get_by_role("button", name="Remove filter: Last 7 days")).to_have_count(0)
    page.go_forward()
    address(page, type="image", date="7d")
    updated(page)
    page.get_by_role("combobox", name="Sort").select_option("Oldest first")
    shows(page, harbour[:-25:-1])
    assert page.evaluate("window.sameDocument")

    page.mouse.move(700, 500)
    page.mouse.wheel(0, 900)
    expect(page).to_have_url(re.compile(r"[?&]at=[0-9A-Z]{26}"))
    expect(tiles(page)).to_have_count(40)
    place = page.url.partition("at=")[2][:26]
    shared = visit(page.url.removeprefix(server.url))
    expect(tiles(shared).first).to_be_visible()
    expect(hit(shared, place)).to_be_in_viewport()
    assert ids(tiles(shared))[:24] == harbour[:-25:-1]
    expect(shared.get_by_role("tab", name="Images")).to_have_attribute("aria-selected", "true")

    go(page, "Try-on")
    page.go_back()
    expect(page.get_by_role("tab", name="Images")).to_have_attribute("aria-selected", "true")
    expect(hit(page, place)).to_be_in_viewport()
    page.get_by_role("button", name="Clear all").click()
    address(page, type="image", sort="oldest")
    expect(hit(page, harbour[-1])).to_be_in_viewport()


def test_B10_several_are_selected_by_mouse_survive_news_and_go_together(server: Server, visit: Visit) -> None:
    made = fill(server, 8)
    page = visit("/library")
    shows(page, made)
    updated(page)
    hit(page, made[1]).hover()
    check(page, "Picture 001").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(bar(page).get_by_text("1 selected")).to_be_visible()
    check(page, "Picture 004").click(modifiers=["Shift"])
    assert selected(page) == made[1:5]
    hit(page, made[6]).click(modifiers=["ControlOrMeta"])
    check(page, "Picture 002").click()
    kept = [made[1], made[3], made[4], made[6]]
    assert selected(page) == kept

    (new,) = add(server, [("Fresh", timedelta(minutes=-1))])
    shows(page, [new, *made])
    refresh(page)
    assert selected(page) == kept
    expect(bar(page).get_by_text("4 selected")).to_be_visible()
    asked: list[str] = []

    def archive(route: Route) -> None:
        asked.append(route.request.post_data or "")
        route.fulfill(body=b"PK", headers={"Content-Disposition": 'attachment; filename="freshet.zip"'})

    intercept(page.context, "**/api/media.zip", archive)
    with page.expect_download() as download:
        bar(page).get_by_role("button", name="Download ZIP").click()
    assert download.value.suggested_filename == "freshet.zip"
    assert parse_qs(asked[0]) == {"ids": [",".join([made[1], made[3], made[4], made[6]])]}
    assert selected(page) == kept
    bar(page).get_by_role("button", name="Tag").click()
    tagger = page.get_by_role("dialog", name="Tag")
    tagger.get_by_role("combobox", name="Tag").fill("Night sky")
    tagger.get_by_role("button", name="Add").click()
    expect(page.locator(TOAST)).to_contain_text("4 items tagged “Night sky”")
    assert selected(page) == kept

    bar(page).get_by_role("button", name="Delete").click()
    shows(page, [new, *(one for one in made if one not in kept)])
    expect(page.locator(TOAST)).to_contain_text("4 items deleted")
    expect(bar(page)).to_be_hidden()
    page.locator(TOAST).get_by_role("button", name="Undo").click()
    shows(page, [new, *made])
    page.get_by_role("button", name="Filters").click()
    panel(page).get_by_label("Tag").fill("night sky")
    panel(page).get_by_label("Tag").press("Enter")
    shows(page, kept)
    assert selected(page) == []


def test_B10_the_files_of_several_come_as_one_and_the_page_stays_whatever_the_answer(
    server: Server, visit: Visit, tolerated: list[str], tmp_path: Path
) -> None:
    tolerated.append("status of 503")
    made = fill(server, 3)
    page = visit("/library")
    shows(page, made)
    updated(page)
    page.evaluate("addEventListener('beforeunload', () => { window.leaving = true; })")
    for media_id in made[:2]:
        hit(page, media_id).click(modifiers=["ControlOrMeta"])
    with page.expect_download() as download:
        bar(page).get_by_role("button", name="Download ZIP").click()
    assert re.fullmatch(r"freshet-\d{4}-\d\d-\d\d-2-items\.zip", download.value.suggested_filename)
    download.value.save_as(tmp_path / "two.zip")
    with zipfile.ZipFile(tmp_path / "two.zip") as archive:
        assert archive.namelist() == ["Picture 000.png", "Picture 001.png"]
        assert archive.testzip() is None

    away = {"error": "The database cannot be reached"}
    intercept(page.context, "**/api/media.zip", lambda route: route.fulfill(status=503, json=away))
    bar(page).get_by_role("button", name="Download ZIP").click()
    expect(page.locator(TOAST)).to_have_text("Nothing was downloaded: The database cannot be reached")
    expect(page.locator(TOAST)).to_have_attribute("role", "alert")
    page.context.unroute("**/api/media.zip")
    tolerated.append("ERR_CONNECTION_RESET")
    intercept(page.context, "**/api/media.zip", lambda route: route.abort("connectionreset"))
    bar(page).get_by_role("button", name="Download ZIP").click()
    expect(page.locator(TOAST)).to_contain_text("The server does not answer")
    address(page)
    assert selected(page) == made[:2]
    assert page.evaluate("window.leaving") is None
    page.context.unroute("**/api/media.zip")
    with page.expect_download():
        bar(page).get_by_role("button", name="Download ZIP").click()


def test_R0_06_several_move_to_a_project_that_is_made_for_them_and_its_filter_finds_them(
    server: Server, visit: Visit
) -> None:
    made = fill(server, 3)
    page = visit("/library")
    shows(page, made)
    for title in ("Picture 000", "Picture 002"):
        tile(page, title).hover()
        check(page, title).click()
    move_to(page, "New project…")
    founder = page.get_by_role("dialog", name="New project")
    name = founder.get_by_role("textbox", name="Name of the new project")
    expect(name).to_be_focused()
    name.fill("First project")
    name.press("Enter")
    expect(page.locator(TOAST)).to_contain_text("Choose another name")
    expect(name).to_have_value("First project")
    assert selected(page) == [made[0], made[2]]
    name.fill(" Spring  collection")
    founder.get_by_role("button", name="Create and move").click()
    shows(page, [made[1]])
    expect(page.locator(TOAST)).to_contain_text("2 items moved to “")
    expect(founder).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    panel(page).get_by_label("Project").select_option("Spring collection")
    shows(page, [made[0], made[2]])


def test_R0_06_by_keyboard_several_move_to_the_project_that_is_chosen_and_looking_through_them_moves_nothing(
    server: Server, visit: Visit
) -> None:
    made = fill(server, 5)
    page = visit("/library")
    shows(page, made)
    for place, name in enumerate(("Autumn", "Spring")):
        check(page, f"Picture {place:03}").click()
        move_to(page, "New project…")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        expect(page.locator(TOAST)).to_contain_text(f"1 item moved to “{name}”")
    shows(page, made[2:])
    hit(page, made[2]).focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    opens = bar(page).get_by_role("button", name="Move to project")
    opens.focus()
    page.keyboard.press("Enter")
    lines = mover(page).get_by_role("button")
    expect(lines.first).to_be_focused()
    names = lines.all_inner_texts()
    assert names[-1] == "New project…"
    assert {"Autumn", "Spring"} <= set(names)
    for key, line in (("ArrowUp", -1), ("Home", 0), ("ArrowDown", 1), ("End", -1), ("ArrowDown", 0), ("a", 0)):
        page.keyboard.press(key)
        expect(lines.nth(line)).to_be_focused()
    page.keyboard.press("Escape")
    expect(mover(page)).to_be_hidden()
    expect(opens).to_be_focused()
    assert selected(page) == made[2:4]
    page.keyboard.press("Enter")
    expect(lines.first).to_be_focused()
    for _ in range(names.index("Spring")):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(TOAST)).to_contain_text("2 items moved to “Spring”")
    shows(page, made[4:])
    expect(mover(page)).to_be_hidden()
    expect(hit(page, made[4])).to_be_focused()


def test_tags_that_cannot_be_stay_in_their_field_and_those_that_can_go_to_all_at_once(
    server: Server, visit: Visit
) -> None:
    made = fill(server, 3)
    page = visit("/library")
    shows(page, made)
    for title in ("Picture 000", "Picture 002"):
        check(page, title).click()
    bar(page).get_by_role("button", name="Tag", exact=True).click()
    tagger = page.get_by_role("dialog", name="Tag", exact=True)
    field = tagger.get_by_role("combobox", name="Tag")
    expect(field).to_be_focused()
    field.fill(f"night sky, {'x' * 41}")
    field.press("Enter")
    expect(page.locator(TOAST)).to_contain_text("is longer than 40 characters")
    expect(field).to_have_value(f"night sky, {'x' * 41}")
    field.fill("night sky, sea")
    field.press("Enter")
    expect(page.locator(TOAST)).to_contain_text("2 items tagged “night sky”, “sea”")
    expect(tagger).to_be_hidden()
    expect(page.locator("#selection-tag")).to_have_value("")
    assert selected(page) == [made[0], made[2]]


def test_a_tag_to_filter_by_is_told_once(server: Server, visit: Visit) -> None:
    fill(server, 2)
    page = visit("/library")
    updated(page)
    page.evaluate("""() => {
        window.told = [];
        const hear = ({target, payload}) => target.localName === 'freshet-filters' && window.told.push(payload.tag);
        window.addEventListener('mesop-event', hear, true);
    }""")
    page.get_by_role("button", name="Filters").click()
    field = panel(page).get_by_label("Tag")
    field.fill("sea")
    field.press("Enter")
    field.press("Tab")
    expect(page.get_by_role("button", name="Remove filter: Tag: sea")).to_be_visible()
    settle(page)
    assert page.evaluate("window.told") == ["sea"]
    field.fill("dunes")
    field.press("Tab")
    expect(page.get_by_role("button", name="Remove filter: Tag: dunes")).to_be_visible()
    settle(page)
    assert page.evaluate("window.told") == ["sea", "dunes"]


def test_B10_several_are_selected_by_keyboard_and_leave_by_escape(server: Server, visit: Visit) -> None:
    made = fill(server, 6)
    page = visit("/library")
    shows(page, made)
    updated(page)
    hit(page, made[0]).focus()
    page.keyboard.press("x")
    assert selected(page) == made[:1]
    for key, expected in (("Shift+ArrowRight", 2), ("Shift+ArrowRight", 3), ("Shift+ArrowLeft", 2)):
        page.keyboard.press(key)
        assert selected(page) == made[:expected]
    expect(hit(page, made[1])).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    assert selected(page) == [made[0], made[1], made[3]]
    page.keyboard.press("f")
    expect(page.locator(TOAST)).to_contain_text("3 items added to favourites")
    expect(page.locator(".heart[aria-pressed=true]")).to_have_count(3)
    page.keyboard.press("f")
    expect(page.locator(TOAST)).to_contain_text("3 items taken out of favourites")
    expect(page.locator(".heart[aria-pressed=true]")).to_have_count(0)
    page.keyboard.press("Escape")
    assert selected(page) == []
    page.keyboard.press("Control+a")
    assert selected(page) == made
    page.keyboard.press("Delete")
    expect(page.get_by_text("Your library is empty")).to_be_visible()
    page.keyboard.press("Control+z")
    shows(page, made)
    assert selected(page) == []
    expect(page.locator(TOAST)).to_contain_text("6 items restored")


def test_on_a_phone_the_filters_are_a_sheet_and_nothing_is_clipped(server: Server, visit: Visit) -> None:
    made = fill(server, 8)
    page = visit("/account")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(server.url + "/library")
    shows(page, made)
    updated(page)
    page.get_by_role("button", name="Search the library").click()
    expect(search_box(page)).to_be_focused()
    page.keyboard.type("picture")
    expect(page.get_by_role("button", name="Remove filter: “picture”")).to_be_visible()
    page.get_by_role("button", name="Filters", exact=True).click()
    box = panel(page).bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    assert abs(box["y"] + box["height"] - 844) < 1
    panel(page).get_by_label("Sort").select_option("Oldest first")
    panel(page).get_by_label("Made by").select_option("Me")
    shows(page, made[::-1])
    wait_for_answers(page)  # a selection is of the list that it was made in: the next one begins without
    panel(page).get_by_role("button", name="Close").click()
    check(page, "Picture 003").click()
    expect(bar(page).get_by_text("1 selected")).to_be_visible()
    for button in bar(page).get_by_role("button").all():
        at = button.bounding_box()
        assert at is not None
        assert 0 <= at["x"] <= 390 - at["width"]
        assert at["y"] + at["height"] <= page.get_by_role("navigation", name="Main").bounding_box()["y"]  # type: ignore[index]
    assert page.evaluate("document.querySelector('.sheet').scrollWidth <= 390")
    assert tile(page, "Picture 003").is_visible()


def test_B12_where_the_last_one_leaves_the_focus_goes_to_what_stands_in_its_place(server: Server, visit: Visit) -> None:
    [only] = fill(server, 1)
    page = visit("/library")
    shows(page, [only])
    hit(page, only).focus()
    page.keyboard.press("Delete")
    expect(page.get_by_role("main").get_by_role("button", name="Create an image")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(hit(page, only)).to_be_focused()
    page.keyboard.press("Delete")
    shows(page, [])
    settle(page)
    page.goto(page.url + "?trash=1")
    hit(page, only).focus()
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="Back to Library")).to_be_focused()


def test_B12_the_trash_gives_back_and_deletes_for_good_by_key_after_a_question(server: Server, visit: Visit) -> None:
    first, second, third = fill(server, 3)
    page = visit("/library")
    shows(page, [first, second, third])
    hit(page, first).focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Delete")
    shows(page, [third])
    page.get_by_role("button", name="Filters").press("Enter")
    panel(page).get_by_role("checkbox", name="In the trash").press("Space")
    page.keyboard.press("Escape")
    shows(page, [first, second])
    address(page, trash="1")
    expect(page.get_by_role("heading", level=1, name="Trash")).to_be_visible()
    expect(page.locator("freshet-tile").first).to_contain_text("Gone in 30 days")
    settle(page)
    hit(page, second).click()
    expect(page.get_by_text("This item was deleted.")).to_be_visible()
    page.go_back()
    shows(page, [first, second])
    expect(page.get_by_role("dialog")).to_have_count(0)
    settle(page)
    hit(page, first).focus()
    page.keyboard.press("u")
    shows(page, [second])
    expect(hit(page, second)).to_be_focused()
    expect(page.locator(TOAST)).to_contain_text("1 item restored")
    question = page.get_by_role("alertdialog", name="Delete this item for good?")
    for no in (lambda: page.keyboard.press("Escape"), lambda: page.keyboard.press("Enter"), page.go_back):
        page.keyboard.press("Delete")
        expect(question.get_by_role("button", name="Cancel")).to_be_focused()
        no()
        expect(question).to_have_count(0)
        expect(hit(page, second)).to_be_focused()
        shows(page, [second])
    address(page, trash="1")
    page.keyboard.press("Control+a")
    bar(page).get_by_role("button", name="Delete for good").click()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    expect(page.locator(TOAST)).to_contain_text("1 item deleted for good")
    expect(bar(page)).to_be_hidden()
    page.get_by_role("button", name="Back to Library").press("Enter")
    shows(page, [first, third])


def test_a_typo_that_was_corrected_before_it_was_sent_leaves_the_field_with_the_lists_words(
    server: Server, visit: Visit
) -> None:
    page = visit("/library")
    updated(page)
    held = Held(page.context)
    for words in ("sea", "seal", "sea"):
        search_box(page).fill(words)
        search_box(page).press("Enter")
    held.let_through()
    address(page, q="sea")
    settle(page)
    page.wait_for_timeout(1_200)
    search_box(page).blur()
    search_box(page).fill("seal")
    search_box(page).press("Enter")
    address(page, q="seal")
    settle(page)
    page.go_back()
    address(page, q="sea")
    expect(page.get_by_role("button", name="Remove filter: “sea”")).to_be_visible()
    expect(search_box(page)).to_have_value("sea")


def test_a_project_is_made_and_worked_in_from_the_menu_and_every_link_stays_in_it(server: Server, visit: Visit) -> None:
    page = visit("/library")
    updated(page)
    page.locator("button.project").click()
    menu = page.get_by_role("dialog", name="Projects")
    menu.get_by_role("textbox", name="New project").fill("Spring")
    menu.get_by_role("textbox", name="New project").press("Enter")
    expect(page).to_have_url(re.compile(r"/library\?project=\w{26}$"))
    expect(menu).to_be_hidden()
    expect(page.get_by_text("This project is empty")).to_be_visible()
    expect(page.get_by_role("button", name="Clear all")).to_have_count(0)
    go(page, "Image")
    expect(page).to_have_url(re.compile(r"/create/image\?project=\w{26}$"))
    ask_for(page, "A harbour in spring", amount="1")
    expect(tile(page, "A harbour in spring")).to_be_visible()
    go(page, "Library")
    expect(tile(page, "A harbour in spring")).to_be_visible()
    desk = page.viewport_size
    assert desk is not None
    page.set_viewport_size({"width": 390, "height": 844})
    for place in ("Library", "Image", "Home"):
        go(page, place)
        expect(page.get_by_role("button", name="Project: Spring", exact=True)).to_be_visible()
    go(page, "Library")
    page.get_by_role("button", name="Project: Spring", exact=True).click()
    expect(page.get_by_role("dialog", name="Projects").get_by_role("link", name="First project")).to_be_visible()
    page.keyboard.press("Escape")
    page.set_viewport_size(desk)
    page.locator("button.project").click()
    page.get_by_role("dialog", name="Projects").get_by_role("link", name="First project").click()
    expect(page).to_have_url(re.compile(r"/library$"))
    expect(page.locator("button.project")).to_have_text(re.compile("First project"))
    expect(tile(page, "A harbour in spring")).to_have_count(0)


@pytest.mark.parametrize("how", ["back", "menu"])
def test_what_stays_on_home_leads_into_the_project_that_it_is_turned_to(server: Server, visit: Visit, how: str) -> None:
    page = visit("/home")
    updated(page)
    ways = page.get_by_role("group", name="Begin").get_by_role("link")
    page.locator("button.project").click()
    menu = page.get_by_role("dialog", name="Projects")
    menu.get_by_role("textbox", name="New project").fill(f"Turned to, and {how}")
    menu.get_by_role("textbox", name="New project").press("Enter")
    expect(page).to_have_url(re.compile(r"/home\?project=\w{26}$"))
    expect(ways.first).to_have_attribute("href", re.compile(r"^/create/image\?project=\w{26}$"))
    if how == "back":
        page.go_back()
    else:
        page.locator("button.project").click()
        menu.get_by_role("link", name="First project").click()
    expect(page).to_have_url(re.compile(r"/home$"))
    expect(ways.first).to_have_attribute("href", "/create/image")
    assert page.locator("[role=main] a[href*='project=']").count() == 0
