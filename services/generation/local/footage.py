"""The pictures of a clip that is there already, for one that goes on from it."""

from __future__ import annotations

import io
from collections.abc import Iterator

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from PIL import Image, ImageOps

from services.errors import BadInput
from services.generation.local.film import FPS

LONGEST = 60
"""Seconds of a clip that can be gone on from: all of it is encoded anew."""
_UNREADABLE = "The clip cannot be read. Choose another from the library"


def length(data: bytes) -> int:
    """How many frames of FPS a clip lasts. Raises BadInput on "clip" for bytes that are none, and for one too long."""
    try:
        with av.open(io.BytesIO(data)) as container:
            begin, end = _span(container)
    except Exception as error:  # a damaged file makes demuxers raise anything at all
        raise BadInput("clip", _UNREADABLE) from error
    if end - begin > LONGEST:
        raise BadInput("clip", f"The clip lasts {end - begin:.0f} s. Choose one of at most {LONGEST} s")
    return max(1, round((end - begin) * FPS))


def footage(data: bytes, size: tuple[int, int], frames: int) -> Iterator[Image.Image]:
    """The first `frames` frames of a clip, at FPS whatever its own pace, each filling `size`, its middle kept.

    Raises BadInput on "clip".
    """
    try:
        with av.open(io.BytesIO(data)) as container:
            yield from _paced(container, size, frames)
    except BadInput:
        raise
    except Exception as error:  # as above, of decoders
        raise BadInput("clip", _UNREADABLE) from error


def _paced(container: InputContainer, size: tuple[int, int], frames: int) -> Iterator[Image.Image]:
    """At each moment the latest frame that has begun by then; after the last one, that one."""
    shown: Image.Image | None = None
    given, begin = 0, None
    for frame in container.decode(video=0):
        at = frame.time or 0.0
        begin = at if begin is None else begin
        due = min(frames, _count_before(at - begin))
        while shown is not None and given < due:
            yield shown
            given += 1
        if given >= frames:
            return
        shown = _fitted(frame, size)
    if shown is None:
        raise BadInput("clip", _UNREADABLE)
    for _ in range(frames - given):
        yield shown


def _count_before(seconds: float) -> int:
    """Moments of FPS before a time; one at the time itself, as near as clocks tell, is not before it.

    >>> _count_before(0.0), _count_before(1 / 24), _count_before(0.05)
    (0, 1, 2)
    """
    exact = seconds * FPS
    return round(exact) if abs(exact - round(exact)) < 0.01 else int(exact) + 1


def _fitted(frame: VideoFrame, size: tuple[int, int]) -> Image.Image:
    """In RGB and upright: phones tell in their files how they were held."""
    picture = Image.fromarray(frame.to_ndarray(format="rgb24"))
    turns = round(frame.rotation / 90) % 4
    upright = picture.rotate(90 * turns, expand=True) if turns else picture
    return ImageOps.fit(upright, size, Image.Resampling.BILINEAR)


def _span(container: InputContainer) -> tuple[float, float]:
    """When the pictures begin and end, in seconds, from the packets themselves."""
    times = [
        (float(packet.pts * packet.time_base), float((packet.pts + (packet.duration or 0)) * packet.time_base))
        for packet in container.demux(video=0)
        if packet.pts is not None and packet.time_base is not None
    ]
    return min(begin for begin, _ in times), max(end for _, end in times)
