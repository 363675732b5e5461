"""Try-on: two choosers that ask the store on every opening, and a preview of the product on the person."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SHARED_ALONE, Visit
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import (
    RENDER_MS,
    ask_for,
    choose_button,
    chooser,
    chosen,
    close,
    ids,
    live,
    make_images,
    open_chooser,
    settle,
    shows,
    tile,
    tiles,
    updated,
)

OPENINGS = ("chooser.refresh", "reason=open")


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server


def test_R0_01_a_chooser_asks_the_store_on_every_opening_and_shows_what_was_made_meanwhile(
    server: Server, visit: Visit
) -> None:
    before = len(server.logged(*OPENINGS))
    page = visit("/try-on")
    updated(page)
    dialog = open_chooser(page, "Person")
    earlier = ids(tiles(dialog))
    close(dialog)

    made = make_images(visit("/create/image"), "Woman in a linen shirt", 4)

    page.bring_to_front()
    dialog = open_chooser(page, "Person")
    shows(dialog, made + earlier)  # R0-12: every picture of the run is a tile of its own
    assert len(server.wait_logged(*OPENINGS, times=before + 2)) == before + 2


def test_F08_a_choosers_head_tells_what_is_on_its_way_until_it_is_a_tile(server: Server, visit: Visit) -> None:
    other = visit("/create/image")
    make_images(other, "The first of all wakes who renders", 1)
    page = visit("/try-on")
    live(page)
    dialog = open_chooser(page, "Person")
    before = ids(tiles(dialog))
    with server.renders_held():
        other.bring_to_front()
        ask_for(other, "A coat of many colours", amount="1")
        page.bring_to_front()
        expect(dialog.get_by_text("1 on its way", exact=True)).to_be_visible()
        shows(dialog, before)
    expect(tile(dialog, "A coat of many colours")).to_be_visible(timeout=RENDER_MS)
    expect(dialog.get_by_text("on its way")).to_be_hidden()


@SHARED_ALONE
@pytest.mark.usefixtures("still")  # so that nothing but the flag can ask
def test_R0_02_five_unrelated_clicks_after_an_opening_ask_nothing_more(server: Server, visit: Visit) -> None:
    fill(server, 2, "Coat")
    page = visit("/try-on")
    updated(page)
    before, asked = len(server.logged(*OPENINGS)), len(server.logged("chooser.refresh"))
    tile(open_chooser(page, "Person"), "Coat 000").click()
    expect(_picture(page, "Person", "Coat 000")).to_be_visible()
    tile(open_chooser(page, "Product"), "Coat 001").click()
    expect(_picture(page, "Product", "Coat 001")).to_be_visible()
    assert len(server.wait_logged(*OPENINGS, times=before + 2)) == before + 2

    result = page.get_by_role("group", name=re.compile("^Product"))
    for placed in ("51 %", "52 %"):
        result.press("ArrowRight")
        expect(result).to_have_accessible_name(re.compile(f"at {placed} from the left"))
    page.get_by_role("main").get_by_role("button", name="Refresh").click()
    updated(page)
    for slot in ("person", "product"):
        page.get_by_role("button", name=f"Clear {slot}").click()
        expect(page.get_by_text(f"Choose a {slot}", exact=True)).to_be_visible()
    assert len(server.logged("chooser.refresh")) == asked + 2

    close(open_chooser(page, "Product"))
    assert len(server.wait_logged(*OPENINGS, times=before + 3)) == before + 3
    assert len(server.logged("chooser.refresh")) == asked + 3


def test_R0_11_two_choosers_each_fill_their_own_field_by_mouse_and_by_keyboard(server: Server, visit: Visit) -> None:
    fill(server, 3, "Hat")
    page = visit("/try-on")
    updated(page)
    dialog = open_chooser(page, "Person")
    person, _, product = ids(tiles(dialog))[:3]
    tiles(dialog).first.click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Clear person")).to_be_visible()
    assert chosen(page, "Person") == person

    choose_button(page, "Product").focus()
    page.keyboard.press("Enter")
    dialog = chooser(page)
    expect(dialog.get_by_text("for Product")).to_be_visible()
    first = tiles(dialog).first.get_by_role("button")
    for _ in range(9):
        page.keyboard.press("Tab")
        if first.evaluate("(node) => node === document.activeElement"):
            break
    expect(first).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Clear product")).to_be_visible()
    assert (chosen(page, "Person"), chosen(page, "Product")) == (person, product)
    expect(choose_button(page, "Product")).to_be_focused()


@SHARED_ALONE
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_an_empty_place_is_part_of_the_button_below_it(server: Server, visit: Visit, size: tuple[int, int]) -> None:
    fill(server, 1, "Glove")
    page = visit("/try-on")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    updated(page)
    for slot in ("Person", "Product"):
        region = page.get_by_role("region", name=slot)
        expect(region.get_by_role("button")).to_have_count(1)
        region.scroll_into_view_if_needed()
        box = region.locator(".slot-pic.empty").bounding_box()
        assert box is not None
        for x, y in ((0.5, 0.5), (0.02, 0.04), (0.98, 0.96)):
            page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
            dialog = chooser(page)
            expect(dialog.get_by_text(f"for {slot}")).to_be_visible()
            close(dialog)
        expect(choose_button(page, slot)).to_be_focused()
        page.keyboard.press("Enter")
        close(chooser(page))
    page.get_by_text("Choose a person and a product").click()
    settle(page)
    expect(page.get_by_role("dialog")).to_have_count(0)


def _picture(page: Page, slot: str, name: str) -> Locator:
    return page.get_by_role("region", name=slot).get_by_role("img", name=name)


@SHARED_ALONE
def test_the_result_is_labelled_as_a_preview_and_follows_where_the_product_was_dragged(
    server: Server, visit: Visit
) -> None:
    fill(server, 2, "Shirt")
    page = visit("/try-on")
    updated(page)
    result = page.get_by_role("region", name="Result")
    generate = result.get_by_role("button", name="Generate Image")
    expect(generate).to_be_disabled()
    for slot, name in (("Person", "Shirt 000"), ("Product", "Shirt 001")):
        tile(open_chooser(page, slot), name).click()
        expect(page.get_by_role("dialog")).to_be_hidden()
    expect(result.get_by_text("A preview made by laying one picture over the other")).to_be_visible()

    before = _generate(page, generate)
    made = result.get_by_role("img", name="Shirt 001 on Shirt 000")
    expect(made.locator("img")).to_be_visible()
    expect(result.get_by_text("Done")).to_be_visible()
    expect(page.get_by_role("heading", name="Earlier results")).to_have_count(0)  # it would have nothing below it
    expect(result.get_by_text("A preview made by laying one picture over the other")).to_be_visible()
    assert (made.locator("img").get_attribute("src") or "").startswith(f"/media/{before['id']}.original.")
    with page.expect_download() as download:
        result.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "Shirt 001 on Shirt 000.webp"
    result.get_by_role("button", name="Open").click()
    expect(page.get_by_role("dialog", name="Shirt 001 on Shirt 000")).to_be_visible()
    page.keyboard.press("Escape")
    result.get_by_role("button", name="Place again").click()
    product = result.get_by_role("group", name=re.compile("^Product"))
    placed = product.get_attribute("aria-label")
    box = product.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y - 30, steps=4)
    page.mouse.up()
    expect(product).not_to_have_attribute("aria-label", placed or "")
    after = _generate(page, generate)
    assert after["id"] != before["id"]
    assert after["bytes"] != before["bytes"]

    results = page.get_by_role("list", name="Earlier results, newest first")
    shows(results, [str(before["id"])])
    tile(results, "Shirt 001 on Shirt 000").click()
    expect(page.get_by_role("dialog").get_by_text("Local Try-on 1 (preview)")).to_be_visible()


def _generate(page: Page, button: Locator) -> dict[str, object]:
    """Press Generate and wait for the result: its id and its picture."""
    button.click()
    picture = page.locator("freshet-outcome[data-status=ready] .pic > img")
    expect(picture).to_be_visible(timeout=RENDER_MS)
    source = picture.get_attribute("src") or ""
    match = re.match("/media/([0-9A-Z]{26})", source)
    assert match, source
    body = page.request.get(page.url.partition("/try-on")[0] + source).body()
    return {"id": match[1], "bytes": body}
