"""Vases on a table by a window."""

from __future__ import annotations

import numpy as np

from services.generation.local.canvas import Canvas, Floats, lay, rgb, shade, vignette
from services.generation.local.scene import Scene, still

_ROOMS = (
    (rgb("#f3ece1", "#d9c9b4", "#b39a7d", "#8d755a"), rgb("#b5563c", "#e9e2d6", "#39707a", "#c99a4b", "#5d5148")),
    (rgb("#2d444c", "#1f3238", "#20292d", "#141a1d"), rgb("#d3a541", "#4f9a94", "#e8e1d3", "#b35a3e", "#7d8f6a")),
    (rgb("#f7e6e0", "#e7c8c0", "#c79d94", "#a27a72"), rgb("#7c4468", "#efe8e2", "#d58456", "#a95560", "#68788f")),
    (rgb("#eaf1ee", "#c9dad5", "#93aaa5", "#6f8783"), rgb("#28656a", "#f2efe8", "#c77f56", "#8fae9e", "#39424c")),
    (rgb("#f2efe4", "#d8d6bd", "#a5a783", "#7f8263"), rgb("#6d7d45", "#f0ead9", "#b98f4b", "#3f4f3a", "#c56b47")),
)


def stoneware(canvas: Canvas) -> Scene:
    (wall, far, near, front), glazes = _ROOMS[canvas.style(len(_ROOMS))]
    hx, hy = canvas.half
    table = 0.17 * hy * 2 * 0.5 + 0.06
    up = np.clip((canvas.y + hy) / (table + hy), 0, 1)
    out = np.clip((canvas.y - table) / (hy - table), 0, 1)
    image = np.where(
        (canvas.y < table)[..., None], wall + (far - wall) * up[..., None], near + (front - near) * out[..., None]
    ) + np.zeros((1, canvas.width, 1), np.float32)
    beam = canvas.x * 0.6 + canvas.y + 0.32 + 0.2 * canvas.uniform(-1, 1)
    window = np.clip(0.30 - np.abs(beam), 0, 0.10) / 0.10 * np.where(np.abs(np.mod(beam * 4, 1) - 0.5) < 0.44, 1, 0.25)
    image *= (0.90 + 0.13 * window + 0.16 * np.exp(-((canvas.x + 0.5) ** 2 + (canvas.y + 0.5) ** 2) / 0.5))[..., None]
    shade(image, np.exp(-(((canvas.y - table) / 0.012) ** 2)) + 0 * canvas.x, 0.10)
    order = canvas.rng.permutation(len(glazes))
    scale = min(1.0, hx / 0.5) * canvas.uniform(0.95, 1.08)
    places = ((-0.255, 0.30, 0.36), (0.235, 0.335, 0.31), (-0.01, 0.37, 0.56))
    for n, (x, foot, tall) in enumerate(places):
        tall *= canvas.uniform(0.88, 1.08) * scale
        vase = Vase(canvas, tall, canvas.uniform(0.19, 0.27) * min(tall, 0.42) / 0.42 * (1.25 if n == 1 else 1.0))
        vase.put(image, (x * scale, (foot - 0.02) * scale), glazes[order[n]])
    return still(canvas, image * vignette(canvas, 0.25))


class Vase:
    """A turned vessel: a smooth random profile around an upright axis."""

    def __init__(self, canvas: Canvas, tall: float, wide: float) -> None:
        self._canvas, self._tall = canvas, tall
        heights = np.array([0, 0.06, 0.30, 0.55, 0.76, 0.88, 0.97, 1.0])
        belly, shoulder, neck = canvas.uniform(0.8, 1.0), canvas.uniform(0.55, 0.95), canvas.uniform(0.24, 0.42)
        radii = np.array([0.52, 0.58, belly, shoulder, neck + 0.16, neck, neck * 1.18, neck * 1.26]) * wide / 2
        self._t = np.linspace(0, 1, 400)
        curve = np.interp(self._t, heights, radii)
        window = np.hanning(61)
        padded = np.pad(curve, 30, mode="edge")
        self._radius = np.convolve(padded, window / window.sum(), mode="valid").astype(np.float32)
        self._style = canvas.pick(0, 4)

    def put(self, image: Floats, foot: tuple[float, float], glaze: Floats) -> None:
        """Paint the vase standing at `foot`, with its shadow falling to the right."""
        canvas, tall = self._canvas, self._tall
        patch = canvas.patch(foot[0], foot[1] - tall / 2, tall * 0.95)
        if patch is None:
            return
        x, y = patch.x, patch.y - tall / 2
        up = -y / np.float32(tall)
        radius = np.interp(up[:, 0], self._t, self._radius).astype(np.float32)[:, None]
        base = float(self._radius[0])
        self._shadow(patch.of(image), x, y, base)
        inside = np.minimum(radius - np.abs(x), np.minimum(up, 1 - up) * tall)
        bottom = (1 - (x / base) ** 2 - ((y + 0.004) / (base * 0.16)) ** 2) * 0.01
        cover = np.maximum(canvas.edge(inside), canvas.edge(bottom))
        u = np.clip(x / np.maximum(radius, 1e-3), -1, 1)
        lay(patch.of(image), cover, self._glazed(glaze, u, up, x, y))
        self._mouth(patch.of(image), x, y + tall, glaze)

    def _glazed(self, glaze: Floats, u: Floats, up: Floats, x: Floats, y: Floats) -> Floats:
        facing = np.sqrt(np.clip(1 - u * u, 0, 1))
        light = 0.36 + 0.80 * np.clip(-0.60 * u + 0.66 * facing, 0, 1) + 0.10 * np.clip(u - 0.75, 0, 1)
        tint = np.broadcast_to(glaze, (*light.shape, 3)).copy()
        pale = glaze * 0.35 + 165
        if self._style == 1:
            lay(tint, np.clip((np.sin(up * 62) - 0.15) * 6, 0, 1) * 0.5 + 0 * u, pale)
        elif self._style == 2:
            drip = 0.56 + 0.03 * np.sin(u * 7 + 1) + 0.016 * np.sin(u * 17)
            lay(tint, np.clip((up - drip) * 90, 0, 1), pale)
        else:
            specks = np.sin(x * 911 + 37 * np.sin(y * 743)) * np.sin(y * 859 + 29 * np.sin(x * 677))
            lay(tint, np.clip(specks * 9 - 8, 0, 1) * 0.5, glaze * 0.45)
        gloss = np.exp(-(((u + 0.46) / 0.085) ** 2)) * np.exp(-(((up - 0.55) / 0.24) ** 2)) * 0.40
        return np.asarray(tint * light[..., None] + 235 * gloss[..., None], np.float32)

    def _mouth(self, image: Floats, x: Floats, y: Floats, glaze: Floats) -> None:
        wide = float(self._radius[-1])
        rim = (1 - (x / wide) ** 2 - (y / (wide * 0.2)) ** 2) * wide * 0.5
        hole = (1 - (x / (wide * 0.82)) ** 2 - ((y - 0.001) / (wide * 0.14)) ** 2) * wide * 0.5
        lay(image, self._canvas.edge(rim, 2.5), np.minimum(glaze * 1.05 + 14, 255))
        lay(image, self._canvas.edge(hole, 2.5), glaze * 0.30)

    def _shadow(self, image: Floats, x: Floats, y: Floats, base: float) -> None:
        contact = np.exp(-((x / (base * 1.15)) ** 2 + (y / (base * 0.22)) ** 2))
        slant = x - 0.85 * (y + 0.03) - base * 0.9
        cast = np.exp(-((slant / (base * 2.2)) ** 2 + ((y - 0.006) / 0.055) ** 2)) * (x > -base * 2)
        shade(image, np.clip(contact, 0, 1), 0.5)
        shade(image, np.clip(cast, 0, 1), 0.26)
