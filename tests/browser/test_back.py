"""Back closes what lies over a page, and only then leaves it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import Held, choose_button, chooser, go, prompt, settle, shows, tile, updated

pytestmark = pytest.mark.usefixtures("still")


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def look(page: Page, title: str) -> None:
    tile(page, title).click()
    expect(page.get_by_role("dialog", name=title)).to_be_visible()


def choose(page: Page, title: str) -> None:
    choose_button(page, "Person").click()
    chooser(page)


@pytest.mark.parametrize(
    ("place", "address", "cover"),
    [
        ("Library", "/library$", look),
        ("Image", "/create/image$", look),
        ("Try-on", "/try-on$", look),
        ("Try-on", "/try-on$", choose),
    ],
    ids=["library", "create", "try-on", "chooser"],
)
def test_back_closes_a_dialog_and_then_leaves_the_page(
    server: Server, visit: Visit, place: str, address: str, cover: Callable[..., Any]
) -> None:
    title = f"{place} {cover.__name__} 000"
    origin = {"Image": "create-image", "Try-on": "try-on"}.get(place, "import")
    fill(server, 1, title.removesuffix(" 000"), origin)  # type: ignore[arg-type]
    page = visit("/create/video")
    updated(page)
    go(page, place)
    expect(tile(page, title)).to_be_visible()
    page.evaluate("window.sameDocument = true")
    asked = len(server.logged(".refresh", "reason=open"))
    for _ in range(2):
        cover(page, title)
        opened = len(server.logged(".refresh", "reason=open"))
        page.go_back()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page).to_have_url(re.compile(address))
        expect(tile(page, title)).to_be_visible()
        assert len(server.logged(".refresh", "reason=open")) == opened
    if cover is look:
        assert opened == asked
    assert page.evaluate("window.sameDocument")
    page.go_back()
    expect(page).to_have_url(re.compile("/create/video"))
    expect(prompt(page)).to_be_visible()


def test_a_dialog_that_was_closed_otherwise_leaves_no_step_behind(server: Server, visit: Visit) -> None:
    fill(server, 1, "Stepless")
    page = visit("/create/video")
    updated(page)
    go(page, "Library")
    for _ in range(3):
        look(page, "Stepless 000")
        expect(page).to_have_url(re.compile("item="))
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page).to_have_url(re.compile("/library$"))
    page.go_back()
    expect(page).to_have_url(re.compile("/create/video"))


def test_looks_that_come_and_go_faster_than_the_browser_steps_back_leave_the_page_where_it_is(
    server: Server, visit: Visit
) -> None:
    last = fill(server, 3, "Hasty")[2]
    page = visit("/create/video")
    updated(page)
    go(page, "Library")
    updated(page)
    page.evaluate("{ const go = history.go.bind(history); history.go = (n) => void setTimeout(() => go(n), 700); 0 }")
    for title in ("Hasty 000", "Hasty 001"):
        look(page, title)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    look(page, "Hasty 002")
    expect(page).to_have_url(re.compile(f"/library.*item={last}"))
    told_late = "dialog => { dialog.dispatchEvent(new Event('close')); return dialog.open; }"
    assert page.locator("dialog[open]").evaluate(told_late)
    expect(page.get_by_role("dialog", name="Hasty 002")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("/library$"))


def test_choosing_something_leaves_no_step_behind_either(server: Server, visit: Visit) -> None:
    fill(server, 1, "Chosen")
    page = visit("/create/video")
    updated(page)
    go(page, "Try-on")
    choose_button(page, "Person").click()
    tile(chooser(page), "Chosen 000").click()
    expect(page.get_by_role("button", name="Clear person")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.go_back()
    expect(page).to_have_url(re.compile("/create/video"))
    page.go_forward()
    expect(page.get_by_role("button", name="Clear person")).to_be_visible()


@pytest.mark.parametrize("how", ["back", "escape"])
def test_R0_03_a_permalink_opened_directly_closes_to_the_library(server: Server, visit: Visit, how: str) -> None:
    (item,) = fill(server, 1, f"Linked {how}")
    page = visit(f"/library?type=image&item={item}")
    expect(page.get_by_role("dialog", name=f"Linked {how} 000")).to_be_visible()
    if how == "back":
        page.go_back()
    else:
        page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/library\?type=image$"))
    expect(page.locator(f"freshet-tile[data-id='{item}']")).to_be_visible()
    page.go_forward()
    if how == "back":
        expect(page.get_by_role("dialog", name=f"Linked {how} 000")).to_be_visible()


def test_a_page_loaded_anew_with_its_dialog_open_closes_it_by_back(server: Server, visit: Visit) -> None:
    held = fill(server, 2, "Anew")
    page = visit("/library")
    look(page, "Anew 001")
    page.reload()
    expect(page.get_by_role("dialog", name="Anew 001")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("/library$"))
    shows(page, held, only=", ".join(f"freshet-tile[data-id='{each}']" for each in held))


def test_forward_to_a_dialog_without_an_address_changes_nothing(server: Server, visit: Visit) -> None:
    fill(server, 1, "Once")
    page = visit("/try-on")
    updated(page)
    choose(page, "")
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    asked = len(server.logged("try_on.refresh"))
    page.evaluate("history.forward()")
    page.get_by_role("button", name="Refresh").click()
    server.wait_logged("try_on.refresh", "reason=manual")
    assert len(server.logged("try_on.refresh")) == asked + 1
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_closer_look_opens_before_the_server_has_answered_and_keeps_keys_for_it(server: Server, visit: Visit) -> None:
    fill(server, 2, "Quick")
    page = visit("/library")
    updated(page)
    held = Held(page.context)
    tile(page, "Quick 001").click()
    dialog = page.get_by_role("dialog", name="Quick 001")
    expect(dialog).to_be_visible()
    expect(dialog.locator("img")).to_be_visible()
    expect(dialog.get_by_text("Loading…")).to_be_visible()
    expect(page).to_have_url(re.compile("item="))
    page.keyboard.press("f")
    held.let_through()
    expect(dialog.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    expect(dialog.get_by_role("link", name="Download")).to_be_visible()
    expect(dialog.get_by_text("Loading…")).to_have_count(0)


@pytest.mark.parametrize("leave", ["escape", "back"])
def test_a_closer_look_that_is_left_before_the_server_has_answered_stays_away(
    server: Server, visit: Visit, leave: str
) -> None:
    fill(server, 1, f"Left by {leave}")
    page = visit("/library")
    updated(page)
    held = Held(page.context)
    tile(page, f"Left by {leave} 000").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    if leave == "back":
        page.go_back()
    else:
        page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    held.let_through()
    settle(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("/library$"))
    look(page, f"Left by {leave} 000")
    expect(page.get_by_role("link", name="Download")).to_be_visible()


def test_of_quick_steps_the_last_is_shown_and_what_was_typed_stays_with_its_form(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    prompt(page).fill("Image words")
    go(page, "Video")
    expect(page.get_by_role("heading", name="Create video")).to_be_visible()
    settle(page)
    prompt(page).press_sequentially("Video words")
    held = Held(page.context)
    page.evaluate("history.back()")
    expect(page).to_have_url(re.compile("/create/image$"))
    held.await_one(page)
    for step, address in (("forward", "/create/video$"), ("back", "/create/image$")):
        page.evaluate(f"history.{step}()")
        expect(page).to_have_url(re.compile(address))
    assert held.kept == 1
    held.let_through()
    expect(page.get_by_role("heading", name="Create image")).to_be_visible()
    expect(prompt(page)).to_have_value("Image words")
    page.go_forward()
    expect(page.get_by_role("heading", name="Create video")).to_be_visible()
    expect(prompt(page)).to_have_value("Video words")


# The browser takes a step while Mesop's router still waits to write down the one before: its timers last longer here.
OVERTAKEN = """async () => {
  const later = window.setTimeout;
  window.setTimeout = (call, ms, ...rest) => later(call, ms || 300, ...rest);
  const step = async (way, address) => {
    history[way]();
    while (location.pathname !== address) await new Promise(requestAnimationFrame);
  };
  await step('back', '/create/image');
  await step('forward', '/create/video');
  await new Promise((done) => later(done, 310));
  await step('back', '/create/image');
  await new Promise((done) => later(done, 700));
}"""


def test_a_step_overtaken_by_the_next_leaves_each_page_its_address(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    go(page, "Video")
    expect(page.get_by_role("heading", name="Create video")).to_be_visible()
    settle(page)
    page.evaluate(OVERTAKEN)
    settle(page)
    for step, kind in ((None, "image"), (page.go_forward, "video"), (page.go_back, "image")):
        if step:
            step()
        expect(page).to_have_url(re.compile(f"/create/{kind}$"))
        expect(page.get_by_role("heading", name=f"Create {kind}")).to_be_visible()
