"""Folds of satin that move slowly in the light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.generation.local.canvas import Canvas, Floats, ramp, relief
from services.generation.local.scene import Scene


def satin(canvas: Canvas) -> Scene:
    # Folds are soft: in a clip, where every frame is computed anew, half the size cannot be told from the whole.
    coarse = 2 if canvas.grain == 0 else 1
    size = (canvas.width // coarse, canvas.height // coarse)
    angle = canvas.uniform(0.2, 0.9) * (1 if canvas.rng.random() < 0.5 else -1)
    x, y = canvas.x[:, ::coarse][:, : size[0]], canvas.y[::coarse][: size[1]]
    along = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    across = y * np.float32(np.cos(angle)) - x * np.float32(np.sin(angle))
    grain = canvas.rng.standard_normal((size[1], size[0], 1), dtype=np.float32) * np.float32(canvas.grain)
    return Satin(canvas, size, along, across, canvas.noise(1.2, 2, size), canvas.noise(0.9, 2, size), grain)


@dataclass(frozen=True)
class Satin:
    canvas: Canvas
    size: tuple[int, int]
    along: Floats
    across: Floats
    first: Floats
    second: Floats
    grain: Floats

    def at(self, seconds: float) -> Image.Image:
        drift = np.float32(0.25 * seconds)
        bend = np.sin(self.across * 4.2 + self.second * 7 + drift)
        wave = self.along * 8.5 + self.first * 11 + 2.1 * bend - drift * 0.6
        height = 0.5 + 0.5 * np.sin(wave) + 0.20 * np.sin(wave * 2.3 + self.across * 6 + drift)
        short = min(self.size)
        lit = relief(height, short * 0.115)
        tone = 0.04 + 0.70 * lit * (0.72 + 0.28 * np.clip(height, 0, 1))
        image = ramp(tone, self.canvas.palette)
        gloss = np.clip(lit - 0.80, 0, 0.2) * 5
        image = image + (255 - image) * (gloss**2.2 * 0.5)[..., None] + self.grain
        small = Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))
        full = (self.canvas.width, self.canvas.height)
        return small if small.size == full else small.resize(full, Image.Resampling.BICUBIC)
