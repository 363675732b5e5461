"""Local pictures and clips: the same for the same request, different for another, and what they claim to be."""

from __future__ import annotations

import hashlib
import io
import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from services.errors import BadInput
from services.generation.local.film import FPS, Camera, film
from services.generation.local.painter import paint
from services.generation.local.pictures import covering, repainted
from services.generation.local.render import IMAGE_SIZES, VIDEO_SIZES, render_image, render_video
from services.generation.local.subjects import RECIPES
from tests.support.media import decoded
from tests.support.models import LOCAL_IMAGE, LOCAL_VIDEO

ROOT = Path(__file__).resolve().parents[2]
SMALL = (96, 72)


def silent(percent: int) -> None:
    """Progress that nobody follows."""


def still(prompt: str, seed: int = 1, size: tuple[int, int] = SMALL) -> bytes:
    return paint(prompt, seed, size).at(0).tobytes()


def image_request(**changes: Any) -> dict[str, Any]:
    return {"prompt": "waves", "aspect": "1:1", "count": 1, "seed": 3} | changes


@pytest.mark.parametrize("subject", sorted(RECIPES))
def test_equal_requests_give_equal_pixels_and_others_do_not(subject: str) -> None:
    assert still(subject) == still(subject)
    assert still(subject, seed=2) != still(subject)
    assert still(f"{subject} please") != still(subject)


@pytest.mark.parametrize("subject", sorted(RECIPES))
def test_four_pictures_of_one_prompt_differ_visibly(subject: str) -> None:
    pictures = [np.frombuffer(still(subject, seed=7 + n), np.uint8).astype(int) for n in range(4)]
    for n, one in enumerate(pictures):
        for other in pictures[n + 1 :]:
            assert np.abs(one - other).mean() > 2.5


@pytest.mark.parametrize("subject", sorted(RECIPES))
@pytest.mark.parametrize("size", [(96, 96), (128, 72), (72, 128), (64, 86), (30, 20)])
def test_every_subject_fills_every_shape(subject: str, size: tuple[int, int]) -> None:
    picture = paint(subject, 5, size).at(0)
    assert (picture.mode, picture.size) == ("RGB", size)
    pixels = np.asarray(picture).astype(int)
    assert pixels.std() > 3
    assert pixels[-1].sum() > 0


@pytest.mark.parametrize("subject", sorted(RECIPES))
def test_every_subject_keeps_its_size_while_it_moves(subject: str) -> None:
    scene = paint(subject, 4, SMALL, grain=0.0)
    moments = [scene.at(seconds) for seconds in (0.0, 0.04, 3.3, 8.0)]
    assert {moment.size for moment in moments} == {SMALL}
    step = np.abs(np.asarray(moments[1]).astype(int) - np.asarray(moments[0]).astype(int))
    assert step.mean() < 12  # a twenty-fifth of a second is no jump


@pytest.mark.parametrize(
    "subject", ["aurora", "bokeh", "city", "dunes", "jellyfish", "landscape", "planet", "satin", "sea"]
)
def test_living_scenes_move(subject: str) -> None:
    scene = paint(subject, 4, (256, 144), grain=0.0)
    assert scene.at(0).tobytes() != scene.at(2.0).tobytes()


def test_a_prompt_of_any_text_is_painted() -> None:
    for prompt in ("", "日本語 \U0001f30a", "x" * 4000, "sea " * 900, "\n\t", "'; DROP TABLE media; --"):
        assert len(still(prompt)) == SMALL[0] * SMALL[1] * 3


@pytest.mark.parametrize("aspect", LOCAL_IMAGE.parameters.aspect.options)
def test_an_image_has_its_aspect_its_size_and_a_thumbnail(aspect: str) -> None:
    heard: list[int] = []
    original, thumb = render_image(image_request(aspect=aspect), 0, None, heard.append)
    width, height = (int(side) for side in aspect.split(":"))
    picture = decoded(original.data)
    assert (original.variant, original.content_type, original.extension) == ("original", "image/webp", "webp")
    assert picture.size == (original.width, original.height) == IMAGE_SIZES[aspect]
    assert picture.width / picture.height == pytest.approx(width / height, rel=0.02)
    assert 1024 <= max(picture.size) <= 1344
    assert max(decoded(thumb.data).size) == 480
    assert heard == sorted(set(heard))
    assert heard[-1] == 100


def test_an_image_is_the_same_bytes_in_another_process() -> None:
    program = (
        "import hashlib\n"
        "from services.generation.local.render import render_image\n"
        f"files = render_image({image_request()!r}, 2, None, lambda percent: None)\n"
        "print(hashlib.sha256(files[0].data).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    here = render_image(image_request(), 2, None, silent)[0].data
    assert other.stdout.strip() == hashlib.sha256(here).hexdigest()


@pytest.mark.parametrize("aspect", LOCAL_VIDEO.parameters.aspect.options)
def test_a_video_plays_everywhere_and_has_poster_and_thumbnail(aspect: str) -> None:
    heard: list[int] = []
    request = {"prompt": "marble", "aspect": aspect, "duration": 2, "seed": 3}
    original, poster, thumb = render_video(request, None, heard.append)
    size = VIDEO_SIZES[aspect]
    with av.open(io.BytesIO(original.data)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height, stream.average_rate, stream.frames) == (*size, FPS, 2 * FPS)
        assert not container.streams.audio
    assert original.data.index(b"moov") < original.data.index(b"mdat")
    assert (original.content_type, original.duration) == ("video/mp4", 2.0)
    assert decoded(poster.data).size == size
    assert max(decoded(thumb.data).size) == 480
    assert heard == sorted(set(heard))
    assert heard[-1] == 100


@pytest.mark.parametrize("seconds", LOCAL_VIDEO.parameters.duration.options)
def test_a_film_has_the_asked_length_and_is_the_same_each_time(seconds: int) -> None:
    def shoot(seed: int) -> bytes:
        scene = paint("sea", seed, SMALL, grain=0.0)
        return film(scene, Camera.for_shot("sea", seed), (80, 60), seconds, silent)

    data = shoot(1)
    assert data == shoot(1)
    assert data != shoot(2)
    with av.open(io.BytesIO(data)) as container:
        assert sum(1 for _ in container.decode(video=0)) == seconds * FPS


def test_the_camera_stays_within_the_scene_and_never_jumps() -> None:
    for seed in range(40):
        camera = Camera.for_shot("any", seed)
        views = [camera.view(n / 95, (1434, 806), (1280, 720)) for n in range(96)]
        for left, top, right, bottom in views:
            assert left >= 0
            assert top >= 0
            assert right <= 1434.001
            assert bottom <= 806.001
        for one, other in itertools.pairwise(views):
            assert max(abs(a - b) for a, b in zip(one, other, strict=True)) < 4


def test_a_listener_that_raises_stops_the_film() -> None:
    class Cancelled(Exception):
        pass

    def cancel(percent: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        film(paint("sea", 1, SMALL), Camera.for_shot("sea", 1), (80, 60), 2, cancel)


def photo(size: tuple[int, int] = (300, 200), mode: str = "RGB") -> bytes:
    """Dark on the left, light on the right; the left half see-through where there is transparency."""
    across = np.tile(np.linspace(0, 255, size[0]).astype(np.uint8), (size[1], 1))
    layers = [across, across // 2, 255 - across]
    if mode == "RGBA":
        layers.append(np.where(across < 128, 0, 255).astype(np.uint8))
    out = io.BytesIO()
    Image.fromarray(np.dstack(layers)).save(out, "PNG")
    return out.getvalue()


class TestStartingFromAPicture:
    @pytest.mark.parametrize("aspect", LOCAL_IMAGE.parameters.aspect.options)
    def test_a_repainted_picture_has_the_asked_shape_and_the_pictures_light(self, aspect: str) -> None:
        original, _ = render_image(image_request(aspect=aspect), 0, photo(), silent)
        picture = decoded(original.data)
        assert picture.size == IMAGE_SIZES[aspect]
        grey = np.asarray(picture.convert("L")).astype(int)
        third = grey.shape[1] // 3
        assert grey[:, :third].mean() + 60 < grey[:, -third:].mean()

    def test_a_repainted_picture_depends_on_words_and_seed_alone(self) -> None:
        def made(index: int = 0, **changes: Any) -> bytes:
            return render_image(image_request(**changes), index, photo(), silent)[0].data

        assert made() == made()
        assert len({made(), made(seed=4), made(prompt="black and white")}) == 3
        assert made(index=1) == made(seed=4)

    def test_black_and_white_takes_most_of_the_colour_out(self) -> None:
        def colourful(image: Image.Image) -> float:
            return float(np.asarray(image.convert("HSV"))[..., 1].mean())

        plain = covering(photo(), SMALL)
        assert colourful(repainted(plain, "black and white", 1)) < colourful(plain) / 2

    def test_a_see_through_picture_lies_on_white(self) -> None:
        left = covering(photo(mode="RGBA"), SMALL).getpixel((2, 36))
        assert left == (255, 255, 255)

    def test_a_clip_begins_with_all_of_its_picture_and_comes_closer(self) -> None:
        request = {"prompt": "slowly", "aspect": "16:9", "duration": 2, "seed": 3}
        original, *_ = render_video(request, photo((1280, 720)), silent)
        with av.open(io.BytesIO(original.data)) as container:
            frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]
        picture = np.asarray(covering(photo((1280, 720)), VIDEO_SIZES["16:9"])).astype(int)
        assert np.abs(frames[0] - picture).mean() < 4
        assert np.abs(frames[-1] - picture).mean() > np.abs(frames[0] - picture).mean()

    @pytest.mark.parametrize("data", [b"", b"no picture", photo()[:200]])
    def test_bytes_that_are_no_picture_are_named(self, data: bytes) -> None:
        with pytest.raises(BadInput) as refused:
            render_image(image_request(), 0, data, silent)
        assert refused.value.field == "picture"
