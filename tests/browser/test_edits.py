"""Favourites, titles and deletions by hand: at once here, soon in other tabs, and undone in their place."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ALONE, Visit
from tests.browser.library import fill
from tests.browser.proxy import StoreProxy
from tests.browser.server import Server
from tests.browser.steps import shows, tile, updated

TOAST = ".toast:popover-open"


def hit(page: Page, media_id: str) -> Locator:
    return page.locator(f"freshet-tile[data-id='{media_id}'] .hit")


def heart(page: Page, media_id: str) -> Locator:
    return page.locator(f"freshet-tile[data-id='{media_id}'] .heart")


def preview(page: Page, title: str) -> Locator:
    return page.get_by_role("dialog", name=title, exact=True)


def leaves_for_a_moment(page: Page, media_id: str) -> None:
    """Have a tile go and come again, as when the store's answer crosses what was shown at once."""
    page.evaluate(
        """async (id) => {
          const tile = document.querySelector(`freshet-tile[data-id="${id}"]`), place = tile.parentElement;
          tile.remove();
          await new Promise((passed) => setTimeout(passed, 50));
          place.append(tile);
          await new Promise((passed) => setTimeout(passed, 50));
        }""",
        media_id,
    )


def brings_back_the_last(page: Page, ids: list[str]) -> None:
    """Delete the last tile and undo that, by keys."""
    loaded(page, ids)
    hit(page, ids[-1]).focus()
    page.keyboard.press("Delete")
    shows(page, ids[:-1])
    expect(hit(page, ids[-2])).to_be_focused()
    page.keyboard.press("Control+z")
    shows(page, ids)
    expect(hit(page, ids[-1])).to_be_focused()


def all_seen(page: Page, count: int) -> None:
    expect(page.locator("freshet-tile img:not(.coming)")).to_have_count(count)


def loaded(page: Page, ids: list[str]) -> None:
    shows(page, ids)
    updated(page)


@ALONE
def test_F13_after_an_edit_no_picture_is_fetched_again(server: Server, visit: Visit) -> None:
    """The edit is in the session's cookie from then on, which the next tab and a reload send along."""
    ids = fill(server, 3)
    page = visit("/library")
    loaded(page, ids)
    all_seen(page, 3)
    with page.expect_response("**/api/session"):
        hit(page, ids[0]).focus()
        page.keyboard.press("f")
    expect(heart(page, ids[0])).to_have_attribute("aria-pressed", "true")
    page.reload()
    for shown in (page, visit("/library")):
        all_seen(shown, 3)
        sizes = shown.evaluate(
            """() => performance.getEntriesByType('resource')
              .filter((entry) => entry.name.includes('/media/')).map((entry) => entry.transferSize)"""
        )
        assert sizes == [0, 0, 0]


class TestInTwoTabs:
    @ALONE
    def test_F12_f_gives_and_takes_the_heart_of_the_focused_tile(self, server: Server, visit: Visit) -> None:
        first, second = fill(server, 2)
        mine, other = visit("/library"), visit("/library?type=image")
        for page in (mine, other):
            loaded(page, [first, second])
        mine.bring_to_front()
        hit(mine, first).focus()
        for pressed in ("true", "false"):
            mine.keyboard.press("f")
            expect(heart(mine, first)).to_have_attribute("aria-pressed", pressed)
            expect(hit(mine, first)).to_be_focused()
            expect(heart(other, first)).to_have_attribute("aria-pressed", pressed)
        expect(heart(mine, second)).to_have_attribute("aria-pressed", "false")

    @pytest.mark.parametrize("where", ["tile", "preview", "page"])
    def test_F12_a_second_press_on_a_heart_takes_it_back_also_before_the_first_one_shows(
        self, server: Server, visit: Visit, where: str
    ) -> None:
        (item,) = fill(server, 1)
        page = visit(f"/media-item?id={item}" if where == "page" else "/library")
        if where == "page":
            pressed = page.get_by_role("button", name="Favourite", exact=True)
            expect(pressed).to_be_visible()
        else:
            loaded(page, [item])
            hit(page, item).focus()
            pressed = heart(page, item)
        if where == "preview":
            page.keyboard.press("Enter")
            pressed = preview(page, "Picture 000").get_by_role("button", name="Favourite", exact=True)
            expect(pressed).to_be_visible()
        page.keyboard.press("f")
        page.keyboard.press("f")
        server.wait_logged("edit.stored", times=2)
        expect(pressed).to_have_attribute("aria-pressed", "false")
        page.keyboard.press("f")
        expect(pressed).to_have_attribute("aria-pressed", "true")

    def test_F12_a_title_is_written_in_the_preview_and_shows_everywhere(self, server: Server, visit: Visit) -> None:
        first, second = fill(server, 2)
        mine, other = visit("/library"), visit("/library")
        for page in (mine, other):
            loaded(page, [first, second])
        mine.bring_to_front()
        tile(mine, "Picture 000").click()
        dialog = preview(mine, "Picture 000")
        dialog.get_by_role("button", name="Rename").click()
        field = dialog.get_by_role("textbox", name="Title")
        expect(field).to_be_focused()
        field.fill("Never mind")
        mine.keyboard.press("Escape")
        expect(field).to_be_hidden()
        expect(dialog).to_be_visible()
        dialog.get_by_role("button", name="Rename").click()
        expect(field).to_have_value("Picture 000")
        field.fill("x" * 213)
        mine.keyboard.press("Enter")
        wrong = dialog.get_by_role("alert").filter(has_text="Title: 213 of 200 characters. Shorten it by 13.")
        expect(wrong).to_be_visible()
        expect(field).to_have_value("x" * 213)
        field.fill("Dunes at first light")
        mine.keyboard.press("Enter")
        expect(preview(mine, "Dunes at first light")).to_be_visible()
        expect(field).to_be_hidden()
        expect(wrong).to_be_hidden()
        expect(tile(other, "Dunes at first light")).to_be_visible()
        mine.keyboard.press("Escape")
        expect(tile(mine, "Dunes at first light")).to_be_focused()

    def test_B12_del_deletes_focuses_the_neighbour_and_undo_brings_it_back(self, server: Server, visit: Visit) -> None:
        ids = fill(server, 4)
        mine, other = visit("/library"), visit("/library")
        for page in (mine, other):
            loaded(page, ids)
        mine.bring_to_front()
        hit(mine, ids[1]).focus()
        mine.keyboard.press("Delete")
        shows(mine, [ids[0], ids[2], ids[3]])
        expect(hit(mine, ids[2])).to_be_focused()
        expect(mine.locator(TOAST)).to_contain_text("1 item deleted")
        shows(other, [ids[0], ids[2], ids[3]])
        mine.locator(TOAST).get_by_role("button", name="Undo").click()
        shows(mine, ids)
        expect(hit(mine, ids[1])).to_be_focused()
        shows(other, ids)
        hit(mine, ids[3]).focus()
        mine.keyboard.press("Delete")
        shows(mine, ids[:3])
        expect(hit(mine, ids[2])).to_be_focused()
        mine.keyboard.press("Control+z")
        shows(mine, ids)
        expect(hit(mine, ids[3])).to_be_focused()
        shows(other, ids)

    @ALONE
    def test_B12_a_tile_brought_back_has_the_focus_also_when_it_comes_late(self, server: Server, visit: Visit) -> None:
        ids = fill(server, 3)
        page = visit("/library")
        brings_back_the_last(page, ids)
        leaves_for_a_moment(page, ids[2])
        expect(hit(page, ids[2])).to_be_focused()
        page.keyboard.press("ArrowLeft")
        leaves_for_a_moment(page, ids[2])
        expect(hit(page, ids[1])).to_be_focused()

    @ALONE
    def test_B12_a_tile_brought_back_leaves_the_focus_to_who_took_it_without_a_key(
        self, server: Server, visit: Visit
    ) -> None:
        ids = fill(server, 3)
        page = visit("/library")
        brings_back_the_last(page, ids)
        hit(page, ids[0]).focus()  # as a screen reader does
        leaves_for_a_moment(page, ids[2])
        expect(hit(page, ids[0])).to_be_focused()

    @ALONE
    def test_B12_in_the_preview_the_neighbour_follows_and_the_toast_can_be_pressed(
        self, server: Server, visit: Visit
    ) -> None:
        ids = fill(server, 2)
        page = visit("/library")
        loaded(page, ids)
        tile(page, "Picture 000").click()
        preview(page, "Picture 000").get_by_role("button", name="Delete").click()
        dialog = preview(page, "Picture 001")
        expect(dialog).to_be_visible()
        expect(page).to_have_url(re.compile(ids[1]))
        page.locator(TOAST).get_by_role("button", name="Undo").click()
        shows(page, ids)
        expect(dialog).to_be_visible()
        page.keyboard.press("f")
        expect(dialog.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Delete")
        expect(preview(page, "Picture 000")).to_be_visible()
        page.keyboard.press("Delete")
        expect(page.get_by_text("Your library is empty")).to_be_visible()
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.locator(TOAST)).to_contain_text("1 item deleted")

    def test_B12_the_address_of_a_deleted_item_says_so_and_restores_it(self, server: Server, visit: Visit) -> None:
        ids = fill(server, 2)
        page = visit("/library")
        loaded(page, ids)
        hit(page, ids[0]).focus()
        page.keyboard.press("Delete")
        shows(page, ids[1:])
        page = visit(f"/library?item={ids[0]}")
        dialog = preview(page, "Picture 000")
        expect(dialog.get_by_text("This item was deleted")).to_be_visible()
        dialog.get_by_role("button", name="Restore").click()
        expect(dialog.get_by_role("img", name="Picture 000")).to_have_js_property("complete", True)
        shows(page, ids)


class TestWithTheStoreAway:
    @pytest.fixture
    def server(self, remote_server: Server) -> Server:
        return remote_server

    @pytest.fixture
    def tolerated(self) -> list[str]:
        return [r"edit\.failed"]

    def test_B22_what_cannot_be_stored_is_put_back_with_the_reason(
        self, server: Server, proxy: StoreProxy, visit: Visit
    ) -> None:
        ids = fill(server, 3)
        page = visit("/library")
        loaded(page, ids)
        hit(page, ids[0]).focus()
        page.keyboard.press("f")
        expect(heart(page, ids[0])).to_have_attribute("aria-pressed", "true")
        server.wait_logged("edit.stored")
        proxy.cut()
        hit(page, ids[1]).focus()
        page.keyboard.press("Delete")
        expect(page.locator(TOAST)).to_contain_text("Item put back: Firestore cannot be reached")
        shows(page, ids)
        expect(heart(page, ids[0])).to_have_attribute("aria-pressed", "true")
        proxy.mend()

    def test_F12_a_store_that_takes_its_time_holds_up_nothing_else(
        self, server: Server, proxy: StoreProxy, visit: Visit
    ) -> None:
        ids = fill(server, 3)
        page = visit("/library")
        loaded(page, ids)
        proxy.hold()
        hit(page, ids[0]).focus()
        page.keyboard.press("f")
        expect(heart(page, ids[0])).to_have_attribute("aria-pressed", "true")
        hit(page, ids[1]).focus()
        page.keyboard.press("Delete")
        shows(page, [ids[0], ids[2]])
        tile(page, "Picture 002").click()
        expect(preview(page, "Picture 002")).to_be_visible()
        assert server.logged("edit.stored") == []
        proxy.release()
        server.wait_logged("edit.stored", times=2)
        page.keyboard.press("Escape")
        page.keyboard.press("Control+z")
        shows(page, ids)
        expect(heart(page, ids[0])).to_have_attribute("aria-pressed", "true")

    def test_B22_a_title_that_fails_after_its_item_was_left_is_there_when_somebody_comes_back(
        self, server: Server, proxy: StoreProxy, visit: Visit
    ) -> None:
        ids = fill(server, 3)
        page = visit("/library")
        loaded(page, ids)
        tile(page, "Picture 000").click()
        dialog = preview(page, "Picture 000")
        proxy.hold()
        dialog.get_by_role("button", name="Rename").click()
        dialog.get_by_role("textbox", name="Title").fill("Dunes at dawn")
        page.keyboard.press("Enter")
        expect(preview(page, "Dunes at dawn")).to_be_visible()
        page.keyboard.press("ArrowRight")
        expect(preview(page, "Picture 001")).to_be_visible()
        proxy.cut()
        expect(page.locator(TOAST)).to_contain_text("Title “Dunes at dawn” put back: Firestore cannot be reached")
        expect(preview(page, "Picture 001").locator("[id^='wrong-']")).to_be_hidden()
        proxy.mend()
        proxy.release()
        page.keyboard.press("ArrowLeft")
        dialog = preview(page, "Picture 000")
        expect(dialog.locator("[id^='wrong-']")).to_contain_text("Rename has “Dunes at dawn” once more.")
        dialog.get_by_role("button", name="Rename").click()
        expect(dialog.get_by_role("textbox", name="Title")).to_have_value("Dunes at dawn")
        page.keyboard.press("Enter")
        expect(preview(page, "Dunes at dawn")).to_be_visible()
        expect(preview(page, "Dunes at dawn").locator("[id^='wrong-']")).to_be_hidden()
        server.wait_logged("edit.stored")
