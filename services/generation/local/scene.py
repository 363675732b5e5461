"""A painted scene: something that can be looked at, at any moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from services.generation.local.canvas import Bytes, Canvas, Floats, to_bytes


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
class Living:
    """A scene that is computed anew for every moment."""

    paint: Callable[[float], Bytes]

    def at(self, seconds: float) -> Image.Image:
        return Image.fromarray(self.paint(seconds))


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
        """The visible part and its top edge, in whole pixels; fractions go into the resampling."""
        angle = 2 * np.pi * seconds / self.period + self.phase
        left = self.margin + self.sway * (np.sin(angle) - np.sin(self.phase))
        left = float(np.clip(left, 0, 2 * self.margin))
        down = self.bob * float(np.cos(angle) - np.cos(self.phase))
        whole = int(np.floor(down))
        width, height = self.image.width - 2 * self.margin, self.image.height
        if seconds == 0:
            return self.image.crop((self.margin, 0, self.margin + width, height)), self.top
        box = (left, 0.0, left + width, float(height))
        return self.image.resize((width, height), Image.Resampling.BILINEAR, box=box), self.top + whole


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
