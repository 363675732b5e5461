"""A map of heights: contour lines on tinted, shaded ground."""

from __future__ import annotations

import numpy as np

from services.generation.local.canvas import Canvas, lay, ramp, relief, rgb, vignette
from services.generation.local.scene import Scene, still

_SHEETS = (
    (rgb("#f6eedd", "#dcc59a"), "#a98a56", "#7a5a2c"),
    (rgb("#0f2f33", "#1f6a66"), "#7fc7b4", "#eaf4dc"),
    (rgb("#171233", "#43367c"), "#8d7fd0", "#f2dffa"),
    (rgb("#f4f6f2", "#c9dccb"), "#6b9a7c", "#2f5b45"),
    (rgb("#10243d", "#2c5f8c"), "#7db4d8", "#fff1d0"),
    (rgb("#fbeee6", "#eab69c"), "#c4745a", "#7c3327"),
)


def contours(canvas: Canvas) -> Scene:
    ground, minor, major = _SHEETS[canvas.style(len(_SHEETS))]
    height = canvas.noise(canvas.uniform(1.5, 2.1), 4)
    height = height + 0.12 * np.sin(canvas.noise(1.0, 2) * 6)
    low, high = np.quantile(height, (0.01, 0.99))
    height = (height - low) / (high - low)
    image = ramp(height, ground) * (0.74 + 0.36 * relief(height, canvas.unit * 0.16))[..., None]
    steps = height * np.float32(20)
    level = np.round(steps)
    dy, dx = np.gradient(steps)
    pixels = np.abs(steps - level) / (np.hypot(dx, dy) + 1e-4)
    bold = np.mod(level, 5) == 0
    scale = np.float32(canvas.unit / 1024)
    lay(image, np.clip(1.1 * scale + 0.25 - pixels, 0, 1) * np.where(bold, 0, 0.6), rgb(minor)[0])
    lay(image, np.clip(1.9 * scale + 0.25 - pixels, 0, 1) * np.where(bold, 0.92, 0), rgb(major)[0])
    return still(canvas, image * vignette(canvas, 0.18))
