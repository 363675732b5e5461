"""Still water that mirrors what stands behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.generation.local.canvas import Canvas, Floats
from services.generation.local.scene import Scene


@dataclass(frozen=True)
class Mirror:
    """`behind` above the shore, its rippling reflection below. `shore` is y in units, `deep` the water's colour."""

    behind: Scene
    canvas: Canvas
    shore: float
    deep: Floats

    def at(self, seconds: float) -> Image.Image:
        image = np.array(self.behind.at(seconds))
        canvas = self.canvas
        line = int((self.shore + canvas.half[1]) * canvas.unit)
        rows = np.arange(canvas.height - line, dtype=np.float32)
        away = rows / canvas.unit
        depth = rows / max(1, len(rows))
        mirrored = np.clip(line - 1 - rows * 1.12, 0, line - 1).astype(np.int32)
        wave = np.sin(np.log1p(away * 30) * 42 - seconds * 2.3) + 0.7 * np.sin(away * 170 + seconds * 1.7)
        shift = np.rint(wave * (0.0008 + 0.011 * depth) * canvas.unit).astype(np.int32)
        columns = np.clip(np.arange(canvas.width)[None] + shift[:, None], 0, canvas.width - 1)
        # Whole numbers of 256ths: this runs for every frame of a clip.
        share = np.clip(256 * (0.14 + 0.36 * depth), 0, 256).astype(np.uint16)[:, None, None]
        seen = image[mirrored[:, None], columns].astype(np.uint16)
        water = (seen * (256 - share) + self.deep.astype(np.uint16) * share) >> 8
        gleam = (22 * np.exp(-((away / 0.004) ** 2)) + 7 * np.clip(wave, 0, 2) * (1 - depth)).astype(np.uint16)
        image[line:] = np.minimum(water + gleam[:, None, None], 255).astype(np.uint8)
        return Image.fromarray(image)
