"""Stone like poured ink: bands warped twice over, with veins of white and gold."""

from __future__ import annotations

import numpy as np

from services.generation.local.canvas import Canvas, Floats, lay, ramp, relief, rgb
from services.generation.local.scene import Scene, still


def marble(canvas: Canvas) -> Scene:
    first, second, fine = canvas.noise(1.3, 3), canvas.noise(1.3, 3), canvas.noise(6.0, 5)
    # Warping a noise by noises twice gives the folds of poured liquid (I. Quilez, "Domain warping", 2002).
    third = warped(canvas, canvas.noise(1.6, 4), first, second, 0.55)
    flow = warped(canvas, third, third, first, 0.42)
    low, high = np.quantile(flow, (0.01, 0.99))
    flow = (flow - low) / (high - low)
    bands = 0.5 + 0.5 * np.sin(flow * 23 + second * 4)
    tone = 0.10 + 0.66 * flow + 0.20 * (bands - 0.5) * (0.4 + second) + 0.10 * (fine - 0.5)
    image = ramp(tone, canvas.palette)
    image *= (0.80 + 0.28 * relief(flow + 0.05 * fine, canvas.unit * 0.06))[..., None]
    lay(image, _veins(flow * 3.0 + first * 0.6, 0.008, fine) * 0.6, rgb("#ffffff")[0])
    gold = _veins(flow * 2.0 + 0.35 + second * 0.8, 0.014, fine) * np.clip((third - 0.40) * 9, 0, 1)
    gleam = rgb("#8a5a1c")[0] + (rgb("#ffe6a0")[0] - rgb("#8a5a1c")[0]) * np.clip(fine * 1.6 - 0.3, 0, 1)[..., None]
    lay(image, gold, gleam)
    return still(canvas, image)


def warped(canvas: Canvas, plane: Floats, by_x: Floats, by_y: Floats, reach: float) -> Floats:
    """`plane` seen through two planes of displacement (0…1 around 0.5), at most `reach` units away."""
    rows = np.arange(canvas.height, dtype=np.float32)[:, None] + (by_y - 0.5) * np.float32(2 * reach * canvas.unit)
    columns = np.arange(canvas.width, dtype=np.float32)[None] + (by_x - 0.5) * np.float32(2 * reach * canvas.unit)
    row = np.abs(np.mod(rows, 2 * canvas.height) - canvas.height).astype(np.int32) % canvas.height
    column = np.abs(np.mod(columns, 2 * canvas.width) - canvas.width).astype(np.int32) % canvas.width
    seen: Floats = plane[row, column]
    return seen


def _veins(levels: Floats, width: float, fine: Floats) -> Floats:
    """Thin lines where `levels` passes whole numbers, of uneven thickness."""
    near = np.abs(np.mod(levels + 0.06 * (fine - 0.5), 1) - 0.5)
    return np.asarray(np.exp(-((near / (width * (0.4 + 1.4 * fine))) ** 2)), np.float32)
