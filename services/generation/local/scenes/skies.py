"""Suns, moons and stars."""

from __future__ import annotations

import numpy as np

from services.generation.local.canvas import Canvas, Floats, lay, rgb


def sun(canvas: Canvas, image: Floats, at: tuple[float, float], radius: float, tint: Floats) -> None:
    """A bright disc with two glows around it, at (x, y) in units."""
    away = np.hypot(canvas.x - at[0], canvas.y - at[1])
    lay(image, 0.5 * np.exp(-((away / (radius * 4.5)) ** 1.1)), tint)
    lay(image, 0.35 * np.exp(-((away / (radius * 1.8)) ** 2)), tint)
    lay(image, canvas.edge(radius - away), rgb("#fff9e8"))


def stars(canvas: Canvas, image: Floats, lowest: float, density: float = 200) -> None:
    """Soft points of mixed brightness above `lowest` (y in units), about `density` per square unit."""
    if not canvas.shows("star"):
        return
    hx, hy = canvas.half
    for _ in range(int(density * 2 * hx * (lowest + hy))):
        spot = canvas.patch(canvas.uniform(-hx, hx), canvas.uniform(-hy, lowest), 0.006)
        size = canvas.uniform(0.0006, 0.0014)
        glow = canvas.uniform(0.0, 1.0) ** 2
        if spot is not None:
            cover = np.float32(0.15 + 0.85 * glow) * np.exp(-((spot.x / size) ** 2 + (spot.y / size) ** 2))
            lay(spot.of(image), cover, rgb("#f0f4ff"))
