"""Skylines: heights along x, for hills and treelines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from services.generation.local.canvas import Canvas, Floats

Skyline = Callable[[Floats], Floats]
"""From x in units to heights, any shape."""


def rolling(canvas: Canvas, frequency: float, octaves: int = 6, roughness: float = 0.5) -> Skyline:
    """Random hills of about -1…1 with `frequency` crests per unit."""
    waves = [
        (frequency * 2**k * canvas.uniform(0.75, 1.3), canvas.uniform(0, 6.28), roughness**k) for k in range(octaves)
    ]
    total = sum(weight for _, _, weight in waves) * 0.7

    def line(x: Floats) -> Floats:
        heights = np.zeros_like(x)
        for cycles, phase, weight in waves:
            heights += np.sin(x * np.float32(6.2832 * cycles) + np.float32(phase)) * np.float32(weight / total)
        return heights

    return line


def pines(canvas: Canvas, size: float) -> Skyline:
    """Pointed trees of mixed heights, in three rows that overlap; `size` 1 gives trees of about 0.06 units."""
    rows = []
    for _ in range(3):
        step = canvas.uniform(0.022, 0.032) * size
        rows.append((step, canvas.uniform(0, 1), canvas.rng.random(4096, dtype=np.float32)))

    def heights(x: Floats) -> Floats:
        total = np.zeros_like(x)
        for step, phase, sizes in rows:
            place = x / np.float32(step) + np.float32(phase + 2048)
            cell = np.floor(place)
            slope = 1 - np.abs(place - cell - 0.5) * 2
            boughs = slope + np.float32(0.05) * np.sin(slope * 34)
            tall = (0.35 + sizes[cell.astype(np.int32) % 4096]) * np.float32(step * 1.9)
            total = np.maximum(total, np.clip(boughs, 0, 1) * tall)
        return total

    return heights
