"""Arches within arches, opening on the sea or a plain."""

from __future__ import annotations

import numpy as np

from services.generation.local.canvas import Canvas, Floats, blur, lay, rgb, shade
from services.generation.local.scene import Scene, still

_WALLS = (
    (rgb("#e8a98a", "#b5553c"), rgb("#f9d9b0", "#f4b183"), rgb("#2f8592", "#17505f")),
    (rgb("#c9d6e2", "#54789a"), rgb("#fdf0dc", "#bcd8e6"), rgb("#3f7ea6", "#1d4a72")),
    (rgb("#d9d9a9", "#7d8746"), rgb("#fbe6b4", "#f0a860"), rgb("#93a552", "#55672e")),
    (rgb("#cdbbe3", "#694b93"), rgb("#fde2d2", "#e59bb4"), rgb("#6a56a0", "#39306a")),
    (rgb("#f1e3cf", "#c99f72"), rgb("#d8efee", "#8ccbd0"), rgb("#e3c28a", "#b88a50")),
    (rgb("#f0c9c2", "#c2666a"), rgb("#fff0d8", "#f7c08c"), rgb("#2b6a70", "#123f49")),
)
_ARCHES = 5


def arches(canvas: Canvas) -> Scene:
    walls, sky, ground = _WALLS[canvas.style(len(_WALLS))]
    hy = canvas.half[1]
    horizon = canvas.uniform(0.10, 0.18) * hy * 2
    up = np.clip((canvas.y + hy) / (horizon + hy), 0, 1)[..., None]
    out = np.clip((canvas.y - horizon) / (hy - horizon), 0, 1)[..., None]
    image = np.where(
        (canvas.y < horizon)[..., None], sky[1] + (sky[0] - sky[1]) * up, ground[0] + (ground[1] - ground[0]) * out
    )
    image = image + np.zeros((1, canvas.width, 1), np.float32)
    side = canvas.uniform(-0.05, 0.05)
    sun = np.hypot(canvas.x - side, canvas.y + canvas.uniform(0.04, 0.14))
    disc = canvas.edge(canvas.uniform(0.055, 0.08) - sun)
    if canvas.shows("sun"):
        lay(image, disc, rgb("#fff6e2")[0])
    water = ground[0][2] > ground[0][0]
    glitter = (
        water * np.exp(-(((canvas.x - side) / 0.05) ** 2)) * (np.sin(canvas.y * 260 + 4 * np.sin(canvas.x * 60)) > 0.3)
    )
    lay(image, 0.30 * glitter * (canvas.y > horizon), rgb("#fff6e2")[0])
    grain = canvas.noise(30, 3) - 0.5
    for n in range(_ARCHES):
        near = n / (_ARCHES - 1)
        _wall(canvas, image, near, walls[0] + (walls[1] - walls[0]) * near, grain)
    return still(canvas, image)


def _wall(canvas: Canvas, image: Floats, near: float, colour: Floats, grain: Floats) -> None:
    """A wall with one arched opening, lit from the left, shading what is seen through it."""
    hx, hy = canvas.half
    radius = (0.125 + 0.30 * near**1.08) * min(1.25, max(1.0, hx / 0.5))
    spring = -0.10 - 0.085 * near + 0.12 * radius
    away = np.hypot(canvas.x, canvas.y - spring)
    opening = np.where(canvas.y < spring, radius - away, radius - np.abs(canvas.x))
    cover = canvas.edge(-opening)
    soft = blur(cover, canvas.unit * 0.020)
    by = round(canvas.unit * 0.018)
    moved = np.pad(soft, ((by, 0), (by, 0)), mode="edge")[: canvas.height, : canvas.width]
    shade(image, moved, 0.42)
    slope = 1.04 - 0.10 * canvas.x / hx - 0.08 * canvas.y / hy + 0.05 * grain
    edge = np.exp(-((opening / 0.004) ** 2)) * np.clip(canvas.x / radius, -1, 1)
    lay(image, cover, colour * (slope + 0.10 * edge)[..., None])
