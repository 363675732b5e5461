"""A banded planet, turning, often with rings, before stars and a nebula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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


def planet(canvas: Canvas) -> Scene:
    nebula = _NEBULAE[canvas.pick(0, len(_NEBULAE))]
    cloud = canvas.noise(1.3, 5) * 0.62 + canvas.noise(2.6, 4) * 0.38
    sky = ramp(np.clip((cloud - 0.36) * 2.1, 0, 1) ** 1.5, nebula)
    stars(canvas, sky, canvas.half[1], 420)
    moon = not canvas.has("saturn", "ring", "rings") and canvas.rng.random() < 0.4
    surface = _SURFACES[canvas.pick(0, len(_SURFACES))]
    ball = Ball.made(canvas, surface, moon)
    behind = np.asarray(Image.fromarray(to_bytes(canvas, sky)))
    return Planet(behind, ball)


@dataclass(frozen=True)
class Ball:
    """What of a planet does not change while it turns, for the pixels of its patch."""

    patch: Patch
    texture: Bytes
    """The surface unrolled: (latitude, longitude, 3)."""
    row: Floats
    column: Floats
    light: Floats
    cover: Floats
    haze: Floats
    rings: tuple[Floats, Floats] | None
    """Coverage of the rings behind and before the planet."""
    ring_colour: Floats

    @classmethod
    def made(cls, canvas: Canvas, surface: Floats, moon: bool) -> Ball:
        radius = canvas.uniform(0.24, 0.30)
        at = canvas.uniform(-0.08, 0.08), canvas.uniform(-0.05, 0.05)
        patch = canvas.patch(*at, 0.5 * max(1.4, 2.35 * radius / 0.26))
        if patch is None:
            raise ValueError("a planet is always within its canvas")
        tilt = canvas.uniform(0.25, 0.5) * (1 if canvas.rng.random() < 0.5 else -1)
        along, across = patch.turned(tilt)
        u, v = along / np.float32(radius), across / np.float32(radius)
        square = u * u + v * v
        z = np.sqrt(np.clip(1 - square, 0, 1))
        sx, sy = patch.x / np.float32(radius), patch.y / np.float32(radius)
        light = 0.035 + 1.08 * np.clip(-0.58 * sx - 0.42 * sy + 0.70 * z, 0, 1) ** 0.85
        edge = np.sqrt(square)
        lit = np.clip(-0.6 * sx - 0.45 * sy + 0.5, 0, 1)
        haze = np.where(edge < 1, np.exp((edge - 1) / 0.10), np.exp((1 - edge) / 0.055)) * lit
        rings = None if moon else (_rings(u, v, False), _rings(u, v, True))
        return cls(
            patch,
            _texture(canvas, surface, moon),
            np.clip((np.arcsin(np.clip(v, -1, 1)) / np.pi + 0.5), 0, 1).astype(np.float32),
            (np.arctan2(u, np.maximum(z, 1e-4)) / (2 * np.pi)).astype(np.float32),
            light.astype(np.float32),
            canvas.edge((1 - edge) * np.float32(radius)),
            (haze * 0.42).astype(np.float32),
            rings,
            surface[-2] * 0.5 + surface[-1] * 0.5,
        )


def _texture(canvas: Canvas, surface: Floats, moon: bool) -> Bytes:
    """Bands bent by turbulence, or craters for a moon; wraps around in longitude."""
    rows, columns = 512, 1024
    latitude = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
    wide = canvas.noise(5.0, 5, (columns, rows))
    fade = np.clip(np.linspace(0, 8, columns, dtype=np.float32), 0, 1)[None]
    noise = wide * fade + wide[:, ::-1] * (1 - fade)
    if moon:
        rough = np.roll(noise, 90, axis=1) * 0.6 + noise * 0.4
        tone = 0.30 + 0.9 * (rough - 0.35) - 0.35 * np.clip((noise - 0.56) * 7, 0, 1)
    else:
        first, second = canvas.uniform(7, 12), canvas.uniform(18, 30)
        tone = 0.5 + 0.27 * np.sin(latitude * first + noise * 3.4) + 0.15 * np.sin(latitude * second + noise * 6.5)
        tone += 0.34 * (noise - 0.5)
    return np.clip(ramp(tone, surface), 0, 255).astype(np.uint8)


def _rings(u: Floats, v: Floats, front: bool) -> Floats:
    away = np.hypot(u, v / np.float32(0.26))
    bands = 0.42 + 0.58 * (0.5 + 0.5 * np.sin(away * 41)) * (0.6 + 0.4 * np.sin(away * 17 + 1))
    cover = bands * np.clip((away - 1.36) * 22, 0, 1) * np.clip((2.2 - away) * 22, 0, 1)
    gap = 1 - 0.85 * np.exp(-(((away - 1.86) / 0.025) ** 2))
    shadow = 1 - 0.85 * np.clip(1.15 - np.hypot(u - 0.75, v - 0.35), 0, 0.3) / 0.3 * (v <= 0)
    return np.asarray(cover * gap * shadow * ((v > 0) == front) * 0.9, np.float32)


@dataclass(frozen=True)
class Planet:
    sky: Bytes
    ball: Ball

    def at(self, seconds: float) -> Image.Image:
        ball = self.ball
        image = self.sky.copy()
        window = image[ball.patch.rows, ball.patch.columns].astype(np.float32)
        if ball.rings is not None:
            lay(window, ball.rings[0], ball.ring_colour)
        rows, columns = ball.texture.shape[:2]
        row = np.minimum((ball.row * rows).astype(np.int32), rows - 1)
        turned = ball.column + np.float32(seconds / _TURN_SECONDS)
        column = (turned * columns).astype(np.int32) % columns
        lay(window, ball.cover, ball.texture[row, column] * ball.light[..., None])
        window += ball.ring_colour * ball.haze[..., None]
        if ball.rings is not None:
            lay(window, ball.rings[1], ball.ring_colour)
        image[ball.patch.rows, ball.patch.columns] = np.clip(window, 0, 255).astype(np.uint8)
        return Image.fromarray(image)
