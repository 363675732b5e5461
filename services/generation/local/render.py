"""What render processes run: plain functions of plain values, so they travel between processes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from PIL import Image

from services.files.derive import derive
from services.files.rendered import RenderedFile
from services.generation.local.film import FPS, OVERSCAN, Camera, encoded, film, passage, shots
from services.generation.local.footage import footage, length
from services.generation.local.painter import Manner, paint
from services.generation.local.pictures import covering, repainted
from services.generation.local.scene import Scene, Still
from services.generation.local.styles import finishing
from services.generation.seeds import seed_of_output

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
    prompt, seed, size = request["prompt"], seed_of_output(request["seed"], index), IMAGE_SIZES[request["aspect"]]
    manner = Manner.of(request)
    if picture is None:
        image = paint(prompt, seed, size, manner=manner).at(0)
    else:
        image = repainted(covering(picture, size), prompt, seed, manner)
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
    scene: Scene
    if picture is None:
        scene = paint(prompt, seed, painted(size), grain=0.0, manner=Manner.of(request))
        camera = Camera.for_shot(prompt, seed)
    else:
        scene, camera = Still(_given(picture, request)), _closer(request)
    report(10)
    return _derived(film(scene, camera, size, request["duration"], _filming(report)), report)


def render_passage(request: Mapping[str, Any], first: bytes, last: bytes, report: Report) -> tuple[RenderedFile, ...]:
    """As `render_video`, of a clip that begins with one picture and ends with another. Raises BadInput on "picture"."""
    report(1)
    size, seconds = VIDEO_SIZES[request["aspect"]], request["duration"]
    pictures = passage(_given(first, request), _given(last, request), _closer(request), size, seconds)
    report(10)
    return _derived(encoded(pictures, seconds * FPS, size, _filming(report)), report)


def render_continuation(request: Mapping[str, Any], clip: bytes, report: Report) -> tuple[RenderedFile, ...]:
    """As `render_video`, of all of a clip, without its sound, and of `duration` seconds more that begin with its last
    picture. Raises BadInput on "clip" for bytes that are none, or for too long a clip.
    """
    report(1)
    size, seconds = VIDEO_SIZES[request["aspect"]], request["duration"]
    kept = length(clip)
    pictures = _continued(footage(clip, size, kept), request)
    report(10)
    return _derived(encoded(pictures, kept + seconds * FPS, size, _filming(report)), report)


def painted(size: tuple[int, int]) -> tuple[int, int]:
    """How large a scene is painted for a clip of `size`."""
    width, height = (2 * round(side * OVERSCAN / 2) for side in size)
    return width, height


def _given(picture: bytes, request: Mapping[str, Any]) -> Image.Image:
    """A picture that a clip is made from, as large as a painted scene, in the style that is asked for."""
    size = painted(VIDEO_SIZES[request["aspect"]])
    return finishing(Manner.of(request).style, size)(covering(picture, size))


def _closer(request: Mapping[str, Any]) -> Camera:
    size = VIDEO_SIZES[request["aspect"]]
    return Camera.from_whole(painted(size), size, request["prompt"], request["seed"])


def _continued(frames: Iterable[Image.Image], request: Mapping[str, Any]) -> Iterator[Image.Image]:
    """The frames of a clip in the style that is asked for, and the camera's way into the last one."""
    size = VIDEO_SIZES[request["aspect"]]
    finish = finishing(Manner.of(request).style, size)
    last = None
    for frame in frames:
        last = finish(frame)
        yield last
    assert last is not None  # a clip has at least one
    scene = Still(last.resize(painted(size), Image.Resampling.BICUBIC))
    yield from shots(scene, _closer(request), size, request["duration"])


def _filming(report: Report) -> Report:
    """Hears how much of a clip is filmed, and tells how much of the work that is."""
    return lambda percent: report(10 + percent * 85 // 100)


def _derived(data: bytes, report: Report) -> tuple[RenderedFile, ...]:
    files = derive(data).files
    report(100)
    return files


def webp(picture: Image.Image) -> bytes:
    """A picture as Freshet keeps what it makes."""
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=_QUALITY, method=3)
    return out.getvalue()
