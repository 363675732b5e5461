"""Pages that come, fill and are left: what a browser shows on the way."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Route, expect

from components.web import SCRIPT, STYLESHEET
from tests.browser.conftest import Visit
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import (
    READY,
    RENDER_MS,
    Held,
    ask_for,
    go,
    ids,
    intercept,
    live,
    prompt,
    refresh,
    settle,
    tile,
    tiles,
    updated,
)


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def test_a_script_that_comes_late_leaves_no_older_frame_on_screen(
    server: Server, visit: Visit, context: BrowserContext
) -> None:
    """Mesop shows each frame when the modules it needs are there; an early one must not come last."""
    [late] = fill(server, 1, "Late")
    held: list[Route] = []
    context.route(f"**{SCRIPT}", lambda route: held.append(route))
    page = context.new_page()
    with page.expect_request_finished(lambda request: "/prod_bundle.js" in request.url):
        page.goto(server.url + "/library", wait_until="commit")
    expect(tiles(page)).to_have_count(0)
    assert held
    for route in held:
        route.continue_()
    context.unroute(f"**{SCRIPT}")
    updated(page)
    expect(tiles(page).first).to_have_attribute("data-id", late)


@pytest.mark.parametrize("joined", [SCRIPT, STYLESHEET])
def test_what_cannot_be_had_at_first_is_loaded_again(
    server: Server, visit: Visit, context: BrowserContext, tolerated: list[str], joined: str
) -> None:
    tolerated.append("ERR_FAILED")
    [shown] = fill(server, 1, "Later")
    context.route(f"**{joined}", lambda route: route.abort(), times=1)
    page = visit("/library")
    updated(page)
    expect(tiles(page).first).to_have_attribute("data-id", shown)
    expect(page.locator(".sheet")).to_have_css("overflow-y", "auto")


def test_a_page_whose_elements_cannot_be_had_says_so_and_is_there_once_they_can(
    server: Server, visit: Visit, context: BrowserContext, tolerated: list[str]
) -> None:
    tolerated.append("ERR_FAILED|Failed to fetch dynamically imported module")
    [shown] = fill(server, 1, "Later")
    context.route(f"**{SCRIPT}", lambda route: route.abort())
    page = visit("/library")
    told = page.get_by_role("alert").filter(has_text="This page cannot be shown yet. A part of it does not load.")
    expect(told).to_be_visible()
    expect(told.get_by_role("link", name="Reload")).to_have_attribute("href", server.url + "/library")
    told.get_by_role("link", name="Reload").click()
    expect(told).to_have_count(0)
    expect(told).to_be_visible()
    context.unroute(f"**{SCRIPT}")
    updated(page)
    expect(tiles(page).first).to_have_attribute("data-id", shown)
    expect(told).to_have_count(0)


def test_a_page_that_an_earlier_version_has_drawn_says_so_and_keeps_what_was_typed(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated.append("400 \\(Bad Request\\)")
    page = visit("/create/image")
    updated(page)
    prompt(page).fill("Half a thought about a harbour")
    prompt(page).blur()
    settle(page)
    _age(page.locator("freshet-button", has_text="Generate Image"), "pressEvent")
    page.get_by_role("button", name="Generate Image").click()
    told = page.get_by_role("alert").filter(has_text="This page is out of date. Reload it to go on.")
    expect(told).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=re.compile("^Updated .*Reconnecting…$")).first).to_be_visible()
    prompt(page).fill("A whole thought about a harbour")
    told.get_by_role("button", name="Reload").click()
    expect(told).to_have_count(0)
    expect(prompt(page)).to_have_value("A whole thought about a harbour")
    page.get_by_role("button", name="Generate Image").click()
    expect(tile(page, "A whole thought")).to_be_visible()
    [line] = server.logged("event.refused")
    assert len(line) < 200


def test_a_link_on_such_a_page_leads_where_it_says(server: Server, visit: Visit, tolerated: list[str]) -> None:
    tolerated.append("400 \\(Bad Request\\)")
    page = visit("/create/image")
    updated(page)
    settle(page)  # each answer says anew which handlers there are
    _age(page.locator("freshet-nav"), "navigateEvent")
    go(page, "Library")
    assert server.logged("event.refused")


def test_generate_and_a_link_pressed_in_the_same_moment_start_the_run_and_open_the_page(
    server: Server, visit: Visit
) -> None:
    page = visit("/create/image")
    updated(page)
    prompt(page).fill("A lighthouse in haste")
    page.evaluate(
        """() => {
            document.activeElement.blur();
            const named = (selector, name) =>
                [...document.querySelectorAll(selector)].find((one) => one.textContent === name);
            named('freshet-button button', 'Generate Image').click();
            document.querySelector('nav.side a[data-url="/library"]').click();
        }"""
    )
    expect(page).to_have_url(re.compile("/library"))
    expect(tile(page, "A lighthouse in haste")).to_be_visible()
    assert len(server.logged("run.started")) == 1


def test_a_page_left_before_the_server_has_heard_of_generate_has_its_prompt_at_the_next_visit_and_then_no_more(
    server: Server, visit: Visit, context: BrowserContext
) -> None:
    page = visit("/create/image")
    updated(page)
    settle(page)
    held = Held(context)
    prompt(page).fill("A lighthouse in haste")
    page.get_by_role("button", name="Generate Image").click()
    held.await_one(page)
    held.keep_no_more()
    page.goto(server.url + "/library")
    updated(page)
    page.goto(server.url + "/create/image")
    expect(prompt(page)).to_have_value("A lighthouse in haste")
    assert not server.logged("run.started")
    page.get_by_role("button", name="Generate Image").click()
    expect(tile(page, "A lighthouse in haste")).to_be_visible()
    settle(page)
    page.goto(server.url + "/library")
    updated(page)
    page.goto(server.url + "/create/image")
    updated(page)
    expect(prompt(page)).to_have_value("")


def _age(element: Locator, event: str) -> None:
    """As if an earlier version had drawn it."""
    element.evaluate("(element, event) => { element[event] = `before.${element[event]}`; }", event)


def test_each_picture_is_asked_for_once_as_soon_as_it_is_there(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    with server.renders_held():
        ask_for(page, "Two lighthouses", amount="2")
        expect(tiles(page)).to_have_count(2)
        first, second = ids(tiles(page))

        def answer(route: Route) -> None:
            run = route.request.url.rpartition("=")[2]
            outputs = {first: 100, second: 40}
            route.fulfill(json={"runs": {run: {"status": "running", "progress": 70, "outputs": outputs}}})

        intercept(page.context, "**/api/runs/progress?*", answer)
        expect(page.locator(f"[data-id='{second}']")).to_contain_text("40 %")
        server.wait_logged("create.image.refresh", "reason=complete", times=2)
        with page.expect_response("**/api/runs/progress?*"):
            pass
        page.context.unroute("**/api/runs/progress?*")
        refresh(page)
        server.wait_logged("create.image.refresh", "reason=manual")
        assert len(server.logged("create.image.refresh", "reason=complete")) == 2, "begun, and the first one is there"
    expect(page.locator(READY)).to_have_count(2, timeout=RENDER_MS)


def test_the_type_that_was_pressed_last_wins_however_busy_the_server_is(
    server: Server, visit: Visit, context: BrowserContext
) -> None:
    fill(server, 1, "Pier")
    page = visit("/library")
    expect(tile(page, "Pier 000")).to_be_visible()
    live(page)
    settle(page)  # what a page asks by itself is taken back by a press
    held = Held(context)
    for name in ("Videos", "Images"):
        page.get_by_role("tab", name=name).click()
    held.let_one_through(page)
    page.get_by_role("tab", name="Videos").click()
    expect(page.get_by_role("tab", name="Videos")).to_have_attribute("aria-selected", "true")
    held.let_through()
    expect(page).to_have_url(re.compile("type=video"))
    expect(page.get_by_text("Nothing of this type yet")).to_be_visible()
    expect(page.get_by_role("tab", name="Videos")).to_have_attribute("aria-selected", "true")
    updated(page)


def test_R0_06_back_and_forward_keep_the_type_filter(server: Server, visit: Visit) -> None:
    fill(server, 1, "Harbour")
    page = visit("/library")
    expect(tile(page, "Harbour 000")).to_be_visible()
    page.get_by_role("tab", name="Videos").click()
    expect(page.get_by_text("Nothing of this type yet")).to_be_visible()
    go(page, "Image")
    page.go_back()
    expect(page.get_by_role("tab", name="Videos")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("Nothing of this type yet")).to_be_visible()
    page.go_forward()
    expect(prompt(page)).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("type=video"))
    refresh(page)
    expect(page.get_by_text("Nothing of this type yet")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(tile(page, "Harbour 000")).to_be_visible()


def test_of_many_tiles_that_are_being_made_the_first_four_have_moving_waves(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    with server.renders_held():
        ask_for(page, "Four buoys", amount="4")
        ask_for(page, "Four more buoys", amount="4")
        library = visit("/library")
        library.emulate_media(reduced_motion="no-preference")
        updated(library)
        making = library.locator("freshet-tile[data-status=generating]")
        expect(making.nth(4)).to_be_visible()
        moving = "() => document.getAnimations().filter((one) => one.animationName?.startsWith('flow')).length"
        assert library.evaluate(moving) == 2 * 4
    expect(library.locator(READY).filter(has_text="Four more buoys")).to_have_count(4, timeout=RENDER_MS)
