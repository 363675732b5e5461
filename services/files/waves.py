"""A sound as a picture: how loud it is from beginning to end, as bars on nothing, so that they fit any theme."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from PIL import Image, ImageDraw

BARS = 48
WIDTH, HEIGHT = 480, 360
"""Pixels: the shape of a tile."""
_GREY = (118, 140, 142, 255)
"""Seen on a light tile as well as on a dark one."""
_LOW, _HIGH = 0.02, 0.6
"""A bar's height as a share of the picture's, in silence and at the loudest."""
FRAMES = 4
"""Decoded at each place of a long sound."""
_WHOLE_SECONDS = 180.0
"""Longer sounds are listened to here and there: an hour of MP3 would take many seconds."""


def wave(container: InputContainer, stream: AudioStream, seconds: float) -> Image.Image:
    """The picture of a sound of this length. What cannot be decoded is drawn as silence."""
    bars = np.zeros(BARS)
    try:
        listen = _through if seconds <= _WHOLE_SECONDS else _here_and_there
        listen(container, stream, seconds, bars)
    except Exception:  # noqa: BLE001, S110 - a picture of the beginning will do; decoders raise anything at all
        pass
    return _drawn(bars)


def _through(container: InputContainer, stream: AudioStream, seconds: float, bars: np.ndarray) -> None:
    container.seek(0)
    for frame in container.decode(stream):
        begin = (frame.time or 0.0) / seconds * BARS
        end = begin + frame.samples / frame.sample_rate / seconds * BARS
        over = slice(min(int(begin), BARS - 1), max(int(begin), int(end)) + 1)  # of a short sound several bars
        bars[over] = np.maximum(bars[over], _loudness(frame))


def _here_and_there(container: InputContainer, stream: AudioStream, seconds: float, bars: np.ndarray) -> None:
    for bar in range(BARS):
        with suppress(FFmpegError):  # some cannot go to places near the end
            container.seek(int((bar + 0.5) / BARS * seconds * 1_000_000))
            for frame in islice(container.decode(stream), FRAMES):  # the last counts: MP3 needs a few to come right
                bars[bar] = _loudness(frame)


def _loudness(frame: AudioFrame) -> float:
    """Root mean square, from 0 to 1 for full scale, whatever the samples are kept as."""
    kept = np.asarray(frame.to_ndarray())
    samples = kept.astype(np.float64)
    if kept.dtype.kind != "f":
        full = 2.0 ** (8 * kept.dtype.itemsize - 1)
        samples = samples / full - (1.0 if kept.dtype.kind == "u" else 0.0)
    return float(np.sqrt(np.mean(np.square(samples))))


def _drawn(bars: np.ndarray) -> Image.Image:
    loudest = float(bars.max()) or 1.0
    picture = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    brush, pitch = ImageDraw.Draw(picture), WIDTH / BARS
    for place, loud in enumerate(np.sqrt(bars / loudest)):
        height = HEIGHT * (_LOW + (_HIGH - _LOW) * float(loud))
        left = place * pitch + pitch * 0.25
        box = (left, (HEIGHT - height) / 2, left + pitch * 0.5, (HEIGHT + height) / 2)
        brush.rounded_rectangle(box, radius=pitch * 0.25, fill=_GREY)
    return picture
