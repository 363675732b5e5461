"""What can be measured in a picture: sharpness, exposure, contrast, colours, shape. Not what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.generation.local.canvas import Floats, rgb
from services.generation.local.pictures import flattened, opened

SIDE = 1024
"""Pixels on the long side at which it is measured: sharpness depends on it."""
DARK, BRIGHT = 12, 243
"""Brightness, 0 to 255, below and above which hardly anything can be told apart."""
_COLOURS = {
    "black": "#101012", "dark grey": "#4a4a4c", "grey": "#8c8c8e", "light grey": "#c6c6c8", "white": "#f6f6f4",
    "red": "#c62b2b", "dark red": "#6e1a1e", "orange": "#e58a2e", "brown": "#7a4b2a", "sand": "#d8bd94",
    "yellow": "#ead24a", "olive": "#78803a", "green": "#3f9a4a", "dark green": "#1d4a30", "teal": "#2a8a8c",
    "light blue": "#93c4e0", "blue": "#3467c4", "dark blue": "#172a5c", "violet": "#7a4bb0", "pink": "#e29ab4",
}  # fmt: skip
_MOST = 6
"""Colours that a picture is reduced to."""


@dataclass(frozen=True)
class Measures:
    width: int
    height: int
    """In pixels, as displayed."""
    sharpness: float
    """Variance of the Laplacian of brightness, 0 to 255, at SIDE: below about 40 there are no fine edges."""
    brightness: float
    """Mean, 0 to 1."""
    dark: float
    bright: float
    """Shares of the picture, 0 to 1, that are nearly black and nearly white."""
    contrast: float
    """From the 5th to the 95th percentile of brightness, 0 to 1."""
    colours: tuple[tuple[str, float], ...]
    """Names and shares, 0 to 1, the largest first."""


def measure(data: bytes, report: Callable[[int], None]) -> Measures:
    """Raises BadInput on "picture" for bytes that are none."""
    picture = flattened(opened(data, "picture"))
    width, height = picture.size
    report(30)
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    grey = np.asarray(picture.convert("L"), np.float32)
    low, high = np.percentile(grey, (5, 95))
    report(60)
    measures = Measures(
        width,
        height,
        sharpness=_sharpness(grey),
        brightness=float(grey.mean()) / 255,
        dark=float((grey < DARK).mean()),
        bright=float((grey > BRIGHT).mean()),
        contrast=float(high - low) / 255,
        colours=_colours(picture),
    )
    report(100)
    return measures


def _sharpness(grey: Floats) -> float:
    if min(grey.shape) < 3:
        return 0.0
    inner = grey[1:-1, 1:-1]
    edges = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    return float(edges.var())


def _colours(picture: Image.Image) -> tuple[tuple[str, float], ...]:
    small = picture.copy()
    small.thumbnail((128, 128))
    reduced = small.quantize(_MOST, Image.Quantize.MEDIANCUT).convert("RGB")
    counted = reduced.getcolors(128 * 128) or []
    shares: dict[str, float] = {}
    for count, colour in counted:
        name = _name(np.array(colour, np.float32))
        shares[name] = shares.get(name, 0.0) + count / (small.width * small.height)
    return tuple(sorted(shares.items(), key=lambda one: -one[1]))


_CODES = rgb(*_COLOURS.values())
_NAMES = tuple(_COLOURS)


def _name(colour: Floats) -> str:
    return _NAMES[int(((_CODES - colour) ** 2).sum(axis=1).argmin())]
