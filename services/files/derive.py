"""From bytes to what the library keeps: the original as it is, a thumbnail, and a poster for a video."""

from __future__ import annotations

from services.errors import BadInput
from services.files.clips import derive_clip
from services.files.pictures import derive_picture
from services.files.rendered import Derived
from services.files.sniff import describe, sniff

MAX_IMAGE_BYTES = 50_000_000
MAX_CLIP_BYTES = 500_000_000
"""For video and audio."""


def derive(data: bytes) -> Derived:
    """Decide from the content alone what `data` is, check that it opens, and make its variants.

    Raises BadInput("file", …) for anything that is not a whole picture, video or sound within the limits. The
    messages are predicates ("is cut short: …"); a caller who knows the file's name puts it in front.
    """
    kind = sniff(data)
    if kind is None:
        raise BadInput("file", f"is not a picture, a video or a sound: its content is {describe(data)}")
    limit = MAX_IMAGE_BYTES if kind.family == "image" else MAX_CLIP_BYTES
    if len(data) > limit:
        noun = "pictures" if kind.family == "image" else "videos and sounds"
        raise BadInput("file", f"has {len(data) / 1e6:,.0f} MB; {noun} may have {limit // 1_000_000} MB")
    return derive_picture(data, kind) if kind.family == "image" else derive_clip(data, kind)
