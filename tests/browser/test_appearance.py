"""Every page in both themes and from phone to desktop: nothing foreign, nothing clipped, nothing out of reach."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Visit, visits
from tests.browser.forked import ForkedServer
from tests.browser.library import add, fill, write_photo
from tests.browser.server import Server
from tests.browser.steps import choose_button, chooser, open_chooser, settle, tile, updated
from tests.browser.uploads import drop, tray
from tests.support.media import clip

PATHS = ("/home", "/library", "/create/image", "/create/video", "/try-on")
WIDTHS = (360, 390, 599, 600, 768, 899, 900, 1179, 1180, 1280, 1600)
AXE_WIDTHS = (1280, 390)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LOST = "status of 40[04]"
"""What the console says of a page that does not exist, and of a file that is of no use."""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A library with pictures, a clip and a photo with a long name."""
    folder = tmp_path_factory.mktemp("furnished")
    server = ForkedServer(folder / "data")
    fill(server, 30)
    add(server, [("Made here", timedelta(days=1))], "create-image")
    film = folder / "harbour at dawn.mp4"
    film.write_bytes(clip())
    photo = write_photo(folder, "a photograph with a very long name " * 3 + ".jpg")
    assert server.run("import", str(film), str(photo)).returncode == 0
    yield server
    server.stop()


@pytest.fixture
def server(furnished: Server) -> Server:
    return furnished


def _library(page: Page) -> None:
    updated(page)


def _home(page: Page) -> None:
    """With all kinds of shelves, also where another scene has given a heart."""
    updated(page)
    if not page.get_by_role("region", name="Favourites").is_visible():
        tile(page.get_by_role("region", name="Images"), "Picture 001").focus()
        page.keyboard.press("f")
    expect(page.get_by_role("region", name="Favourites")).to_be_visible()
    expect(page.get_by_role("region", name="Videos")).to_be_visible()


def _filtering(page: Page) -> None:
    updated(page)
    page.get_by_role("button", name=re.compile("^Filters")).click()
    expect(page.get_by_role("dialog", name="Filters")).to_be_visible()


def _selecting(page: Page) -> None:
    updated(page)
    page.locator("freshet-tile .hit").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("toolbar", name="Selection").get_by_text("2 selected")).to_be_visible()


def _moving(page: Page) -> None:
    _selecting(page)
    page.get_by_role("toolbar", name="Selection").get_by_role("button", name="Move to project").click()
    expect(page.get_by_role("dialog", name="Move to project").get_by_role("button").first).to_be_focused()


def _preview(page: Page) -> None:
    tile(page, "harbour at dawn").click()
    expect(page.get_by_role("dialog", name="harbour at dawn").locator("video")).to_be_visible()


def _renaming(page: Page) -> None:
    tile(page, "Picture 000").click()
    dialog = page.get_by_role("dialog", name="Picture 000")
    dialog.get_by_role("button", name="Favourite").click()
    dialog.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Title").fill("x" * 213)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Shorten it by 13")).to_be_visible()


def _deleting(page: Page) -> None:
    """Any but the first pictures, which other scenes need."""
    page.locator("freshet-tile .hit").nth(9).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_visible()


def _deleted(page: Page) -> None:
    page.locator("freshet-tile .hit").nth(9).click()
    expect(page).to_have_url(re.compile("item="))
    address = page.url
    page.keyboard.press("Delete")
    expect(page).not_to_have_url(address)
    page.goto(address)
    expect(page.get_by_text("This item was deleted")).to_be_visible()


def _trash(page: Page) -> None:
    page.locator("freshet-tile .hit").nth(9).focus()
    page.keyboard.press("Delete")
    expect(page.get_by_text("1 item deleted")).to_be_visible()
    settle(page)
    page.goto(page.url + "?trash=1")
    updated(page)
    expect(page.get_by_role("button", name="Empty trash")).to_be_visible()
    page.locator("freshet-tile .hit").first.focus()
    page.keyboard.press("x")


def _emptying(page: Page) -> None:
    _trash(page)
    page.get_by_role("button", name="Empty trash").click()
    expect(page.get_by_role("alertdialog", name="Empty the trash?")).to_be_visible()


def _account(page: Page) -> None:
    updated(page)
    expect(page.get_by_role("heading", name="Keyboard")).to_be_visible()
    expect(page.get_by_role("list", name="Storage used")).to_contain_text("in the trash")


def _item(page: Page) -> None:
    tile(page, "Picture 000").click()
    page.get_by_role("dialog", name="Picture 000").get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", level=1, name="Picture 000")).to_be_visible()
    updated(page)
    page.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_role("textbox", name="New tag").fill("x" * 60)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="longer than 40")).to_be_visible()


def _item_writing(page: Page) -> None:
    _item(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Actual size").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Title").fill("x" * 213)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Shorten it by 13")).to_be_visible()


def _try_on(page: Page) -> None:
    for slot, name in (("Person", "Picture 000"), ("Product", "Picture 001")):
        tile(open_chooser(page, slot), name).click()
        expect(page.get_by_role("button", name=f"Clear {slot.lower()}")).to_be_visible()


def _choosing(page: Page) -> None:
    choose_button(page, "Person").click()
    expect(tile(chooser(page), "Picture 000")).to_be_visible()


def _uploading(page: Page) -> None:
    updated(page)
    drop(page, [("a file with a name that goes on and on and on for quite a while.png", b"dear diary")])
    expect(tray(page).get_by_role("alert")).to_be_visible()


def _invalid(page: Page) -> None:
    page.get_by_role("button", name="Generate Image").click()
    expect(page.get_by_text("Write a prompt first")).to_be_visible()


def _frames(page: Page) -> None:
    """Sources of a clip that do not go together."""
    updated(page)
    last = page.get_by_role("group", name="Last frame")
    last.get_by_role("button", name="Choose from Library").click()
    tile(chooser(page), "Picture 000").click()
    expect(page.get_by_role("button", name="Clear last frame")).to_be_visible()
    page.get_by_role("textbox", name="Prompt").fill("Surf")
    page.get_by_role("button", name="Generate Video").click()
    expect(last.get_by_role("alert")).to_be_visible()


def _made(page: Page) -> None:
    tile(page, "Made here").click()
    dialog = page.get_by_role("dialog", name="Made here")
    expect(dialog.get_by_role("link", name="Remix")).to_be_visible()
    expect(dialog.get_by_role("link", name="Variations")).to_be_visible()


def _made_page(page: Page) -> None:
    _made(page)
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1, name="Made here")).to_be_visible()
    updated(page)


def _templates(page: Page) -> None:
    """With an example, whether an earlier scene has added it or not."""
    updated(page)
    page.get_by_role("button", name="Templates", exact=True).click()
    dialog = page.get_by_role("dialog", name="Templates")
    updated(dialog)
    if not dialog.get_by_role("list", name="Templates").is_visible():
        dialog.get_by_role("button", name="Add “Place and hour”").click()
    expect(dialog.get_by_role("button", name="Edit Place and hour")).to_be_visible()


def _no_templates(page: Page) -> None:
    updated(page)
    page.get_by_role("button", name="Templates", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text("No templates yet")).to_be_visible()


def _filling_in(page: Page) -> None:
    _templates(page)
    dialog = page.get_by_role("dialog", name="Templates")
    dialog.get_by_role("button", name=re.compile("^Place and hour")).click()
    dialog.get_by_role("textbox", name="place").fill("x" * 501)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert").filter(has_text="501 of 500")).to_be_visible()


def _template_form(page: Page) -> None:
    _templates(page)
    dialog = page.get_by_role("dialog", name="Templates")
    dialog.get_by_role("button", name="New template").click()
    dialog.get_by_role("textbox", name="Name").fill("place AND hour")
    dialog.get_by_role("textbox", name="Text").fill("A {place")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_role("alert").filter(has_text="is not closed")).to_be_visible()


def _improving(page: Page) -> None:
    updated(page)
    page.get_by_role("textbox", name="Prompt").fill("A lighthouse over the sea " + "and gulls " * 30)
    page.get_by_role("button", name="Improve", exact=True).click()
    dialog = page.get_by_role("dialog", name="Improve prompt")
    dialog.get_by_role("textbox", name="Suggestion").fill("x" * 4_001)
    expect(dialog.get_by_role("alert").filter(has_text="Shorten by 1")).to_be_visible()


def _nothing_to_improve(page: Page) -> None:
    updated(page)
    page.get_by_role("textbox", name="Prompt").fill("Portrait in golden light, oil on linen")
    page.get_by_role("button", name="Improve", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text("Nothing to add")).to_be_visible()


def _opinion(page: Page) -> None:
    _made_page(page)
    page.get_by_role("button", name="Ask for an opinion").click()
    expect(page.get_by_role("region", name="Opinion", exact=True)).to_contain_text("It is small")


def _prompt_history(page: Page) -> None:
    updated(page)
    page.get_by_role("button", name="History", exact=True).click()
    dialog = page.get_by_role("dialog", name="Prompt history")
    updated(dialog)
    dialog.get_by_role("searchbox", name="Search your prompts").fill("zebra")
    expect(dialog.get_by_text("Nothing matches")).to_be_visible()


SCENES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "home": ("/home", _home),
    "library": ("/library", _library),
    "nothing of a type": ("/library?type=audio", _library),
    "filters": ("/library?owner=me&date=7d&tag=sea&q=picture&type=hologram", _filtering),
    "selection": ("/library?q=picture&sort=title", _selecting),
    "moving": ("/library?q=picture&sort=title", _moving),
    "preview": ("/library", _preview),
    "renaming": ("/library", _renaming),
    "deleting": ("/library", _deleting),
    "deleted": ("/library", _deleted),
    "trash": ("/library", _trash),
    "emptying": ("/library", _emptying),
    "item": ("/library", _item),
    "item, writing": ("/library", _item_writing),
    "item that is none": (
        "/media-item?id=none",
        lambda page: expect(page.get_by_text("Nothing to show")).to_be_visible(),
    ),
    "made": ("/library?q=made", _made),
    "made, its page": ("/library?q=made", _made_page),
    "image": ("/create/image", _invalid),
    "video": ("/create/video", _library),
    "frames": ("/create/video", _frames),
    "templates": ("/create/image", _templates),
    "no templates": ("/create/video", _no_templates),
    "filling a template in": ("/create/image", _filling_in),
    "writing a template": ("/create/image", _template_form),
    "improving a prompt": ("/create/image", _improving),
    "nothing to improve": ("/create/video", _nothing_to_improve),
    "opinion": ("/library?q=made", _opinion),
    "prompt history": ("/create/image", _prompt_history),
    "try-on": ("/try-on", _try_on),
    "choosing": ("/try-on", _choosing),
    "uploading": ("/library", _uploading),
    "account": ("/account", _account),
    "lost": ("/nowhere", lambda page: expect(page.get_by_role("heading")).to_be_visible()),
}


def test_fonts_come_from_here_and_every_icon_is_a_picture_not_a_word(visit: Visit) -> None:
    for path in PATHS:
        page = visit(path)
        updated(page)
        loaded: list[str] = page.evaluate("""async () => {
            await document.fonts.ready;
            return [...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family);
        }""")
        assert {"Figtree", "Material Symbols Rounded"} <= {family.strip('"') for family in loaded}
        assert page.evaluate(_ICONS_THAT_ARE_WORDS) == []
        page.close()


def test_the_dark_theme_is_remembered_in_every_tab_and_never_flashes_light(visit: Visit) -> None:
    page = visit("/library")
    updated(page)
    assert _background(page) == "light"
    page.get_by_role("button", name="Switch theme").click()
    assert _background(page) == "dark"
    page.context.add_init_script(_NOTE_FRAMES)
    for path in PATHS:
        page = visit(path)
        updated(page)
        assert set(page.evaluate("() => window.framesSeen")) == {"dark"}
        assert _background(page) == "dark"
    page.reload()
    updated(page)
    assert set(page.evaluate("() => window.framesSeen")) == {"dark"}
    page.get_by_role("button", name="Switch theme").click()
    assert _background(page) == "light"


@pytest.fixture
def open_to_axe(browser: Browser) -> Iterator[BrowserContext]:
    """A context into which the checker's script may be put."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, bypass_csp=True, reduced_motion="reduce", color_scheme="light"
    )
    yield context
    context.close()


@pytest.mark.parametrize("name", SCENES)
def test_no_scene_scrolls_sideways_and_axe_finds_nothing_serious_in_either_theme(
    server: Server, open_to_axe: BrowserContext, name: str
) -> None:
    opening = visits(server, open_to_axe, [LOST])
    path, prepare = SCENES[name]
    found: dict[str, list[str]] = {}
    page = next(opening)(path)
    prepare(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found[f"at {width}"] = page.evaluate(_TOO_WIDE)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        if name == "lost":  # no page of the studio's: it takes the theme up as it is loaded
            page.reload()
        page.wait_for_function(f"(theme) => ({_BACKGROUND})() === theme", arg=theme)
        page.evaluate(AXE_SCRIPT)
        for width in AXE_WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            problems = _serious(page.evaluate("() => axe.run(document, {resultTypes: ['violations']})"))
            found[f"at {width}, {theme}"] = problems
    assert {where: problems for where, problems in found.items() if problems} == {}
    assert list(opening) == []


def _serious(results: dict[str, Any]) -> list[str]:
    """What axe calls serious or critical: rule, element, and why."""
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in results["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def _background(page: Page) -> str:
    theme: str = page.evaluate(_BACKGROUND)
    return theme


_BACKGROUND = """() => {
    const parts = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3);
    return parts.every((part) => part > 128) ? 'light' : 'dark';
}"""

_NOTE_FRAMES = """
    window.framesSeen = [];
    const look = () => {
        if (document.body) {
            const {backgroundColor} = getComputedStyle(document.body);
            const dark = document.body.classList.contains('dark-theme');
            window.framesSeen.push(dark ? 'dark' : `light ${backgroundColor}`);
        }
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
"""

_ICONS_THAT_ARE_WORDS = """() => {
    const names = new Set([...document.querySelectorAll('[data-icon]')].map((icon) => icon.dataset.icon));
    if (!names.size) return ['no icons at all'];
    const brush = document.createElement('canvas').getContext('2d');
    brush.font = '20px "Material Symbols Rounded"';
    return [...names].filter((name) => brush.measureText(name).width > 24);
}"""

_TOO_WIDE = """() => ['html', 'body', '.sheet', 'dialog[open]', 'dialog[open] .dialog-body'].filter((selector) =>
    [...document.querySelectorAll(selector)].some((box) => box.scrollWidth > box.clientWidth + 1))"""
