"""Strands of colour that follow a flow."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from services.generation.local.canvas import Canvas, Floats, ramp, to_bytes, vignette
from services.generation.local.scene import Scene, Still

_STEPS = 46
_FINER = 2
"""Lines are drawn this much larger and reduced, which smooths them."""


def strands(canvas: Canvas) -> Scene:
    size = (canvas.width * _FINER, canvas.height * _FINER)
    ground = ramp(0.02 + 0.16 * canvas.down + 0.1 * canvas.noise(1.2, 2), canvas.palette) * vignette(canvas, 0.3)
    image = Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(image)
    paths = _paths(canvas, int(2300 * canvas.width * canvas.height / canvas.unit**2))
    count = paths.shape[1]
    tones: Floats = np.clip(canvas.rng.normal(0.5, 0.22, count), 0.12, 1.0)
    red, green, blue = ramp(tones, canvas.palette).T
    widths = np.asarray(0.0011 * canvas.rng.standard_gamma(2.0, count, dtype=np.float64)) + 0.0006
    # Dim and broad first, bright and thin on top: depth without any transparency.
    for n in np.argsort(tones - widths * 60).tolist():
        width = max(1, round(widths[n].item() * canvas.unit * _FINER))
        colour = (int(red[n]), int(green[n]), int(blue[n]))
        points = [(float(x), float(y)) for x, y in paths[:, n] * _FINER]
        draw.line(points, fill=colour, width=width, joint="curve")
    small = image.resize((canvas.width, canvas.height), Image.Resampling.BOX)
    return Still(Image.fromarray(to_bytes(canvas, np.asarray(small).astype(np.float32))))


def _paths(canvas: Canvas, count: int) -> Floats:
    """Points (step, strand, xy) in pixels, each strand following the direction of a smooth field."""
    field = canvas.noise(canvas.uniform(0.7, 1.2), 3) * np.float32(np.pi * canvas.uniform(3.2, 5.0))
    size = np.array([canvas.width, canvas.height], np.float32)
    spots = (canvas.rng.random((count, 2), dtype=np.float32) * 1.1 - 0.05) * size
    stride = np.float32(canvas.unit * 0.0052)
    lengths = canvas.rng.uniform(0.35, 1.0, count).astype(np.float32)
    path = np.empty((_STEPS, count, 2), np.float32)
    for step in range(_STEPS):
        path[step] = spots
        column = np.clip(spots[:, 0], 0, canvas.width - 1).astype(np.int32)
        row = np.clip(spots[:, 1], 0, canvas.height - 1).astype(np.int32)
        angle = field[row, column]
        going = (np.float32(step) < lengths * _STEPS)[:, None]
        spots = spots + going * stride * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return path
