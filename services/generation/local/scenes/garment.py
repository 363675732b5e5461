"""A garment laid flat on plain ground: a product to try on."""

from __future__ import annotations

import numpy as np

from services.generation.local.canvas import Canvas, Floats, blur, lay, ramp, rgb, shade
from services.generation.local.scene import Scene, still
from services.generation.local.scenes.outlines import filled, mirrored, points, stroked

_GROUNDS = (
    rgb("#ddd3c6", "#cbbfaf"), rgb("#c9d6d6", "#b3c4c5"), rgb("#dccacb", "#c9b3b6"), rgb("#cfd5c3", "#bac2ab"),
    rgb("#e0b9a6", "#cfa48f"),
)  # fmt: skip
"""Light, but darker than white cloth."""
_TONES = np.linspace(0.6, 1.1, 11)
"""Of a dye, in the light and in folds."""
_SHADES = np.linspace(0.72, 1, 8)
"""Of a ground, in the light and in shadow."""
_CLEAR = 40.0
"""Colour distance at which a garment can be cut out of its ground."""
_DYES = rgb(
    "#17697a", "#d99a1c", "#b03a5b", "#3f5f3d", "#2b3a63", "#c85a3a", "#6d4a86", "#2f2f35", "#e2d4bd", "#8fb0c9"
)
_NAMED = {
    "red": "#b8313a",
    "blue": "#2f5fa8",
    "green": "#3f7a4f",
    "yellow": "#e3b02c",
    "black": "#2b2b30",
    "white": "#f4f1ea",
    "pink": "#dd7f9b",
    "purple": "#6d4a96",
    "orange": "#d9702c",
    "teal": "#17757a",
    "navy": "#22305c",
    "brown": "#7a4f33",
    "grey": "#85888d",
    "gray": "#85888d",
    "beige": "#d9c6a5",
}
_SHORT_SLEEVE = points("0.155,-0.225 0.222,-0.234 0.285,-0.165 0.335,-0.075 0.325,-0.055 0.262,-0.03 0.205,-0.06")
_LONG_SLEEVE = points(
    "0.155,-0.225 0.222,-0.234 0.286,-0.135 0.33,0.02 0.362,0.19 0.355,0.212 0.3,0.224 0.285,0.2 0.255,0.06 0.205,-0.05"
)
_HOOD = points("0,-0.405 0.075,-0.395 0.118,-0.34 0.105,-0.275 0,-0.24")
_HOOD_INSIDE = points("0,-0.375 0.055,-0.365 0.078,-0.325 0.066,-0.285 0,-0.262")
_NECKLINE = points("-0.078,-0.3 -0.06,-0.268 0,-0.246 0.06,-0.268 0.078,-0.3")


def garment(canvas: Canvas) -> Scene:
    named = [code for name, code in _NAMED.items() if canvas.has(name)]
    dye = rgb(named[0])[0] if named else _DYES[canvas.style(len(_DYES))]
    image = ramp(canvas.down + np.zeros_like(canvas.x), _ground(canvas, dye))
    kind = _kind(canvas)
    body, sleeves = _body(kind), _sleeve(kind)
    whole = np.maximum(filled(canvas, body), filled(canvas, sleeves))
    whole = np.maximum(whole, filled(canvas, [(-x, y) for x, y in sleeves]))
    _fallen_shadow(canvas, image, whole)
    if kind == "raincoat":
        _hood(canvas, image, dye)
    for side in (1, -1):
        cover = filled(canvas, [(x * side, y) for x, y in sleeves])
        _cloth(canvas, image, cover, dye * 0.95, kind)
        _cuff(canvas, image, cover, dye, kind, side)
    cover = filled(canvas, body)
    for side in (1, -1):
        seam = [(side * 0.235, -0.215), (side * 0.205, -0.12), (side * 0.208, -0.03)]
        shade(image, blur(stroked(canvas, seam, 0.012), canvas.unit * 0.008), 0.30)
    _cloth(canvas, image, cover, dye, kind)
    _trim(canvas, image, cover, dye, kind)
    return still(canvas, image)


def _ground(canvas: Canvas, dye: Floats) -> Floats:
    """One that the dye stands out from, so that the garment can be cut out: any such, or else the farthest."""
    clear = [ground for ground in _GROUNDS if _apart(dye, ground) >= _CLEAR]
    among = clear or [max(_GROUNDS, key=lambda ground: _apart(dye, ground))]
    return among[canvas.pick(0, len(among))]


def _apart(dye: Floats, ground: Floats) -> float:
    """How near they come, however the light falls on both."""
    lit, shaded = _TONES[:, None] * dye, (_SHADES[:, None, None] * ground).reshape(-1, 3)
    return float(np.sqrt(((lit[:, None] - shaded) ** 2).sum(axis=2)).min())


def _kind(canvas: Canvas) -> str:
    if canvas.has("sweater", "jumper", "pullover", "knit", "knitwear"):
        return "sweater"
    if canvas.has("raincoat", "coat", "jacket", "hoodie", "parka"):
        return "raincoat"
    if canvas.has("cardigan", "blouse"):
        return "cardigan"
    if canvas.has("striped", "stripe", "stripes", "breton"):
        return "breton"
    if canvas.has("tee", "shirt", "tshirt", "t", "top"):
        return ("tee", "breton")[canvas.style(2)]
    return ("tee", "sweater", "cardigan", "breton", "raincoat")[canvas.style(5)]


def _body(kind: str) -> list[tuple[float, float]]:
    flare = 0.02 if kind == "raincoat" else 0.0
    hem = 0.36 if kind == "raincoat" else 0.31
    right = [(0.078, -0.300), (0.15, -0.270), (0.225, -0.235), (0.222, -0.12), (0.213, 0.02), (0.215 + flare / 2, 0.18)]
    right += [(0.218 + flare, hem - 0.01), (0.206 + flare, hem)]
    return [*mirrored([*right, (0.10, hem + 0.004)]), (-0.062, -0.268), (0, -0.248), (0.062, -0.268)]


def _sleeve(kind: str) -> list[tuple[float, float]]:
    return _SHORT_SLEEVE if kind in {"tee", "breton"} else _LONG_SLEEVE


def _cloth(canvas: Canvas, image: Floats, cover: Floats, dye: Floats, kind: str) -> None:
    """Dyed cloth with soft folds, its weave, and darker edges."""
    soft = blur(cover, canvas.unit * 0.03)
    folds = canvas.noise(2.6, 3) - 0.5
    tone = 0.80 + 0.26 * soft + 0.16 * folds * (0.35 + np.abs(canvas.x) * 2) - 0.10 * canvas.x - 0.05 * canvas.y
    if kind in {"sweater", "cardigan"}:
        rows = np.abs(np.mod(canvas.x * 85, 1) - 0.5)
        tone = tone + 0.055 * np.sin((canvas.y * 110 + rows * 2.2) * 6.283) * (1 - rows)
    colour = np.broadcast_to(dye, (*cover.shape, 3)).copy()
    if kind == "breton":
        lay(colour, np.clip((np.sin(canvas.y * 132) - 0.25) * 5, 0, 1) + 0 * cover, rgb("#f5f2ea")[0])
        pale = rgb("#f5f2ea")[0]
        colour = np.where((canvas.y < -0.19)[..., None], pale, colour)
    if kind == "sweater":
        _pattern(canvas, colour, dye)
    lay(image, cover, np.clip(colour * tone[..., None], 0, 255))


def _pattern(canvas: Canvas, colour: Floats, dye: Floats) -> None:
    """Two knitted bands around the chest with diamonds between them."""
    pale = dye * 0.2 + 200
    y = canvas.y + 0.105
    diamond = 0.016 - np.abs(np.mod(canvas.x, 0.046) - 0.023) * 0.8 - np.abs(y) * 0.8
    lay(colour, canvas.edge(diamond, 2.5), pale)
    for line in (-0.036, 0.036):
        dots = 0.0045 - np.maximum(np.abs(np.mod(canvas.x, 0.0153) - 0.0077), np.abs(y - line))
        lay(colour, canvas.edge(dots, 2.5), pale)


def _trim(canvas: Canvas, image: Floats, cover: Floats, dye: Floats, kind: str) -> None:
    dark, pale = dye * 0.72, dye * 0.3 + 165
    inner = filled(
        canvas, [*mirrored([(0.076, -0.302), (0.05, -0.305)]), (-0.060, -0.268), (0, -0.249), (0.060, -0.268)]
    )
    lay(image, inner * 0.9, dye * 0.52)
    lay(image, stroked(canvas, _NECKLINE, 0.016 if kind == "sweater" else 0.011), dark)
    lay(image, stroked(canvas, points("-0.072,-0.303 0,-0.296 0.072,-0.303"), 0.007), dye * 0.62)
    hem = 0.36 if kind == "raincoat" else 0.31
    band = np.exp(-(((canvas.y - hem + 0.022) / 0.0016) ** 2)) * cover
    shade(image, band, 0.35)
    if kind in {"cardigan", "raincoat"}:
        shade(image, np.exp(-((canvas.x / 0.0016) ** 2)) * cover * (canvas.y > -0.25), 0.45)
        shade(image, np.exp(-(((canvas.x - 0.006) / 0.006) ** 2)) * cover * (canvas.y > -0.25), 0.16)
        for n in range(5):
            spot = np.hypot(canvas.x + 0.014, canvas.y + 0.20 - n * (0.105 + 0.01 * (kind == "raincoat")))
            shade(image, canvas.edge(0.0125 - spot, 4), 0.25)
            lay(image, canvas.edge(0.0095 - spot), pale if kind == "cardigan" else dye * 0.4)
    if kind == "raincoat":
        for side in (-1, 1):
            flap = [(side * 0.06, 0.155), (side * 0.16, 0.145), (side * 0.164, 0.195), (side * 0.062, 0.205)]
            lay(image, filled(canvas, flap, smooth=False) * 0.55, dye * 0.85)
            lay(image, stroked(canvas, [*flap, flap[0]], 0.0035) * 0.8, dark)


def _cuff(canvas: Canvas, image: Floats, cover: Floats, dye: Floats, kind: str, side: int) -> None:
    ends = [(0.262, -0.030), (0.335, -0.075)] if kind in {"tee", "breton"} else [(0.290, 0.205), (0.360, 0.187)]
    line = stroked(canvas, [(side * x, y - 0.014) for x, y in ends], 0.004)
    lay(image, line * cover * 0.7, dye * 0.66)


def _hood(canvas: Canvas, image: Floats, dye: Floats) -> None:
    outer = filled(canvas, mirrored(_HOOD))
    _cloth(canvas, image, outer, dye * 0.9, "raincoat")
    inside = filled(canvas, mirrored(_HOOD_INSIDE))
    lay(image, inside, dye * 0.48)


def _fallen_shadow(canvas: Canvas, image: Floats, cover: Floats) -> None:
    soft = blur(cover, canvas.unit * 0.012)
    by = round(canvas.unit * 0.010)
    shade(image, np.pad(soft, ((by, 0), (0, 0)))[: canvas.height], 0.16)
