"""Cut-outs that drift: painted a little wider than the canvas, so they can move without showing an edge."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from services.generation.local.canvas import Canvas, Floats
from services.generation.local.scene import Strip

Painter = Callable[[Floats, Floats], tuple[Floats, Floats]]
"""From x (1, w) and y (h, 1) in units to colours (h, w, 3) and coverage (h, w)."""


def strip(
    canvas: Canvas,
    paint: Painter,
    *,
    top: float,
    bottom: float | None = None,
    sway: float = 0.0,
    bob: float = 0.0,
    period: float = 9.0,
) -> Strip:
    """Cut out the band between `top` and `bottom` (units from the centre, clipped to the canvas).

    `sway` and `bob` are in units; `period` in seconds.
    """
    hy = canvas.half[1]
    first = int(np.clip((top + hy) * canvas.unit, 0, canvas.height - 1))
    last = canvas.height if bottom is None else int(np.clip((bottom + hy) * canvas.unit, first + 1, canvas.height))
    if bottom is None:
        last += int(np.ceil(2 * bob * canvas.unit)) + 2 * (bob > 0)  # what rises must not show an end
    margin = int(np.ceil(2 * sway * canvas.unit)) + 2
    columns = np.arange(-margin, canvas.width + margin, dtype=np.float32)
    x = ((columns + 0.5 - canvas.width / 2) / canvas.unit)[None].astype(np.float32)
    rows = np.arange(first, last, dtype=np.float32)
    y = ((rows + 0.5 - canvas.height / 2) / canvas.unit - canvas.lower)[:, None]
    colour, cover = paint(x, y)
    rgba = np.dstack([np.broadcast_to(colour, (*cover.shape, 3)), cover * 255])
    grain = canvas.rng.standard_normal((*cover.shape, 1), dtype=np.float32) * np.float32(canvas.grain)
    rgba[..., :3] += grain
    image = Image.fromarray(np.clip(rgba, 0, 255).astype(np.uint8))
    return Strip(image, first, margin, sway * canvas.unit, period, canvas.uniform(0, 6.28), bob * canvas.unit)
