"""Sand dunes with a lit and a shaded side, rippled by the wind."""

from __future__ import annotations

import numpy as np
from PIL import Image

from services.generation.local.canvas import Canvas, Floats, ramp, rgb, to_bytes
from services.generation.local.scene import Layered, Scene, Strip
from services.generation.local.scenes.skies import stars, sun
from services.generation.local.scenes.strips import strip

_DUNES = 5


def dunes(canvas: Canvas) -> Scene:
    night = canvas.has("night", "moon", "moonlight", "stars", "starry", "midnight")
    hx, hy = canvas.half
    clouds = canvas.noise(1.4, 4) - 0.5
    tone = (0.2 + 0.4 * canvas.down if night else 0.56 + 0.52 * canvas.down) + 0.06 * clouds
    sky = ramp(tone, canvas.palette)
    if night:
        stars(canvas, sky, 0.0)
    place = (canvas.uniform(-0.6, 0.6) * hx, -hy * canvas.uniform(0.45, 0.66))
    radius = canvas.uniform(0.05, 0.08)
    if canvas.shows("moon" if night else "sun"):
        sun(canvas, sky, place, radius, 0.7 * canvas.palette[-1] + 0.3 * rgb("#fff2d8")[0])
    light = 1.0 if place[0] < 0 else -1.0
    return Layered(Image.fromarray(to_bytes(canvas, sky)), [_dune(canvas, k, light) for k in range(_DUNES)])


def _dune(canvas: Canvas, k: int, light: float) -> Strip:
    near = k / (_DUNES - 1)
    base = _base(canvas, k)
    wide = canvas.uniform(0.55, 0.95) * (1.0 - 0.25 * near)
    phase, second = canvas.uniform(0, 6.28), canvas.uniform(0, 6.28)
    lean = canvas.uniform(0.7, 1.1) * light
    grit = canvas.uniform(0, 6.28)

    def paint(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        turn = x * np.float32(6.283 * wide)
        crest = base + 0.075 * np.sin(turn + phase) + 0.036 * np.sin(turn * 2.1 + second)
        below = y - crest
        deep = np.clip(below / 0.36, 0, 1)
        side = np.sin(turn + phase + lean) + (deep - 0.32) * 1.5
        lit = 0.5 + 0.5 * np.tanh(side * 3.2)
        wind = np.sin(y * (190 - 60 * near) + 5 * np.sin(x * 4 + grit) + x * 26) * (0.25 + deep) * (0.4 + 0.6 * lit)
        haze = 0.17 * (1 - near)
        tone = 0.20 + haze + (0.50 - 0.08 * near) * lit * (1 - 0.28 * deep) + 0.016 * wind
        rim = 0.10 * np.exp(-below / 0.006) * lit
        return ramp(tone + rim, canvas.palette), canvas.edge(below)

    bottom = None if k == _DUNES - 1 else _base(canvas, k + 1) + 0.12
    return strip(canvas, paint, top=base - 0.13, bottom=bottom, sway=0.003 + 0.017 * near, period=24)


def _base(canvas: Canvas, k: int) -> float:
    hy = canvas.half[1]
    return -hy + (0.40 + 0.50 * k / (_DUNES - 1)) * 2 * hy
