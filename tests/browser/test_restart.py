"""A server that ends, however it ends, takes no tab and no run with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ALONE, KINDS, Visit, serve
from tests.browser.library import write_photo
from tests.browser.server import Server
from tests.browser.steps import (
    READY,
    RENDER_MS,
    answered,
    ask_for,
    go,
    ids,
    live,
    prompt,
    settle,
    shows,
    tile,
    tiles,
    updated,
)
from tests.support.media import clip

CUT = "ERR_(CONNECTION_REFUSED|EMPTY_RESPONSE|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING)"
"""What the console says of requests, and of the stream of changes, that a server's end cuts off."""


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Started as people start it."""
    yield from serve(request, tmp_path, Server)


@ALONE
def test_a_tab_says_that_the_server_restarts_and_comes_back_by_itself_with_what_was_typed(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated.append(CUT)
    page = visit("/create/image")
    updated(page)
    server.kill()
    prompt(page).fill("Half a thought about a harbour")
    page.get_by_role("radio", name="4:3").click()
    expect(page.get_by_role("alert").filter(has_text="Freshet is restarting")).to_be_visible()
    server.start()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(prompt(page)).to_have_value("Half a thought about a harbour")
    updated(page)
    page.get_by_role("button", name="Generate Image").click()
    expect(page.locator(READY)).to_have_count(1, timeout=RENDER_MS)


@ALONE
def test_B18_a_server_that_is_away_is_told_by_the_status_line_and_the_page_catches_up_by_itself(
    server: Server, visit: Visit, tolerated: list[str], tmp_path: Path
) -> None:
    tolerated.append(CUT)
    library, studio = visit("/library"), visit("/create/image")
    for page in (library, studio):
        page.bring_to_front()
        live(page)
        page.evaluate("window.sameDocument = true")
        settle(page)
    with answered(studio):
        studio.get_by_role("radio", name="4:3").click()
    prompt(studio).fill("Half a thought about a harbour")
    server.kill()
    for page in (library, studio):
        expect(page.get_by_role("status").filter(has_text="Reconnecting…")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
    imported = server.run("import", str(write_photo(tmp_path, "harbour.jpg"))).stdout.split()[0]
    server.start()
    for page in (library, studio):
        live(page)
    shows(library, [imported])
    expect(prompt(studio)).to_have_value("Half a thought about a harbour")
    expect(prompt(studio)).to_be_focused()
    expect(studio.get_by_role("radio", name="4:3")).to_be_checked()
    assert all(page.evaluate("window.sameDocument") for page in (library, studio))


@ALONE
def test_a_click_that_was_lost_is_sent_again_once_the_server_is_back_and_the_page_stays(
    server: Server, visit: Visit, tolerated: list[str], tmp_path: Path
) -> None:
    tolerated.append(CUT)
    clip_file = tmp_path / "harbour.mp4"
    clip_file.write_bytes(clip())
    assert server.run("import", str(clip_file), str(write_photo(tmp_path, "pier.jpg"))).returncode == 0
    page = visit("/library")
    live(page)
    page.evaluate("window.sameDocument = true")
    settle(page)  # a request that is cut off half-way is another matter
    server.kill()
    expect(page.get_by_role("status").filter(has_text="Reconnecting…")).to_be_visible()
    page.get_by_role("tab", name="Videos").click()
    page.get_by_role("tab", name="Images").click()
    lost = page.get_by_role("alert").filter(has_text="Freshet is restarting. Your last click will be sent again.")
    expect(lost).to_be_visible()
    server.start()
    expect(lost).to_have_count(0)
    expect(page).to_have_url(re.compile("type=image"))
    expect(tiles(page)).to_have_count(1)
    expect(tile(page, "pier")).to_be_visible()
    live(page)
    assert page.evaluate("window.sameDocument")


@ALONE
def test_a_press_of_generate_whose_answer_was_lost_makes_one_run(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated.append(CUT)
    page = visit("/create/image")
    live(page)
    prompt(page).fill("A lighthouse")
    prompt(page).blur()
    settle(page)
    server.kill()
    page.get_by_role("button", name="Generate Image").click()
    expect(page.get_by_role("alert").filter(has_text="Your last click will be sent again.")).to_be_visible()
    server.start()
    expect(page.locator(READY)).to_have_count(1, timeout=RENDER_MS)
    assert len(server.logged("run.started")) == 1


@ALONE
def test_a_link_followed_while_the_server_is_away_opens_once_it_is_back(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated.append(CUT)
    page = visit("/create/image")
    updated(page)
    server.stop()
    page.get_by_role("link", name="Try-on").click()
    expect(page.get_by_role("alert").filter(has_text="Freshet is restarting")).to_be_visible()
    server.start()
    expect(page).to_have_url(re.compile("/try-on"))
    updated(page)


def test_four_pictures_are_finished_once_although_the_server_is_killed_in_the_middle(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated.append(CUT)
    page = visit("/create/image")
    updated(page)
    ask_for(page, "Four lighthouses", amount="4")
    expect(tiles(page).filter(has_text=re.compile(r"\d %")).first).to_be_visible()
    with server.renders_held():
        asked = ids(tiles(page))
        server.kill()
    server.start()
    expect(page.locator(READY)).to_have_count(4, timeout=RENDER_MS)
    shows(page, asked)
    go(page, "Library")
    shows(page, asked, only=READY)
    assert len(server.logged("run.finished", "status=succeeded")) == 1
