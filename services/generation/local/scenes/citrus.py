"""Slices of citrus fruit from above, scattered on a coloured table."""

from __future__ import annotations

import numpy as np

from services.generation.local.canvas import Canvas, Floats, Patch, lay, ramp, rgb, shade
from services.generation.local.scene import Scene, still

_TABLES = (
    (rgb("#f5b43c", "#ee9a2a"), rgb("#f2722b", "#f7c22f", "#ee4f5a", "#f58d2c")),
    (rgb("#d8ecd4", "#b9dcbf"), rgb("#9bcb3c", "#f4dd4a", "#f28a86", "#c8dc52")),
    (rgb("#f7c7c2", "#efaaa8"), rgb("#f6c73a", "#ef4d5e", "#f5822f", "#f2a63b")),
    (rgb("#bfe0ee", "#93c6dd"), rgb("#f7cf3c", "#f58a32", "#b4d84a", "#f2617a")),
    (rgb("#22403f", "#162b2d"), rgb("#f59a33", "#f4d443", "#ec5263", "#a9cf48")),
)


def citrus(canvas: Canvas) -> Scene:
    table, flesh = _TABLES[canvas.style(len(_TABLES))]
    image = ramp((canvas.x + canvas.y) * 0.5 + 0.5, table)
    placed: list[tuple[float, float, float]] = []
    hx, hy = canvas.half
    for _ in range(700):
        radius = canvas.uniform(0.085, 0.155)
        x, y = canvas.uniform(-1.05, 1.05) * hx, canvas.uniform(-1.05, 1.05) * hy
        if all(np.hypot(x - px, y - py) > radius + pr + 0.022 for px, py, pr in placed):
            placed.append((x, y, radius))
    for n, (x, y, radius) in enumerate(placed):
        patch = canvas.patch(x, y, radius * 1.45)
        if patch is not None:
            _slice(canvas, image, patch, radius, flesh[(n + canvas.pick(0, 2)) % len(flesh)])
    return still(canvas, image)


def _slice(canvas: Canvas, image: Floats, patch: Patch, radius: float, flesh: Floats) -> None:
    away = np.hypot(patch.x, patch.y) / np.float32(radius)
    cast = np.hypot(patch.x - radius * 0.10, patch.y - radius * 0.14) / np.float32(radius)
    shade(patch.of(image), np.clip((1.10 - cast) / 0.22, 0, 1) ** 1.4, 0.34)
    turn, parts = canvas.uniform(0, 6.28), canvas.pick(8, 11)
    place = (np.arctan2(patch.y, patch.x) + turn) * np.float32(parts / 6.2832)
    middle = place - np.floor(place) - 0.5
    window = patch.of(image)
    peel = flesh * 0.93
    lay(window, canvas.edge((1 - away) * np.float32(radius)), peel * (1 - 0.16 * patch.y / radius)[..., None])
    lay(window, canvas.edge((0.935 - away) * np.float32(radius)), rgb("#fff5df")[0])
    lay(window, np.clip((away - 0.80) / 0.13, 0, 1) * (away < 0.935) * 0.28, flesh)
    # A segment: a wedge with rounded corners, a little apart from its neighbours.
    aside = (0.5 - np.abs(middle)) * away * np.float32(6.2832 / parts) - 0.022
    corner = np.minimum(aside, np.minimum(0.865 - away, away - 0.10))
    rounded = np.where(corner < 0.05, corner - (0.05 - np.minimum(aside, 0.05)) * (0.865 - away < 0.05) * 0.5, corner)
    pulp = np.sin(away * 26 + 3 * np.sin(place * 9.1)) * np.sin(middle * 34 + away * 7 + np.floor(place) * 2.3)
    tone = 0.92 + 0.16 * (away - 0.4) + 0.055 * pulp
    body = (
        flesh * tone[..., None] + (255 - flesh) * (0.34 * np.exp(-away * 2.4) + 0.10 * np.clip(pulp, 0, 1))[..., None]
    )
    lay(window, canvas.edge(rounded * np.float32(radius), 2.0), body)
    sheen = np.exp(-((patch.x / radius + 0.4) ** 2 + (patch.y / radius + 0.45) ** 2) / 0.16) * (away < 0.9)
    lay(window, 0.16 * sheen, rgb("#ffffff")[0])
