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
from services.generation.local.pictures import covering, repainted
from services.generation.local.scene import Scene, Still

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


def render_image(
    request: Mapping[str, Any], index: int, picture: bytes | None, report: Report
) -> tuple[RenderedFile, ...]:
    """Output `index` (from 0) of an ImageRequest given as a dict: the original in WebP and its thumbnail.

    With a `picture`, that one repainted. Raises BadInput on "picture" for bytes that are none.
    """
    report(5)
    prompt, seed, size = request["prompt"], request["seed"], IMAGE_SIZES[request["aspect"]]
    if picture is None:
        image = paint(prompt, seed, index, size).at(0)
    else:
        image = repainted(covering(picture, size), prompt, seed, index)
    report(80)
    files = derive(webp(image)).files
    report(100)
    return files


def render_video(request: Mapping[str, Any], picture: bytes | None, report: Report) -> tuple[RenderedFile, ...]:
    """The clip of a VideoRequest given as a dict: MP4, poster and thumbnail.

    With a `picture`, the clip begins with it. Raises BadInput on "picture" for bytes that are none.
    """
    report(1)
    prompt, seed, size = request["prompt"], request["seed"], VIDEO_SIZES[request["aspect"]]
    width, height = (2 * round(side * OVERSCAN / 2) for side in size)
    scene: Scene
    if picture is None:
        scene, camera = paint(prompt, seed, 0, (width, height), grain=0.0), Camera.for_shot(prompt, seed)
    else:
        scene = Still(covering(picture, (width, height)))
        camera = Camera.from_whole((width, height), size, prompt, seed)
    report(10)

    def filmed(percent: int) -> None:
        report(10 + percent * 85 // 100)

    data = film(scene, camera, size, request["duration"], filmed)
    files = derive(data).files
    report(100)
    return files


def webp(picture: Image.Image) -> bytes:
    """A picture as Freshet keeps what it makes."""
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=_QUALITY, method=3)
    return out.getvalue()
