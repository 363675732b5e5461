"""What was chosen in a form outlives a reload of its tab, whoever wanted that, and is in no other tab."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import chosen, go, intercept, open_chooser, prompt, settle, tile, updated

pytestmark = pytest.mark.usefixtures("still")


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def choose(page: Page, slot: str, name: str) -> None:
    tile(open_chooser(page, slot), name).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name=f"Clear {slot.lower()}")).to_be_visible()


def test_F09_a_reloaded_try_on_has_both_pictures_and_the_product_where_it_was_put(server: Server, visit: Visit) -> None:
    person, product = fill(server, 2, "Coat")
    page = visit("/try-on")
    updated(page)
    choose(page, "Person", "Coat 000")
    choose(page, "Product", "Coat 001")
    placed = page.get_by_role("group", name=re.compile("^Product"))
    for at in ("51 %", "52 %"):
        placed.press("ArrowRight")
        expect(placed).to_have_accessible_name(re.compile(f"at {at} from the left"))
    page.get_by_role("region", name="Result").get_by_role("heading", name="Result").click()  # whoever leaves it is done
    settle(page)
    for _ in range(2):
        page.reload()
        updated(page)
        expect(placed).to_have_accessible_name(re.compile("at 52 % from the left"))
        assert (chosen(page, "Person"), chosen(page, "Product")) == (person, product)
    page.get_by_role("button", name="Clear product").click()
    expect(page.get_by_text("Choose a product", exact=True)).to_be_visible()
    page.reload()
    updated(page)
    expect(page.get_by_role("button", name="Clear person")).to_be_visible()
    expect(page.get_by_text("Choose a product", exact=True)).to_be_visible()

    other = visit("/try-on")
    updated(other)
    settle(other)
    expect(other.get_by_text("Choose a person", exact=True)).to_be_visible()
    page.goto(page.url)
    updated(page)
    settle(page)
    expect(page.get_by_text("Choose a person", exact=True)).to_be_visible()


def test_F09_a_form_whose_page_had_to_be_opened_anew_has_all_that_was_chosen_and_typed(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated.append("status of 500")
    fill(server, 1, "Pier")
    page = visit("/create/image")
    updated(page)
    page.get_by_role("button", name="Choose from Library").click()
    tile(page.get_by_role("dialog"), "Pier 000").click()
    picture = page.get_by_role("group", name="Picture to repaint")
    expect(picture).to_contain_text("Pier 000")
    page.get_by_role("radio", name="9:16").click()
    page.get_by_role("radio", name="3", exact=True).click()
    settle(page)
    prompt(page).fill("Half a thought about a harbour")
    page.evaluate("window.sameDocument = true")
    failed: list[Route] = []

    def once(route: Route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route)
            route.fulfill(status=500)

    intercept(page.context, "**/__ui__", once)
    page.get_by_role("main").get_by_role("button", name="Refresh").click()
    expect(picture).to_contain_text("Pier 000")
    expect(page.get_by_role("alert").filter(has_text="Freshet is restarting")).to_have_count(0)
    updated(page)
    assert page.evaluate("window.sameDocument") is None
    for name in ("9:16", "3"):
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
    expect(prompt(page)).to_have_value("Half a thought about a harbour")
    settle(page)
    expect(prompt(page)).to_have_value("Half a thought about a harbour")
    expect(picture).to_contain_text("Pier 000")

    other = visit("/create/image")
    updated(other)
    settle(other)
    expect(other.get_by_role("radio", name="1:1")).to_be_checked()
    expect(other.get_by_role("group", name="Picture to repaint")).not_to_contain_text("Pier 000")


def test_what_is_being_typed_into_one_form_is_not_in_the_other_after_back(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    prompt(page).fill("A harbour, and nothing else")
    go(page, "Video")
    expect(prompt(page)).to_have_value("")
    prompt(page).press_sequentially("Aurora, in one")
    page.go_back()
    expect(page).to_have_url(re.compile("/create/image"))
    expect(page.get_by_role("button", name="Generate Image")).to_be_visible()
    settle(page)
    expect(prompt(page)).to_have_value("A harbour, and nothing else")
    page.go_forward()
    expect(page.get_by_role("button", name="Generate Video")).to_be_visible()
    expect(prompt(page)).to_have_value("Aurora, in one")
    settle(page)
    expect(prompt(page)).to_have_value("Aurora, in one")
