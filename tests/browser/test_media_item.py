"""The item's page by hand: keys, the title in two tabs, deletion and undo, and a phone."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.library import add, fill, repaint, reword
from tests.browser.server import Server
from tests.browser.steps import live, plays, prompt, settle, tile, updated
from tests.support.media import clip, picture

TOAST = ".toast:popover-open"


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


@pytest.fixture
def tolerated() -> list[str]:
    """Two tabs write one title."""
    return [r"edit\.failed kind=title"]


def heading(page: Page, title: str) -> Locator:
    return page.get_by_role("heading", level=1, name=title, exact=True)


def opened(page: Page, title: str) -> None:
    expect(heading(page, title)).to_be_visible()
    updated(page)


def test_from_the_quick_view_to_the_page_through_the_list_by_keys_and_back(server: Server, visit: Visit) -> None:
    first, second, third = fill(server, 3, "Keys")
    page = visit("/library?q=keys")
    tile(page, "Keys 001").click()
    page.get_by_role("dialog", name="Keys 001").get_by_role("link", name="Open").click()
    opened(page, "Keys 001")
    expect(page).to_have_url(re.compile(f"/media-item\\?id={second}&q=keys"))
    expect(page.get_by_role("dialog")).to_be_hidden()
    for key, title, media_id in (
        ("ArrowRight", "002", third),
        ("ArrowLeft", "001", second),
        ("ArrowLeft", "000", first),
    ):
        page.keyboard.press(key)
        opened(page, f"Keys {title}")
        expect(page).to_have_url(re.compile(media_id))
        picture = page.get_by_role("img", name=f"Keys {title}")
        expect(picture).to_have_js_property("naturalWidth", 320)
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Actual size")).to_have_attribute("aria-pressed", "true")
    assert page.get_by_role("img", name="Keys 000").evaluate("(one) => one.clientWidth") == 320
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Actual size")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Favourite", exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Favourite", exact=True)).to_have_attribute("aria-pressed", "false")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "Keys 000.png"
    page.get_by_role("link", name="Back to Library").click()
    expect(page).to_have_url(re.compile("/library\\?q=keys$"))
    updated(page)
    with page.context.expect_page() as tab:
        tile(page, "Keys 002").click(button="middle")
    opened(tab.value, "Keys 002")
    expect(tab.value).to_have_url(re.compile(f"/media-item\\?id={third}&q=keys"))


def test_at_the_ends_of_the_list_the_ways_are_dimmed_and_a_press_is_told_to_screen_readers_alone(
    server: Server, visit: Visit
) -> None:
    fill(server, 2, "Ends")
    library, page = visit("/library?q=ends"), visit("/account")
    updated(library)
    live(library)
    page.bring_to_front()
    page.goto(library.url)
    tile(page, "Ends 000").click()
    page.get_by_role("dialog", name="Ends 000").get_by_role("link", name="Open").click()
    opened(page, "Ends 000")
    previous, following = (page.get_by_role("button", name=name, exact=True) for name in ("Previous", "Next"))
    expect(previous).to_be_disabled()
    expect(following).to_be_enabled()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("freshet-viewer > [aria-live]")).to_have_text("This is the first item of the list.")
    settle(page)
    expect(page.locator(TOAST)).to_have_count(0)
    following.focus()
    page.keyboard.press("Enter")
    opened(page, "Ends 001")
    expect(following).to_be_disabled()
    expect(following).to_be_focused()
    expect(previous).to_be_enabled()
    page.keyboard.press("ArrowLeft")
    opened(page, "Ends 000")


def test_two_tabs_that_write_one_title_lose_nothing(server: Server, visit: Visit) -> None:
    (item,) = fill(server, 1, "Titled")
    mine, theirs = visit(f"/media-item?id={item}"), visit(f"/media-item?id={item}")
    for page in (mine, theirs):
        opened(page, "Titled 000")
        live(page)
    mine.bring_to_front()
    mine.get_by_role("button", name="Rename").click()
    field = mine.get_by_role("textbox", name="Title")
    field.fill("Mine, half writ")
    theirs.get_by_role("button", name="Rename").click()
    theirs.get_by_role("textbox", name="Title").fill("Theirs")
    theirs.keyboard.press("Enter")
    opened(theirs, "Theirs")
    expect(
        mine.get_by_role("alert").filter(has_text="It is called “Theirs” now. Saving replaces that.")
    ).to_be_visible()
    expect(field).to_have_value("Mine, half writ")
    expect(field).to_be_focused()
    mine.keyboard.type("ten")
    mine.keyboard.press("Enter")
    expect(heading(mine, "Mine, half written")).to_be_visible()
    expect(heading(theirs, "Mine, half written")).to_be_visible()
    theirs.get_by_role("button", name="Tag", exact=True).click()
    theirs.get_by_role("textbox", name="New tag").fill("sea")
    theirs.keyboard.press("Enter")
    expect(mine.get_by_role("list", name="Tags").get_by_text("sea")).to_be_visible()
    expect(theirs.get_by_role("textbox", name="New tag")).to_be_focused()
    mine.get_by_role("button", name="Remove tag sea").click()
    expect(theirs.get_by_role("list", name="Tags").get_by_text("sea")).to_be_hidden()


def test_tags_that_are_refused_stay_in_their_field_with_the_reason(server: Server, visit: Visit, still: None) -> None:
    (item,) = fill(server, 1, "Tagged")
    page = visit(f"/media-item?id={item}")
    opened(page, "Tagged 000")
    tags, long = page.get_by_role("list", name="Tags"), "x" * 41
    page.get_by_role("button", name="Tag", exact=True).click()
    field = page.get_by_role("textbox", name="New tag")
    page.keyboard.type("sea,")
    expect(tags.get_by_text("sea")).to_be_visible()
    expect(field).to_have_value("")
    page.keyboard.type(f"dunes,{long},dusk")
    expect(tags.get_by_text("dunes")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="longer than 40")).to_be_visible()
    settle(page)
    expect(field).to_have_value(f"{long},dusk")
    field.fill("night sky, Dusk")
    page.keyboard.press("Enter")
    expect(tags.get_by_text("Dusk")).to_be_visible()
    expect(tags.get_by_role("listitem")).to_have_count(4)
    expect(field).to_have_value("")


def test_a_title_that_was_taken_back_is_in_its_field_again(server: Server, visit: Visit, still: None) -> None:
    """Live updates are off, so the tab has not heard of what the other one wrote."""
    (item,) = fill(server, 1, "Clash")
    mine, theirs = visit(f"/media-item?id={item}"), visit(f"/media-item?id={item}")
    for page in (mine, theirs):
        opened(page, "Clash 000")
    for page, title in ((theirs, "Theirs"), (mine, "Mine")):
        page.bring_to_front()
        page.get_by_role("button", name="Rename").click()
        page.get_by_role("textbox", name="Title").fill(title)
        page.keyboard.press("Enter")
        settle(page)
    field = mine.get_by_role("textbox", name="Title")
    expect(field).to_have_value("Mine")
    expect(mine.get_by_role("alert").filter(has_text="It is called “Theirs” now")).to_be_visible()
    field.press("Enter")
    expect(heading(mine, "Mine")).to_be_visible()


def test_B09_B10_scrolled_nothing_moves_or_stops_for_what_is_made_from_a_clip_that_plays(
    server: Server, visit: Visit, tmp_path: Path
) -> None:
    film = tmp_path / "waves.mp4"
    film.write_bytes(clip(frames=48))
    media_id = server.run("import", str(film)).stdout.split()[0]
    made = add(server, [(f"Still {place:02}", timedelta(minutes=place)) for place in range(24)], source=media_id)
    page = visit(f"/media-item?id={media_id}")
    opened(page, "waves")
    live(page)
    video = page.locator("freshet-viewer video")
    video.evaluate("(video) => Object.assign(window, {player: video}) && (video.loop = true)")
    assert plays(video) > 0.2
    anchor = page.locator(f"freshet-tile[data-id='{made[20]}']")
    anchor.scroll_into_view_if_needed()
    settle(page)
    where = anchor.bounding_box()
    (new,) = add(server, [("Still new", timedelta(0))], source=media_id)
    drop = page.get_by_role("button", name="1 new")
    expect(drop).to_be_visible()
    moved = anchor.bounding_box()
    assert where is not None
    assert moved is not None
    assert max(abs(where[side] - moved[side]) for side in ("x", "y")) <= 1
    assert video.evaluate("(video) => video === window.player && !video.paused")
    drop.click()
    first = page.get_by_role("list", name="Made from this", exact=True).locator("freshet-tile").first
    expect(first).to_have_attribute("data-id", new)
    expect(first.get_by_role("button").first).to_be_focused()
    expect(first).to_be_in_viewport()
    assert video.evaluate("(video) => video === window.player && !video.paused")


def test_B10_a_clip_plays_on_when_it_is_deleted_elsewhere(server: Server, visit: Visit, tmp_path: Path) -> None:
    film = tmp_path / "waves.mp4"
    film.write_bytes(clip(frames=48))
    media_id = server.run("import", str(film)).stdout.split()[0]
    page, other = visit(f"/media-item?id={media_id}"), visit(f"/media-item?id={media_id}")
    for tab in (page, other):
        opened(tab, "waves")
        live(tab)
    page.bring_to_front()
    video = page.locator("freshet-viewer video")
    video.evaluate("(video) => Object.assign(window, {player: video}) && (video.loop = true)")
    assert plays(video) > 0.2
    other.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("This item was deleted.")).to_be_visible()
    assert video.evaluate("(video) => video === window.player && !video.paused")


def test_B12_del_shows_the_neighbour_and_undo_brings_the_item_back(server: Server, visit: Visit) -> None:
    ids = fill(server, 3, "Gone")
    page = visit(f"/media-item?id={ids[1]}&q=gone")
    opened(page, "Gone 001")
    live(page)
    page.keyboard.press("Delete")
    opened(page, "Gone 002")
    expect(page).to_have_url(re.compile(ids[2]))
    expect(page.locator(TOAST)).to_contain_text("1 item deleted")
    page.locator(TOAST).get_by_role("button", name="Undo").click()
    opened(page, "Gone 001")
    expect(page).to_have_url(re.compile(ids[1]))
    expect(page.locator(TOAST)).to_contain_text("1 item restored")
    for key in ("Control+z", "u"):
        page.keyboard.press("Delete")
        opened(page, "Gone 002")
        page.keyboard.press(key)
        opened(page, "Gone 001")
    other = visit(f"/media-item?id={ids[1]}")
    opened(other, "Gone 001")
    page.keyboard.press("Delete")
    expect(other.get_by_text("This item was deleted.")).to_be_visible()
    other.bring_to_front()
    other.keyboard.press("u")
    expect(other.get_by_text("This item was deleted.")).to_be_hidden()
    expect(other.get_by_role("button", name="Delete")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_nothing_is_cut_off(server: Server, browser: Browser, theme: str) -> None:
    (item,) = fill(server, 1, "A title that is rather longer than a phone is wide, and then some")
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        color_scheme=theme,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(f"{server.url}/media-item?id={item}")
    updated(page)
    for name in ("Favourite", "Copy link", "Delete", "Previous", "Next", "Tag"):
        button = page.get_by_role("button", name=name, exact=True)
        expect(button).to_be_visible()
        box = button.bounding_box()
        assert box, name
        assert 0 <= box["x"] <= 390 - box["width"], name
    assert page.locator(".sheet").evaluate("(one) => one.scrollWidth <= one.clientWidth")
    context.close()


def test_an_opinion_is_asked_for_with_keys_closed_and_its_prompt_tried_in_the_form(
    server: Server, visit: Visit
) -> None:
    [media_id] = fill(server, 1, "Judged", origin="create-image")
    repaint(server, media_id, picture(size=(900, 900)))
    reword(server, media_id, "Two halves")
    page = visit(f"/media-item?id={media_id}")
    opened(page, "Judged 000")
    ask = page.get_by_role("button", name="Ask for an opinion")
    told = page.get_by_role("region", name="Opinion", exact=True)
    ask.press("Enter")
    expect(told.get_by_role("list", name="Problems")).to_contain_text("hardly any fine edges")
    expect(told.get_by_role("list", name="Strengths")).to_contain_text("exposure is balanced")
    expect(told.get_by_role("status")).to_have_text(re.compile("^Measured on this machine.* · Free$"))
    told.get_by_role("button", name="Close the opinion").press("Enter")
    expect(told).to_be_hidden()
    expect(page.get_by_role("link", name="Remix")).to_be_visible()
    expect(ask).to_be_focused()
    page.keyboard.press("Enter")
    told.get_by_role("button", name="Try this prompt").click()
    expect(page).to_have_url(re.compile("/create/image$"))
    expect(prompt(page)).to_have_value(re.compile("^Two halves. .*in sharp focus", re.IGNORECASE))
    expect(page.get_by_text("Remixed “Judged 000” with the suggested prompt")).to_be_visible()
