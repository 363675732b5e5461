"""Curtains of northern light over a black treeline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops

from services.generation.local.canvas import Canvas, Floats, lay, ramp, rgb, to_bytes
from services.generation.local.scene import Scene
from services.generation.local.scenes.skies import stars
from services.generation.local.scenes.skylines import pines, rolling

_SKY = rgb("#02040c", "#06101f", "#0b1c33", "#15324a")
_LIGHTS = (
    rgb("#2bf5a0", "#19c9b4", "#7a5cff", "#36e07e"),
    rgb("#48f0c0", "#3aa0ff", "#c04cff", "#5ef5d0"),
    rgb("#b6f55a", "#35e58c", "#20b8c9", "#e56ad0"),
    rgb("#ff5fa8", "#8a5cff", "#36d0e8", "#ff9a6a"),
)
_HIGH = rgb("#963cc8")
_DETAIL = 4
"""The light is soft: it is computed on a grid this much coarser."""


def aurora(canvas: Canvas) -> Scene:
    sky = ramp(canvas.down * 0.95 + np.zeros_like(canvas.x), _SKY)
    stars(canvas, sky, canvas.half[1] * 0.7)
    lights = _LIGHTS[canvas.style(len(_LIGHTS))]
    curtains = [Curtain.hung(canvas, lights[k], k) for k in range(3)]
    return Sky(Image.fromarray(to_bytes(canvas, sky)), _ground(canvas), curtains, canvas)


@dataclass(frozen=True)
class Curtain:
    """One sheet of light: a wavering lower edge, rays above it."""

    colour: Floats
    height: float
    waves: tuple[tuple[float, float, float, float], ...]
    """Frequency, amplitude, phase and speed of each waver."""
    rays: tuple[float, float]
    reach: float
    strength: float

    @classmethod
    def hung(cls, canvas: Canvas, colour: Floats, k: int) -> Curtain:
        hy = canvas.half[1]
        waves = tuple(
            (f * canvas.uniform(0.7, 1.4), a, canvas.uniform(0, 6.28), canvas.uniform(-0.5, 0.5))
            for f, a in ((0.45, 0.13), (1.1, 0.07), (2.6, 0.022))
        )
        height = -0.12 * hy + 0.17 * k * hy - canvas.uniform(0, 0.14)
        reach = canvas.uniform(0.2, 0.34)
        return cls(colour, height, waves, (canvas.uniform(0, 6.28), canvas.uniform(7, 12)), reach, 1.0 - 0.15 * k)

    def light(self, x: Floats, y: Floats, seconds: float) -> Floats:
        edge = np.full_like(x, self.height)
        for frequency, amplitude, phase, speed in self.waves:
            edge += np.float32(amplitude) * np.sin(
                x * np.float32(6.283 * frequency) + np.float32(phase + speed * seconds)
            )
        phase, fine = self.rays
        bend = edge * 9
        rays = 0.5 + 0.5 * np.sin(x * np.float32(6.283 * fine) + bend + np.float32(phase + 0.7 * seconds))
        rays *= 0.6 + 0.4 * np.sin(x * np.float32(6.283 * fine * 0.37) - bend * 0.6 - np.float32(0.45 * seconds))
        swell = 0.65 + 0.35 * np.sin(x * np.float32(3.1) + np.float32(phase + 0.25 * seconds))
        above = y - edge
        reach = self.reach * (0.55 + 0.9 * rays)
        fall = np.where(above < 0, np.exp(above / reach), np.exp(-above / 0.022))
        return np.asarray(fall * (0.25 + 0.75 * rays) * swell * np.float32(self.strength), np.float32)


@dataclass(frozen=True)
class Sky:
    night: Image.Image
    ground: Image.Image
    curtains: list[Curtain]
    canvas: Canvas

    def at(self, seconds: float) -> Image.Image:
        x, y = self.canvas.x[:, ::_DETAIL], self.canvas.y[::_DETAIL]
        glow = np.zeros((y.shape[0], x.shape[1], 3), np.float32)
        for curtain in self.curtains:
            light = curtain.light(x, y, seconds)
            # Oxygen glows green low down and red high up (557.7 and 630.0 nm): let the colour drift with height.
            high = np.clip((curtain.height - y) / 0.6, 0, 1)[..., None]
            glow += light[..., None] * (curtain.colour * (1 - 0.55 * high) + _HIGH * 0.55 * high)
        small = Image.fromarray(np.clip(glow * 0.92, 0, 255).astype(np.uint8))
        image = ImageChops.screen(self.night, small.resize(self.night.size, Image.Resampling.BICUBIC))
        image.paste(self.ground, (0, 0), self.ground)
        return image


def _ground(canvas: Canvas) -> Image.Image:
    """Two treelines as a cut-out, the farther one a little lighter."""
    rgba = np.zeros((canvas.height, canvas.width, 4), np.float32)
    hy = canvas.half[1]
    for near, colour in ((0.35, "#09141e"), (1.0, "#03060b")):
        line = rolling(canvas, 0.6, 5)
        trees = pines(canvas, 0.5 + near)
        crest = hy * (0.66 + 0.16 * near) - 0.05 * line(canvas.x)
        if canvas.shows("tree"):
            crest = crest - trees(canvas.x)
        cover = canvas.edge(canvas.y - crest)
        lay(rgba[..., :3], cover, rgb(colour))
        rgba[..., 3] = np.maximum(rgba[..., 3], cover * 255)
    return Image.fromarray(np.clip(rgba, 0, 255).astype(np.uint8))
