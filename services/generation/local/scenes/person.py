"""A person from the hips up, drawn plainly, arms at the sides: something to try a garment on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from services.generation.local.canvas import Canvas, Floats, blur, lay, ramp, rgb, shade
from services.generation.local.scene import Scene, still
from services.generation.local.scenes.outlines import filled, mirrored, points, stroked

_SKINS = rgb("#f3cdb0", "#e6b18c", "#c98d64", "#9a623f", "#6f4430")
_HAIRS = rgb("#2a1c18", "#5a3422", "#8f5a2f", "#c99a58", "#1b1b22", "#a6482c", "#8d8a88")
_TOPS = rgb("#f2efea", "#30394a", "#c9d3dc", "#7f9a8c", "#d9b9a6", "#3f4147")
_BACKS = (
    rgb("#e6f0ec", "#c3d8d2"),
    rgb("#f5e7d8", "#e6c9ae"),
    rgb("#e6e9f5", "#c3c9e3"),
    rgb("#f6e3e3", "#e2bfc1"),
    rgb("#eef0dc", "#d3d7ae"),
)
_HEAD_Y = -0.245
_ARM = points("0.205,0.02 0.262,0.1 0.292,0.26 0.3,0.42 0.305,0.6 0.225,0.6 0.215,0.3")
_SHIRT = points(
    "0.072,-0.075 0.15,-0.045 0.225,0.005 0.265,0.075 0.298,0.205 0.232,0.232 0.212,0.165 "
    "0.203,0.3 0.205,0.45 0.215,0.64"
)
_COLLAR = points("-0.072,-0.075 -0.05,-0.043 0,-0.028 0.05,-0.043 0.072,-0.075")
_FACE = points("0,-0.385 0.062,-0.372 0.1,-0.31 0.101,-0.235 0.082,-0.165 0.038,-0.118 0,-0.108")
_LONG, _BOB, _BUN, _SHORT, _CURLY = range(5)
_BEHIND = {
    _LONG: points("0,-0.43 0.1,-0.41 0.15,-0.31 0.155,-0.15 0.17,0.02 0.135,0.1 0,0.09"),
    _BOB: points("0,-0.43 0.1,-0.41 0.148,-0.31 0.15,-0.19 0.125,-0.105 0,-0.1"),
}
_BEFORE = {
    _LONG: points(
        "-0.112,-0.2 -0.128,-0.32 -0.075,-0.415 0.02,-0.43 0.1,-0.395 0.13,-0.31 0.114,-0.2 "
        "0.098,-0.28 0.055,-0.335 -0.02,-0.352 -0.08,-0.3"
    ),
    _BOB: points(
        "-0.112,-0.16 -0.128,-0.32 -0.075,-0.415 0.02,-0.43 0.1,-0.395 0.13,-0.31 0.114,-0.16 "
        "0.102,-0.27 0.05,-0.296 -0.05,-0.296 -0.098,-0.27"
    ),
    _BUN: points(
        "-0.103,-0.25 -0.116,-0.33 -0.07,-0.405 0,-0.42 0.07,-0.405 0.116,-0.33 0.103,-0.25 "
        "0.082,-0.315 0,-0.352 -0.082,-0.315"
    ),
    _SHORT: points(
        "-0.104,-0.24 -0.118,-0.33 -0.07,-0.41 0.01,-0.425 0.085,-0.405 0.119,-0.33 0.104,-0.24 "
        "0.094,-0.3 0.03,-0.318 -0.06,-0.335 -0.094,-0.3"
    ),
    _CURLY: points(
        "-0.104,-0.26 -0.12,-0.34 -0.1,-0.4 -0.04,-0.445 0.05,-0.45 0.11,-0.405 0.121,-0.33 "
        "0.104,-0.26 0.092,-0.315 0.04,-0.345 -0.03,-0.34 -0.09,-0.315"
    ),
}


def person(canvas: Canvas) -> Scene:
    # In a tall picture the figure stands lower, so that it still ends at the frame.
    canvas = replace(canvas, lower=max(0.0, canvas.half[1] - 0.56))
    skin, hair = _SKINS[canvas.pick(0, len(_SKINS))], _HAIRS[canvas.pick(0, len(_HAIRS))]
    top, back = _TOPS[canvas.pick(0, len(_TOPS))], _BACKS[canvas.style(len(_BACKS))]
    image = ramp(canvas.down + np.zeros_like(canvas.x), back)
    ring = np.hypot(canvas.x - 0.10, canvas.y + 0.05)
    lay(image, 0.55 * canvas.edge(0.40 - ring), rgb("#ffffff")[0])
    long_hair = canvas.has("woman", "girl", "lady", "her", "she", "female")
    short_hair = canvas.has("man", "boy", "him", "he", "male", "guy")
    styles = (_LONG, _BOB, _BUN) if long_hair else (_SHORT, _CURLY) if short_hair else tuple(_BEFORE)
    style = styles[canvas.style(len(styles))]
    _hair_behind(canvas, image, style, hair)
    _body(canvas, image, skin, top)
    _head(canvas, image, skin)
    _hair_before(canvas, image, style, hair)
    return still(canvas, image)


def _body(canvas: Canvas, image: Floats, skin: Floats, top: Floats) -> None:
    _solid(canvas, image, filled(canvas, mirrored(_ARM)), skin, 0.10)
    neck = mirrored(points("0.052,-0.2 0.054,-0.11 0.085,-0.06 0.09,0.02 0,0.06"))
    _solid(canvas, image, filled(canvas, neck), skin * 0.93, 0.05)
    chin = filled(canvas, mirrored(points("0.062,-0.2 0.06,-0.13 0,-0.085")))
    shade(image, chin * 0.8, 0.20)
    cover = filled(canvas, [*mirrored(_SHIRT), *_COLLAR[1:-1]])
    _solid(canvas, image, cover, top, 0.14)
    for side in (-1, 1):
        fold = [(side * 0.212, 0.165), (side * 0.190, 0.11), (side * 0.178, 0.05)]
        shade(image, blur(stroked(canvas, fold, 0.008), canvas.unit * 0.004) * cover, 0.22)
        drape = [(side * 0.17, 0.22), (side * 0.12, 0.36), (side * 0.13, 0.5)]
        shade(image, blur(stroked(canvas, drape, 0.014), canvas.unit * 0.012) * cover, 0.12)
    collar = stroked(canvas, _COLLAR, 0.011)
    lay(image, collar * 0.9, top * 0.86)


def _head(canvas: Canvas, image: Floats, skin: Floats) -> None:
    for side in (-1, 1):
        ear = np.hypot((canvas.x - side * 0.101) / 0.7, canvas.y - _HEAD_Y - 0.012)
        lay(image, canvas.edge(0.026 - ear), skin * 0.92)
    _solid(canvas, image, filled(canvas, mirrored(_FACE)), skin, 0.10)
    for side in (-1, 1):
        cheek = np.hypot(canvas.x - side * 0.052, canvas.y - _HEAD_Y - 0.045)
        lay(image, 0.16 * np.exp(-((cheek / 0.020) ** 2)), rgb("#d9605a")[0])
        brow = [(side * 0.028, -0.272), (side * 0.047, -0.279), (side * 0.066, -0.271)]
        lay(image, 0.55 * stroked(canvas, brow, 0.0055), skin * 0.42)
        lash = [(side * 0.031, -0.243), (side * 0.047, -0.237), (side * 0.063, -0.244)]
        lay(image, 0.8 * stroked(canvas, lash, 0.0045), skin * 0.30)
    lay(image, 0.45 * stroked(canvas, points("0.004,-0.235 0.01,-0.207 -0.002,-0.203"), 0.004), skin * 0.66)
    lay(
        image,
        0.75 * stroked(canvas, points("-0.026,-0.168 0,-0.16 0.026,-0.168"), 0.0055),
        rgb("#a9483f")[0] * 0.5 + skin * 0.4,
    )


def _hair_behind(canvas: Canvas, image: Floats, style: int, hair: Floats) -> None:
    if style in _BEHIND:
        _solid(canvas, image, filled(canvas, mirrored(_BEHIND[style])), hair * 0.80, 0.10)
    if style == _BUN:
        bun = np.hypot(canvas.x, (canvas.y + 0.445) * 1.1)
        lay(image, canvas.edge(0.058 - bun), hair * (0.95 + 0.5 * (-canvas.x - canvas.y - 0.445))[..., None])


def _hair_before(canvas: Canvas, image: Floats, style: int, hair: Floats) -> None:
    cover = filled(canvas, _BEFORE[style])
    _solid(canvas, image, cover, hair, 0.06)
    strands = 0.5 + 0.5 * np.sin(np.arctan2(canvas.x - 0.03, canvas.y + 0.50) * 90)
    gloss = np.exp(-(((np.hypot(canvas.x, canvas.y + 0.26) - 0.128) / 0.016) ** 2)) * (canvas.x < 0.06)
    lay(image, cover * (0.10 * strands + 0.24 * gloss), hair * 0.4 + 150)


def _solid(canvas: Canvas, image: Floats, cover: Floats, colour: Floats, depth: float) -> None:
    """A shape with a soft light from the upper left and darker edges towards the right and below."""
    soft = blur(cover, canvas.unit * 0.035)
    by = max(1, round(canvas.unit * 0.02))
    lower = np.pad(soft, ((0, by), (0, by)), mode="edge")[by:, by:]
    tone = 1.05 - depth * 2.2 * np.clip(1 - lower, 0, 1) + depth * 0.25 * (-canvas.x - canvas.y)
    lay(image, cover, np.clip(colour * tone[..., None], 0, 255))
