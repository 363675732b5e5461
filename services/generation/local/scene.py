"""A painted scene: something that can be looked at, at any moment."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from services.generation.local.canvas import Canvas, Floats, to_bytes


class Scene(Protocol):
    def at(self, seconds: float) -> Image.Image:
        """The scene in RGB at a moment; moment 0 is the still picture."""


Recipe = Callable[[Canvas], Scene]


@dataclass(frozen=True)
class Still:
    """A scene in which only the camera moves."""

    image: Image.Image

    def at(self, seconds: float) -> Image.Image:
        return self.image


def still(canvas: Canvas, image: Floats) -> Still:
    return Still(Image.fromarray(to_bytes(canvas, image)))


@dataclass(frozen=True)
class Strip:
    """A cut-out that drifts sideways and bobs: RGBA, wider than the canvas by twice `margin` pixels."""

    image: Image.Image
    top: int
    margin: int
    sway: float
    """Pixels to either side, at most `margin`."""
    period: float
    """Seconds from one end to the other and back."""
    phase: float
    bob: float = 0.0
    """Pixels up and down."""

    def at(self, seconds: float) -> tuple[Image.Image, int]:
        """The visible part and its top edge in whole pixels; fractions of a pixel go into the resampling."""
        width, height = self.image.width - 2 * self.margin, self.image.height
        if seconds == 0:
            return self.image.crop((self.margin, 0, self.margin + width, height)), self.top
        angle = 2 * math.pi * seconds / self.period + self.phase
        left = self.margin + self.sway * (math.sin(angle) - math.sin(self.phase))
        left = min(max(left, 0.0), 2.0 * self.margin)
        if not self.bob:
            box = (left, 0.0, left + width, float(height))
            return self.image.resize((width, height), Image.Resampling.BILINEAR, box=box), self.top
        down = self.bob * (math.cos(angle) - math.cos(self.phase))
        whole = math.floor(down)
        # Row i of the part shows row i + 1 - fraction of the cut-out, one row further down.
        start = 1 - (down - whole)
        box = (left, start, left + width, start + height - 1)
        part = self.image.resize((width, height - 1), Image.Resampling.BILINEAR, box=box)
        return part, self.top + whole + 1


@dataclass(frozen=True)
class Layered:
    """A still background with strips before it, the farthest first."""

    background: Image.Image
    strips: Sequence[Strip]

    def at(self, seconds: float) -> Image.Image:
        image = self.background.copy()
        for strip in self.strips:
            part, top = strip.at(seconds)
            image.paste(part, (0, top), part)
        return image
