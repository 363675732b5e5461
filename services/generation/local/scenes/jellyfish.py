"""Jellyfish glowing in deep water, rising and sinking with their own beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops

from services.generation.local.canvas import Canvas, Floats, lay, ramp, rgb, to_bytes, vignette
from services.generation.local.scene import Scene

_DEEPS = (
    rgb("#0d4a70", "#083050", "#051c36", "#020a17"),
    rgb("#2a2a72", "#1a1a52", "#0f1034", "#060617"),
    rgb("#0c5a5c", "#073f45", "#04272f", "#021116"),
)
_GLOWS = (
    rgb("#7fe9ff", "#c9a4ff", "#6fb6ff", "#ff9fd6"),
    rgb("#ff9ecb", "#ffcf9a", "#b59bff", "#8fe3ff"),
    rgb("#8dffd8", "#d7ff9c", "#6fdcff", "#ffd98a"),
)


def jellyfish(canvas: Canvas) -> Scene:
    water = ramp(canvas.down + 0.06 * (canvas.noise(1.2, 3) - 0.5), _DEEPS[canvas.pick(0, len(_DEEPS))])
    rays = np.exp(-canvas.down * 2.6) * (0.5 + 0.5 * np.sin(canvas.x * 17 + 2.4 * np.sin(canvas.x * 7) - canvas.y * 3))
    lay(water, 0.30 * rays * (0.5 + 0.5 * np.sin(canvas.x * 8 + 2)), rgb("#8fd6ee")[0])
    hx, hy = canvas.half
    for _ in range(int(150 * 4 * hx * hy)):
        size, power = canvas.uniform(0.0008, 0.003), canvas.uniform(0.1, 0.5)
        spot = canvas.patch(canvas.uniform(-hx, hx), canvas.uniform(-hy, hy), size * 3)
        if spot is not None:
            lay(spot.of(water), power * np.exp(-((spot.x / size) ** 2 + (spot.y / size) ** 2)), rgb("#cfefff")[0])
    glows = _GLOWS[canvas.style(len(_GLOWS))]
    sea = Image.fromarray(to_bytes(canvas, water * vignette(canvas, 0.3)))
    return Sea(sea, canvas, [Jelly.born(canvas, n, glows[n % len(glows)]) for n in range(6 if hx > 0.6 else 5)])


@dataclass(frozen=True)
class Jelly:
    x: float
    y: float
    radius: float
    colour: Floats
    phase: float
    arms: tuple[tuple[float, float, float], ...]
    """Where each hangs (-1…1 of the bell), its length in radii and its phase."""

    @classmethod
    def born(cls, canvas: Canvas, n: int, colour: Floats) -> Jelly:
        hx, hy = canvas.half
        columns = (-0.5, 0.46, 0.02, 0.78, -0.80, 0.30)
        rows = (-0.30, 0.06, -0.62, -0.58, 0.22, 0.50)
        size = (0.150, 0.112, 0.066, 0.050, 0.056, 0.042)[n] * canvas.uniform(0.9, 1.15)
        arms = tuple((-0.8 + 1.6 * k / 12, canvas.uniform(1.5, 3.0), canvas.uniform(0, 6.28)) for k in range(13))
        x, y = columns[n] * hx + canvas.uniform(-0.12, 0.12), rows[n] * hy + canvas.uniform(-0.12, 0.12)
        return cls(x, y, size, colour, canvas.uniform(0, 6.28), arms)

    def light(self, x: Floats, y: Floats, seconds: float) -> Floats:
        """Brightness at points in radii from the bell's middle."""
        beat = np.sin(seconds * 2.4 + self.phase)
        wide, tall = 1 + 0.07 * beat, 1.25 + 0.12 * beat
        bx, by = x / np.float32(wide), y * np.float32(tall)
        away = np.hypot(bx, by)
        hem = 0.34 + 0.055 * np.cos(bx * 15)
        above = np.clip((hem - y) * 14, 0, 1)
        body = np.clip((1 - away) * 9, 0, 1) * above
        ribs = 0.5 + 0.5 * np.cos(np.arctan2(bx, 1.3 - by) * 20)
        dome = body * (0.20 + 0.30 * np.clip(-by, 0, 1) + 0.20 * ribs * np.clip(by + 0.7, 0, 1))
        rim = np.exp(-(((away - 0.93) / 0.10) ** 2)) * above * 0.8
        lip = np.exp(-(((y - hem) / 0.05) ** 2)) * np.clip((1 - np.abs(bx)) * 9, 0, 1) * 0.55
        glow: Floats = dome + rim + lip + self._trailing(x, y, seconds) + 0.20 * np.exp(-(x * x + y * y) / 2.6)
        return glow

    def _trailing(self, x: Floats, y: Floats, seconds: float) -> Floats:
        total = np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
        rows, columns = y[:, 0] > 0.2, np.abs(x[0]) < 1.25
        x, y = x[:, columns], y[rows]
        below = np.clip(y - 0.2, 0, 4) ** 0.7
        arms = np.zeros((y.shape[0], x.shape[1]), np.float32)
        for place, length, phase in self.arms:
            line = place * (1.02 - 0.09 * y) + 0.11 * below * np.sin(y * 2.4 + np.float32(phase - seconds * 1.6))
            fade = np.clip((y - 0.25) * 9, 0, 1) * np.clip((length - y) / length, 0, 1)
            arms += np.exp(-(((x - line) * 44) ** 2)) * fade * np.float32(0.62)
        total[np.ix_(rows, columns)] = arms
        return total


@dataclass(frozen=True)
class Sea:
    water: Image.Image
    canvas: Canvas
    jellies: list[Jelly]

    def at(self, seconds: float) -> Image.Image:
        canvas = self.canvas
        coarse = 3 if canvas.grain == 0 else 2  # what glows is soft; a clip has to be quick
        glow = np.zeros((-(-canvas.height // coarse), -(-canvas.width // coarse), 3), np.float32)
        for jelly in self.jellies:
            rise = 0.02 * (np.sin(seconds * 2.4 + jelly.phase - 0.8) - np.sin(jelly.phase - 0.8)) - 0.006 * seconds
            patch = canvas.patch(jelly.x, jelly.y + rise, jelly.radius * 3.3)
            if patch is None:
                continue
            rows, columns = _every(patch.rows, coarse), _every(patch.columns, coarse)
            x, y = canvas.x[:, ::coarse][:, columns] - jelly.x, canvas.y[::coarse][rows] - jelly.y - rise
            light = jelly.light(x / np.float32(jelly.radius), y / np.float32(jelly.radius), seconds)
            glow[rows, columns] += light[..., None] * jelly.colour
        small = Image.fromarray(np.clip(glow, 0, 255).astype(np.uint8))
        return ImageChops.screen(self.water, small.resize(self.water.size, Image.Resampling.BICUBIC))


def _every(part: slice, step: int) -> slice:
    return slice(-(-int(part.start) // step), -(-int(part.stop) // step))
