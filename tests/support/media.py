"""Small pictures, clips and tracks made on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from fractions import Fraction
from typing import Any

import av
import numpy as np
from PIL import Image

FPS = 24


def picture(format_: str = "PNG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **save: Any) -> bytes:
    """Left half red, right half blue, in any format Pillow writes."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    out = io.BytesIO()
    image.convert(mode).save(out, format_, **save)
    return out.getvalue()


def clip(
    format_: str = "mp4", codec: str = "libx264", *, frames: int = 24, black: int = 0, size: tuple[int, int] = (96, 64)
) -> bytes:
    """A grey-and-white clip whose first `black` frames are black."""
    out = io.BytesIO()
    with av.open(out, "w", format=format_) as container:
        stream = container.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            pixels = np.zeros((size[1], size[0], 3), np.uint8)
            if number >= black:
                pixels[:, : size[0] // 2] = 220
                pixels[: size[1] // 4] = 90
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return out.getvalue()


def tone(format_: str = "wav", codec: str = "pcm_s16le", *, seconds: float = 1.0) -> bytes:
    """A sine at 382 Hz, mono, 48 kHz."""
    out = io.BytesIO()
    with av.open(out, "w", format=format_) as container:
        stream = container.add_stream(codec, rate=48000, layout="mono")
        for number in range(int(seconds * 50)):
            samples = (np.sin(np.arange(number * 960, (number + 1) * 960) * 0.05) * 9000).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 48000, number * 960, Fraction(1, 48000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()


def decoded(data: bytes) -> Image.Image:
    """A picture's pixels, checked to be whole."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces a size and has next to no pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")
