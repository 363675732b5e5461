"""A long library by hand: at most 150 tiles stand in the page, and nobody can tell by anything that moves."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from state.window import MOST_MOUNTED
from tests.browser.conftest import Visit, keep_still, visits
from tests.browser.library import add, fill, rename
from tests.browser.server import Server
from tests.browser.steps import PATIENCE_MS, ids, live, refresh, settle, tiles, updated
from tests.browser.test_library import A_4K_SCREEN

MANY = 430


# What is mounted is the browser's affair, whatever the store: on SQLite alone, where hundreds of items load quickly.
pytestmark = pytest.mark.parametrize("shared_server", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def wanted(shared_server: Server) -> list[str]:
    """The library's ids from the top. Only the last test changes what there is."""
    return fill(shared_server, MANY)


@pytest.fixture
def server(shared_server: Server, wanted: list[str]) -> Server:
    return shared_server


def hit(page: Page, media_id: str) -> Locator:
    return page.locator(f"freshet-tile[data-id='{media_id}'] .hit")


def total(page: Page) -> int:
    """Items of the list that are loaded."""
    loaded: int = page.locator("freshet-window").evaluate("(element) => element.total")
    return loaded


def covered(page: Page) -> None:
    """Wait until all that can be seen of the list is mounted and no request is on its way."""
    assert page.evaluate(_COVERED, PATIENCE_MS), "some of what is seen was never mounted"


def scroll_to_end(page: Page, count: int = MANY, *, by: int = 900) -> None:
    page.mouse.move(700, 500)
    while total(page) < count or not page.evaluate(_AT_END):
        page.mouse.wheel(0, by)
        covered(page)


def selected_count(page: Page) -> Locator:
    return page.get_by_role("toolbar", name="Selection").get_by_role("status")


@pytest.mark.usefixtures("still")
def test_B09_scrolling_down_and_back_moves_no_tile_from_its_place_and_mounts_at_most_150(
    visit: Visit, wanted: list[str]
) -> None:
    page = visit("/library")
    updated(page)
    page.evaluate(_WATCH_PLACES)
    scroll_to_end(page)
    assert total(page) == MANY
    while not page.evaluate("() => document.querySelector('.sheet').scrollTop === 0"):
        page.mouse.wheel(0, -1_300)
        covered(page)
    seen = page.evaluate("() => window.seen")
    assert sorted(seen["places"], key=lambda each: [round(px) for px in seen["places"][each]]) == wanted
    assert seen["moved"] <= 1, "pixels by which a tile left its place"
    assert seen["most"] <= MOST_MOUNTED
    assert ids(tiles(page))[:24] == wanted[:24]

    # Other columns, other rows: the room above and below is that of the tiles that would stand there.
    page.evaluate("() => { document.querySelector('.sheet').scrollTop = 8000; }")
    covered(page)
    for width in (1000, 1500, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        covered(page)
        assert page.evaluate(_LAYOUT_ERROR) <= 1
    assert page.evaluate("() => window.seen.most") <= MOST_MOUNTED


@pytest.mark.usefixtures("still")
def test_keys_and_selection_reach_across_what_is_not_mounted(visit: Visit, wanted: list[str]) -> None:
    page = visit("/library")
    updated(page)
    scroll_to_end(page)
    keys = page.keyboard
    hit(page, wanted[-1]).focus()
    keys.press("Control+Home")
    expect(hit(page, wanted[0])).to_be_focused()
    expect(hit(page, wanted[0])).to_be_in_viewport()
    keys.press("Control+End")
    expect(hit(page, wanted[-1])).to_be_focused()
    expect(hit(page, wanted[-1])).to_be_in_viewport()
    columns: int = page.evaluate(_COLUMNS)
    keys.press("Home")
    at = (MANY - 1) // columns * columns
    for _ in range(60 // columns):  # further than half of what is mounted
        keys.press("PageUp")
        at -= 3 * columns
        expect(hit(page, wanted[at])).to_be_focused()
        expect(hit(page, wanted[at])).to_be_in_viewport()

    # The keyboard's place outlasts its tile, and the next key goes on from there.
    page.mouse.move(700, 500)
    while hit(page, wanted[at]).count():
        page.mouse.wheel(0, -1_500)
        covered(page)
    expect(page.locator(".stand-in")).to_be_focused()
    keys.press("ArrowRight")
    expect(hit(page, wanted[at + 1])).to_be_focused()
    expect(hit(page, wanted[at + 1])).to_be_in_viewport()

    keys.press("x")
    expect(selected_count(page)).to_have_text("1 selected")
    keys.press("Control+Shift+Home")
    expect(hit(page, wanted[0])).to_be_focused()
    expect(selected_count(page)).to_have_text(f"{at + 2} selected")
    assert ids(page.locator("freshet-tile.on")) == ids(tiles(page))
    keys.press("Control+a")
    expect(selected_count(page)).to_have_text(f"{MANY} selected")
    refresh(page)
    expect(selected_count(page)).to_have_text(f"{MANY} selected")
    keys.press("Escape")
    hit(page, wanted[2]).click(modifiers=["ControlOrMeta"])
    keys.press("Control+End")
    expect(hit(page, wanted[-1])).to_be_focused()
    hit(page, wanted[-2]).click(modifiers=["Shift"])
    expect(selected_count(page)).to_have_text(f"{MANY - 3} selected")
    assert tiles(page).count() <= MOST_MOUNTED


def test_a_4k_screen_is_filled_by_150_tiles_at_every_place(server: Server, browser: Browser) -> None:
    context = browser.new_context(viewport=A_4K_SCREEN)
    keep_still(server, context)
    opening = visits(server, context, [])
    page = next(opening)("/library")
    updated(page)
    page.evaluate(_WATCH_PLACES)
    scroll_to_end(page, by=1_700)
    page.evaluate("() => { document.querySelector('.sheet').scrollTop = 3000; }")
    covered(page)
    seen = page.evaluate("() => window.seen")
    assert (seen["moved"] <= 1, seen["most"] <= MOST_MOUNTED) == (True, True)
    assert page.evaluate(_LAYOUT_ERROR) <= 1
    assert list(opening) == []
    context.close()


def test_edits_changes_from_elsewhere_and_steps_back_find_what_is_not_mounted(
    server: Server, visit: Visit, wanted: list[str]
) -> None:
    page = visit("/library")
    live(page)
    scroll_to_end(page)
    gone = wanted[400]
    hit(page, gone).focus()
    page.keyboard.press("Delete")
    expect(hit(page, gone)).to_have_count(0)
    expect(hit(page, wanted[401])).to_be_focused()
    settle(page)
    page.keyboard.press("Control+Home")
    expect(hit(page, wanted[0])).to_be_focused()
    expect(hit(page, wanted[401])).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(hit(page, gone)).to_be_focused()
    expect(hit(page, gone)).to_be_in_viewport()
    covered(page)

    # A new item waits above, and nothing moves; one far away is another by the time somebody gets there.
    where = page.evaluate(_TOP)
    (new,) = add(server, [("Fresh", timedelta(minutes=-1))])
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    settle(page)
    assert page.evaluate(_TOP) == where
    rename(server, wanted[3], "Renamed far away")
    settle(page)
    page.get_by_role("button", name="1 new").click()
    expect(hit(page, new)).to_be_in_viewport()
    expect(page.get_by_role("button", name="Renamed far away").first).to_be_in_viewport()

    page.mouse.wheel(0, 9_000)
    covered(page)
    expect(page).to_have_url(re.compile(r"[?&]at=[0-9A-Z]{26}"))
    settle(page)
    place = page.url.partition("at=")[2][:26]
    hit(page, place).focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("link", name="Open").click()
    expect(page).to_have_url(re.compile("/media-item"))
    updated(page)
    page.go_back()
    expect(page).to_have_url(re.compile("/library"))
    expect(hit(page, place)).to_be_in_viewport()
    covered(page)
    assert tiles(page).count() <= MOST_MOUNTED


_TOP = "() => document.querySelector('.sheet').scrollTop"
_AT_END = """() => {
    const sheet = document.querySelector('.sheet');
    return sheet.scrollTop + sheet.clientHeight >= sheet.scrollHeight - 1;
}"""
_COLUMNS = "() => getComputedStyle(document.querySelector('.grid')).gridTemplateColumns.split(' ').length"
_COVERED = """(patience) => new Promise((resolve) => {
    const start = performance.now();
    let calm = 0; // looks in a row
    const look = () => {
        const covers = document.querySelector('freshet-window').covers && !window.freshetChannel.pending.size;
        calm = covers ? calm + 1 : 0;
        if (calm > 3 || performance.now() - start > patience) resolve(calm > 3);
        else setTimeout(look, 16);
    };
    look();
})"""
# Where in the list each tile stood when it was first seen, and how far from there it was in any frame since.
_WATCH_PLACES = """() => {
    const seen = (window.seen = {places: {}, most: 0, moved: 0});
    let width = 0;
    const look = () => {
        const list = document.querySelector('.grid');
        const box = list.getBoundingClientRect();
        const tiles = [...list.querySelectorAll('freshet-tile')];
        if (width && width !== box.width) return; // other columns, other places
        width = box.width;
        seen.most = Math.max(seen.most, tiles.length);
        for (const tile of tiles) {
            const {top, left} = tile.getBoundingClientRect();
            const place = [top - box.top, left - box.left];
            const first = (seen.places[tile.dataset.id] ??= place);
            seen.moved = Math.max(seen.moved, ...first.map((old, axis) => Math.abs(place[axis] - old)));
        }
        requestAnimationFrame(look);
    };
    look();
    new MutationObserver(() => {
        seen.most = Math.max(seen.most, document.querySelectorAll('freshet-tile').length);
    }).observe(document.body, {subtree: true, childList: true});
}"""
# By how many pixels tiles, or the end of the list, stand elsewhere than they would with all tiles mounted.
_LAYOUT_ERROR = """() => {
    const list = document.querySelector('.grid');
    const {start, total} = document.querySelector('freshet-window');
    const style = getComputedStyle(list);
    const columns = style.gridTemplateColumns.split(' ').map(parseFloat);
    const gap = parseFloat(style.rowGap);
    const beside = parseFloat(style.columnGap);
    const box = list.getBoundingClientRect();
    const tiles = [...list.querySelectorAll('freshet-tile')];
    const row = Math.max(...tiles.map((tile) => tile.getBoundingClientRect().height)) + gap;
    const errors = tiles.flatMap((tile, index) => {
        const at = tile.getBoundingClientRect();
        const [down, across] = [Math.floor((start + index) / columns.length), (start + index) % columns.length];
        const left = columns.slice(0, across).reduce((sum, width) => sum + width + beside, 0);
        return [at.top - box.top - down * row, at.left - box.left - left];
    });
    errors.push(box.height - (Math.ceil(total / columns.length) * row - gap));
    return Math.max(...errors.map(Math.abs));
}"""
