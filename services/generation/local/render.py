"""What render processes run: plain functions of plain values, so they travel between processes."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image

from services.files.derive import derive
from services.files.rendered import RenderedFile
from services.generation.local.film import OVERSCAN, Camera, film
from services.generation.local.painter import paint

Report = Callable[[int], None]

IMAGE_SIZES: dict[str, tuple[int, int]] = {
    "1:1": (1024, 1024),
    "4:3": (1152, 864),
    "3:4": (864, 1152),
    "16:9": (1344, 768),
    "9:16": (768, 1344),
}
VIDEO_SIZES: dict[str, tuple[int, int]] = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (720, 720)}
_QUALITY = 90


def render_image(request: Mapping[str, Any], index: int, report: Report) -> tuple[RenderedFile, ...]:
    """Output `index` (from 0) of an ImageRequest given as a dict: the original in WebP and its thumbnail."""
    report(5)
    scene = paint(request["prompt"], request["seed"], index, IMAGE_SIZES[request["aspect"]])
    report(60)
    picture = scene.at(0)
    report(80)
    files = derive(webp(picture)).files
    report(100)
    return files


def render_video(request: Mapping[str, Any], report: Report) -> tuple[RenderedFile, ...]:
    """The clip of a VideoRequest given as a dict: MP4, poster and thumbnail."""
    report(1)
    prompt, seed, size = request["prompt"], request["seed"], VIDEO_SIZES[request["aspect"]]
    width, height = (2 * round(side * OVERSCAN / 2) for side in size)
    scene = paint(prompt, seed, 0, (width, height), grain=0.0)
    report(10)

    def filmed(percent: int) -> None:
        report(10 + percent * 85 // 100)

    data = film(scene, Camera.for_shot(prompt, seed), size, request["duration"], filmed)
    files = derive(data).files
    report(100)
    return files


def webp(picture: Image.Image) -> bytes:
    """A picture as Freshet keeps what it makes."""
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=_QUALITY, method=3)
    return out.getvalue()
