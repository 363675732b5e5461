"""A scene as a clip: a slow camera over it, encoded as H.264."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import av
import numpy as np
from PIL import Image

from services.generation.local.canvas import chance
from services.generation.local.scene import Scene

FPS = 24
OVERSCAN = 1.12
"""How much larger than the frame a scene is painted, for the camera to move within."""


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

    def view(self, t: float, scene: tuple[int, int], frame: tuple[int, int]) -> tuple[float, float, float, float]:
        """The part of a scene to show at `t` (0…1), in pixels: left, top, right, bottom."""
        ease = t * t * (3 - 2 * t)
        x, y, zoom = (a + (b - a) * ease for a, b in zip(self.start, self.end, strict=True))
        width, height = frame[0] / zoom, frame[1] / zoom
        left, top = (scene[0] - width) * x, (scene[1] - height) * y
        return left, top, left + width, top + height


def film(scene: Scene, camera: Camera, size: tuple[int, int], seconds: int, report: Callable[[int], None]) -> bytes:
    """An MP4 of `size` at 24 frames a second: yuv420p and index first, so that every browser plays it at once.

    Single-threaded, which makes equal scenes equal bytes. `report` hears the percentage of frames done.
    """
    out = io.BytesIO()
    frames = seconds * FPS
    # Room for the index at the front: FFmpeg's own faststart would need a real file to read back.
    with av.open(out, "w", format="mp4", options={"moov_size": str(8192 + 32 * frames)}) as container:
        options = {"preset": "veryfast", "crf": "21", "threads": "1"}
        stream = container.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            picture = scene.at(number / FPS)
            view = camera.view(number / (frames - 1), picture.size, size)
            pixels = np.asarray(picture.resize(size, Image.Resampling.BILINEAR, box=view))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            report((number + 1) * 100 // frames)
        container.mux(stream.encode())
    return out.getvalue()
