"""Try-on previews: the product where it was put, the person otherwise as they were."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from services.errors import BadInput
from services.files.rendered import RenderedFile
from services.generation.local.cutout import cut_out
from services.generation.local.render import render_image
from services.generation.local.tryon import LABEL, MAX_SIDE, render_try_on
from tests.support.media import decoded, picture, tone

PLACED = {"x": 0.5, "y": 0.5, "scale": 0.4}


def encoded(image: Image.Image, format_: str = "PNG", **save: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **save)
    return out.getvalue()


def product(size: int = 200, ground: str = "#e6e2da", ink: str = "#b01c2e", noise: float = 0.0) -> Image.Image:
    """A disc of half the width on a plain ground, lit unevenly and with a soft shadow."""
    image = Image.new("RGB", (size, size), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((size * 0.27, size * 0.29, size * 0.77, size * 0.79), fill="#cfcbc3")
    draw.ellipse((size * 0.25, size * 0.25, size * 0.75, size * 0.75), fill=ink)
    light = np.linspace(1.0, 0.93, size)[:, None, None]
    grain = np.random.default_rng(1).normal(0, noise, (size, size, 1))
    return Image.fromarray(np.clip(np.asarray(image) * light + grain, 0, 255).astype(np.uint8))


def person(size: tuple[int, int] = (300, 400)) -> bytes:
    return encoded(Image.new("RGB", size, "#3f6fa8"))


def wear(person_bytes: bytes, product_bytes: bytes, **placement: float) -> tuple[RenderedFile, RenderedFile]:
    original, thumb = render_try_on(person_bytes, product_bytes, PLACED | placement, lambda percent: None)
    return original, thumb


def reds(data: bytes) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where a picture is red, shape (height, width)."""
    pixels = np.asarray(decoded(data).convert("RGB")).astype(int)
    return (pixels[..., 0] > 120) & (pixels[..., 2] < 110)


@pytest.mark.parametrize("noise", [0.0, 3.0])
def test_a_plain_background_and_its_shadow_are_cut_away(noise: float) -> None:
    cut = cut_out(product(noise=noise))
    assert cut.background_removed
    assert cut.image.mode == "RGBA"
    assert cut.image.width == pytest.approx(100, abs=5)
    assert cut.image.height == pytest.approx(100, abs=9)
    alpha = np.asarray(cut.image.getchannel("A"))
    assert alpha[alpha.shape[0] // 2, alpha.shape[1] // 2] == 255
    assert alpha[0, 0] == 0
    assert ((alpha > 16) & (alpha < 240)).any()  # soft edges


def test_a_hole_that_the_border_does_not_reach_belongs_to_the_product() -> None:
    ring = product()
    ImageDraw.Draw(ring).ellipse((80, 80, 120, 120), fill="#e0dcd4")
    alpha = np.asarray(cut_out(ring).image.getchannel("A"))
    assert alpha[alpha.shape[0] // 2, alpha.shape[1] // 2] == 255


def test_a_busy_background_stays_with_feathered_edges() -> None:
    busy = Image.fromarray(np.random.default_rng(2).integers(0, 255, (120, 160, 3), np.uint8))
    cut = cut_out(busy)
    assert not cut.background_removed
    alpha = np.asarray(cut.image.getchannel("A"))
    assert alpha[60, 80] == 255
    assert alpha[1, 80] < 255


def test_a_product_in_one_colour_with_its_background_stays_whole() -> None:
    assert not cut_out(Image.new("RGB", (80, 80), "#dddddd")).background_removed


def test_a_product_with_transparency_needs_no_guessing() -> None:
    clear = Image.new("RGBA", (100, 100))
    clear.paste((176, 28, 46, 255), (30, 40, 70, 60))
    cut = cut_out(clear)
    assert cut.background_removed
    assert cut.image.size == (40, 20)


@pytest.mark.parametrize(("x", "y", "scale"), [(0.5, 0.5, 0.4), (0.25, 0.3, 0.2), (0.8, 0.75, 0.3)])
def test_the_product_lies_where_it_was_put_in_the_size_it_was_given(x: float, y: float, scale: float) -> None:
    original, thumb = wear(person(), encoded(product()), x=x, y=y, scale=scale)
    red = np.argwhere(reds(original.data))
    top, left = red.min(axis=0)
    bottom, right = red.max(axis=0)
    assert (left + right) / 2 == pytest.approx(300 * x, abs=4)
    assert (top + bottom) / 2 == pytest.approx(400 * y, abs=6)
    assert right - left == pytest.approx(300 * scale, abs=6)
    assert (original.width, original.height, original.content_type) == (300, 400, "image/webp")
    assert max(decoded(thumb.data).size) == 400


def test_the_person_is_untouched_away_from_the_product() -> None:
    original, _ = wear(person(), encoded(product()), y=0.7, scale=0.2)
    top = np.asarray(decoded(original.data).convert("RGB")).astype(int)[:80]
    assert np.abs(top - [0x3F, 0x6F, 0xA8]).max() < 6


@pytest.mark.parametrize(("x", "y", "scale"), [(0.0, 0.0, 2.0), (1.0, 1.0, 2.0), (1.0, 0.0, 0.05)])
def test_a_product_partly_outside_the_picture_is_clipped(x: float, y: float, scale: float) -> None:
    original, _ = wear(person(), encoded(product()), x=x, y=y, scale=scale)
    assert decoded(original.data).size == (300, 400)


def test_the_result_says_that_it_is_a_preview() -> None:
    original, _ = wear(person(), encoded(product()))
    assert decoded(original.data).getexif()[0x010E] == LABEL
    assert "preview" in LABEL


def test_a_large_person_is_reduced_and_a_turned_one_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(Image.new("RGB", (2400, 1800), "#3f6fa8"), "JPEG", exif=exif.tobytes())
    original, _ = wear(turned, encoded(product()))
    assert (original.width, original.height) == (1152, MAX_SIDE)


def test_equal_inputs_give_equal_bytes_and_progress_rises_to_the_end() -> None:
    heard: list[int] = []
    first = render_try_on(person(), encoded(product()), PLACED, heard.append)
    assert first == render_try_on(person(), encoded(product()), PLACED, heard.append)
    once = heard[: len(heard) // 2]
    assert once == sorted(set(once))
    assert once[-1] == 100


@pytest.mark.parametrize("field", ["person", "product"])
@pytest.mark.parametrize("data", [b"not a picture", b"", tone(), picture()[:50]], ids=["text", "empty", "sound", "cut"])
def test_what_is_no_picture_is_refused_by_name(field: str, data: bytes) -> None:
    inputs = {"person": person(), "product": encoded(product())} | {field: data}
    with pytest.raises(BadInput, match="Choose another from the library") as caught:
        wear(inputs["person"], inputs["product"])
    assert caught.value.field == field


@pytest.mark.parametrize("prompt", ["white striped tee", "black raincoat", "beige sweater", "grey cardigan"])
@pytest.mark.parametrize("seed", range(1, 5))
def test_garments_made_here_can_be_cut_out_whatever_their_colour(prompt: str, seed: int) -> None:
    data = render_image({"prompt": prompt, "aspect": "1:1", "seed": seed}, 0, None, lambda percent: None)[0].data
    cut = cut_out(decoded(data).convert("RGB"))
    alpha = np.asarray(cut.image.getchannel("A")) / 255
    assert cut.background_removed
    assert cut.image.width < 850
    assert 0.55 < alpha.mean() < 0.9
    middle = alpha[alpha.shape[0] // 4 : -alpha.shape[0] // 8, alpha.shape[1] * 2 // 5 : alpha.shape[1] * 3 // 5]
    assert middle.min() > 0.95
