"""A banded planet or a moon, turning, often with rings, before stars and a nebula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from services.generation.local.canvas import Bytes, Canvas, Floats, Patch, lay, ramp, rgb, to_bytes
from services.generation.local.scene import Scene
from services.generation.local.scenes.skies import stars

_SURFACES = (
    rgb("#2a0f1e", "#7a2f2c", "#c9743c", "#f0bf7c", "#fdeed0"),
    rgb("#071d3a", "#0f4c7c", "#2f93bd", "#8fd0dc", "#effaf4"),
    rgb("#1d0f3a", "#54308c", "#a45fc0", "#eaa3cf", "#fdebf2"),
    rgb("#0c2620", "#1f6350", "#5aa578", "#c1d995", "#f7f6d8"),
    rgb("#2b1a12", "#6f4a2e", "#b08a5c", "#dfc596", "#faf0d9"),
)
_NEBULAE = (rgb("#03030a", "#0b0a20", "#251a4a", "#5a2f6c"), rgb("#02050b", "#07152a", "#0d3350", "#1f6070"))
_TURN_SECONDS = 40.0
_ROWS, _COLUMNS = 512, 1024
"""Size of the unrolled surface."""


def planet(canvas: Canvas) -> Scene:
    nebula = _NEBULAE[canvas.pick(0, len(_NEBULAE))]
    cloud = canvas.noise(1.3, 5) * 0.62 + canvas.noise(2.6, 4) * 0.38
    sky = ramp(np.clip((cloud - 0.36) * 2.1, 0, 1) ** 1.5, nebula)
    stars(canvas, sky, canvas.half[1], 420)
    bare = not canvas.has("saturn", "ring", "rings") and canvas.rng.random() < 0.4
    bare = bare or not canvas.shows("ring")
    surface = _SURFACES[canvas.style(len(_SURFACES))]
    radius, at = canvas.uniform(0.24, 0.30), (canvas.uniform(-0.08, 0.08), canvas.uniform(-0.05, 0.05))
    tilt = canvas.uniform(0.25, 0.5) * (1 if canvas.rng.random() < 0.5 else -1)
    around = _patch(canvas, at, radius * 2.4)
    colour = surface[-2] * 0.5 + surface[-1] * 0.5
    if not bare:
        lay(around.of(sky), _rings(around, radius, tilt, front=False), colour)
    _air(around, sky, radius, colour)
    ball = Ball.rolled(canvas, _patch(canvas, at, radius * 1.02), radius, tilt, _texture(canvas, surface, bare))
    front = None if bare else _cut(canvas, around, _rings(around, radius, tilt, front=True), colour)
    return Planet(Image.fromarray(to_bytes(canvas, sky)), ball, front)


def _patch(canvas: Canvas, at: tuple[float, float], radius: float) -> Patch:
    patch = canvas.patch(*at, radius)
    if patch is None:
        raise ValueError("a planet lies within its canvas")
    return patch


def _texture(canvas: Canvas, surface: Floats, bare: bool) -> Bytes:
    """Bands bent by turbulence, or plains for a moon; (latitude, longitude, 3), closed in longitude."""
    latitude = np.linspace(-1, 1, _ROWS, dtype=np.float32)[:, None]
    noise = canvas.noise(5.0, 5, (_COLUMNS, _ROWS))
    fade = np.clip(np.linspace(0, 8, _COLUMNS, dtype=np.float32), 0, 1)[None]
    noise = noise * fade + noise[:, ::-1] * (1 - fade)
    if bare:
        rough = np.roll(noise, 90, axis=1) * 0.6 + noise * 0.4
        tone = 0.34 + 1.1 * (rough - 0.38) - 0.35 * np.clip((noise - 0.55) * 7, 0, 1)
    else:
        first, second = canvas.uniform(8, 13), canvas.uniform(20, 34)
        tone = 0.5 + 0.25 * np.sin(latitude * first + noise * 3.6) + 0.16 * np.sin(latitude * second + noise * 8)
        tone += 0.40 * (noise - 0.5)
    return np.clip(ramp(tone, surface), 0, 255).astype(np.uint8)


def _rings(patch: Patch, radius: float, tilt: float, *, front: bool) -> Floats:
    """Coverage of the half of the rings that lies before or behind the planet, whose shadow falls on it."""
    along, across = patch.turned(tilt)
    u, v = along / np.float32(radius), across / np.float32(radius)
    away = np.hypot(u, v / np.float32(0.26))
    bands = 0.42 + 0.58 * (0.5 + 0.5 * np.sin(away * 41)) * (0.6 + 0.4 * np.sin(away * 17 + 1))
    cover = bands * np.clip((away - 1.36) * 22, 0, 1) * np.clip((2.2 - away) * 22, 0, 1)
    gap = 1 - 0.85 * np.exp(-(((away - 1.86) / 0.025) ** 2))
    shadow = 1 - 0.85 * np.clip(1.15 - np.hypot(u - 0.75, v - 0.35), 0, 0.3) / 0.3 * (v <= 0)
    return np.asarray(cover * gap * shadow * ((v > 0) == front) * 0.88, np.float32)


def _air(patch: Patch, sky: Floats, radius: float, colour: Floats) -> None:
    """The thin glow around the lit side."""
    x, y = patch.x / np.float32(radius), patch.y / np.float32(radius)
    lit = np.clip(-0.6 * x - 0.45 * y + 0.5, 0, 1)
    glow = np.exp(-np.abs(np.hypot(x, y) - 1) / 0.055) * lit * 0.42
    patch.of(sky)[...] += colour * glow[..., None]


def _cut(canvas: Canvas, patch: Patch, cover: Floats, colour: Floats) -> Image.Image:
    rgba = np.zeros((canvas.height, canvas.width, 4), np.uint8)
    rgba[..., :3] = colour.astype(np.uint8)
    rgba[patch.rows, patch.columns, 3] = (cover * 255).astype(np.uint8)
    return Image.fromarray(rgba)


@dataclass(frozen=True)
class Ball:
    """The pixels of a turning ball: where each looks on the surface, and how it is lit."""

    patch: Patch
    texture: Bytes
    row: npt.NDArray[np.intp]
    longitude: Floats
    """In turns, 0 in the middle."""
    light: Floats
    cover: Floats
    haze: Floats

    @classmethod
    def rolled(cls, canvas: Canvas, patch: Patch, radius: float, tilt: float, texture: Bytes) -> Ball:
        along, across = patch.turned(tilt)
        u, v = along / np.float32(radius), across / np.float32(radius)
        edge = np.hypot(u, v)
        z = np.sqrt(np.clip(1 - edge * edge, 0, 1))
        x, y = patch.x / np.float32(radius), patch.y / np.float32(radius)
        light = 0.035 + 1.08 * np.clip(-0.58 * x - 0.42 * y + 0.70 * z, 0, 1) ** 0.85
        haze = np.exp((np.minimum(edge, 1) - 1) / 0.10) * np.clip(-0.6 * x - 0.45 * y + 0.5, 0, 1) * 70
        latitude = np.arcsin(np.clip(v, -1, 1)) / np.pi + 0.5
        return cls(
            patch,
            texture,
            np.clip(latitude * _ROWS, 0, _ROWS - 1).astype(np.intp),
            np.arctan2(u, np.maximum(z, 1e-4)) / np.float32(2 * np.pi),
            light[..., None],
            canvas.edge((1 - edge) * np.float32(radius))[..., None],
            haze[..., None],
        )

    def onto(self, image: Bytes, seconds: float) -> None:
        turned = (self.longitude + np.float32(seconds / _TURN_SECONDS + 0.5)) * _COLUMNS
        seen = self.texture[self.row, turned.astype(np.intp) % _COLUMNS]
        window = image[self.patch.rows, self.patch.columns]
        lit = np.minimum(seen * self.light + self.haze, 255)
        window[...] = (window + (lit - window) * self.cover).astype(np.uint8)


@dataclass(frozen=True)
class Planet:
    sky: Image.Image
    ball: Ball
    rings: Image.Image | None

    def at(self, seconds: float) -> Image.Image:
        pixels = np.array(self.sky)
        self.ball.onto(pixels, seconds)
        image = Image.fromarray(pixels)
        if self.rings is not None:
            image.paste(self.rings, (0, 0), self.rings)
        return image
