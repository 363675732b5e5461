"""What is looked at is seen whole: cut off by no window, no button, and no crop of a thumbnail."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.forked import ForkedServer
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import tile, updated
from tests.support.media import clip

DESK, PHONE = (1280, 800), (390, 844)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A library with two portraits, a picture that is as wide as high, and a clip that is higher than wide."""
    folder = tmp_path_factory.mktemp("fit")
    server = ForkedServer(folder / "data")
    for name, size in (("portrait", (600, 800)), ("tall portrait", (450, 800)), ("square", (600, 600))):
        face(size).save(folder / f"{name}.png")
    (folder / "tall clip.mp4").write_bytes(clip(size=(360, 640)))
    assert server.run("import", *map(str, sorted(folder.glob("*.*")))).returncode == 0
    yield server
    server.stop()


@pytest.fixture
def server(furnished: Server) -> Server:
    return furnished


def face(size: tuple[int, int]) -> Image.Image:
    """Blue, with what must not be cut off in red: from a tenth of the height to three tenths."""
    width, height = size
    image = Image.new("RGB", size, "#2030c0")
    image.paste("#c02030", (width // 3, height // 10, 2 * width // 3, 3 * height // 10))
    return image


@pytest.mark.parametrize("title", ["portrait", "tall portrait"])
def test_the_head_of_a_portrait_is_on_its_tile(visit: Visit, title: str) -> None:
    picture = _picture(visit("/library"), title)
    pixels = np.asarray(Image.open(io.BytesIO(picture.screenshot())).convert("RGB")).astype(int)
    red = (pixels[..., 0] > 140) & (pixels[..., 2] < 90)
    rows = np.flatnonzero(red.any(axis=1))
    assert 0 < rows[0] < rows[-1] < len(red) - 1


def test_what_is_no_portrait_is_cropped_evenly(visit: Visit) -> None:
    expect(_picture(visit("/library"), "square")).to_have_css("object-position", "50% 50%")


def _picture(page: Page, title: str) -> Locator:
    updated(page)
    picture = page.locator("freshet-tile", has=page.get_by_role("button", name=re.compile(f"^{title}"))).locator("img")
    expect(picture).to_be_visible()
    expect(picture).not_to_have_class(re.compile("coming"))
    return picture


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_clip_that_is_higher_than_wide_fits_into_the_window(visit: Visit, size: tuple[int, int]) -> None:
    page = _item(visit("/library"), "tall clip", size)
    _is_whole(page, page.locator("freshet-viewer video"))


@pytest.mark.parametrize("size", [DESK, (900, 700)])
def test_what_lies_in_the_trash_fits_into_the_window_below_the_words_that_say_so(
    server: Server, visit: Visit, size: tuple[int, int]
) -> None:
    fill(server, 1, f"Thrown {size[0]}")
    page = _item(visit(f"/library?q=thrown+{size[0]}"), f"Thrown {size[0]} 000", size)
    page.keyboard.press("Delete")  # alone in its list, it stays
    expect(page.get_by_role("button", name="Restore")).to_be_visible()
    _is_whole(page, page.locator("freshet-viewer img"))
    _is_whole(page, page.locator("freshet-viewer"))


@pytest.mark.parametrize("width", [1280, 1180, 900, 390, 360])
def test_what_a_picture_can_be_used_for_is_told_in_full(visit: Visit, width: int) -> None:
    page = visit("/library")
    page.set_viewport_size({"width": width, "height": 800})
    updated(page)
    tile(page, "square").click()
    dialog = page.get_by_role("dialog", name="square")
    expect(dialog.get_by_role("link", name="Video, first frame")).to_be_visible()
    assert page.evaluate(_CUT_SHORT) == []
    dialog.get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", level=1, name="square")).to_be_visible()
    expect(page.get_by_role("link", name="Video, first frame")).to_be_visible()
    assert page.evaluate(_CUT_SHORT) == []


def _item(page: Page, title: str, size: tuple[int, int]) -> Page:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    updated(page)
    tile(page, title).click()
    page.get_by_role("dialog", name=title).get_by_role("link", name="Open").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    updated(page)
    return page


def _is_whole(page: Page, shown: Locator) -> None:
    """It lies within the window, and what is in it is not larger than it."""
    expect(shown).to_be_in_viewport(ratio=1)
    box, window = shown.bounding_box(), page.viewport_size
    assert box is not None
    assert window is not None
    assert box["height"] > 100
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= window["height"]


_CUT_SHORT = """() => [...document.querySelectorAll('freshet-uses .btn')]
    .filter((link) => link.checkVisibility())
    .filter((link) => [link, ...link.children].some((part) => part.scrollWidth > part.clientWidth))
    .map((link) => link.textContent)"""
