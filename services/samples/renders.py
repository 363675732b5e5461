"""The files behind a made-up library: a few dozen, small, real ones, which all its items share."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np

from services.files.derive import derive
from services.files.rendered import RenderedFile
from services.generation.local.film import OVERSCAN, Camera, film
from services.generation.local.painter import paint
from services.generation.local.render import webp

Report = Callable[[int], None]

PICTURE_SIZES: dict[str, tuple[int, int]] = {
    "1:1": (640, 640),
    "16:9": (768, 432),
    "3:4": (540, 720),
    "4:3": (720, 540),
    "9:16": (432, 768),
    "21:9": (896, 384),
}
CLIP_SIZES: dict[str, tuple[int, int]] = {"16:9": (480, 270), "9:16": (270, 480), "1:1": (320, 320)}
CLIP_SECONDS = 2
_RATE = 24_000
_CHORDS = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6), (246.9, 311.1, 370.0))
"""Frequencies in Hz."""


@dataclass(frozen=True)
class Sample:
    """What is to be rendered. Equal samples give equal bytes."""

    kind: str
    """image, video or audio."""
    theme: int
    """Place in the list of themes; none for sounds."""
    mood: str
    style: str
    prompt: str
    seed: int
    aspect: str = ""


def render(sample: Sample, report: Report) -> tuple[RenderedFile, ...]:
    """The files of a sample. Runs in a render process."""
    make = {"image": _picture, "video": _clip, "audio": _sound}[sample.kind]
    files = derive(make(sample)).files
    report(100)
    return files


def _picture(sample: Sample) -> bytes:
    return webp(paint(sample.prompt, sample.seed, PICTURE_SIZES[sample.aspect]).at(0))


def _clip(sample: Sample) -> bytes:
    size = CLIP_SIZES[sample.aspect]
    width, height = (2 * round(side * OVERSCAN / 2) for side in size)
    scene = paint(sample.prompt, sample.seed, (width, height), grain=0.0)
    return film(scene, Camera.for_shot(sample.prompt, sample.seed), size, CLIP_SECONDS, lambda percent: None)


def _sound(sample: Sample) -> bytes:
    """Some seconds of slow chords, as MP3 for even seeds and WAV for odd ones."""
    mp3 = sample.seed % 2 == 0
    out = io.BytesIO()
    samples = _chords(np.random.default_rng(sample.seed))
    with av.open(out, "w", format="mp3" if mp3 else "wav") as container:
        stream = container.add_stream("libmp3lame" if mp3 else "pcm_s16le", rate=_RATE, layout="mono")
        size = 1152
        for start in range(0, len(samples) - size + 1, size):
            frame = av.AudioFrame.from_ndarray(samples[None, start : start + size], format="s16p", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = _RATE, start, Fraction(1, _RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()


def _chords(rng: np.random.Generator) -> Any:
    """Mono samples of 16 bits."""
    parts = []
    for _ in range(int(rng.integers(3, 7))):
        time = np.arange(_RATE) / _RATE
        chord = _CHORDS[int(rng.integers(len(_CHORDS)))]
        swell = np.sin(np.pi * time) ** 2
        parts.append(sum(np.sin(2 * np.pi * hertz * time) for hertz in chord) * swell * 4000)
    return np.concatenate(parts).astype(np.int16)
