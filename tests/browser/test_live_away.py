"""Live pages while the store is slow or gone, and web processes that share one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visit, visits
from tests.browser.forked import ForkedServer
from tests.browser.library import fill, rename
from tests.browser.proxy import StoreProxy
from tests.browser.server import Server
from tests.browser.steps import choose_button, go, ids, live, make_images, prompt, shows, tile, tiles, updated
from tests.browser.test_live import arrive


@pytest.fixture
def server(remote_server: Server) -> Server:
    return remote_server


def test_B18_B19_a_store_that_goes_is_told_and_when_it_is_back_the_page_catches_up_where_it_was(
    server: Server, proxy: StoreProxy, visit: Visit
) -> None:
    held = fill(server, 40)
    page = visit("/library")
    live(page)
    selected = [held[1], held[4]]
    for title in ("Picture 001", "Picture 004"):
        page.get_by_role("checkbox", name=f"Select {title}", exact=True).click()
    tiles(page).first.hover()
    page.mouse.wheel(0, 5000)
    expect(tiles(page)).to_have_count(40)
    page.mouse.wheel(0, 5000)
    anchor = page.locator(f"freshet-tile[data-id='{held[37]}']")
    expect(anchor).to_be_in_viewport()
    proxy.cut()
    expect(page.get_by_role("status").filter(has_text="Offline, as of")).to_be_visible()
    where = anchor.evaluate("(tile) => tile.getBoundingClientRect().top")
    arrive(server, "Committed while nobody heard")
    proxy.mend()
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    live(page)
    assert abs(anchor.evaluate("(tile) => tile.getBoundingClientRect().top") - where) <= 1
    assert ids(tiles(page)) == held
    assert ids(page.locator("freshet-tile.on")) == selected
    expect(page.get_by_role("toolbar", name="Selection").get_by_role("status")).to_have_text("2 selected")


def test_B18_B19_home_an_item_and_the_account_say_that_the_store_is_gone_and_catch_up(
    server: Server, proxy: StoreProxy, visit: Visit
) -> None:
    (held,) = fill(server, 1)
    home, item, account = pages = [visit(path) for path in ("/home", f"/media-item?id={held}", "/account")]
    for page in pages:
        live(page)
    proxy.cut()
    for page in pages:
        expect(page.get_by_role("main").get_by_role("status").filter(has_text="Offline, as of")).to_be_visible()
        expect(page.get_by_role("alert").filter(has_text="Offline, as of")).to_be_visible()
        expect(page.get_by_role("button", name="Retry")).to_be_visible()
    (new,) = arrive(server, "Committed while nobody heard")
    rename(server, held, "Renamed while nobody heard")
    proxy.mend()
    shows(home, [new, held])
    expect(tile(home, "Renamed while nobody heard")).to_be_visible()
    expect(item.get_by_role("heading", level=1, name="Renamed while nobody heard")).to_be_visible()
    expect(account.get_by_role("list", name="Storage used").get_by_role("listitem").first).to_contain_text("2 items")
    for page in pages:
        live(page)
        expect(page.get_by_role("alert").filter(has_text=re.compile("."))).to_have_count(0)


def test_R2_01_R2_05_with_a_store_that_does_not_answer_known_pages_paint_and_every_click_works(
    server: Server, proxy: StoreProxy, visit: Visit
) -> None:
    held = fill(server, 3)
    page = visit("/library")
    live(page)
    proxy.hold()
    page.get_by_role("link", name="Image", exact=True).click()
    prompt(page).fill("Typed while nothing answers")
    page.get_by_role("link", name="Library", exact=True).click()
    shows(page, held)
    tile(page, "Picture 001").click()
    dialog = page.get_by_role("dialog", name="Picture 001")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Try-on", exact=True).click()
    expect(choose_button(page, "Person")).to_be_visible()
    page.get_by_role("link", name="Library", exact=True).click()
    shows(page, held)
    proxy.release()
    live(page)
    shows(page, held)


def test_R2_09_after_a_restart_without_the_store_the_page_is_painted_from_disk_and_comes_back_by_itself(
    server: Server, proxy: StoreProxy, visit: Visit
) -> None:
    held = fill(server, 2)
    page = visit("/library")
    shows(page, held)
    updated(page)
    page.close()
    server.stop()
    proxy.cut()
    server.start()
    page = visit("/library")
    shows(page, held)
    expect(page.get_by_role("status").filter(has_text=re.compile(r"Offline, as of \d+:\d+"))).to_be_visible()
    expect(page.locator("freshet-tile img").first).to_have_js_property("complete", True)
    assert page.locator("freshet-tile img").first.evaluate("image => image.naturalWidth") > 0
    proxy.mend()
    newer = fill(server, 1, "Newer")
    shows(page, newer + held)
    updated(page)
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "seen"), [("/home", "Picture 000"), ("/media-item?id={}", "Picture 000"), ("/account", "1 item")]
)
def test_R2_09_so_are_the_pages_that_show_more_than_one_list(
    server: Server, proxy: StoreProxy, visit: Visit, path: str, seen: str
) -> None:
    (held,) = fill(server, 1)
    page = visit(path.format(held))
    main = page.get_by_role("main")
    expect(main.get_by_text(seen, exact=True).first).to_be_visible()
    updated(page)
    page.close()
    server.stop()
    proxy.cut()
    server.start()
    page = visit(path.format(held))
    main = page.get_by_role("main")
    expect(main.get_by_text(seen, exact=True).first).to_be_visible()
    expect(main.get_by_role("status").filter(has_text=re.compile(r"Offline, as of \d+:\d+"))).to_be_visible()
    proxy.mend()
    updated(page)
    expect(main.get_by_text(seen, exact=True).first).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text=re.compile("."))).to_have_count(0)


@pytest.fixture
def second(server: Server, proxy: StoreProxy, tmp_path: Path) -> Iterator[Server]:
    """Another web process on the same database and the same files, with a directory of its own."""
    shared = {name: value for name, value in server.environment.items() if name in SHARED}
    files = f"file://{server.settings.data_dir / 'files'}"
    other = ForkedServer(tmp_path / "second", **shared, FRESHET_FILES=files)
    yield other
    other.stop()


SHARED = ("FRESHET_STORE", "FIRESTORE_EMULATOR_HOST", "GOOGLE_CLOUD_PROJECT")


def test_B02_what_is_made_in_one_web_process_shows_in_the_pages_of_another(
    server: Server, second: Server, browser: Browser, visit: Visit
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opening = visits(second, context, [])
    page = next(opening)("/library")
    live(page)
    made = make_images(visit("/create/image"), "Terraced fields at dawn", 1)
    shows(page, made)
    expect(page.locator(f"freshet-tile[data-id='{made[0]}'][data-status=ready] img:not(.coming)")).to_be_visible()
    go(page, "Try-on")
    choose_button(page, "Person").click()
    dialog = page.get_by_role("dialog", name="Choose from Library")
    shows(dialog, made)
    expect(tile(dialog, "Terraced fields at dawn")).to_have_accessible_name(re.compile("^Terraced fields"))
    assert list(opening) == []
    context.close()
