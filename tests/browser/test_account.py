"""The account page: how this browser shows Freshet, and one's data to take away."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import intercept, refresh, tile, updated

DARK = re.compile("dark-theme")
EXPORT = "**/api/export"


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def choice(page: Page, name: str) -> None:
    page.get_by_role("radiogroup", name="Theme").get_by_role("radio", name=name).click()
    expect(page.get_by_role("radio", name=name)).to_be_checked()


def test_the_theme_is_light_dark_or_the_systems(server: Server, visit: Visit) -> None:
    page = visit("/account")
    expect(page.get_by_role("radio", name="System")).to_be_checked()
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).to_have_class(DARK)
    choice(page, "Light")
    expect(page.locator("body")).not_to_have_class(DARK)
    page.get_by_role("button", name="Switch theme").click()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    page.emulate_media(color_scheme="light")
    page.reload()
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()
    expect(page.locator("body")).to_have_class(DARK)
    page.get_by_role("radio", name="Dark").press("ArrowRight")
    expect(page.get_by_role("radio", name="System")).to_be_checked()
    expect(page.get_by_role("radio", name="System")).to_be_focused()
    expect(page.locator("body")).not_to_have_class(DARK)


def told_time(page: Page) -> Locator:
    """The status line, whose tooltip tells the exact time."""
    return page.get_by_role("main").get_by_role("status").filter(has_text=re.compile("^Updated")).first


def _answer(status: int, body: str, route: Route) -> None:
    route.fulfill(status=status, body=body)


@pytest.mark.usefixtures("still")
def test_the_zone_the_clock_and_units_are_told_everywhere_and_kept(server: Server, visit: Visit) -> None:
    fill(server, 1)
    page, other = visit("/account"), visit("/library")
    for each in (page, other):
        updated(each)
    zone, usage = page.get_by_role("combobox", name="Time zone"), page.get_by_role("list", name="Storage used")
    shown = (told_time(page).get_attribute("title") or "").partition(", ")[2]
    there = datetime.strptime(shown, "%H:%M:%S") + timedelta(hours=9)
    zone.focus()
    page.keyboard.type("Tokyo")
    expect(zone).to_have_value("Asia/Tokyo")
    expect(told_time(page)).to_have_attribute("title", re.compile(f", {there:%H:%M:%S}$"))
    page.get_by_role("radio", name="24-hour").press("ArrowRight")
    expect(page.get_by_role("radio", name="12-hour")).to_be_focused()
    half = f", {there:%-I:%M:%S} {there:%p}$"
    expect(told_time(page)).to_have_attribute("title", re.compile(half, re.IGNORECASE))
    expect(told_time(other)).to_have_attribute("title", re.compile("m$"))
    expect(usage).to_contain_text(re.compile("[0-9] kB"))
    page.get_by_role("radio", name="MiB").click()
    expect(usage).to_contain_text(re.compile("[0-9] KiB"))
    page.reload()
    updated(page)
    expect(zone).to_have_value("Asia/Tokyo")
    for choice in ("12-hour", "MiB"):
        expect(page.get_by_role("radio", name=choice)).to_be_checked()
    expect(usage).to_contain_text("KiB")
    assert page.evaluate("() => document.cookie").count("freshet_zone=Asia%2FTokyo") == 1
    tile(other, "Picture").click()
    expect(other.get_by_role("dialog", name="Picture 000")).to_contain_text(re.compile("× 240 · [0-9]+ (Ki)?B"))
    zone.select_option("")
    assert "Tokyo" not in page.evaluate("() => document.cookie")


def test_an_export_is_saved_whole_or_not_at_all(
    server: Server, visit: Visit, tmp_path: Path, tolerated: list[str]
) -> None:
    tolerated.append("status of 503")
    fill(server, 3)
    page = visit("/account")
    updated(page)
    button = page.get_by_role("button", name="Export my data")
    for status, body, words in (
        (503, json.dumps({"error": "The store did not answer."}), "The store did not answer."),
        (200, '{"type":"export"}\n{"type":"media"', "It broke off before its end."),
    ):
        intercept(page.context, EXPORT, partial(_answer, status, body))
        button.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(words)
        expect(page.get_by_role("alert")).to_contain_text("Nothing was saved")
        page.context.unroute(EXPORT)
    button.focus()
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    saved.value.save_as(tmp_path / "export.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "export.jsonl").read_text().splitlines()]
    assert saved.value.suggested_filename.startswith("freshet-export-")
    assert lines[-1] == {"type": "end", "records": len(lines) - 2}
    expect(page.get_by_role("status").filter(has_text="Saved as freshet-export-")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_text("")


def test_what_files_take_up_follows_what_happens_elsewhere(server: Server, visit: Visit) -> None:
    page = visit("/account")
    refresh(page)
    usage = page.get_by_role("list", name="Storage used").get_by_role("listitem")
    before = int((usage.first.text_content() or "").partition("files")[2].partition(" ")[0])
    fill(server, 2)
    expect(usage.first).to_contain_text(f"{before + 2} items")
    page.get_by_role("button", name="Open trash").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Trash")).to_be_visible()


def test_a_question_mark_leads_to_the_keys_from_anywhere(server: Server, visit: Visit) -> None:
    page = visit("/library")
    updated(page)
    page.keyboard.press("?")
    expect(page).to_have_url(re.compile("/account$"))
    expect(page.get_by_role("heading", name="Keyboard")).to_be_focused()
    expect(page.get_by_role("heading", name="Keyboard")).to_be_in_viewport()
    expect(page.get_by_text("Show what is new")).to_be_visible()
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile("/library$"))
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()


def test_where_there_is_no_keyboard_no_keys_are_explained(server: Server, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.url + "/account")
    expect(page.get_by_role("switch", name="Live updates")).to_be_visible()
    expect(page.get_by_role("heading", name="Keyboard")).to_be_hidden()
    context.close()


@pytest.mark.usefixtures("still")
def test_single_keys_can_be_turned_off_in_all_tabs(server: Server, visit: Visit) -> None:
    fill(server, 1, "Keyless")
    page, other = visit("/account"), visit("/library")
    for each in (page, other):
        updated(each)
    page.get_by_role("switch", name="Single-key shortcuts").press("Space")
    expect(page.get_by_role("switch", name="Single-key shortcuts")).not_to_be_checked()
    expect(page.get_by_text("Letters and signs alone do nothing now")).to_be_visible()
    other.bring_to_front()
    picture = tile(other, "Keyless 000")
    picture.focus()
    for key in ("f", "x", "/", "?", "g", "h", "c"):
        other.keyboard.press(key)
    expect(picture).to_be_focused()
    expect(other.locator(".tick[aria-checked=true], .heart[aria-pressed=true]")).to_have_count(0)
    expect(other).to_have_url(re.compile("/library$"))
    other.keyboard.press("Control+a")
    expect(other.get_by_role("toolbar", name="Selection").get_by_text("1 selected")).to_be_visible()
    other.keyboard.press("Escape")
    page.get_by_role("switch", name="Single-key shortcuts").click()
    other.keyboard.press("x")
    expect(other.get_by_role("toolbar", name="Selection").get_by_text("1 selected")).to_be_visible()
