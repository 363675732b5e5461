"""Still pictures: checks before decoding, and thumbnails."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image, ImageOps

from services.errors import BadInput
from services.files.rendered import Derived, RenderedFile
from services.files.sniff import Format
from services.models.media import Variant

MAX_PIXELS = 100_000_000
THUMB_SIDE = 480
"""Pixels on a thumbnail's long side; smaller pictures are not enlarged."""
_THUMB_QUALITY = 82
_POSTER_QUALITY = 86

# Pillow only warns up to twice its limit; `open_picture` refuses by size before a pixel is decoded.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def derive_picture(data: bytes, kind: Format) -> Derived:
    """The original bytes and a thumbnail. Sizes are as displayed, EXIF orientation applied. Raises BadInput."""
    picture = open_picture(data, kind.reader)
    try:
        # JPEG decodes at a fraction of its size when a thumbnail is all that is wanted.
        size = _display_size(picture)
        picture.draft(None, (THUMB_SIDE * 2, THUMB_SIDE * 2))
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        small = thumb(upright)
    except Exception as error:  # a damaged file makes decoders raise anything at all
        raise BadInput("file", f"is damaged or cut short and cannot be shown ({kind.extension.upper()})") from error
    original = RenderedFile("original", data, kind.content_type, kind.extension, *size)
    return Derived("image", (original, small))


def open_picture(data: bytes, reader: str) -> Image.Image:
    """The picture with its header read and nothing decoded yet. Raises BadInput when damaged or too large."""
    try:
        picture = Image.open(io.BytesIO(data), formats=[reader])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadInput("file", f"has more than {MAX_PIXELS // 1_000_000} megapixels: make it smaller first") from error
    except Exception as error:  # as above
        raise BadInput("file", f"is damaged and cannot be read as {reader}") from error
    check_pixels(*picture.size)
    return picture


def check_pixels(width: int, height: int) -> None:
    """Raise BadInput for a picture or a frame too large to decode."""
    if width * height > MAX_PIXELS:
        megapixels = f"{width * height / 1e6:,.2f}".rstrip("0").rstrip(".")
        limit = MAX_PIXELS // 1_000_000
        raise BadInput("file", f"has {megapixels} megapixels; {limit} is the most: make it smaller first")


def thumb(picture: Image.Image) -> RenderedFile:
    """A WebP of at most THUMB_SIDE pixels on the long side, transparency kept."""
    small = _eight_bit(picture)
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _webp("thumb", small, _THUMB_QUALITY)


def poster(picture: Image.Image) -> RenderedFile:
    """A WebP of the picture's own size."""
    return _webp("poster", _eight_bit(picture), _POSTER_QUALITY)


def _webp(variant: Variant, picture: Image.Image, quality: int) -> RenderedFile:
    out = io.BytesIO()
    profile = picture.info.get("icc_profile") if picture.mode in {"RGB", "RGBA"} else None
    picture.save(out, "WEBP", quality=quality, method=3, icc_profile=profile or b"")
    return RenderedFile(variant, out.getvalue(), "image/webp", "webp", *picture.size)


def _eight_bit(picture: Image.Image) -> Image.Image:
    """A copy in RGB, or RGBA when anything is transparent. 16-bit greys are scaled, which `convert` does not do."""
    if picture.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8)).convert("RGB")
    converted = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if picture.mode not in {"RGB", "RGBA"}:
        converted.info.pop("icc_profile", None)
    return converted


def _display_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height after EXIF orientation; 5 to 8 lie on their side (Exif 2.32, tag 0x0112)."""
    width, height = picture.size
    return (height, width) if picture.getexif().get(0x0112, 1) in {5, 6, 7, 8} else (width, height)
