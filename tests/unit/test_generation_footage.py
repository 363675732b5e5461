"""Clips made from what is there: between two pictures, and on from the end of another clip."""

from __future__ import annotations

import doctest
import io
import itertools
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from services.errors import BadInput
from services.generation.local import footage
from services.generation.local.film import FPS, Camera, passage
from services.generation.local.pictures import covering
from services.generation.local.render import VIDEO_SIZES, render_continuation, render_passage
from tests.support.media import clip, picture

Frames = list[npt.NDArray[np.int_]]
REQUEST: dict[str, Any] = {"prompt": "slowly", "aspect": "1:1", "duration": 2, "seed": 3}
SIZE = VIDEO_SIZES["1:1"]


def silent(percent: int) -> None:
    """Progress that nobody follows."""


def frames_of(data: bytes) -> Frames:
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)]


def pixels(image: Image.Image) -> npt.NDArray[np.int_]:
    return np.asarray(image).astype(int)


def grey(level: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), (level, level, level)).save(out, "PNG")
    return out.getvalue()


def paced(levels: list[int], rate: int, size: tuple[int, int] = (64, 64)) -> bytes:
    """A clip of one grey after the other."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "5"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for level in levels:
            frame = np.full((size[1], size[0], 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return out.getvalue()


class TestPassage:
    def test_a_clip_begins_with_all_of_one_picture_and_ends_with_all_of_another(self) -> None:
        first, last = picture(size=(720, 720)), grey(200)
        original, poster, thumb = render_passage(REQUEST, first, last, silent)
        frames = frames_of(original.data)
        assert len(frames) == 2 * FPS
        assert [file.variant for file in (original, poster, thumb)] == ["original", "poster", "thumb"]
        for shown, given in ((frames[0], first), (frames[-1], last)):
            assert np.abs(shown - pixels(covering(given, SIZE))).mean() < 4

    def test_the_one_gives_way_to_the_other_without_a_jump(self) -> None:
        frames = frames_of(render_passage(REQUEST, grey(40), grey(220), silent)[0].data)
        light = [float(frame.mean()) for frame in frames]
        steps = [after - before for before, after in itertools.pairwise(light)]
        assert min(steps) > -1
        assert max(steps) < 20

    def test_equal_pictures_and_a_camera_give_equal_frames(self) -> None:
        first, last = (covering(data, (90, 90)) for data in (picture(), grey(90)))

        def shot(seed: int) -> list[bytes]:
            way = Camera.from_whole((90, 90), (80, 80), "slowly", seed)
            return [frame.tobytes() for frame in passage(first, last, way, (80, 80), 2)]

        assert shot(3) == shot(3)
        assert shot(4) != shot(3)

    def test_a_style_lies_over_both_pictures(self) -> None:
        plain, inked = (
            frames_of(render_passage(REQUEST | {"style": style}, picture(), grey(90), silent)[0].data)
            for style in ("", "Ink")
        )
        assert all(np.abs(plain[place] - inked[place]).mean() > 4 for place in (0, -1))

    @pytest.mark.parametrize("order", [0, 1])
    def test_bytes_that_are_no_picture_are_named(self, order: int) -> None:
        given = [picture(), b"no picture"]
        with pytest.raises(BadInput) as refused:
            render_passage(REQUEST, given[order], given[1 - order], silent)
        assert refused.value.field == "picture"


class TestContinuation:
    def test_a_clip_is_kept_and_goes_on_from_its_last_picture(self) -> None:
        before = paced([30] * 12 + [200] * 12, FPS)
        original, *_ = render_continuation(REQUEST, before, silent)
        light = [float(frame.mean()) for frame in frames_of(original.data)]
        assert len(light) == 24 + 2 * FPS
        assert original.duration == pytest.approx(3.0)
        assert light[:12] == pytest.approx([30] * 12, abs=6)
        assert light[12:] == pytest.approx([200] * (12 + 2 * FPS), abs=6)

    def test_progress_rises_to_the_end(self) -> None:
        heard: list[int] = []
        render_continuation(REQUEST, clip(), heard.append)
        assert heard == sorted(heard)
        assert heard[-1] == 100

    @pytest.mark.parametrize("rate", [8, 12, 24, 30, 60])
    def test_its_own_pace_is_kept(self, rate: int) -> None:
        """Dark for the first half and light for the second, whatever its frames a second."""
        data = paced([30] * rate + [220] * rate, rate)
        count = footage.length(data)
        light = [pixels(frame).mean() for frame in footage.footage(data, (32, 32), count)]
        assert count == len(light) == 2 * FPS
        assert sum(level < 100 for level in light) == pytest.approx(FPS, abs=1)

    def test_a_longer_clip_than_can_be_gone_on_from_is_refused(self) -> None:
        with pytest.raises(BadInput, match=r"lasts 61 s\. Choose one of at most 60 s") as refused:
            footage.length(paced([90] * 61, 1))
        assert refused.value.field == "clip"

    @pytest.mark.parametrize("data", [b"", b"no clip", clip()[:300], picture("PNG")[:40]])
    def test_bytes_that_are_no_clip_are_named(self, data: bytes) -> None:
        with pytest.raises(BadInput, match="cannot be read") as refused:
            render_continuation(REQUEST, data, silent)
        assert refused.value.field == "clip"

    def test_a_style_lies_over_all_of_it(self) -> None:
        plain, inked = (
            frames_of(render_continuation(REQUEST | {"style": style}, clip(), silent)[0].data) for style in ("", "Ink")
        )
        assert all(np.abs(plain[place] - inked[place]).mean() > 4 for place in (0, -1))

    def test_the_examples_hold(self) -> None:
        assert doctest.testmod(footage).failed == 0
