"""People's own pictures as material: opened, brought to a size, and repainted in a prompt's colours."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

from services.errors import BadInput
from services.files.pictures import open_picture
from services.files.sniff import sniff
from services.generation.local.canvas import Floats, chance
from services.generation.local.painter import PLAIN, Manner, palette_of
from services.generation.local.styles import finishing

_PAPER = (255, 255, 255)
"""What shows through where a picture is transparent."""
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in brightness (ITU-R BT.601)."""


def opened(data: bytes, field: str) -> Image.Image:
    """A decoded picture, upright, in RGB or RGBA. Raises BadInput on `field` for bytes that are none."""
    kind = sniff(data)
    if kind is None or kind.family != "image":
        raise BadInput(field, f"The {field} is not a picture. Choose another from the library")
    try:
        picture = ImageOps.exif_transpose(open_picture(data, kind.reader))
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except Exception as error:  # a damaged file makes decoders raise anything at all
        whose = "The picture" if field == "picture" else f"The {field}'s picture"
        raise BadInput(field, f"{whose} cannot be read. Choose another from the library") from error


def covering(data: bytes, size: tuple[int, int]) -> Image.Image:
    """A picture in RGB that fills `size` (width, height), its middle kept. Raises BadInput on "picture"."""
    return ImageOps.fit(flattened(opened(data, "picture")), size, Image.Resampling.LANCZOS)


def flattened(picture: Image.Image) -> Image.Image:
    """In RGB, on white where it is transparent."""
    if picture.mode != "RGBA":
        return picture
    return Image.alpha_composite(Image.new("RGBA", picture.size, (*_PAPER, 255)), picture).convert("RGB")


def repainted(picture: Image.Image, prompt: str, seed: int, manner: Manner = PLAIN) -> Image.Image:
    """The same shapes in the colours and the manner of a prompt. Equal arguments, equal pixels.

    Brightness chooses from the prompt's palette, whose colours run from dark to light; some of the picture's own colour
    stays, so that what it shows can still be told.
    """
    pixels = np.asarray(picture, np.float32)
    colours = _graded(pixels @ _LUMA, palette_of(prompt, seed, manner))
    own = float(chance("own colours", prompt, seed).uniform(0.1, 0.35))
    painted = Image.fromarray(np.clip(colours * (1 - own) + pixels * own, 0, 255).astype(np.uint8))
    return finishing(manner.style, painted.size)(painted)


def _graded(brightness: Floats, palette: Floats) -> Floats:
    """Each pixel's colour from `palette`, shape (n, 3), the picture's whole range of brightness used."""
    low, high = np.percentile(brightness, (1, 99))
    place = np.clip((brightness - low) / max(high - low, 1.0), 0, 1)
    stops = np.linspace(0, 1, len(palette))
    return np.stack([np.interp(place, stops, palette[:, channel]) for channel in range(3)], axis=-1)
