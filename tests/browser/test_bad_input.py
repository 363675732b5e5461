"""What people, links and forged events can get wrong: each a sentence in the page, never a trace, and nothing lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from services.ids import is_id
from tests.browser.conftest import Visit
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import ask_for, chooser, go, open_chooser, prompt, shows, tile, tiles, updated

NOBODY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
NO_ITEM = "The item that this address names does not exist"


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def test_an_address_that_is_none_leads_to_the_library(server: Server, visit: Visit, tolerated: list[str]) -> None:
    tolerated.append("status of 404")
    page = visit("/nowhere")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    page.get_by_role("link", name="Go to the library").click()
    updated(page)


def test_ids_of_nothing_and_nonsense_in_links_open_a_usable_library(server: Server, visit: Visit) -> None:
    assert is_id(NOBODY)
    fill(server, 1, "Kept")
    page = visit(f"/library?item={NOBODY}")
    expect(
        page.get_by_role("dialog").get_by_text("This item does not exist, or it is not yours to see.")
    ).to_be_visible()
    page.keyboard.press("Escape")
    expect(tile(page, "Kept 000")).to_be_visible()
    for query, told in (
        ("item=..%2F..%2Fetc%2Fpasswd", NO_ITEM),
        ("type=%3Cscript%3E&item=", "type “<script>”"),
        ("item=" + "x" * 3000, NO_ITEM),
    ):
        page = visit(f"/library?{query}")
        expect(tile(page, "Kept 000")).to_be_visible()
        expect(page.get_by_text(told)).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("tab", name="All")).to_have_attribute("aria-selected", "true")


def test_a_prompt_of_ten_thousand_characters_says_by_how_much_to_shorten_it(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    known = tiles(page).count()
    prompt(page).fill("é" * 10_000)
    page.get_by_role("button", name="Generate Image").click()
    expect(page.get_by_text("10,000 of 4,000 characters. Shorten by 6,000")).to_be_visible()
    expect(prompt(page)).to_have_attribute("aria-invalid", "true")
    go(page, "Library")
    go(page, "Image")
    expect(prompt(page)).to_have_value("é" * 10_000)
    expect(tiles(page)).to_have_count(known)
    ask_for(page, "A short one", amount="1")
    expect(prompt(page)).not_to_have_attribute("aria-invalid", "true")


def test_markup_in_a_prompt_is_text_wherever_it_shows(server: Server, visit: Visit) -> None:
    words = "<img src=/stolen onerror=alert(1)> & <b>bold</b>"
    page = visit("/create/image")
    updated(page)
    alerts: list[str] = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    ask_for(page, words, amount="1")
    expect(page.get_by_role("heading", name=words)).to_be_visible()
    go(page, "Library")
    tile(page, words).click()
    expect(page.get_by_role("dialog", name=words)).to_be_visible()
    assert alerts == []
    assert not [url for url in requests if "stolen" in url]


def test_forged_events_are_refused_in_a_sentence_and_the_tab_works_on(server: Server, visit: Visit) -> None:
    held = fill(server, 2, "Real")[:1]
    page = visit("/library")
    updated(page)
    for forged in ("../../etc/passwd", "", {"id": 1}, None, "x" * 5000):
        _forge(page, "freshet-tiles", "activateEvent", {"id": forged})
    _forge(page, "freshet-nav", "navigateEvent", {"url": "https://evil.example/"})
    _forge(page, "freshet-segments", "selectEvent", {"value": "everything"})
    _forge(page, "freshet-run-watch", "completeEvent", {"ids": ["nonsense"]})
    tile(page, "Real 000").click()
    expect(page.get_by_role("dialog", name="Real 000")).to_be_visible()
    page.keyboard.press("Escape")

    go(page, "Image")
    prompt(page).fill("An honest prompt")
    _forge(page, "freshet-segments", "selectEvent", {"value": "21:9"})
    page.get_by_role("button", name="Generate Image").click()
    expect(page.get_by_role("alert").filter(has_text="is not a shape")).to_be_visible()
    page.get_by_role("radio", name="4:3").click()
    _forge(page, "freshet-button:has(button.primary)", "pressEvent", {"token": "../../x"})
    expect(page.get_by_role("alert").filter(has_text="Reload it and try again")).to_be_visible()
    expect(prompt(page)).to_have_value("An honest prompt")

    go(page, "Try-on")
    dialog = open_chooser(page, "Person")
    _forge(page, "dialog[open] freshet-tile", "activateEvent", {"id": NOBODY})
    expect(page.get_by_role("alert").filter(has_text="no longer in the library")).to_be_visible()
    expect(dialog).to_be_hidden()
    open_chooser(page, "Person")
    tile(chooser(page), "Real 000").click()
    expect(page.get_by_role("button", name="Clear person")).to_be_visible()
    open_chooser(page, "Product")
    tile(chooser(page), "Real 001").click()
    expect(page.get_by_role("button", name="Clear product")).to_be_visible()
    _forge(page, "freshet-place", "placeEvent", {"x": "far", "y": None, "scale": -5})
    page.get_by_role("button", name="Generate Image").click()
    expect(page.get_by_role("alert").filter(has_text="of the picture's width")).to_be_visible()
    expect(page.get_by_role("button", name="Clear product")).to_be_visible()
    go(page, "Library")
    shows(page, held, only=f"freshet-tile[data-id='{held[0]}']")
    assert server.logged("Traceback") == []


@pytest.mark.parametrize("body", [b"", b"\x00\xff garbage", b"{}", b"A" * 100_000])
def test_a_garbled_request_gets_no_trace_and_hurts_nobody(server: Server, visit: Visit, body: bytes) -> None:
    page = visit("/library")
    updated(page)
    answer = page.request.post(server.url + "/__ui__", data=body, headers={"Content-Type": "text/plain"})
    assert "Traceback" not in answer.text()
    assert "/site-packages/" not in answer.text()
    for path in ("/media/nothing", "/media/../../etc/passwd", f"/media/{NOBODY}.original.png?v=1"):
        assert page.request.get(server.url + path).status == 404
    page.get_by_role("tab", name="Images").click()
    expect(page).to_have_url(re.compile("type=image"))
    updated(page)


def _forge(page: Page, selector: str, event: str, payload: object) -> None:
    """Send an event as a forged page would: past everything the elements check. Nothing happens without the element."""
    page.locator(selector).first.evaluate("(node, [event, payload]) => node.emit(event, payload)", [event, payload])
