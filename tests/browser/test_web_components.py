"""Freshet's own elements in a browser, on a small application that notes what the server hears."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Route, expect

from tests.browser.apps.elements import MODES, NOW_MS
from tests.browser.apps.process import ElementsServer
from tests.browser.conftest import watch
from tests.browser.steps import Held, intercept, wait_for_answers

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def elements() -> Iterator[ElementsServer]:
    server = ElementsServer()
    yield server
    server.kill()


@pytest.fixture
def problems(elements: ElementsServer, context: BrowserContext) -> Iterator[list[str]]:
    """What went wrong in any tab; a test that breaks something on purpose clears it."""
    noted: list[str] = []
    watch(context, elements.url, noted)
    yield noted
    assert noted == []


@pytest.fixture
def show(elements: ElementsServer, context: BrowserContext, problems: list[str]) -> Open:
    def open_tab(path: str = "/", *, width: int = 1280, height: int = 900, clock: bool = False) -> Page:
        page = context.new_page()
        if clock:
            page.clock.install()
        page.set_viewport_size({"width": width, "height": height})
        page.goto(elements.url + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page

    return open_tab


def heard(page: Page) -> list[str]:
    """The events that reached the server, in order."""
    return [line for line in (page.locator(".heard").text_content() or "").split("\n") if line]


def expect_heard(page: Page, line: str) -> None:
    expect(page.locator(".heard")).to_contain_text(line)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def focused_tile(page: Page) -> str | None:
    found: str | None = page.evaluate("() => document.activeElement.closest('freshet-tile')?.dataset.id ?? null")
    return found


def settle(page: Page) -> None:
    """Wait until the server has answered everything before: a press that changes nothing else."""
    before = int(page.locator(".unrelated").text_content() or 0)
    page.get_by_role("button", name="Unrelated", exact=True).evaluate("button => button.click()")
    expect(page.locator(".unrelated")).to_have_text(str(before + 1))


def box(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found
    return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}


# ── tiles ──


def test_a_tile_is_a_button_whose_name_starts_with_its_title(show: Open) -> None:
    page = show()
    tile = page.get_by_role("button", name=re.compile("^Dunes 001"))
    expect(tile).to_contain_text("0:06")
    host = page.locator("freshet-tile", has=tile)
    expect(host).to_have_attribute("data-id", "m1")
    expect(host).to_have_attribute("data-revision", "1")
    tile.click()
    expect_heard(page, 'tile {"id": "m1"}')


def test_an_event_that_changes_no_property_touches_no_tile(show: Open) -> None:
    page = show()
    expect(page.locator("freshet-tile img.coming")).to_have_count(0)
    page.evaluate(
        """() => {
          window.touched = [];
          const seen = new MutationObserver((records) => window.touched.push(...records.map((r) => r.target.nodeName)));
          for (const tile of document.querySelectorAll('freshet-tile:not([data-status=generating])')) {
            seen.observe(tile, {subtree: true, childList: true, attributes: true, characterData: true});
          }
        }"""
    )
    settle(page)
    assert page.evaluate("() => window.touched") == []


def test_the_grid_is_one_tab_stop_with_arrow_keys(show: Open) -> None:
    page = show()
    expect(page.locator("freshet-tile[role=listitem]").first).to_be_attached()
    assert page.locator(".hit[tabindex='0']").count() == 1
    page.get_by_role("button", name=re.compile("^Glass bottles")).focus()
    columns = len({box(hit)["x"] for hit in page.locator(".hit").all()})
    for key, expected in (
        ("ArrowRight", "failed"), ("ArrowRight", "m0"), ("ArrowLeft", "failed"), ("Home", "making"),
        ("End", f"m{columns - 3}"), ("ArrowDown", f"m{2 * columns - 3}"), ("ArrowUp", f"m{columns - 3}"),
        ("Control+Home", "making"),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert focused_tile(page) == expected, key
    assert page.locator(".hit[tabindex='0']").count() == 1


def test_the_focus_stays_on_its_tile_when_another_arrives_on_top(show: Open) -> None:
    page = show()
    page.get_by_role("button", name=re.compile("^Dunes 002")).focus()
    page.get_by_role("button", name="Arrive", exact=True).evaluate("button => button.click()")
    expect(page.get_by_role("button", name=re.compile("^Newcomer 1"))).to_be_visible()
    assert focused_tile(page) == "m2"
    assert page.locator(".hit").first.text_content() == page.get_by_role("button", name="Newcomer 1").text_content()


def test_a_tile_that_leaves_hands_the_focus_to_its_neighbour(show: Open) -> None:
    page = show()
    page.get_by_role("button", name=re.compile("^Dunes 000")).focus()
    page.get_by_role("button", name="Remove first", exact=True).evaluate("button => button.click()")
    expect(page.locator("freshet-tile[data-id=m0]")).to_have_count(0)
    expect(page.locator("freshet-tile[data-id=m1] .hit")).to_be_focused()


def test_a_failed_tile_says_why_and_can_be_tried_again(show: Open) -> None:
    page = show()
    tile = page.locator("freshet-tile[data-id=failed]")
    expect(tile).to_contain_text("Refused: shows a real person")
    tile.get_by_role("button", name="Retry").click()
    expect_heard(page, 'retry {"id": "failed", "scrolled": false}')
    tile.get_by_role("button", name="Retry").press("Enter")
    expect(tile.locator(".hit")).to_be_focused()  # Retry is about to go
    expect_heard(page, 'retry {"id": "failed", "scrolled": true}')  # keys are at work in the list
    assert not any(line.startswith("tile") for line in heard(page))


def test_a_tile_that_may_be_paid_for_twice_asks_before_it_is_tried_again(show: Open) -> None:
    page = show()
    retry = page.locator("freshet-tile[data-id=dear]").get_by_role("button", name="Retry")
    question = page.get_by_role("alertdialog", name="Ask for it once more?")
    retry.press("Enter")
    expect(question).to_contain_text("Outcome unknown: it may have been charged")
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(retry).to_be_focused()
    retry.click()
    question.get_by_role("button", name="Ask again").click()
    expect_heard(page, 'retry {"id": "dear"')
    assert len([line for line in heard(page) if line.startswith("retry")]) == 1


def test_a_picture_that_cannot_be_loaded_leaves_an_icon_of_the_same_size(show: Open, problems: list[str]) -> None:
    page = show()
    whole = box(page.locator("freshet-tile[data-id=m0]"))
    page.context.route("**/picture/m0*", lambda route: route.fulfill(status=404))
    page.reload()
    expect(page.locator("freshet-tile[data-id=m0] .broken")).to_be_visible()
    assert box(page.locator("freshet-tile[data-id=m0]")) == whole
    problems.clear()


def test_a_picture_that_could_not_be_loaded_is_asked_for_again_until_it_comes(show: Open, problems: list[str]) -> None:
    page = show()
    refused: list[Request] = []

    def refuse(route: Route) -> None:
        refused.append(route.request)
        route.fulfill(status=503)

    page.context.route("**/picture/m0*", refuse)
    page.reload()
    tile = page.locator("freshet-tile[data-id=m0]")
    expect(tile.locator(".broken")).to_be_visible()
    page.clock.install()
    with page.expect_event("requestfinished", lambda request: "/picture/m0" in request.url):
        page.evaluate("window.dispatchEvent(new Event('freshet:back'))")
    for seconds in (10, 30):
        expect(tile.locator(".broken")).to_be_visible()
        with page.expect_event("requestfinished", lambda request: "/picture/m0" in request.url):
            page.clock.run_for(1_000 * seconds)
    expect(tile.locator(".broken")).to_be_visible()
    asked = len(refused)
    page.clock.run_for(300_000)
    assert len(refused) == asked, "no file that is gone is asked for for ever"
    page.context.unroute("**/picture/m0*")
    page.evaluate("window.dispatchEvent(new Event('freshet:back'))")
    expect(tile.locator("img")).to_have_js_property("complete", True)
    expect(tile.locator(".broken")).to_have_count(0)
    problems.clear()


# ── runs ──


def set_progress(page: Page, status: str, percent: int) -> None:
    page.request.post(f"{page.url}test/progress?status={status}&percent={percent}")


def test_water_rises_to_the_true_percentage_and_never_falls(show: Open) -> None:
    page = show()
    tile = page.locator("freshet-tile[data-id=making]")
    set_progress(page, "running", 64)
    expect(tile).to_contain_text("64 %")
    expect(tile).to_contain_text("Generating")
    set_progress(page, "running", 30)
    with page.expect_response("**/api/runs/progress*"):
        pass
    settle(page)
    expect(tile).to_contain_text("64 %")
    assert tile.locator(".water").evaluate("water => water.style.getPropertyValue('--p')") == "64"


def test_a_tile_whose_progress_is_unknown_is_queued_with_water_at_its_foot(show: Open, context: BrowserContext) -> None:
    context.route("**/api/runs/progress*", lambda route: route.fulfill(json={"runs": {}}))
    page = show()
    tile = page.locator("freshet-tile[data-id=making]")
    expect(tile.locator(".state")).to_have_text("Queued")
    assert tile.locator(".water").evaluate("water => water.style.getPropertyValue('--p')") == "6"


def test_the_end_of_a_run_is_told_once(show: Open) -> None:
    page = show()
    set_progress(page, "succeeded", 100)
    expect_heard(page, 'complete {"ids": ["run-1"], "scrolled": false}')
    settle(page)
    assert heard(page).count('complete {"ids": ["run-1"], "scrolled": false}') == 1
    press(page, "Finish")
    expect(page.locator("freshet-tile[data-id=making] img")).to_be_visible()
    expect(page.locator("freshet-tile[data-id=making] .water")).to_have_count(0)
    set_progress(page, "running", 0)


def test_a_hidden_page_asks_nothing_and_catches_up_when_it_is_seen_again(show: Open) -> None:
    page = show()
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'hidden', {configurable: true, get: () => window.away ?? false});
          window.away = true;
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    page.clock.install()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/api/runs" in request.url else None)
    page.clock.run_for(30_000)
    settle(page)
    assert asked == []
    with page.expect_request("**/api/runs/progress*"):
        page.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }")


def test_a_run_of_which_nothing_is_heard_is_asked_about_less_and_less_often_until_it_moves(show: Open) -> None:
    page = show()
    set_progress(page, "running", 20)
    page.clock.install()
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/api/runs" in request.url else None)

    def asked_within(seconds: int) -> int:
        before = len(asked)
        for _ in range(seconds):
            page.clock.run_for(1_000)
            settle(page)  # the answer, after which the next question is set up
        return len(asked) - before

    asked_within(15)
    assert 3 <= asked_within(20) <= 6
    set_progress(page, "running", 30)
    page.clock.run_for(5_000)
    settle(page)
    assert asked_within(6) >= 3, "more than at the slow pace, also where an answer takes its time"
    set_progress(page, "running", 0)


# ── the end of the list ──


def test_an_endless_list_fills_a_4k_screen_without_being_scrolled(show: Open) -> None:
    page = show("/long", width=3840, height=2160)
    foot = page.locator("freshet-sentinel")
    page.wait_for_function(
        "() => document.querySelector('freshet-sentinel').getBoundingClientRect().top > innerHeight + 600"
        " || document.querySelectorAll('freshet-tile').length >= 300",
    )
    assert box(foot)["y"] > 2160
    expect(page.locator("freshet-tile")).not_to_have_count(300)
    asked = heard(page)
    assert asked == list(dict.fromkeys(asked)), "a cursor was asked for twice"


def test_scrolling_to_the_end_asks_for_the_next_page_once(show: Open) -> None:
    page = show("/long")
    settle(page)
    before = len(heard(page))
    tiles = page.locator("freshet-tile").count()
    page.locator(".sheet").evaluate("sheet => sheet.scrollTo(0, sheet.scrollHeight)")
    expect(page.locator("freshet-tile")).not_to_have_count(tiles)
    settle(page)
    asked = heard(page)[before:]
    assert asked == list(dict.fromkeys(asked))


# ── freshness ──


WORDS = {
    "plain": "Updated 12 s ago",
    "live": "Updated 12 s ago · Live",
    "polling": "Updated 12 s ago · Polling",
    "catching": "Updated 12 s ago · Catching up",
    "reconnecting": "Updated 12 s ago · Reconnecting…",
    "off": "Updated 12 s ago · Live updates off",
    "offline": "Updated 12 s ago · Offline, as of 14:13",
    "failed": "Updated 14:13 · Refresh failed",
    "asked": "Updated 12 s ago",
    "loading": "Loading…",
}


@dataclass(frozen=True)
class Moment:
    """A page whose clock stands still until it is moved, `wrong_by` seconds off."""

    page: Page
    wrong_by: int

    def later(self, seconds: float) -> None:
        """The moment `seconds` after the data was read."""
        self.page.clock.set_fixed_time(NOW_MS / 1000 + seconds + self.wrong_by)


@pytest.fixture(params=[0, 3600], ids=["right-clock", "clock-an-hour-fast"])
def moment(request: pytest.FixtureRequest, browser: Browser, elements: ElementsServer) -> Iterator[Moment]:
    """The form, twelve seconds after its data was read, in a browser whose clock may be wrong."""
    context = browser.new_context(timezone_id="UTC")
    context.route("**/__ui__", _dated)
    moment = Moment(context.new_page(), request.param)
    moment.later(12)
    moment.page.goto(elements.url + "/form")
    yield moment
    context.close()


def _dated(route: Route) -> None:
    """The server's answer, as it would come twelve seconds after NOW_MS."""
    response = route.fetch()
    date = formatdate(NOW_MS / 1000 + 12, usegmt=True)
    route.fulfill(response=response, headers={**response.headers, "date": date})


def test_every_state_of_freshness_has_its_own_words(moment: Moment) -> None:
    page = moment.page
    lines = page.locator(".page [role=status]")
    expect(lines).to_have_text([WORDS[mode] for mode in MODES])
    assert lines.nth(0).get_attribute("title") == "21 Sept 2026, 14:13:20"
    for button in page.get_by_role("button", name="Refresh", exact=True).all()[1:-1]:
        expect(button).to_be_enabled()
    expect(page.get_by_role("button", name="Refresh", exact=True).last).to_be_disabled()


def test_the_age_counts_by_itself_and_is_not_read_aloud(moment: Moment) -> None:
    page = moment.page
    line = page.locator(".page [role=status]").nth(1)
    expect(line).to_have_text("Updated 12 s ago · Live")
    for later, words in ((60, "1 min"), (3 * 3600, "3 h"), (2, "just now")):
        moment.later(later)
        expect(line).to_have_text(f"Updated {words}{'' if words == 'just now' else ' ago'} · Live")
    expect(line).to_have_attribute("aria-live", "off")


def test_R4_04_refresh_answers_at_once_and_keeps_its_name_width_and_focus(show: Open, context: BrowserContext) -> None:
    page = show()
    button = page.get_by_role("button", name="Refresh", exact=True)
    width = box(button)["width"]
    intercept(context, "**/__ui__", lambda route: None)  # no answer until the route is taken away
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("Refreshing…")
    expect(button).to_be_disabled()
    expect(button).to_be_focused()
    assert box(button)["width"] == width
    page.keyboard.press("Enter")
    context.unroute("**/__ui__")
    expect(button).to_have_text("Refresh")
    expect(button).to_be_enabled()
    assert heard(page) == ['refresh {"scrolled": false}']


# ── buttons and dialogs ──


def test_a_double_click_is_one_press(show: Open) -> None:
    page = show()
    page.get_by_role("button", name="Press", exact=True).dblclick()
    settle(page)
    assert heard(page) == ['press {"token": "t1"}']


def test_busy_and_disabled_buttons_keep_their_name_and_cannot_be_pressed(show: Open) -> None:
    page = show()
    busy = page.get_by_role("button", name="Generate", exact=True)
    expect(busy).to_have_text("Starting…")
    for button in (busy, page.get_by_role("button", name="Off", exact=True)):
        expect(button).to_be_disabled()
        button.click(force=True)
    settle(page)
    assert heard(page) == []


def test_a_dialog_takes_the_focus_and_gives_it_back(show: Open) -> None:
    page = show()
    opener = page.get_by_role("button", name="Choose from Library")
    opener.click()
    dialog = page.get_by_role("dialog", name="Choose from Library")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("heading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect_heard(page, 'close {"reason": "escape"}')
    expect(opener).to_be_focused()


def test_a_dialog_closes_by_its_button_and_by_a_press_outside(show: Open) -> None:
    page = show()
    dialog = page.get_by_role("dialog", name="Choose from Library")
    press(page, "Choose from Library")
    dialog.get_by_role("button", name="Close").click()
    expect_heard(page, 'close {"reason": "button"}')
    press(page, "Choose from Library")
    expect(dialog).to_be_visible()
    page.mouse.click(5, 450)
    expect_heard(page, 'close {"reason": "backdrop"}')
    expect(dialog).to_be_hidden()


def test_an_event_from_inside_a_dialog_reaches_the_server_once_and_leaves_the_dialog_alone(show: Open) -> None:
    page = show()
    press(page, "Choose from Library")
    dialog = page.get_by_role("dialog", name="Choose from Library")
    inside = dialog.get_by_role("button", name="Inside")
    inside.click()
    settle(page)
    assert heard(page) == ['press {"token": "inside"}']
    expect(dialog).to_be_visible()
    expect(inside).to_be_focused()


def test_a_dialog_leaves_at_once_even_if_the_server_is_busy(show: Open, context: BrowserContext) -> None:
    page = show()
    press(page, "Choose from Library")
    dialog = page.get_by_role("dialog", name="Choose from Library")
    expect(dialog).to_be_visible()
    intercept(context, "**/__ui__", lambda route: None)  # no answer until the route is taken away
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    context.unroute("**/__ui__")
    settle(page)
    press(page, "Choose from Library")
    expect(dialog).to_be_visible()


# ── forms ──


def test_what_is_typed_is_not_overwritten_by_its_own_echo(show: Open, context: BrowserContext) -> None:
    page = show("/form")
    prompt = page.get_by_label("Prompt")
    intercept(context, "**/__ui__", lambda route: None)  # no answer until the route is taken away
    prompt.fill("First words")
    prompt.blur()
    prompt.fill("First words and more")
    context.unroute("**/__ui__")
    expect_heard(page, 'change {"value": "First words"}')
    expect(prompt).to_have_value("First words and more")


def test_words_of_the_server_are_shown(show: Open) -> None:
    page = show("/form")
    page.get_by_label("Prompt").fill("Mine")
    press(page, "Rewrite")
    expect(page.get_by_label("Prompt")).to_have_value("Words of the server")
    assert heard(page) == ['change {"value": "Mine"}']


def test_ctrl_enter_sends_the_text_and_then_submits(show: Open) -> None:
    page = show("/form")
    page.get_by_label("Prompt").fill("Glass bottles")
    page.get_by_label("Prompt").press("Control+Enter")
    expect_heard(page, "submit")
    assert heard(page) == ['change {"value": "Glass bottles"}', 'submit {"value": "Glass bottles", "token": ""}']


def test_the_keys_that_submit_are_named_as_this_keyboard_names_them(show: Open, context: BrowserContext) -> None:
    page = show("/form")
    expect(page.get_by_label("Prompt")).to_have_accessible_description("Ctrl ↵ generates")
    context.add_init_script(
        """Object.defineProperty(navigator, 'platform', {get: () => 'MacIntel'});
        Object.defineProperty(navigator, 'userAgentData', {get: () => undefined});"""
    )
    page = show("/form")
    expect(page.get_by_label("Prompt")).to_have_accessible_description("⌘ ↵ generates")
    page.get_by_label("Prompt").press("Meta+Enter")
    expect_heard(page, 'submit {"value": "Dunes", "token": ""}')


def test_where_there_is_no_mouse_no_keys_are_named(browser: Browser, elements: ElementsServer) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(elements.url + "/form")
    expect(page.get_by_label("Prompt")).to_be_visible()
    expect(page.get_by_text("generates", exact=False)).to_be_hidden()
    context.close()


def test_keys_that_are_held_down_submit_once(show: Open) -> None:
    page = show("/form")
    page.get_by_label("Prompt").focus()
    page.keyboard.down("Control")
    for _ in range(5):  # every one after the first is the keyboard's own repetition
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.keyboard.up("Control")
    press(page, "Unrelated")
    expect(page.locator(".unrelated")).to_have_text("1")
    assert heard(page) == ['submit {"value": "Dunes", "token": ""}']


def test_a_field_counts_and_says_what_to_do_about_too_much(show: Open) -> None:
    page = show("/form")
    page.get_by_label("Prompt").fill("x" * 72)
    expect(page.locator("freshet-field").first).to_contain_text("72 / 60")
    expect(page.get_by_role("alert").filter(has_text="72 of 60 characters. Shorten by 12")).to_be_visible()
    expect(page.get_by_label("Prompt")).to_have_attribute("aria-invalid", "true")


def test_an_error_is_tied_to_its_field(show: Open) -> None:
    page = show("/form")
    name = page.get_by_label("Username")
    expect(name).to_have_accessible_description("Use letters and digits")
    expect(name).to_have_attribute("aria-invalid", "true")


def test_f9_unsaved_text_survives_a_reload_and_is_told_to_the_server(show: Open, elements: ElementsServer) -> None:
    page = show("/form")
    page.get_by_label("Prompt").fill("Not yet saved")
    page.reload()
    expect(page.get_by_label("Prompt")).to_have_value("Not yet saved")
    expect_heard(page, 'change {"value": "Not yet saved"}')
    wait_for_answers(page)  # a page that is left before would find its drafts again
    page.goto(elements.url + "/form")
    expect(page.get_by_label("Prompt")).to_have_value("Dunes")


def test_f9_what_is_being_typed_survives_an_element_that_is_made_anew(show: Open) -> None:
    page = show("/form")
    prompt = page.get_by_label("Prompt")
    prompt.fill("Not yet told")
    page.locator("freshet-field", has=prompt).evaluate("""(before) => {
        const after = document.createElement(before.localName);
        for (const name of [...Object.keys(before.constructor.props), 'changeEvent', 'submitEvent']) {
            after[name] = before[name];
        }
        for (const {name, value} of before.attributes) after.setAttribute(name, value);
        before.replaceWith(after);
    }""")
    expect(prompt).to_have_value("Not yet told")


def test_what_is_typed_is_told_before_a_press_that_leaves_the_focus_where_it_is(show: Open) -> None:
    """As by speech control, or a screen reader."""
    page = show("/form")
    page.get_by_label("Prompt").fill("Just typed")
    page.get_by_role("button", name="Unrelated", exact=True).evaluate("button => button.click()")
    expect_heard(page, 'change {"value": "Just typed"}')
    expect(page.locator(".unrelated")).to_have_text("1")


def test_a_choice_shows_at_once_and_goes_back_if_the_server_keeps_its_own(show: Open) -> None:
    page = show("/form", clock=True)
    page.get_by_role("radio", name="1:1").click()
    expect(page.get_by_role("radio", name="1:1")).to_be_checked()
    page.get_by_role("radio", name="9:16").click()
    expect(page.get_by_role("radio", name="9:16")).to_be_checked()
    expect_heard(page, 'shape {"value": "9:16"}')
    page.clock.fast_forward(1_000)
    settle(page)
    expect(page.get_by_role("radio", name="1:1")).to_be_checked()


def test_what_was_pressed_last_is_chosen_however_late_the_server_answers(show: Open, context: BrowserContext) -> None:
    page = show("/form")
    held = Held(context)
    first, second = page.get_by_role("radio", name="1:1"), page.get_by_role("radio", name="4:3")
    first.click()
    second.click()
    expect(second).to_be_checked()
    held.let_one_through(page)
    expect(second).to_be_checked()
    first.click()
    expect(first).to_be_checked()
    held.let_through()
    settle(page)
    expect(first).to_be_checked()
    assert heard(page)[-1] == 'shape {"value": "1:1"}'


def test_of_presses_that_wait_for_the_server_only_the_last_is_sent(show: Open, context: BrowserContext) -> None:
    page = show("/form")
    held = Held(context)
    for name in ("1:1", "4:3", "1:1", "9:16", "4:3", "1:1"):
        page.get_by_role("radio", name=name).click()
    held.let_through()
    settle(page)
    expect(page.get_by_role("radio", name="1:1")).to_be_checked()
    assert heard(page) == ['shape {"value": "1:1"}'] * 2


def test_tabs_are_chosen_with_arrow_keys(show: Open) -> None:
    page = show("/form")
    page.get_by_role("tab", name="All").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Images")).to_be_focused()
    expect(page.get_by_role("tab", name="Images")).to_have_attribute("aria-selected", "true")
    expect_heard(page, 'kind {"value": "image"}')


# ── placing ──


def test_a_product_is_dragged_scaled_and_moved_by_keys(show: Open) -> None:
    page = show("/form")
    handles = page.get_by_role("group", name=re.compile("^Product, 50 % wide"))
    handles.scroll_into_view_if_needed()
    frame = box(handles)
    middle = (frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 40, middle[1] - 20, steps=4)
    page.mouse.up()
    expect_heard(page, 'place {"x": 0.6, "y": 0.45, "scale": 0.5}')
    frame = box(handles.or_(page.locator(".handles")).first)
    page.mouse.move(frame["x"] + frame["width"], frame["y"])
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] + 20, frame["y"], steps=4)
    page.mouse.up()
    expect_heard(page, 'place {"x": 0.6, "y": 0.45, "scale": 0.6}')
    for key in ("ArrowLeft", "ArrowLeft", "+"):
        page.keyboard.press(key)
    expect_heard(page, 'place {"x": 0.58, "y": 0.45, "scale": 0.62}')


def test_what_the_keys_have_moved_is_told_before_the_next_press(show: Open) -> None:
    page = show("/form")
    page.get_by_role("group", name=re.compile("^Product, 50 % wide")).press("ArrowLeft")
    press(page, "Unrelated")
    expect(page.locator(".unrelated")).to_have_text("1")
    assert heard(page) == ['place {"x": 0.49, "y": 0.5, "scale": 0.5}']


# ── the page ──


def test_navigation_is_made_of_real_links(show: Open, context: BrowserContext) -> None:
    page = show()
    image = page.get_by_role("navigation", name="Main").get_by_role("link", name="Image")
    with context.expect_page() as opened:
        image.click(modifiers=["ControlOrMeta"])
    opened.value.close()
    assert heard(page) == []
    image.click()
    expect(page).to_have_url(re.compile("/form$"))
    expect(page.get_by_role("link", name="Image")).to_have_attribute("aria-current", "page")
    expect_heard(page, 'navigate {"url": "/form"}')


def test_the_theme_is_remembered_and_there_before_the_first_paint(show: Open) -> None:
    page = show()
    press(page, "Switch theme")
    expect(page.locator("body")).to_have_class(re.compile("dark-theme"))
    # A paint before the class is there would show the light canvas.
    page.add_init_script(
        """window.first = new Promise((tell) => {
          const look = () =>
            document.body ? tell(document.body.classList.contains('dark-theme')) : requestAnimationFrame(look);
          requestAnimationFrame(look);
        });"""
    )
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("() => window.first") is True
    expect(page.locator("body")).to_have_class(re.compile("dark-theme"))


def test_a_message_leaves_by_itself_unless_it_is_pointed_at(show: Open) -> None:
    page = show()
    page.clock.install()
    press(page, "Toast")
    toast = page.locator(".toast")
    page.clock.run_for(500)
    expect(toast).to_have_text("Saved")
    toast.hover()
    page.clock.run_for(20_000)
    expect(toast).to_be_visible()
    page.mouse.move(5, 5)
    page.clock.run_for(6_500)
    expect(toast).to_be_hidden()
    expect_heard(page, 'toast {"token": "1"}')


def say(page: Page, message: str, tone: str) -> None:
    page.evaluate(
        "detail => window.dispatchEvent(new CustomEvent('freshet:tell', {detail}))", {"message": message, "tone": tone}
    )


def test_a_message_of_what_failed_stays_until_it_is_dismissed_or_the_next_comes(show: Open) -> None:
    page = show()
    page.clock.install()
    toast = page.locator(".toast")
    say(page, "Not saved", "failed")
    page.clock.run_for(60_000)
    expect(toast).to_have_text("Not saved")
    say(page, "Copied", "info")
    page.clock.run_for(500)
    expect(toast).to_have_text("Copied")
    page.clock.run_for(6_500)
    expect(toast).to_be_hidden()
    say(page, "Not saved", "failed")
    page.clock.run_for(500)
    other = page.get_by_role("button", name="Press", exact=True)
    other.focus()
    toast.get_by_role("button", name="Dismiss").focus()
    page.keyboard.press("Enter")
    expect(toast).to_be_hidden()
    expect(other).to_be_focused()


def test_a_message_does_not_leave_before_it_can_be_read(show: Open) -> None:
    page = show()
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'hidden', {configurable: true, get: () => window.away ?? false});
          window.away = true;
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    page.clock.install()
    say(page, "Copied", "info")
    page.clock.run_for(60_000)
    toast = page.locator(".toast")
    expect(toast).to_have_text("Copied")
    page.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }")
    page.clock.run_for(5_000)
    expect(toast).to_be_visible()
    page.clock.run_for(1_500)
    expect(toast).to_be_hidden()


def test_b9_new_tiles_wait_in_the_drop_while_the_list_is_scrolled(show: Open) -> None:
    page = show(height=500)
    page.locator(".sheet").evaluate("sheet => sheet.scrollTo(0, 300)")
    page.get_by_role("button", name="Wait", exact=True).evaluate("button => button.click()")
    drop = page.get_by_role("button", name="2 new")
    expect(drop).to_be_visible()
    assert page.locator(".sheet").evaluate("sheet => sheet.scrollTop") == 300
    drop.click()
    expect(page.locator("freshet-tile[data-id=new-2] .hit")).to_be_focused()
    assert page.locator(".sheet").evaluate("sheet => sheet.scrollTop") == 0
    expect(drop).to_have_count(0)
    expect_heard(page, 'show {"count": 2, "auto": false}')


def test_at_the_top_of_the_list_new_tiles_simply_arrive(show: Open) -> None:
    page = show()
    press(page, "Wait")
    expect(page.get_by_role("button", name=re.compile("^Newcomer 2"))).to_be_visible()
    expect_heard(page, 'show {"count": 2, "auto": true}')


def test_roles_stay_on_their_boxes_when_the_page_is_drawn_again(show: Open) -> None:
    page = show()
    settle(page)
    expect(page.get_by_role("main", name="Library")).to_be_visible()
    expect(page.get_by_role("list", name="Library")).to_be_visible()


def test_the_tab_survives_a_restart_with_what_was_typed(
    show: Open, elements: ElementsServer, problems: list[str]
) -> None:
    page = show("/form")
    page.get_by_label("Prompt").fill("Typed before the restart")
    elements.kill()
    press(page, "Unrelated")
    expect(page.get_by_role("alert").filter(has_text="Freshet is restarting")).to_be_visible()
    elements.start()
    expect(page.get_by_role("alert").filter(has_text="Freshet is restarting")).to_have_count(0)
    expect(page.get_by_label("Prompt")).to_have_value("Typed before the restart")
    problems.clear()


def test_a_page_asked_for_while_the_server_was_away_opens_when_it_is_back(
    show: Open, elements: ElementsServer, problems: list[str]
) -> None:
    page = show()
    elements.kill()
    page.get_by_role("link", name="Image").click()
    expect(page.get_by_role("alert").filter(has_text="Freshet is restarting")).to_be_visible()
    elements.start()
    expect(page).to_have_url(re.compile("/form$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Create image")
    problems.clear()


def test_the_servers_clock_is_learnt_from_a_first_answer_that_was_whole_before_the_scripts_were_there(
    elements: ElementsServer, context: BrowserContext, problems: list[str]
) -> None:
    context.route("**/__ui__", _dated)
    late: list[Route] = []
    context.route("**/web/all.js", lambda route: late.append(route))
    moment = Moment(context.new_page(), 3600)
    moment.later(12)
    with moment.page.expect_event("requestfinished", lambda request: request.url.endswith("/__ui__")):
        moment.page.goto(elements.url + "/form", wait_until="commit")
    moment.page.evaluate("""() => new Promise((over) => {
        const look = () => (window.freshetChannel.pending.size ? setTimeout(look, 10) : over());
        look();
    })""")
    for route in late:
        route.continue_()
    context.unroute("**/web/all.js")
    expect(moment.page.locator(".page [role=status]").nth(1)).to_have_text("Updated 12 s ago · Live")


def test_a_first_request_that_fails_before_the_scripts_are_there_is_made_good(
    elements: ElementsServer, context: BrowserContext, problems: list[str]
) -> None:
    late: list[Route] = []
    context.route("**/web/all.js", lambda route: late.append(route))
    context.route("**/__ui__", lambda route: route.fulfill(status=500), times=1)
    page = context.new_page()
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/__ui__")):
        page.goto(elements.url, wait_until="commit")
    for route in late:
        route.continue_()
    context.unroute("**/web/all.js")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    problems.clear()


def test_a_server_that_answers_but_never_here_is_not_asked_for_ever(
    show: Open, context: BrowserContext, problems: list[str]
) -> None:
    page = show()
    intercept(context, "**/__ui__", lambda route: route.fulfill(status=500))
    press(page, "Unrelated")
    expect(page.get_by_role("alert").filter(has_text="This page does not open.")).to_be_visible()
    context.unroute("**/__ui__")
    press(page, "Try again")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    problems.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 800, 390])
@pytest.mark.parametrize("path", ["/", "/form"])
def test_nothing_serious_is_found_by_axe(
    browser: Browser, elements: ElementsServer, path: str, width: int, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(elements.url + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    found = Axe().run(page).response["violations"]
    serious = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")]
    context.close()
    assert serious == []
