"""The try-on stage shows what will be made: the same cut-out, at the same place, in the same size."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.browser.steps import RENDER_MS, open_chooser, tile, updated

SIDE = 600
CLOSE = 0.012
"""Share of the person's picture by which edges may differ: a screen's pixels, and softness."""


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def shaded() -> Image.Image:
    """A red shape on a plain ground, with a deep shadow to the right, as photographers make it."""
    image = Image.new("RGB", (SIDE, SIDE), "#e6e2da")
    shadow = Image.new("L", image.size)
    ImageDraw.Draw(shadow).ellipse((200, 180, 540, 460), fill=150)
    image.paste("#b5b1aa", mask=shadow.filter(ImageFilter.GaussianBlur(30)))
    ImageDraw.Draw(image).ellipse((150, 150, 450, 450), fill="#b01c2e")
    return image


def busy() -> Image.Image:
    """A red shape before a pattern that nobody could cut away."""
    pixels = np.random.default_rng(3).integers(60, 250, (SIDE // 6, SIDE // 6, 1), np.uint8).repeat(3, axis=2)
    image = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.NEAREST)
    ImageDraw.Draw(image).rectangle((200, 120, 380, 500), fill="#b01c2e")
    return image


def cut() -> Image.Image:
    """A red shape that is transparent around."""
    image = Image.new("RGBA", (SIDE, SIDE))
    ImageDraw.Draw(image).ellipse((60, 200, 340, 420), fill="#b01c2e")
    return image


@pytest.mark.parametrize("draw", [shaded, busy, cut])
def test_what_is_placed_is_what_is_made(
    server: Server, visit: Visit, tmp_path: Path, draw: Callable[[], Image.Image]
) -> None:
    name = draw.__name__
    Image.new("RGB", (450, 600), "#3f6fa8").save(tmp_path / f"person {name}.png")
    draw().save(tmp_path / f"product {name}.png")
    files = [str(tmp_path / f"{role} {name}.png") for role in ("person", "product")]
    assert server.run("import", *files).returncode == 0
    page = visit("/try-on")
    updated(page)
    for slot in ("Person", "Product"):
        tile(open_chooser(page, slot), f"{slot.lower()} {name}").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
    handles = page.get_by_role("group", name=re.compile("^Product"))
    expect(handles.locator(".worn img")).to_be_visible()
    for key in [*["-"] * 12, *["ArrowUp"] * 15, *["ArrowLeft"] * 6]:
        handles.press(key)
    expect(handles).to_have_accessible_name(re.compile("^Product, 56 % wide, at 44 % from the left and 60 %"))
    placed = edges(staged(page, handles))
    made = edges(result(page, f"product {name} on person {name}"))
    assert np.abs(np.subtract(placed, made)).max() <= CLOSE, f"placed {placed}, made {made}"


def staged(page: Page, handles: Locator) -> Image.Image:
    """The stage as it looks, without the handles."""
    handles.evaluate("""(frame) => {
        frame.blur();
        frame.style.boxShadow = 'none';
        for (const corner of frame.querySelectorAll('i')) corner.style.display = 'none';
    }""")
    return Image.open(io.BytesIO(page.locator("freshet-place .person").screenshot()))


def result(page: Page, title: str) -> Image.Image:
    """What Generate makes of it, in full size."""
    page.get_by_role("button", name="Generate Image").click()
    made = page.get_by_role("img", name=title).locator("img")
    expect(made).to_be_visible(timeout=RENDER_MS)
    source = made.get_attribute("src") or ""
    return Image.open(io.BytesIO(page.request.get(page.url.partition("/try-on")[0] + source).body()))


def edges(picture: Image.Image) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is red, as shares of the picture."""
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    red = np.argwhere((pixels[..., 0] > 110) & (pixels[..., 1] < 90) & (pixels[..., 2] < 110))
    (top, left), (bottom, right) = red.min(axis=0), red.max(axis=0) + 1
    return left / picture.width, top / picture.height, right / picture.width, bottom / picture.height
