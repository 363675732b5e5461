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
_BARE = 0.8
"""Share of the border that surely shows nothing but background."""
_PLAIN = 4.5
"""Root mean square of the border about a smooth surface, in 8-bit steps, up to which a background is plain."""
_NEAR, _FAR = 14.0, 34.0
"""Colour distances from the background: nearer is background, farther is product, between is a soft edge."""
_SHADE = 0.72
"""A background in shadow is as dark as this share of itself, and keeps its hue."""
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
    lifted = _lifted(solid)
    if lifted is not None:
        return Cutout(_cropped(lifted), True)
    solid.putalpha(_feathered(solid.size))
    return Cutout(_cropped(solid), False)


def _lifted(picture: Image.Image) -> Image.Image | None:
    """The product in RGBA, or None when the background is busy or nothing would remain."""
    small = picture.copy()
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small).astype(np.float32)
    background, spread = _background(pixels)
    if spread > _PLAIN:
        return None
    outside = _reached_from_border(_difference(pixels, background) < (_NEAR + _FAR) / 2)
    if not 0.02 < 1 - outside.mean() < 0.97:
        return None
    surface = np.stack([_enlarged(background[..., band], picture.size) for band in range(3)], axis=-1)
    return _coloured(np.asarray(picture).astype(np.float32), surface, outside)


def _background(pixels: Floats) -> tuple[Floats, float]:
    """A quadratic surface through the border's colours, shape of `pixels`, and how far the border strays from it."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)
    rim = max(1, int(_BORDER * min(height, width)))
    border = np.ones((height, width), bool)
    border[rim:-rim, rim:-rim] = False
    factors = np.linalg.lstsq(terms[border], pixels[border], rcond=None)[0]
    off = np.sqrt((((terms @ factors) - pixels) ** 2).mean(axis=2))
    # A product may touch the border here and there: leave the worst out and fit again.
    keep = border & (off <= np.quantile(off[border], _BARE))
    factors = np.linalg.lstsq(terms[keep], pixels[keep], rcond=None)[0]
    off = np.sqrt((((terms @ factors) - pixels) ** 2).mean(axis=2))
    return (terms @ factors).astype(np.float32), float(np.sqrt((off[keep] ** 2).mean()))


def _difference(pixels: Floats, background: Floats) -> Floats:
    """Colour distance of each pixel from the background there, lit or in shadow."""
    share = (pixels * background).sum(axis=2) / np.maximum((background * background).sum(axis=2), 1)
    nearest = background * np.clip(share, _SHADE, 1.0)[..., None]
    distance: Floats = np.sqrt(((pixels - nearest) ** 2).sum(axis=2))
    return distance


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


def _coloured(pixels: Floats, surface: Floats, outside: Mask) -> Image.Image:
    """Full-size RGBA: the coarse shape, with edges drawn by the colours themselves and freed of the background's."""
    size = pixels.shape[1], pixels.shape[0]
    by_colour = np.clip((_difference(pixels, surface) - _NEAR) / (_FAR - _NEAR), 0, 1)
    coarse = Image.fromarray((~outside * 255).astype(np.uint8))
    # Within about a coarse pixel of the edge the colours decide, beyond it the shape does.
    inner, outer = (
        _enlarged(np.asarray(coarse.filter(grown)).astype(np.float32) / 255, size)
        for grown in (ImageFilter.MinFilter(5), ImageFilter.MaxFilter(3))
    )
    alpha = np.clip(np.maximum(inner, np.minimum(outer, by_colour)), 0, 1)
    soft = Image.fromarray((alpha * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
    share = np.asarray(soft).astype(np.float32)[..., None] / 255
    # An edge pixel is a mixture: take the background's part out, or it shines around the product.
    own = np.where(share > 0.05, (pixels - surface * (1 - share)) / np.maximum(share, 0.05), pixels)
    return Image.fromarray(np.clip(np.dstack([own, share * 255]), 0, 255).astype(np.uint8))


def _enlarged(plane: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(Image.fromarray(plane.astype(np.float32)).resize(size, Image.Resampling.BICUBIC))


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
