"""Try-on as a compositing preview: a product's cut-out laid over a person's picture where the person put it."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageFilter

from services.files.derive import derive
from services.files.rendered import RenderedFile
from services.generation.local.cutout import cut_out
from services.generation.local.pictures import opened
from services.generation.local.render import Report

MAX_SIDE = 1536
"""Pixels on the result's long side; smaller persons keep their size."""
STAGE_SIDE = 1024
"""Pixels on the long side of a cut-out that is laid on the stage."""
LABEL = "Try-on preview: a composite of two pictures, not a photograph"
_IMAGE_DESCRIPTION, _SOFTWARE = 0x010E, 0x0131
"""EXIF tags (Exif 2.32)."""


def render_try_on(
    person_bytes: bytes, product_bytes: bytes, placement: Mapping[str, float], report: Report
) -> tuple[RenderedFile, ...]:
    """The person wearing the product: original in WebP and thumbnail, marked as a preview in its EXIF description.

    `placement` holds x and y of the product's centre and scale, its width, as fractions of the person picture.
    Raises BadInput on "person" or "product" for bytes that are no picture.
    """
    report(5)
    person = opened(person_bytes, "person").convert("RGB")
    person.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    report(25)
    cutout = _cut(product_bytes)
    report(60)
    result = _composed(person, cutout, placement["x"], placement["y"], placement["scale"])
    report(80)
    files = derive(_labelled(result)).files
    report(100)
    return files


def render_cutout(product_bytes: bytes, report: Report) -> bytes:
    """The product alone, as `render_try_on` lays it over a person, in a WebP for the screen. Raises BadInput."""
    cutout = _cut(product_bytes)
    report(80)
    # Scaled with colours multiplied by opacity, or the removed background would bleed in at the edges.
    small = cutout.convert("RGBa")
    small.thumbnail((STAGE_SIDE, STAGE_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.convert("RGBA").save(out, "WEBP", quality=90, method=3)
    return out.getvalue()


def _cut(product_bytes: bytes) -> Image.Image:
    product = opened(product_bytes, "product")
    product.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return cut_out(product).image


def _composed(person: Image.Image, cutout: Image.Image, x: float, y: float, scale: float) -> Image.Image:
    width = max(1, round(person.width * scale))
    height = max(1, round(cutout.height * width / cutout.width))
    # Scaled with colours multiplied by opacity, or the removed background would bleed in at the edges.
    worn = cutout.convert("RGBa").resize((width, height), Image.Resampling.LANCZOS).convert("RGBA")
    at = (round(person.width * x - width / 2), round(person.height * y - height / 2))
    layer = Image.new("RGBA", person.size)
    layer.paste(worn, at)
    shadow = _shadow(layer.getchannel("A"), person.width)
    image = Image.composite(Image.new("RGB", person.size, (24, 18, 20)), person, shadow)
    image.paste(_in_light_of(person, layer), (0, 0), layer)
    return image


def _shadow(alpha: Image.Image, width: int) -> Image.Image:
    """A faint shadow below and around the product, so that it lies on the person and not before the picture."""
    moved = Image.new("L", alpha.size)
    moved.paste(alpha, (0, max(1, round(width * 0.006))))
    return moved.filter(ImageFilter.GaussianBlur(max(1.0, width * 0.011))).point(lambda value: round(value * 0.34))


def _in_light_of(person: Image.Image, layer: Image.Image) -> Image.Image:
    """The product with a little of the light and shade that falls on the person beneath it."""
    grey = np.asarray(person.convert("L").filter(ImageFilter.GaussianBlur(person.width * 0.03))).astype(np.float32)
    cover = np.asarray(layer.getchannel("A")) > 128
    if not cover.any():
        return layer
    gain = np.clip(1 + 0.22 * (grey - grey[cover].mean()) / 128, 0.85, 1.15)
    lit = np.asarray(layer.convert("RGB")).astype(np.float32) * gain[..., None]
    return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))


def _labelled(result: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[_IMAGE_DESCRIPTION] = LABEL
    exif[_SOFTWARE] = "Freshet"
    out = io.BytesIO()
    result.save(out, "WEBP", quality=90, method=3, exif=exif.tobytes())
    return out.getvalue()
