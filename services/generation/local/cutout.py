"""A product without its background, where that is plain enough to be told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from services.generation.local.canvas import Floats

_SIDE = 320
"""Long side of the copy on which background and product are told apart."""
_BORDER = 0.02
"""Share of each side that counts as border."""
_PLAIN = 10.0
"""Root mean square of the border about a smooth surface, in 8-bit steps, up to which a background is plain."""
_NEAR, _FAR = 14.0, 34.0
"""Colour distances from the background: nearer is background, farther is product, between is a soft edge."""
_FEATHER = 0.05

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cutout:
    """A product in RGBA, cropped to what shows."""

    image: Image.Image
    background_removed: bool


def cut_out(product: Image.Image) -> Cutout:
    """The product by its own transparency, by its plain background, or else whole with feathered edges."""
    if product.mode == "RGBA" and np.asarray(product.getchannel("A")).min() < 250:
        return Cutout(_cropped(product), True)
    solid = product.convert("RGB")
    alpha = _alpha_by_background(solid)
    removed = alpha is not None
    solid.putalpha(alpha if alpha is not None else _feathered(solid.size))
    return Cutout(_cropped(solid), removed)


def _alpha_by_background(picture: Image.Image) -> Image.Image | None:
    """Opacity, or None when the background is busy or nothing would remain."""
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small).astype(np.float32)
    background, spread = _background(pixels)
    if spread > _PLAIN:
        return None
    distance = np.sqrt(((pixels - background) ** 2).sum(axis=2))
    outside = _reached_from_border(distance < (_NEAR + _FAR) / 2)
    kept = 1 - outside.mean()
    if not 0.02 < kept < 0.97:
        return None
    return _refined(picture, background, outside)


def _background(pixels: Floats) -> tuple[Floats, float]:
    """A quadratic surface through the border's colours, shape of `pixels`, and how far the border strays from it."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    rim = max(1, int(_BORDER * min(height, width)))
    border = np.ones((height, width), bool)
    border[rim:-rim, rim:-rim] = False
    keep = border.copy()
    factors = np.zeros((6, 3))
    spread = 0.0
    for _ in range(3):
        factors = np.linalg.lstsq(terms[keep], pixels[keep], rcond=None)[0]
        off = np.sqrt((((terms @ factors) - pixels) ** 2).mean(axis=2))
        spread = float(np.sqrt((off[keep] ** 2).mean()))
        # A product may touch the border here and there: leave the worst out and fit again, but never half of it.
        keep = border & (off <= max(np.quantile(off[border], 0.75), 2.0))
    return (terms @ factors).astype(np.float32), spread


def _reached_from_border(open_ground: Mask) -> Mask:
    """The part of `open_ground` that is connected to the border (4-neighbours)."""
    reached = np.zeros_like(open_ground)
    reached[[0, -1]], reached[:, [0, -1]] = open_ground[[0, -1]], open_ground[:, [0, -1]]
    count = -1
    while count != (count := int(reached.sum())):
        for _ in range(8):
            spread = reached.copy()
            spread[1:] |= reached[:-1]
            spread[:-1] |= reached[1:]
            spread[:, 1:] |= reached[:, :-1]
            spread[:, :-1] |= reached[:, 1:]
            reached = spread & open_ground
    return reached


def _refined(picture: Image.Image, background: Floats, outside: Mask) -> Image.Image:
    """Full-size opacity: the coarse shape, with edges drawn by the colours themselves."""
    width, height = picture.size
    surface = np.stack(
        [
            np.asarray(Image.fromarray(background[..., band]).resize((width, height), Image.Resampling.BICUBIC))
            for band in range(3)
        ],
        axis=-1,
    )
    distance = np.sqrt(((np.asarray(picture).astype(np.float32) - surface) ** 2).sum(axis=2))
    by_colour = np.clip((distance - _NEAR) / (_FAR - _NEAR), 0, 1)
    coarse = Image.fromarray((~outside * 255).astype(np.uint8))
    # One coarse pixel wider or narrower: within that band the colours decide, beyond it the shape does.
    inner, outer = (
        np.asarray(coarse.filter(filter_).resize((width, height), Image.Resampling.BICUBIC)).astype(np.float32) / 255
        for filter_ in (ImageFilter.MinFilter(5), ImageFilter.MaxFilter(3))
    )
    alpha = np.maximum(inner, np.minimum(outer, by_colour))
    return Image.fromarray((np.clip(alpha, 0, 1) * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))


def _feathered(size: tuple[int, int]) -> Image.Image:
    """Opacity of a whole rectangle that fades at its edges."""
    width, height = size
    soft = _FEATHER * min(size)
    x = np.minimum(np.arange(width), np.arange(width)[::-1]) / soft
    y = np.minimum(np.arange(height), np.arange(height)[::-1]) / soft
    edge = np.clip(x, 0, 1)[None] * np.clip(y, 0, 1)[:, None]
    return Image.fromarray((edge * edge * (3 - 2 * edge) * 255).astype(np.uint8))


def _cropped(image: Image.Image) -> Image.Image:
    box = image.getchannel("A").point(lambda value: 255 if value > 16 else 0).getbbox()
    return image.crop(box) if box else image
