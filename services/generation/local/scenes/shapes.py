"""A composition of circles, quarters and bars on a grid, after the posters of the nineteen-twenties."""

from __future__ import annotations

import numpy as np

from services.generation.local.canvas import Canvas, Floats, lay, rgb
from services.generation.local.scene import Scene, still

_SETS = (
    rgb("#f4ead7", "#e4572e", "#17394d", "#f2b134", "#76a5a1", "#2b2d2f"),
    rgb("#f6f1ea", "#d64550", "#1c3144", "#ffba49", "#a2aebb", "#3f5e5a"),
    rgb("#efe9dd", "#3a6ea5", "#ef8354", "#f7cb57", "#2d3142", "#9cc5a1"),
    rgb("#f7ede2", "#84a59d", "#f28482", "#f6bd60", "#46506b", "#b5838d"),
    rgb("#14213d", "#fca311", "#e5e5e5", "#d1495b", "#66a5ad", "#f4d58d"),
)


def shapes(canvas: Canvas) -> Scene:
    colours = _SETS[canvas.style(len(_SETS))]
    hx, hy = canvas.half
    cell = 1 / canvas.pick(4, 6)
    columns, rows = int(np.ceil(2 * hx / cell - 1e-3)), int(np.ceil(2 * hy / cell - 1e-3))
    image = canvas.flat(colours[0])
    for row in range(rows):
        for column in range(columns):
            at = (column + 0.5 - columns / 2) * cell, (row + 0.5 - rows / 2) * cell
            _tile(canvas, image, at, cell, colours)
    fibre = canvas.noise(70, 3) - 0.5
    return still(canvas, image * (1 + 0.05 * fibre)[..., None])


def _tile(canvas: Canvas, image: Floats, at: tuple[float, float], cell: float, colours: Floats) -> None:
    ground, figure, accent = canvas.rng.permutation(len(colours))[:3]
    motif, quarter = canvas.pick(0, 9), canvas.pick(0, 4)
    patch = canvas.patch(*at, cell / 2)
    if patch is None:
        return
    x, y = patch.x / np.float32(cell), patch.y / np.float32(cell)
    for _ in range(quarter):
        x, y = y, -x
    inside = np.minimum(0.5 - np.abs(x), 0.5 - np.abs(y))
    corner, middle = np.hypot(x + 0.5, y + 0.5), np.hypot(x, y)
    figures = (
        (1.0 - corner,),
        (1.0 - corner, 0.5 - corner),
        (0.40 - middle, 0.17 - middle),
        (np.minimum(0.5 - np.hypot(x, y + 0.5), y + 0.5),),
        (np.minimum(0.5 - np.hypot(x, y + 0.5), y + 0.5), np.minimum(0.5 - np.hypot(x, y), y)),
        (-(x + y),),
        (0.25 - np.abs(np.mod(x * 3 + 0.5, 1) - 0.5),),
        (np.minimum(0.5 - np.hypot(x + 0.5, y), 9), np.minimum(0.5 - np.hypot(x - 0.5, y), 9)),
        (0.34 - np.abs(x) - np.abs(y) + 0.16, 0.12 - middle),
    )[motif]
    window, cover = patch.of(image), canvas.edge(inside * np.float32(cell), 0.5)
    lay(window, cover, colours[ground])
    for n, distance in enumerate(figures):
        scale = np.float32(cell / 3 if motif == 6 else cell)
        lay(window, cover * canvas.edge(distance * scale + 0 * inside), colours[(figure, accent)[n]])
