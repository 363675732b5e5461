"""Video and sound through FFmpeg's libraries (PyAV): length, size, a picture of each, and whether they are whole."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from services.errors import BadInput
from services.files.pictures import check_pixels, poster, thumb
from services.files.rendered import Derived, RenderedFile
from services.files.sniff import M4A, WAV, Format
from services.files.waves import wave

_POSTER_SECONDS = 5.0
"""How far into a video a telling frame is looked for."""
_POSTER_FRAMES = 150
_TELLING_SPREAD = 18.0
_TELLING_LIGHT = 20.0
"""Standard deviation and mean of 8-bit grey above which a frame shows something: not black, not one flat colour."""
_MISSING_SECONDS = 1.0
_MISSING_SHARE = 0.1
"""A file that ends earlier than it announces by more than either is cut short."""


@dataclass(frozen=True)
class _Seen:
    """What the first look at a file told."""

    original: RenderedFile
    picture: Image.Image
    """A telling frame, or a sound's wave."""
    moves: bool


def derive_clip(data: bytes, kind: Format) -> Derived:
    """The original bytes and a thumbnail, for a video a poster, too. Raises BadInput for what does not play whole."""
    try:
        with av.open(io.BytesIO(data), format=kind.reader) as container:
            seen = _look(container, data, kind)
    except BadInput:
        raise
    except Exception as error:  # a damaged file makes demuxers and decoders raise anything at all
        raise BadInput("file", f"is damaged or cut short and cannot be played ({kind.extension.upper()})") from error
    if not seen.moves:
        return Derived("audio", (seen.original, thumb(seen.picture)))
    return Derived("video", (seen.original, poster(seen.picture), thumb(seen.picture)))


def _look(container: InputContainer, data: bytes, kind: Format) -> _Seen:
    video = _moving_stream(container)
    if video is not None and kind.family == "audio":
        raise BadInput("file", f"holds a video in a sound file ({kind.extension.upper()}): convert it to MP4 or WebM")
    if video is None and not container.streams.audio:
        raise BadInput("file", "holds no picture or sound that can be read; it may be cut short")
    if video is None and kind.family == "video":
        raise BadInput("file", "holds a sound without a picture: save it as OGG, MP3 or M4A")
    if video is None:
        return _sound(container, data, M4A if kind.family == "mp4" else kind)
    return _video(container, video, data, kind)


def _moving_stream(container: InputContainer) -> VideoStream | None:
    """The video stream; a cover picture attached to a song is none."""
    attached = av.stream.Disposition.attached_pic
    return next((s for s in container.streams.video if not s.disposition & attached), None)


def _sound(container: InputContainer, data: bytes, kind: Format) -> _Seen:
    if kind is WAV:
        _check_riff(data)
    stream = container.streams.audio[0]
    next(container.decode(stream))
    seconds = _whole_length(container)
    original = RenderedFile("original", data, kind.content_type, kind.extension, duration=seconds)
    return _Seen(original, wave(container, stream, seconds), moves=False)


def _check_riff(data: bytes) -> None:
    """FFmpeg takes a short WAV for a whole one; its header tells (bytes after the size field, all ones: unknown)."""
    announced = int.from_bytes(data[4:8], "little") + 8
    if len(data) < announced < 0xFFFF_FFFF:
        raise BadInput("file", f"is cut short: it announces {announced:,} bytes and holds {len(data):,}")


def _video(container: InputContainer, stream: VideoStream, data: bytes, kind: Format) -> _Seen:
    check_pixels(stream.width, stream.height)
    frame = _telling_frame(container, stream)
    turns = round(frame.rotation / 90) % 4
    picture = Image.fromarray(frame.to_ndarray(format="rgb24"))
    if turns:
        picture = picture.rotate(90 * turns, expand=True)
    original = RenderedFile("original", data, kind.content_type, kind.extension, *picture.size)
    return _Seen(replace(original, duration=_whole_length(container)), picture, moves=True)


def _telling_frame(container: InputContainer, stream: VideoStream) -> VideoFrame:
    """The first frame that shows something within the first seconds, else the one that shows most."""
    best: tuple[float, VideoFrame] | None = None
    for count, frame in enumerate(container.decode(stream)):
        grey = frame.reformat(width=64, height=64, format="gray").to_ndarray()
        spread = float(np.std(grey))
        if spread >= _TELLING_SPREAD and float(np.mean(grey)) >= _TELLING_LIGHT:
            return frame
        if best is None or spread > best[0]:
            best = (spread, frame)
        if count >= _POSTER_FRAMES or (frame.time or 0.0) > _POSTER_SECONDS:
            break
    if best is None:
        raise BadInput("file", "holds no picture that can be decoded")
    return best[1]


def _whole_length(container: InputContainer) -> float:
    """Seconds, from the packets themselves: some recorders announce no length, and a cut file announces too much."""
    container.seek(0)
    end = 0.0
    for packet in container.demux():
        if packet.pts is not None and packet.time_base is not None:
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    announced = (container.duration or 0) / av.time_base
    if end < announced - min(_MISSING_SECONDS, announced * _MISSING_SHARE):
        raise BadInput("file", f"is cut short: it announces {announced:.1f} s and holds {end:.1f} s")
    if end <= 0:
        raise BadInput("file", "holds nothing to play")
    return round(end, 3)
