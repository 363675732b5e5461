"""Cut-paper waves under a disc of a sun, rolling against each other."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from services.generation.local.canvas import Canvas, Floats, lay, ramp, rgb, to_bytes
from services.generation.local.scene import Layered, Scene, Strip
from services.generation.local.scenes.strips import strip

_WAVES = 9
_SUNS = rgb("#f0603f", "#f7b23b", "#f6e7c8", "#e8486b")


def sea(canvas: Canvas) -> Scene:
    background = Image.fromarray(to_bytes(canvas, _sky(canvas)))
    return Layered(background, [_wave(canvas, k) for k in range(_WAVES)])


def _sky(canvas: Canvas) -> Floats:
    tone = 0.66 + 0.30 * canvas.down + 0.05 * (canvas.noise(1.2, 3) - 0.5)
    image = ramp(tone, canvas.palette)
    hx, hy = canvas.half
    sx, sy = canvas.uniform(-0.55, 0.55) * hx, -hy + canvas.uniform(0.2, 0.34)
    radius = canvas.uniform(0.075, 0.12)
    away = np.hypot(canvas.x - sx, canvas.y - sy)
    sun = _SUNS[canvas.pick(0, len(_SUNS))]
    if not canvas.shows("sun"):
        return image
    for ring in (2.6, 1.8):
        lay(image, 0.12 * canvas.edge(radius * ring - away), sun)
    lay(image, canvas.edge(radius - away), sun)
    return image


def _wave(canvas: Canvas, k: int) -> Strip:
    """The k-th wave from the horizon: larger and darker towards the front, with foam and lines below its crest."""
    near = k / (_WAVES - 1)
    base = _base(canvas, k)
    tall = 0.022 + 0.05 * near
    length = 0.15 + 0.22 * near
    phase = canvas.uniform(0, 1)
    lean = canvas.uniform(0.25, 0.4) * (1 if canvas.rng.random() < 0.5 else -1)
    body = ramp(0.70 - 0.58 * near, canvas.palette)
    foam = canvas.palette[-1] * 0.35 + 255 * 0.65
    swell = canvas.uniform(0, 6.28)

    def paint(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        place = x / np.float32(length) + np.float32(phase)
        place = place + np.float32(lean * 0.35) * np.sin(place * np.float32(6.283))
        crest = np.abs(np.mod(place, 1) * 2 - 1) ** np.float32(1.75)
        line = base - tall * crest - 0.3 * tall * np.sin(x * np.float32(5.1) + np.float32(swell))
        below = y - line
        colour = np.broadcast_to(body, (*below.shape, 3)) * (1 - 0.22 * np.clip(below / 0.25, 0, 1)[..., None])
        echo = tall * 0.34
        lines = np.zeros_like(below)
        for n in range(1, 4):
            off = np.abs(below - np.float32(echo * n))
            lines = np.maximum(
                lines, canvas.edge(np.float32(0.0011 + 0.0006 * near) - off) * np.float32(0.5 - 0.12 * n)
            )
        edge = canvas.edge(np.float32(0.0028 + 0.0022 * near) - np.abs(below - np.float32(0.002)))
        colour = colour + (foam - colour) * np.maximum(lines, edge * 0.92)[..., None]
        return colour, canvas.edge(below)

    top, bottom = base - tall * 1.6 - 0.02, None if k == _WAVES - 1 else _base(canvas, k + 1) + 0.04
    sway = canvas.uniform(0.02, 0.05) * (0.4 + near)
    return strip(canvas, paint, top=top, bottom=bottom, sway=sway, bob=0.006, period=5 + 3 * near)


def _base(canvas: Canvas, k: int) -> float:
    hy = canvas.half[1]
    return -hy + (0.37 + 0.585 * math.pow(k / (_WAVES - 1), 0.92)) * 2 * hy
