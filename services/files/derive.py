"""From bytes to what the library keeps: the original as it is, a thumbnail, and a poster for a video."""

from __future__ import annotations

from services.errors import BadInput
from services.files.clips import derive_clip
from services.files.pictures import derive_picture
from services.files.rendered import Derived
from services.files.sniff import Format, describe, sniff

MAX_IMAGE_BYTES = 50_000_000
MAX_CLIP_BYTES = 500_000_000
"""For video and audio."""
HEAD_BYTES = 1024
"""Bytes of a file's beginning by which `recognise` decides and describes."""


def derive(data: bytes) -> Derived:
    """Decide from the content alone what `data` is, check that it opens, and make its variants.

    Raises BadInput("file", …) for anything that is not a whole picture, video or sound within the limits. The
    messages are predicates ("is cut short: …"); a caller who knows the file's name puts it in front.
    """
    kind = recognise(data, len(data))
    return derive_picture(data, kind) if kind.family == "image" else derive_clip(data, kind)


def recognise(head: bytes, size: int, *, image_bytes: int | None = None, clip_bytes: int | None = None) -> Format:
    """What a file of `size` bytes that begins with `head` is. Raises BadInput, as `derive`; reads nothing else.

    `image_bytes` and `clip_bytes` are limits in place of the usual ones.
    """
    kind = sniff(head)
    if kind is None:
        raise BadInput("file", f"is not a picture, a video or a sound: its content is {describe(head)}")
    if kind.family == "image":
        limit, noun = image_bytes or MAX_IMAGE_BYTES, "pictures"
    else:
        limit, noun = clip_bytes or MAX_CLIP_BYTES, "videos and sounds"
    if size > limit:
        raise BadInput("file", f"has {size / 1e6:,.0f} MB; {noun} may have {limit // 1_000_000} MB")
    return kind
