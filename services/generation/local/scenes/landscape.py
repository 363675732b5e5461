"""Ranges of hills in the haze under a low sun or a moon, with pines or a lake when the words ask for them."""

from __future__ import annotations

import numpy as np
from PIL import Image

from services.generation.local.canvas import Canvas, Floats, ramp, rgb, to_bytes, vignette
from services.generation.local.scene import Layered, Scene, Strip
from services.generation.local.scenes.skies import stars, sun
from services.generation.local.scenes.skylines import pines, rolling
from services.generation.local.scenes.strips import strip
from services.generation.local.scenes.water import Mirror

_NIGHT = ("night", "moon", "moonlight", "moonlit", "midnight", "stars", "starry", "milky")
_WATER = ("lake", "river", "pond", "fjord", "reflection", "reflections", "bay", "lagoon")
_TREES = ("forest", "pine", "pines", "tree", "trees", "woods", "woodland", "spruce", "fir", "taiga")
_RANGES = 5


def landscape(canvas: Canvas) -> Scene:
    lake = canvas.has(*_WATER) and canvas.shows("water")
    horizon = canvas.uniform(0.06, 0.16) + (0.06 if lake else 0.0)
    background = Image.fromarray(to_bytes(canvas, _sky(canvas, horizon)))
    last = _RANGES - 1 if lake else _RANGES
    strips = [_range(canvas, k, horizon, lake) for k in range(last)]
    hills = Layered(background, strips)
    return Mirror(hills, canvas, horizon + 0.10, canvas.palette[0]) if lake else hills


def _sky(canvas: Canvas, horizon: float) -> Floats:
    night = canvas.has(*_NIGHT)
    hy = canvas.half[1]
    height = (canvas.y + hy) / (horizon + hy)
    clouds = canvas.noise(2.2, 5)
    streaks = np.clip((clouds - 0.5) * 3, -0.5, 1) * np.clip(1.1 - np.abs(height - 0.55) * 2, 0, 1)
    tone = (0.16 + 0.34 * height if night else 0.34 + 0.56 * height) + 0.07 * streaks
    image = ramp(np.broadcast_to(tone, clouds.shape), canvas.palette)
    if night:
        stars(canvas, image, horizon)
    _light(canvas, image, horizon, night)
    return image * vignette(canvas, 0.25)


def _light(canvas: Canvas, image: Floats, horizon: float, night: bool) -> None:
    hx, hy = canvas.half
    sx = canvas.uniform(-0.6, 0.6) * hx
    sy = canvas.uniform(-0.72, -0.4) * hy if night else horizon - canvas.uniform(0.10, 0.32)
    warm = canvas.palette[-1] * 0.6 + rgb("#fff0d6") * 0.4
    radius = canvas.uniform(0.045, 0.075)
    if canvas.shows("moon" if night else "sun"):
        sun(canvas, image, (sx, sy), radius, warm)


def _range(canvas: Canvas, k: int, horizon: float, lake: bool) -> Strip:
    """The k-th range from behind: farther ones are paler and calmer, mist gathers at their feet."""
    near = k / (_RANGES - 1)
    base = horizon - 0.05 + 0.135 * k
    line = rolling(canvas, canvas.uniform(0.5, 0.9) * (1.15 - 0.3 * near), 7, 0.47)
    tall = canvas.uniform(0.055, 0.10) * (1.25 - 0.5 * near)
    night = canvas.has(*_NIGHT)
    body = ramp(0.5 * (1 - near) ** 1.15 * (0.72 if night else 1.0), canvas.palette) * np.float32(0.96 - 0.42 * near)
    mist = ramp(0.62 - 0.3 * near - (0.2 if night else 0.0), canvas.palette)
    wooded = canvas.has(*_TREES) and canvas.shows("tree") and k >= 1
    trees = pines(canvas, 0.55 + 0.9 * near) if wooded else None

    def paint(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        crest = np.float32(base) - np.float32(tall) * line(x)
        if trees is not None:
            crest = crest - trees(x)
        depth = y - crest
        fog = np.clip(depth / 0.22, 0, 1) * np.float32(0.62 * (1 - near) + 0.1)
        colour = body + (mist - body) * fog[..., None]
        return colour, canvas.edge(depth)

    bottom = None if k == _RANGES - 1 - lake else base + 0.135 + 0.19
    return strip(canvas, paint, top=base - tall * 1.6 - 0.16, bottom=bottom, sway=0.004 + 0.02 * near, period=22)
