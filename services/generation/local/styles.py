"""Looks by name: which words each adds to a prompt's, and what it makes of the picture that is painted.

`STYLES` is the one table of them; models.toml offers the same names. A look is the same for equal pictures, and what
would flicker in a clip (paper, chalk) is made once for a size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from services.generation.local.canvas import Floats, chance
from services.generation.local.scene import Scene, Still

Size = tuple[int, int]
"""Width and height in pixels."""
Finish = Callable[[Image.Image], Image.Image]
"""From a painted picture to the finished one, both in RGB and of one size."""
_SMOOTH, _MEAN = Image.Resampling.BICUBIC, Image.Resampling.BOX


@dataclass(frozen=True)
class Style:
    """`words`: what a prompt would say to have its colours and its light."""

    finishing: Callable[[Size], Finish]
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Styled:
    """A scene, each moment of which is finished."""

    scene: Scene
    finish: Finish

    def at(self, seconds: float) -> Image.Image:
        return self.finish(self.scene.at(seconds))


def styled(scene: Scene, name: str, size: Size) -> Scene:
    """A scene of `size` in a style; as it is for "" and for a name that is none."""
    if name not in STYLES:
        return scene
    finish = STYLES[name].finishing(size)
    return Still(finish(scene.image)) if isinstance(scene, Still) else Styled(scene, finish)


def finishing(name: str, size: Size) -> Finish:
    """What a style makes of pictures of `size`: nothing for "" and for a name that is none."""
    return STYLES[name].finishing(size) if name in STYLES else lambda picture: picture


def words_of_style(name: str) -> tuple[str, ...]:
    return STYLES[name].words if name in STYLES else ()


def _watercolour(size: Size) -> Finish:
    """Pale washes that run into each other, pigment that gathers at their edges, on rough paper."""
    paper = _paper("watercolour", size, depth=24, grain=3)

    def finish(picture: Image.Image) -> Image.Image:
        washes = Image.blend(_smaller(picture, 6).resize(size, _SMOOTH), picture, 0.2).point(_PALE)
        gathered = _enlarged(255 - np.clip(_slopes(_smaller(picture, 8)) * 2, 0, 75), size)
        return ImageChops.multiply(ImageChops.multiply(washes, gathered), paper)

    return finish


def _ink(size: Size) -> Finish:
    """Lines where the light changes, over a few washes of grey, on cream paper."""
    paper = _paper("ink", size, depth=16, grain=2)

    def finish(picture: Image.Image) -> Image.Image:
        lines = _enlarged(255 - np.clip((_slopes(_smaller(picture, 2)) - 5) * 8, 0, 235), size)
        washes = ImageOps.colorize(picture.convert("L").point(_WASHES), _INK, _RICE_PAPER)
        return ImageChops.multiply(ImageChops.multiply(washes, lines), paper)

    return finish


def _papercut(size: Size) -> Finish:
    """A few sheets by their light, each in the shadow of the darker one above and to the left of it."""
    paper = _paper("paper-cut", size, depth=18, grain=2)
    away = max(1, min(size) // 110)

    def finish(picture: Image.Image) -> Image.Image:
        light, blue, red = _smaller(picture, 8).resize(size, _SMOOTH).convert("YCbCr").split()
        sheets = light.point(_SHEETS)
        shadow = ImageChops.subtract(sheets, _moved(sheets, away)).filter(ImageFilter.BoxBlur(away / 2))
        lit = shadow.point(_SHADE).convert("RGB")
        cut = Image.merge("YCbCr", (sheets, blue, red)).convert("RGB")
        return ImageChops.multiply(ImageChops.multiply(cut, lit), paper)

    return finish


def _pastel(size: Size) -> Finish:
    """Chalk: light, with little contrast, and the tooth of the paper showing through."""
    paper = _paper("pastel", size, depth=44, grain=2)

    def finish(picture: Image.Image) -> Image.Image:
        soft = Image.blend(_smaller(picture, 6).resize(size, _SMOOTH), picture, 0.5)
        return ImageChops.multiply(soft.point(_CHALKY), paper)

    return finish


def _night(size: Size) -> Finish:
    """Moonlight: dark and blue, with a warm glow about what is brighter than all around it."""
    near, far = max(1.0, min(size) / 200), max(2.0, min(size) / 25)

    def finish(picture: Image.Image) -> Image.Image:
        bright = _smaller(picture, 4).convert("L").point(_BRIGHT)
        lamps = ImageChops.subtract(bright, bright.filter(ImageFilter.GaussianBlur(far / 4)))
        glow = lamps.filter(ImageFilter.GaussianBlur(near)).resize(size, _SMOOTH)
        return ImageChops.screen(picture.point(_MOONLIT), ImageOps.colorize(glow, "black", _LAMPLIGHT))

    return finish


STYLES: dict[str, Style] = {
    "Watercolour": Style(_watercolour),
    "Ink": Style(_ink, ("black", "white")),
    "Paper-cut": Style(_papercut),
    "Pastel": Style(_pastel, ("pastel",)),
    "Night": Style(_night, ("night",)),
}


def _smaller(picture: Image.Image, factor: int) -> Image.Image:
    """Averaged over squares of `factor` pixels, at least two pixels each way."""
    width, height = (max(2, side // factor) for side in picture.size)
    return picture.resize((width, height), _MEAN)


def _slopes(picture: Image.Image) -> Floats:
    """How much the light changes at each pixel, in levels of 255 a pixel."""
    down, right = np.gradient(np.asarray(picture.convert("L"), np.float32))
    slopes: Floats = np.hypot(down, right)
    return slopes


def _enlarged(plane: Floats, size: Size) -> Image.Image:
    """A plane of levels as a grey picture in RGB."""
    return Image.fromarray(plane.astype(np.uint8)).resize(size, _SMOOTH).convert("RGB")


def _moved(plane: Image.Image, by: int) -> Image.Image:
    """`by` pixels to the right and down; what would come from outside stays."""
    moved = plane.copy()
    moved.paste(plane, (by, by))
    return moved


def _paper(name: str, size: Size, depth: int, grain: int) -> Image.Image:
    """White with grains of about `grain` pixels, up to `depth` levels dark."""
    width, height = (max(2, side // grain) for side in size)
    noise = chance("paper", name).integers(0, 256, (height, width), dtype=np.uint8)
    grains = Image.fromarray(noise).resize(size, _SMOOTH)
    return grains.point([255 - depth * v // 255 for v in range(256)]).convert("RGB")


def _steps(count: int, low: int, high: int, softness: float, lift: float = 1.0) -> list[int]:
    """A curve of `count` even steps from `low` to `high`; `softness`: the share of each that is a slope. A `lift` below
    1 makes dark levels lighter.
    """
    place = np.linspace(0, 1, 256) ** lift * (count - 1)
    base = np.minimum(np.floor(place), count - 2)
    rise = np.clip((place - base - 0.5) / softness + 0.5, 0, 1)
    return [round(level) for level in low + (base + rise) / (count - 1) * (high - low)]


_PALE = [255 - (255 - v) * 66 // 100 for v in range(256)] * 3
_WASHES = _steps(4, 50, 255, 0.3, lift=0.6)
_SHEETS = _steps(6, 34, 246, 0.14)
_SHADE = [255 - min(v * 3, 120) for v in range(256)]
_CHALKY = [108 + v * 57 // 100 for v in range(256)] * 3
_BRIGHT = [max(0, min(255, (v - 150) * 3)) for v in range(256)]
_MOONLIT = [v * part // 100 + more for part, more in ((34, 3), (43, 6), (66, 18)) for v in range(256)]
"""Red, green and blue one after the other."""
_INK, _RICE_PAPER, _LAMPLIGHT = "#16171f", "#f8f2e4", "#ffc98a"
