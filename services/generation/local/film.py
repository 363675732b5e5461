"""A scene as a clip: a slow camera over it, encoded as H.264."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import av
import numpy as np
from PIL import Image

from services.generation.local.canvas import chance
from services.generation.local.scene import Scene

FPS = 24
OVERSCAN = 1.12
"""How much larger than the frame a scene is painted, for the camera to move within."""


def eased(t: float) -> float:
    """0…1, slowly at both ends."""
    return t * t * (3 - 2 * t)


@dataclass(frozen=True)
class Camera:
    """Moves from one view of the painted scene to another, easing in and out. Views are (x, y, zoom), x and y 0…1."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]

    @classmethod
    def for_shot(cls, prompt: str, seed: int) -> Camera:
        rng = chance("camera", prompt, seed)
        wide = (float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.3, 0.7)), 1.0)
        close = (float(rng.uniform(0.25, 0.75)), float(rng.uniform(0.3, 0.7)), float(rng.uniform(1.07, 1.13)))
        return cls(wide, close) if rng.random() < 0.6 else cls(close, wide)

    @classmethod
    def from_whole(cls, scene: tuple[int, int], frame: tuple[int, int], prompt: str, seed: int) -> Camera:
        """Begins with all of a scene and comes closer."""
        rng = chance("closer", prompt, seed)
        whole = (0.5, 0.5, max(part / all_of_it for part, all_of_it in zip(frame, scene, strict=True)))
        return cls(whole, (float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.3, 0.7)), float(rng.uniform(1.0, 1.1))))

    @property
    def back(self) -> Camera:
        """The same way in the other direction."""
        return Camera(self.end, self.start)

    def view(self, t: float, scene: tuple[int, int], frame: tuple[int, int]) -> tuple[float, float, float, float]:
        """The part of a scene to show at `t` (0…1), in pixels: left, top, right, bottom."""
        ease = eased(t)
        x, y, zoom = (a + (b - a) * ease for a, b in zip(self.start, self.end, strict=True))
        width, height = frame[0] / zoom, frame[1] / zoom
        left, top = (scene[0] - width) * x, (scene[1] - height) * y
        return left, top, left + width, top + height

    def shot(self, picture: Image.Image, t: float, frame: tuple[int, int]) -> Image.Image:
        """What is seen of `picture` at `t`, in pixels of `frame`."""
        return picture.resize(frame, Image.Resampling.BILINEAR, box=self.view(t, picture.size, frame))


def film(scene: Scene, camera: Camera, size: tuple[int, int], seconds: int, report: Callable[[int], None]) -> bytes:
    """The camera's way over a scene as an MP4 (see `encoded`)."""
    return encoded(shots(scene, camera, size, seconds), seconds * FPS, size, report)


def shots(scene: Scene, camera: Camera, size: tuple[int, int], seconds: int) -> Iterator[Image.Image]:
    """Each frame of the camera's way over a scene."""
    frames = seconds * FPS
    for number in range(frames):
        yield camera.shot(scene.at(number / FPS), number / (frames - 1), size)


def passage(
    first: Image.Image, last: Image.Image, way: Camera, size: tuple[int, int], seconds: int
) -> Iterator[Image.Image]:
    """Each frame from all of one picture to all of another: the camera goes its `way` into the first, which gives way
    to the last meanwhile, and comes back out of that. Both pictures are larger than `size`, as scenes are.
    """
    frames = seconds * FPS
    for number in range(frames):
        t = number / (frames - 1)
        share = eased(min(max((t - 0.2) / 0.6, 0.0), 1.0))
        if share == 0:
            yield way.shot(first, t, size)
        elif share == 1:
            yield way.back.shot(last, t, size)
        else:
            yield Image.blend(way.shot(first, t, size), way.back.shot(last, t, size), share)


def encoded(
    pictures: Iterable[Image.Image], frames: int, size: tuple[int, int], report: Callable[[int], None]
) -> bytes:
    """An MP4 of `frames` pictures of `size` at 24 a second: yuv420p and index first, so that every browser plays it at
    once.

    Equal pictures make equal bytes: single-threaded, and without the faster arithmetic that is not the same on every
    machine, nor twice on one (x264 --fullhelp). `report` hears the percentage of frames done.
    """
    out = io.BytesIO()
    # Room for the index at the front: FFmpeg's own faststart would need a real file to read back.
    with av.open(out, "w", format="mp4", options={"moov_size": str(8192 + 32 * frames)}) as container:
        options = {"preset": "veryfast", "crf": "21", "threads": "1", "x264-params": "cpu-independent=1"}
        stream = container.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number, picture in enumerate(pictures, start=1):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")))
            report(min(number * 100 // frames, 100))
        container.mux(stream.encode())
    return out.getvalue()
