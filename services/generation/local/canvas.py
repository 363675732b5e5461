"""What a scene paints on: a size, a stream of chance, a palette, and the few operations all scenes share.

Pixels are float32 in 0…255, shape (height, width, 3). Distances are in units of the shorter side, so a scene keeps
its proportions in every aspect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Floats = npt.NDArray[np.floating[Any]]
Bytes = npt.NDArray[np.uint8]


def chance(*parts: object) -> np.random.Generator:
    """A stream of random numbers that depends on `parts` alone, the same on every machine and in every process."""
    text = "\0".join(str(part) for part in parts)
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def rgb(*codes: str) -> Floats:
    """Colours from hex codes, shape (n, 3)."""
    return np.array([[int(code[i : i + 2], 16) for i in (1, 3, 5)] for code in codes], np.float32)


@dataclass(frozen=True)
class Canvas:
    """One picture to be. `palette` runs from dark to light, shape (n, 3)."""

    width: int
    height: int
    rng: np.random.Generator
    palette: Floats
    words: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    """Words for what is to be left out."""
    turn: int = 0
    """Counts on from picture to picture, so that neighbours choose different looks."""
    lower: float = 0.0
    """Units by which the origin lies below the middle."""
    grain: float = 2.0
    """Standard deviation of the film grain that hides banding; 0 for video, where it would only cost bits."""

    @property
    def unit(self) -> int:
        """Pixels on the shorter side: the length 1."""
        return min(self.width, self.height)

    @cached_property
    def x(self) -> Floats:
        """Distance to the right of the centre, shape (1, width)."""
        return ((np.arange(self.width, dtype=np.float32) + 0.5 - self.width / 2) / self.unit)[None]

    @cached_property
    def y(self) -> Floats:
        """Distance below the origin, shape (height, 1)."""
        centred = (np.arange(self.height, dtype=np.float32) + 0.5 - self.height / 2) / self.unit
        return (centred - self.lower)[:, None]

    @cached_property
    def down(self) -> Floats:
        """0 at the top edge to 1 at the bottom, shape (height, 1)."""
        return np.linspace(0, 1, self.height, dtype=np.float32)[:, None]

    @property
    def half(self) -> tuple[float, float]:
        """Distance from the centre to the right and to the bottom edge."""
        return self.width / self.unit / 2, self.height / self.unit / 2

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def pick(self, low: int, high: int) -> int:
        """A whole number from `low` up to and without `high`."""
        return int(self.rng.integers(low, high))

    def style(self, count: int) -> int:
        """Which of `count` looks this picture has; its neighbours have others."""
        return self.turn % count

    def has(self, *words: str) -> bool:
        """Whether the prompt holds any of `words`."""
        return not self.words.isdisjoint(words)

    def shows(self, thing: str) -> bool:
        """Whether a thing, in the singular, may be there that scenes have of their own accord."""
        return thing not in self.without

    def noise(self, scale: float, octaves: int = 4, size: tuple[int, int] | None = None) -> Floats:
        """Smooth value noise in 0…1 with about `scale` bumps per unit; each octave doubles it at half the height."""
        width, height = size or (self.width, self.height)
        total = np.zeros((height, width), np.float32)
        weight = 0.0
        for octave in range(octaves):
            cells = scale * 2**octave
            columns, rows = (max(2, int(cells * side / self.unit) + 3) for side in (self.width, self.height))
            grid = Image.fromarray(self.rng.random((rows, columns), dtype=np.float32))
            box = (1.0, 1.0, 1 + max(0.5, columns - 2.5), 1 + max(0.5, rows - 2.5))
            total += np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC, box=box)) * 0.5**octave
            weight += 0.5**octave
        total /= weight
        return total

    def edge(self, distance: Floats, softness: float = 1.5) -> Floats:
        """Coverage from a signed distance in units (positive inside), antialiased over `softness` pixels."""
        cover: Floats = np.clip(distance * np.float32(self.unit / softness) + 0.5, 0, 1)
        return cover

    def flat(self, colour: Floats) -> Floats:
        """The whole canvas in one colour."""
        return np.broadcast_to(np.asarray(colour, np.float32), (self.height, self.width, 3)).copy()

    def patch(self, cx: float, cy: float, radius: float) -> Patch | None:
        """The part of the canvas within `radius` of a point, or None where that is off the canvas."""
        left = int((cx - radius) * self.unit + self.width / 2)
        top = int((cy + self.lower - radius) * self.unit + self.height / 2)
        side = int(2 * radius * self.unit) + 2
        x0, x1 = max(0, left), min(self.width, left + side)
        y0, y1 = max(0, top), min(self.height, top + side)
        if x0 >= x1 or y0 >= y1:
            return None
        return Patch(slice(y0, y1), slice(x0, x1), self.x[:, x0:x1] - cx, self.y[y0:y1] - cy)


@dataclass(frozen=True)
class Patch:
    """A window of a canvas with its own centre: `x` (1, w) and `y` (h, 1) in units from there."""

    rows: slice
    columns: slice
    x: Floats
    y: Floats

    def turned(self, angle: float) -> tuple[Floats, Floats]:
        """Coordinates along and across a direction, `angle` in radians clockwise from the right."""
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        return self.x * cos + self.y * sin, self.y * cos - self.x * sin

    def of(self, image: Floats) -> Floats:
        """A view of the window's pixels."""
        view: Floats = image[self.rows, self.columns]
        return view


def ramp(t: Floats | float, palette: Floats) -> Floats:
    """Colours along a palette, evenly spaced stops, `t` in 0…1 (clipped); shape t.shape + (3,)."""
    place = np.clip(np.asarray(t, np.float32), 0, 1) * np.float32(len(palette) - 1)
    table = np.linspace(0, len(palette) - 1, 1024, dtype=np.float32)
    low = np.minimum(table.astype(np.int32), len(palette) - 2)
    colours = palette[low] + (palette[low + 1] - palette[low]) * (table - low)[:, None]
    painted: Floats = colours[(place * np.float32(1023 / (len(palette) - 1))).astype(np.int32)]
    return painted


def lay(image: Floats, mask: Floats, colour: Floats) -> None:
    """Paint `colour` over `image` in place, as far as `mask` (0…1, broadcast to the image) covers."""
    image += (np.asarray(colour, np.float32) - image) * mask[..., None]


def shade(image: Floats, mask: Floats, strength: float) -> None:
    """Darken `image` in place where `mask` covers: a shadow."""
    image *= (1 - np.float32(strength) * mask)[..., None]


def blur(plane: Floats, radius: float) -> Floats:
    """Gaussian blur of a plane in 0…1, `radius` in pixels; done at a lower size when that cannot be seen."""
    height, width = plane.shape
    factor = max(1, int(radius / 3))
    small = Image.fromarray((np.clip(plane, 0, 1) * 255).astype(np.uint8))
    if factor > 1:
        small = small.resize((max(1, width // factor), max(1, height // factor)), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(radius / factor)).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(soft).astype(np.float32) / 255


def relief(surface: Floats, depth: float, light: Sequence[float] = (-0.55, -0.55, 0.63)) -> Floats:
    """Brightness 0…1 of a height field lit from the upper left. `depth` scales heights against pixels."""
    dy, dx = np.gradient(surface * np.float32(depth))
    length = np.sqrt(dx * dx + dy * dy + 1)
    lx, ly, lz = np.asarray(light, np.float32) / np.float32(np.linalg.norm(light))
    lit: Floats = np.clip((-dx * lx - dy * ly + lz) / length, 0, 1).astype(np.float32)
    return lit


def vignette(canvas: Canvas, strength: float = 0.35) -> Floats:
    """A factor that darkens the corners, shape (height, width, 1)."""
    hx, hy = canvas.half
    away = (canvas.x / hx) ** 2 + (canvas.y / hy) ** 2
    factor: Floats = (1 - np.float32(strength) * np.clip((away - 0.3) / 1.7, 0, 1) ** 1.3)[..., None]
    return factor


def to_bytes(canvas: Canvas, image: Floats) -> Bytes:
    """8-bit pixels, with grain where the canvas asks for it."""
    if canvas.grain:
        grain = canvas.rng.standard_normal((canvas.height, canvas.width, 1), dtype=np.float32)
        image = image + grain * np.float32(canvas.grain)
    return np.clip(image, 0, 255).astype(np.uint8)
