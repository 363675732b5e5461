"""Pictures and clips on their way to and from a provider, opened in a render process, since they may be damaged."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image

from services.errors import BadInput
from services.files.derive import derive
from services.files.rendered import RenderedFile
from services.generation.local.pictures import flattened, opened
from services.generation.local.render import webp
from services.models import MediaType

MAX_SIDE = 2048
"""Pixels on the long side of a picture that is sent."""
JPEG_QUALITY = 95


def open_received(data: bytes, wanted: MediaType, report: Callable[[int], None]) -> tuple[RenderedFile, ...]:
    """The files of what a provider made, as it was encoded there. Raises BadInput for what is no such thing."""
    derived = derive(data)
    if derived.media_type != wanted:
        raise BadInput("file", f"holds no {wanted}")
    report(100)
    return derived.files


def to_send(data: bytes, report: Callable[[int], None]) -> bytes:
    """A picture of the library upright, without what else is in its file, and no larger than providers take."""
    picture = _upright(data)
    report(100)
    return webp(picture)


def to_send_as_jpeg(data: bytes, report: Callable[[int], None]) -> bytes:
    """The same for models that take only JPEG and PNG."""
    out = io.BytesIO()
    flattened(_upright(data)).save(out, "JPEG", quality=JPEG_QUALITY)
    report(100)
    return out.getvalue()


def _upright(data: bytes) -> Image.Image:
    picture = opened(data, "picture")
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return picture
