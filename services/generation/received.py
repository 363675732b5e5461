"""Pictures on their way to and from a provider, opened in a render process, since they may be damaged."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from services.errors import BadInput
from services.files.derive import derive
from services.files.rendered import RenderedFile
from services.generation.local.pictures import opened
from services.generation.local.render import webp

MAX_SIDE = 2048
"""Pixels on the long side of a picture that is sent."""


def open_received(data: bytes, report: Callable[[int], None]) -> tuple[RenderedFile, ...]:
    """The files of a picture that a provider made, as it was encoded there. Raises BadInput for what is none."""
    derived = derive(data)
    if derived.media_type != "image":
        raise BadInput("picture", "is not a picture")
    report(100)
    return derived.files


def to_send(data: bytes, report: Callable[[int], None]) -> bytes:
    """A picture of the library upright, without what else is in its file, and no larger than providers take."""
    picture = opened(data, "picture")
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    report(100)
    return webp(picture)
