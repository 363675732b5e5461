"""Smooth shapes through a few points, for figures that no formula describes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from services.generation.local.canvas import Canvas, Floats

Points = Sequence[tuple[float, float]]
_FINER = 2


def points(text: str) -> list[tuple[float, float]]:
    """Points from "x,y x,y …", as in the paths of SVG."""
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


def filled(canvas: Canvas, outline: Points, *, smooth: bool = True) -> Floats:
    """Coverage (height, width) of the closed `outline` (units from the centre)."""
    corners = np.array(outline, np.float64)
    image = Image.new("L", (canvas.width * _FINER, canvas.height * _FINER))
    ImageDraw.Draw(image).polygon(_pixels(canvas, _spline(corners, closed=True) if smooth else corners), fill=255)
    return _reduced(canvas, image)


def stroked(canvas: Canvas, path: Points, width: float) -> Floats:
    """Coverage of a line of `width` units through the points of `path`."""
    image = Image.new("L", (canvas.width * _FINER, canvas.height * _FINER))
    line = _pixels(canvas, _spline(np.array(path, np.float64), closed=False))
    ImageDraw.Draw(image).line(line, fill=255, width=max(1, round(width * canvas.unit * _FINER)), joint="curve")
    return _reduced(canvas, image)


def mirrored(half: Points) -> list[tuple[float, float]]:
    """A shape from its right half, given from top to bottom: the left half follows, from bottom to top."""
    return [*half, *((-x, y) for x, y in reversed(half) if x != 0)]


def _spline(knots: Floats, *, closed: bool, fine: int = 16) -> Floats:
    """A uniform Catmull-Rom curve through the knots, shape (m, 2)."""
    before, after = (knots[-1:], knots[:2]) if closed else (knots[:1], knots[-1:])
    padded = np.concatenate([before, knots, after])
    p0, p1, p2, p3 = padded[:-3, None], padded[1:-2, None], padded[2:-1, None], padded[3:, None]
    t = np.linspace(0, 1, fine, endpoint=False)[None, :, None]
    curve = 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * (p1 - p2) + p3 - p0) * t**3)
    flat: Floats = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, knots[-1:]])


def _pixels(canvas: Canvas, outline: Floats) -> list[tuple[float, float]]:
    scaled = (outline * canvas.unit + [canvas.width / 2, canvas.height / 2 + canvas.lower * canvas.unit]) * _FINER
    return [(float(x), float(y)) for x, y in scaled]


def _reduced(canvas: Canvas, image: Image.Image) -> Floats:
    small = image.resize((canvas.width, canvas.height), Image.Resampling.BOX)
    return np.asarray(small).astype(np.float32) / 255
