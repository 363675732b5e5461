"""A city across the water at night, or its lights out of focus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.generation.local.canvas import Bytes, Canvas, Floats, lay, ramp, rgb, to_bytes
from services.generation.local.scene import Layered, Scene
from services.generation.local.scenes.skies import stars
from services.generation.local.scenes.water import Mirror

_NIGHTS = (
    rgb("#070a1c", "#15173d", "#40285e", "#a8526e", "#f2a477"),
    rgb("#050b18", "#0b1f3d", "#1d4a6e", "#5c91a8", "#d9d9bd"),
    rgb("#0b0618", "#23104a", "#5a1f7c", "#c03f97", "#ff9fb0"),
    rgb("#0a0d14", "#1b2430", "#3c4a58", "#8a8a86", "#e6c9a0"),
)
_WINDOWS = rgb("#ffd58a", "#ffe9bd", "#ffb866", "#bfe3ff")
_LIGHTS = (
    rgb("#ffb45a", "#ff7d4d", "#ffd98c", "#f45b69", "#8fd3ff"),
    rgb("#ff5fb2", "#7a6cff", "#36d7ff", "#ffd166", "#ff8b5f"),
    rgb("#8ff0c0", "#5ac8fa", "#e8f59a", "#3f8cff", "#ffe0a8"),
)


def city(canvas: Canvas) -> Scene:
    night = _NIGHTS[canvas.style(len(_NIGHTS))]
    shore = canvas.half[1] * canvas.uniform(0.36, 0.48)
    glow = np.clip((canvas.y + canvas.half[1]) / (shore + canvas.half[1]), 0, 1) ** 1.6
    sky = ramp(glow * 0.92 + 0.07 * (canvas.noise(1.6, 4) - 0.5), night)
    stars(canvas, sky, -canvas.half[1] * 0.35, 120)
    for row in range(3):
        _buildings(canvas, sky, night, shore, row / 2)
    return Mirror(Layered(Image.fromarray(to_bytes(canvas, sky)), []), canvas, shore, night[0])


def _buildings(canvas: Canvas, image: Floats, night: Floats, shore: float, near: float) -> None:
    """One row of towers from edge to edge; nearer rows are lower, darker and show their windows."""
    hx = canvas.half[0]
    left = -hx - 0.05
    body = ramp(0.50 - 0.40 * near, night)
    while left < hx:
        wide = canvas.uniform(0.045, 0.10) * (0.85 + 0.45 * near)
        middle = np.exp(-((left / (hx * 0.7)) ** 2))
        tall = (0.10 + 0.34 * canvas.rng.random() ** 1.6 * (0.45 + 0.75 * middle)) * (1.25 - 0.55 * near)
        _tower(canvas, image, (left, wide, shore - tall, shore), body, near)
        left += wide * canvas.uniform(0.9, 1.25)


def _tower(canvas: Canvas, image: Floats, box: tuple[float, float, float, float], body: Floats, near: float) -> None:
    left, wide, top, foot = box
    patch = canvas.patch(left + wide / 2, (top + foot) / 2, max(wide, foot - top) / 2 + 0.08)
    shape = canvas.pick(0, 4)
    lit, tint = canvas.uniform(0.12, 0.45), _WINDOWS[canvas.pick(0, len(_WINDOWS))]
    if patch is None:
        return
    x, y = patch.x + wide / 2, patch.y + (foot - top) / 2
    roof = np.zeros_like(x)
    if shape == 1:
        roof = np.where(np.abs(x - wide / 2) < wide * 0.28, -0.022, 0.0)
    elif shape == 2:
        roof = -np.clip(0.05 - np.abs(x - wide / 2) * 1.2, 0, 0.05)
    elif shape == 3:
        roof = np.where(np.abs(x - wide * 0.5) < 0.0016, -0.055, 0.0)
    side = np.minimum(x, wide - x)
    cover = canvas.edge(np.minimum(side, np.minimum(y - roof, foot - top - y)))
    height = np.clip(y / max(foot - top, 1e-3), 0, 1)
    colour = body * (1.06 - 0.20 * height - 0.12 * (x > wide * 0.62))[..., None]
    lay(patch.of(image), cover, colour)
    if near > 0.2:
        _windows(canvas, patch.of(image), x, y, (wide, foot - top), lit, tint * np.float32(0.55 + 0.45 * near))


def _windows(
    canvas: Canvas, image: Floats, x: Floats, y: Floats, size: tuple[float, float], lit: float, tint: Floats
) -> None:
    across, down = 0.0125, 0.0165
    column, row = np.floor(x / across), np.floor((y - 0.012) / down)
    place = (column % 64).astype(np.int32), (row % 64).astype(np.int32)
    chosen = canvas.rng.random((64, 64), dtype=np.float32)[place[1], place[0]]
    fx, fy = x / across - column, (y - 0.012) / down - row
    pane = np.minimum(0.27 - np.abs(fx - 0.5), (0.27 - np.abs(fy - 0.5)) * down / across) * across
    inside = (x > 0.008) & (x < size[0] - 0.008) & (y > 0.014) & (y < size[1] - 0.02)
    cover = canvas.edge(pane, 1.2) * inside * (chosen < lit) * (0.45 + 0.55 * chosen / lit)
    lay(image, cover, tint)


def bokeh(canvas: Canvas) -> Scene:
    """Discs of light in three depths that breathe against each other."""
    lights = _LIGHTS[canvas.style(len(_LIGHTS))]
    night = _NIGHTS[canvas.style(len(_NIGHTS))]
    base = ramp(0.05 + 0.20 * np.exp(-(((canvas.y - 0.05) / 0.28) ** 2)) + np.zeros_like(canvas.x), night)
    layers = [_discs(canvas, lights, depth) for depth in range(3)]
    return Bokeh(to_bytes(canvas, base), layers, canvas.uniform(0, 6.28))


def _discs(canvas: Canvas, lights: Floats, depth: int) -> Bytes:
    hx, hy = canvas.half
    image = canvas.flat(rgb("#000000")[0])
    count = int((64, 34, 13)[depth] * 2 * hx)
    for _ in range(count):
        radius = canvas.uniform(0.6, 1.25) * (0.022, 0.052, 0.098)[depth]
        at = canvas.uniform(-1, 1) * hx, float(np.clip(canvas.rng.normal(0.04, 0.20), -1, 1)) * hy * 1.5
        patch = canvas.patch(*at, radius * 1.2)
        tint, power = lights[canvas.pick(0, len(lights))], canvas.uniform(0.16, 0.55) * (1.0, 0.8, 0.5)[depth]
        if patch is None:
            continue
        away = np.hypot(patch.x, patch.y)
        disc = canvas.edge(radius - away, 2.0 + 5 * depth)
        rim = 0.72 + 0.28 * np.clip(1 - np.abs(away - radius * 0.93) / (radius * 0.09), 0, 1)
        patch.of(image)[...] += tint * (disc * rim * np.float32(power))[..., None]
    return np.clip(image, 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Bokeh:
    base: Bytes
    layers: list[Bytes]
    phase: float

    def at(self, seconds: float) -> Image.Image:
        rest = 255 - self.base.astype(np.uint16)
        for depth, layer in enumerate(self.layers):
            beat = 0.84 + 0.16 * np.sin(seconds * (1.1 + 0.4 * depth) + self.phase + 2.1 * depth)
            share = int(256 * (beat if seconds else 1.0))
            rest = rest * (65280 - layer.astype(np.uint32) * share) // 65280
        return Image.fromarray((255 - rest).astype(np.uint8))
