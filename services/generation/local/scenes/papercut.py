"""Sheets of paper with ragged holes, one behind the other, each in the shadow of the one before."""

from __future__ import annotations

import numpy as np

from services.generation.local.canvas import Canvas, Floats, blur, lay, ramp, shade
from services.generation.local.scene import Scene, still

_SHEETS = 8


def papercut(canvas: Canvas) -> Scene:
    hx, hy = canvas.half
    cx, cy = canvas.uniform(-0.15, 0.15) * hx, canvas.uniform(-0.15, 0.15) * hy
    angle, away = np.arctan2(canvas.y - cy, canvas.x - cx), np.hypot(canvas.x - cx, canvas.y - cy)
    image = canvas.flat(ramp(0.97, canvas.palette))
    fibre = canvas.noise(90, 2) - 0.5
    shape = [canvas.uniform(0, 6.28) for _ in range(5)]
    reach = np.hypot(hx, hy) * 0.96
    edge = np.zeros_like(away)
    for sheet in range(_SHEETS):
        radius = 0.11 + (reach - 0.11) * (sheet / _SHEETS) ** 1.15
        ragged = radius * (1 + _ragged(canvas, angle, shape, sheet))
        edge = np.maximum(ragged, edge + 0.018)  # a sheet never reaches over the edge of the one behind it
        outside = canvas.edge(away - edge)
        _cast(canvas, image, outside)
        tone = 0.90 - 0.80 * (sheet + 0.5) / _SHEETS
        paper = ramp(tone, canvas.palette) * (1 + 0.035 * fibre + 0.05 * (-canvas.y - canvas.x) / (hx + hy))[..., None]
        lip = np.exp(-(((away - edge) / 0.0026) ** 2)) * 0.22
        lay(image, outside, paper + (255 - paper) * lip[..., None])
    return still(canvas, image)


def _ragged(canvas: Canvas, angle: Floats, shape: list[float], sheet: int) -> Floats:
    """How far a sheet's hole strays from a circle, as a share of its radius; neighbours resemble each other."""
    total = np.zeros_like(angle)
    for n, lobes in enumerate((2, 3, 5, 7, 11)):
        phase = shape[n] + sheet * 0.16 + canvas.uniform(-0.25, 0.25)
        total += np.sin(angle * lobes + np.float32(phase)) * np.float32(0.10 / (1 + n * 0.6))
    return total


def _cast(canvas: Canvas, image: Floats, cover: Floats) -> None:
    """The shadow of a sheet on what lies behind it, from a light at the upper left."""
    soft = blur(cover, canvas.unit * 0.017)
    by = round(canvas.unit * 0.014)
    moved = np.pad(soft, ((by, 0), (by, 0)), mode="edge")[: canvas.height, : canvas.width]
    shade(image, moved, 0.46)
