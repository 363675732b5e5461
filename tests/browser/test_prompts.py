"""Templates and earlier prompts on a Create page: with the mouse, with keys alone, and by two people at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from services.library import open_library
from services.models import Put, Template
from tests.browser.conftest import SHARED_ALONE, Visit
from tests.browser.library import add
from tests.browser.server import Server
from tests.browser.steps import prompt, settle, updated

TEXT = "A {animal=red fox} in {place} at {hour=dusk}"


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server


def keep(server: Server, name: str, text: str = TEXT) -> None:
    """Commit a template as another process would, in place of an earlier one of this name."""
    with open_library(server.settings, None) as library:
        there = library.store.templates.list_for(library.principal, library.project.id).items
        known = next((one for one in there if one.name == name), None)
        now = library.clock.now()
        template = Template(
            id=known.id if known else library.ids.new(), project_id=library.project.id, name=name, text=text,
            owner_id=library.principal.user_id, created_at=known.created_at if known else now, updated_at=now,
            run_type="image",
        )  # fmt: skip
        write = Put(template, expect=known.revision if known else 0)
        library.store.commit(library.principal, [write], operation_id=library.ids.new())


def ask(server: Server, wanted: list[tuple[str, timedelta]]) -> None:
    """Commit pictures that were made with these prompts, so long ago."""
    made = add(server, wanted, "create-image")
    with open_library(server.settings, None) as library:
        items = library.store.media.get_many(library.principal, made).values()
        writes = [Put(item.model_copy(update={"prompt": item.title}), expect=item.revision) for item in items]
        library.store.commit(library.principal, writes, operation_id=library.ids.new())


def opened(page: Page, name: str) -> Locator:
    """Open the dialog with one of its two buttons and wait for what the store says."""
    page.get_by_role("button", name=name, exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    updated(dialog)
    return dialog


def row(dialog: Locator, name: str) -> Locator:
    """The button that uses a template, or a prompt."""
    return dialog.get_by_role("listitem").get_by_role("button", name=re.compile(f"^{name}"))


def test_a_prompt_becomes_a_template_that_is_filled_in_and_the_prompt_before_comes_back(
    server: Server, visit: Visit
) -> None:
    page = visit("/create/image")
    updated(page)
    prompt(page).fill("A red fox in the snow at dusk")
    dialog = opened(page, "Templates")
    dialog.get_by_role("button", name="Save as template").click()
    expect(dialog.get_by_role("textbox", name="Name")).to_be_focused()
    expect(dialog.get_by_role("textbox", name="Name")).to_have_value("A red fox in the snow at dusk")
    dialog.get_by_role("textbox", name="Name").fill("Animal somewhere")
    dialog.get_by_role("textbox", name="Text").fill("A {animal in {place}")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_role("alert").filter(has_text="is not closed")).to_be_visible()
    dialog.get_by_role("textbox", name="Text").fill(TEXT)
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Template saved")).to_be_visible()

    row(dialog, "Animal somewhere").click()
    preview = dialog.get_by_role("region", name="Preview")
    expect(preview).to_contain_text("A red fox in place at dusk")
    expect(dialog.get_by_role("textbox", name="animal")).to_be_focused()
    dialog.get_by_role("textbox", name="animal").fill("grey owl")
    expect(preview).to_contain_text("A grey owl in place at dusk")
    dialog.get_by_role("button", name="Use", exact=True).click()
    expect(dialog.get_by_role("alert").filter(has_text="Write something for “place”")).to_be_visible()
    expect(dialog.get_by_role("textbox", name="place")).to_be_focused()
    dialog.get_by_role("textbox", name="place").fill("a barn")
    dialog.get_by_role("button", name="Use", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(prompt(page)).to_have_value("A grey owl in a barn at dusk")
    page.get_by_role("button", name="Undo").click()
    expect(prompt(page)).to_have_value("A red fox in the snow at dusk")

    elsewhere = visit("/create/image")
    updated(elsewhere)
    expect(row(opened(elsewhere, "Templates"), "Animal somewhere")).to_be_visible()


def test_a_template_is_deleted_and_brought_back_inside_the_dialog(server: Server, visit: Visit) -> None:
    keep(server, "Fox to delete")
    page = visit("/create/image")
    updated(page)
    dialog = opened(page, "Templates")
    dialog.get_by_role("button", name="Delete Fox to delete").click()
    expect(row(dialog, "Fox to delete")).to_be_hidden()
    dialog.get_by_role("button", name="Undo").click()
    expect(row(dialog, "Fox to delete")).to_be_visible()


@SHARED_ALONE
def test_two_tabs_that_change_one_template_lose_neither_version(server: Server, visit: Visit) -> None:
    keep(server, "Fox for two", "A fox")
    page = visit("/create/image")
    updated(page)
    dialog = opened(page, "Templates")
    dialog.get_by_role("button", name="Edit Fox for two").click()
    dialog.get_by_role("textbox", name="Text").fill("My fox")
    keep(server, "Fox for two", "Their fox")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_role("alert").filter(has_text="Their fox")).to_be_visible()
    expect(dialog.get_by_role("textbox", name="Text")).to_have_value("My fox")
    dialog.get_by_role("button", name="Save mine over it").click()
    expect(row(dialog, "Fox for two")).to_contain_text("My fox")


def test_an_opening_asks_the_store_and_shows_what_was_made_meanwhile(server: Server, visit: Visit) -> None:
    keep(server, "Fox at first")
    page = visit("/create/image")
    updated(page)
    before = len(server.logged("templates.refresh", "reason=open"))
    dialog = opened(page, "Templates")
    expect(row(dialog, "Fox at first")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    keep(server, "Elk meanwhile")
    settle(page)
    dialog = opened(page, "Templates")
    expect(row(dialog, "Elk meanwhile")).to_be_visible()
    status = dialog.get_by_role("status").first
    expect(status).to_have_text(re.compile(r"^Updated [^·]*$"))  # no feed tells of templates: it is not live
    assert len(server.wait_logged("templates.refresh", "reason=open", times=before + 2)) == before + 2


def test_the_history_has_each_prompt_once_and_finds_it_by_words(server: Server, visit: Visit) -> None:
    ages = [("Harbour at noon", timedelta(hours=3)), ("A red kite", timedelta(hours=2)), ("A red kite", timedelta(1))]
    ask(server, ages)
    page = visit("/create/image")
    updated(page)
    dialog = opened(page, "History")
    expect(dialog.get_by_role("heading", name="Prompt history")).to_be_visible()
    expect(row(dialog, "A red kite")).to_have_count(1)
    dialog.get_by_role("searchbox", name="Search your prompts").fill("harb")
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    row(dialog, "Harbour at noon").click()
    expect(dialog).to_be_hidden()
    expect(prompt(page)).to_have_value("Harbour at noon")
    expect(page.get_by_role("button", name="History", exact=True)).to_be_focused()


@SHARED_ALONE
def test_everything_is_reached_and_used_with_keys_alone(server: Server, visit: Visit) -> None:
    for name in ("Key one", "Key two"):
        keep(server, name)
    page = visit("/create/image")
    updated(page)
    keys = page.keyboard
    prompt(page).focus()
    keys.type("Typed by hand")
    keys.press("Tab")
    opener = page.get_by_role("button", name="Templates", exact=True)
    expect(opener).to_be_focused()
    keys.press("Enter")
    dialog = page.get_by_role("dialog", name="Templates")
    updated(dialog)
    _tab_to(page, dialog.get_by_role("listitem").first.get_by_role("button").first)
    row(dialog, "Key one").focus()
    keys.press("ArrowDown")
    expect(row(dialog, "Key two")).to_be_focused()
    keys.press("Tab")
    expect(dialog.get_by_role("button", name="Edit Key two")).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(dialog.get_by_role("textbox", name="animal")).to_be_focused()
    keys.type("grey owl")  # what stood there was selected
    keys.press("Tab")
    keys.type("a barn")
    keys.press("Enter")
    expect(dialog).to_be_hidden()
    expect(prompt(page)).to_have_value("A grey owl in a barn at dusk")
    expect(opener).to_be_focused()
    keys.press("Control+z")
    expect(prompt(page)).to_have_value("Typed by hand")

    keys.press("Enter")
    updated(dialog)
    dialog.get_by_role("button", name="Save as template").press("Enter")
    expect(dialog.get_by_role("textbox", name="Name")).to_be_focused()
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


@SHARED_ALONE
def test_a_better_prompt_stands_beside_ones_own_is_changed_used_and_taken_back(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    opener = page.get_by_role("button", name="Improve", exact=True)
    opener.click()
    expect(page.get_by_role("alert").filter(has_text="Write a prompt first")).to_be_visible()
    prompt(page).fill("A red kite over dunes")
    opener.press("Enter")
    dialog = page.get_by_role("dialog", name="Improve prompt")
    suggestion = dialog.get_by_role("textbox", name="Suggestion")
    expect(suggestion).to_have_value(re.compile(r"^A red kite over dunes\. "))
    expect(dialog.get_by_role("region", name="Your words")).to_contain_text("A red kite over dunes")
    expect(dialog.get_by_role("status").first).to_have_text("Written on this machine · Free")
    suggestion.fill("A red kite over dunes, low sun")
    suggestion.press("Control+Enter")
    expect(dialog).to_be_hidden()
    expect(prompt(page)).to_have_value("A red kite over dunes, low sun")
    expect(opener).to_be_focused()
    page.keyboard.press("Control+z")
    expect(prompt(page)).to_have_value("A red kite over dunes")
    opener.press("Enter")
    dialog.get_by_role("button", name="Keep mine").click()
    expect(dialog).to_be_hidden()
    expect(prompt(page)).to_have_value("A red kite over dunes")
    expect(opener).to_be_focused()


@SHARED_ALONE
def test_back_closes_the_dialog_and_stays_on_the_page(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    prompt(page).fill("Still here")
    dialog = opened(page, "Templates")
    page.go_back()
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(re.compile("/create/image"))
    expect(prompt(page)).to_have_value("Still here")


@SHARED_ALONE
@pytest.mark.parametrize("leave", ["escape", "back", "reload"])
def test_a_template_that_is_being_written_is_there_again_until_it_is_discarded(
    server: Server, visit: Visit, leave: str
) -> None:
    keep(server, "Left alone", "A fox")
    page = visit("/create/image")
    updated(page)
    dialog = opened(page, "Templates")
    dialog.get_by_role("button", name="Edit Left alone").click()
    dialog.get_by_role("textbox", name="Text").fill("A red fox, half")
    if leave == "escape":
        page.keyboard.press("Escape")
    elif leave == "back":
        page.go_back()
    else:
        page.reload()
        updated(page)
        settle(page)
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Templates", exact=True).click()
    expect(dialog.get_by_role("textbox", name="Text")).to_have_value("A red fox, half")
    dialog.get_by_role("button", name="Discard").click()
    expect(row(dialog, "Left alone")).to_contain_text("A fox")
    dialog.get_by_role("button", name="Edit Left alone").click()
    expect(dialog.get_by_role("textbox", name="Text")).to_have_value("A fox")


@SHARED_ALONE
@pytest.mark.parametrize("leave", ["escape", "reload"])
def test_what_was_typed_into_a_templates_fields_is_there_again_until_it_is_used(
    server: Server, visit: Visit, leave: str
) -> None:
    keep(server, "Left halfway")
    page = visit("/create/image")
    updated(page)
    dialog = opened(page, "Templates")
    row(dialog, "Left halfway").click()
    dialog.get_by_role("textbox", name="animal").fill("grey owl")
    if leave == "escape":
        page.keyboard.press("Escape")
    else:
        page.reload()
        updated(page)
    row(opened(page, "Templates"), "Left halfway").click()
    expect(dialog.get_by_role("textbox", name="animal")).to_have_value("grey owl")
    dialog.get_by_role("textbox", name="place").fill("a barn")
    dialog.get_by_role("button", name="Use", exact=True).click()
    expect(dialog).to_be_hidden()
    row(opened(page, "Templates"), "Left halfway").click()
    expect(dialog.get_by_role("textbox", name="animal")).to_have_value("red fox")


@SHARED_ALONE
@pytest.mark.parametrize("step", ["list", "fill", "edit", "history", "improve"])
def test_on_a_phone_every_control_is_in_sight_and_large_enough(server: Server, visit: Visit, step: str) -> None:
    keep(server, "Key one")
    page = visit("/create/image")
    page.set_viewport_size({"width": 390, "height": 780})
    updated(page)
    if step == "improve":
        prompt(page).fill("A red kite")
        page.get_by_role("button", name="Improve", exact=True).click()
        dialog = page.get_by_role("dialog", name="Improve prompt")
        expect(dialog.get_by_role("textbox", name="Suggestion")).to_be_visible()
    else:
        dialog = opened(page, "History" if step == "history" else "Templates")
    if step == "fill":
        row(dialog, "Key one").click()
        expect(dialog.get_by_role("textbox", name="animal")).to_be_visible()
    elif step == "edit":
        dialog.get_by_role("button", name="Edit Key one").click()
        expect(dialog.get_by_role("textbox", name="Name")).to_be_visible()
    assert dialog.evaluate(_OUT_OF_REACH) == []


def _tab_to(page: Page, target: Locator) -> None:
    for _ in range(20):
        page.keyboard.press("Tab")
        if target.evaluate("(node) => node === document.activeElement"):
            return
    expect(target).to_be_focused()


_OUT_OF_REACH = """(dialog) => [...dialog.querySelectorAll('button, input, textarea')]
    .filter((control) => control.checkVisibility() && control.offsetWidth > 1)
    .map((control) => [control, control.getBoundingClientRect()])
    .filter(([, box]) => box.left < 0 || box.right > window.innerWidth || box.height < 24 || box.width < 24)
    .map(([control, box]) => `${control.className} ${control.textContent} ${box.left} ${box.width}×${box.height}`)"""
"""Controls of a dialog that stick out at a side, or are smaller than WCAG 2.2 has them (24 × 24)."""
