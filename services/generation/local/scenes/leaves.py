"""Leaves around a clear middle, each lit on one side of its rib and casting a shadow; blossoms when asked for."""

from __future__ import annotations

import numpy as np

from services.generation.local.canvas import Canvas, Floats, lay, ramp, rgb, shade, vignette
from services.generation.local.scene import Scene, still

_GREENS = (
    (rgb("#eef3dc", "#cfe0b4"), rgb("#1f5b3a", "#3c8450", "#78a957", "#16412f", "#a8c56d")),
    (rgb("#12352f", "#07191a"), rgb("#1f6b52", "#2f8f6b", "#c4744f", "#14483f", "#e0a273")),
    (rgb("#f6ead6", "#e9d3ae"), rgb("#8a3b1c", "#c26a2a", "#e0a23c", "#5e2a1a", "#a9862f")),
    (rgb("#f3e6e4", "#e4c9c6"), rgb("#5c7a6a", "#86a592", "#b4c8b3", "#3e5a50", "#d2a59a")),
    (rgb("#e3eef2", "#bcd4de"), rgb("#17556b", "#2f7f95", "#6fb0b8", "#0f3a4f", "#d9c27a")),
)
_AUTUMN = ("autumn", "fall", "october", "maple", "rust", "copper")
_BLOSSOMS = ("flower", "blossom", "petal", "bouquet", "rose", "tulip", "daisy", "peony", "cherry", "floral", "bloom")


def leaves(canvas: Canvas) -> Scene:
    ground, colours = _GREENS[2] if canvas.has(*_AUTUMN) else _GREENS[canvas.style(len(_GREENS))]
    hx, hy = canvas.half
    away = np.hypot(canvas.x / hx, canvas.y / hy) / 1.41
    image = ramp(away + 0.06 * (canvas.noise(2.0, 3) - 0.5), ground)
    count = int(62 * 4 * hx * hy) + 10
    for n in range(count):
        order = n / count
        cx, cy = canvas.uniform(-1.08, 1.08) * hx, canvas.uniform(-1.08, 1.08) * hy
        if np.hypot(cx / hx, cy / hy) < 0.5 + 0.16 * order:
            continue
        inward = np.arctan2(-cy, -cx) + canvas.uniform(-0.95, 0.95)
        colour = colours[canvas.pick(0, len(colours))] * np.float32(0.62 + 0.42 * order)
        leaf(canvas, image, (cx, cy), canvas.uniform(0.19, 0.33) * (0.8 + 0.3 * order), inward, colour)
    if canvas.has(*_BLOSSOMS):
        _bouquet(canvas, image)
    return still(canvas, image * vignette(canvas, 0.22))


def leaf(canvas: Canvas, image: Floats, at: tuple[float, float], length: float, angle: float, colour: Floats) -> None:
    """One leaf from its stalk at `at`, `length` units long, pointing along `angle` (radians, clockwise from right)."""
    middle = at[0] + np.cos(angle) * length / 2, at[1] + np.sin(angle) * length / 2
    patch = canvas.patch(*middle, length * 0.62)
    slim, bend = canvas.uniform(0.15, 0.25), canvas.uniform(-0.16, 0.16)
    if patch is None:
        return
    along, across = patch.turned(angle)
    u = along / np.float32(length) + 0.5
    v = across / np.float32(length) - bend * (u - u * u) * 2
    inside = np.clip(u, 0, 1)
    width = slim * np.sin(np.pi * inside**0.82) ** 0.9 * (1 - 0.25 * inside)
    distance = np.minimum(width - np.abs(v), np.minimum(u, 1 - u) * 0.4) * np.float32(length)
    fall = patch.turned(angle)[1] - 0.014
    below = np.minimum(width - np.abs(fall / np.float32(length) - bend * (u - u * u) * 2), np.minimum(u, 1 - u) * 0.4)
    shade(patch.of(image), np.clip(below * np.float32(length) / 0.03 + 0.55, 0, 1) ** 1.5, 0.34)
    rib = np.exp(-((v / 0.011) ** 2)) * (1 - 0.5 * inside)
    slant = np.abs(v) * 1.1 - u * 1.0
    veins = np.clip(np.cos(slant * 58) * 4 - 3.1, 0, 1) * np.clip(1 - np.abs(v) / (width + 1e-3), 0, 1)
    sheen = np.where(v < 0, 1.16, 0.84) + 0.30 * (0.5 - np.abs(v) / (width + 1e-3)) * np.where(v < 0, 1, 0.4)
    painted = colour * (sheen * (0.86 + 0.28 * inside))[..., None]
    painted = painted + (255 - painted) * (0.26 * rib + 0.13 * veins)[..., None]
    lay(patch.of(image), canvas.edge(distance), painted)


def _bouquet(canvas: Canvas, image: Floats) -> None:
    """Three blossoms in the clear middle, the largest last."""
    petals = (
        rgb("#f2b8c6", "#d9627f"),
        rgb("#fbe3c0", "#ef9f5a"),
        rgb("#f7f1ea", "#d8b7c9"),
        rgb("#c9b6ea", "#7d5fc0"),
    )
    first = canvas.pick(0, len(petals))
    spots = ((-0.17, 0.13, 0.15), (0.19, 0.10, 0.13), (0.01, -0.08, 0.20))
    for n, (x, y, radius) in enumerate(spots):
        centre = x + canvas.uniform(-0.03, 0.03), y + canvas.uniform(-0.03, 0.03)
        blossom(canvas, image, centre, radius, petals[(first + n) % len(petals)])


def blossom(canvas: Canvas, image: Floats, at: tuple[float, float], radius: float, colours: Floats) -> None:
    """Rings of petals from the outside in, pale at the tips."""
    patch = canvas.patch(*at, radius * 1.3)
    if patch is None:
        return
    angle, away = np.arctan2(patch.y, patch.x), np.hypot(patch.x, patch.y) / np.float32(radius)
    turn = canvas.uniform(0, 6.28)
    for ring in range(6):
        size = 1.0 - 0.155 * ring
        petals = max(5, 9 - ring)
        lobe = np.abs(np.cos((angle + turn + ring * 1.9) * petals / 2)) ** 0.55
        edge = size * (0.80 + 0.20 * lobe)
        distance = (edge - away) * np.float32(radius)
        shade(patch.of(image), np.clip(distance / 0.02 + 0.7, 0, 1), 0.20)
        inner = np.clip(away / np.maximum(edge, 1e-3), 0, 1)
        tone = inner**1.5 * (0.75 + 0.25 * lobe) - 0.08 * ring
        painted = colours[1] + (colours[0] - colours[1]) * np.clip(tone, 0, 1)[..., None]
        streak = 1 - 0.05 * (0.5 + 0.5 * np.sin(angle * petals * 9)) * (1 - inner)
        lay(patch.of(image), canvas.edge(distance), painted * streak[..., None])
    heart = (0.16 - away) * np.float32(radius)
    seeds = 0.85 + 0.15 * np.sin(angle * 13) * np.sin(away * 160)
    lay(patch.of(image), canvas.edge(heart), rgb("#e9b949")[0] * seeds[..., None])
