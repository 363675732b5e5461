"""What something is made from, and what providers are sent and send: parts, and files on their way."""

from __future__ import annotations

import doctest
import io
from typing import Any

import pytest
from PIL import Image
from pydantic import JsonValue

from services.errors import BadInput
from services.generation import sources
from services.generation.google import prompts
from services.generation.received import MAX_SIDE, open_received, to_send_as_jpeg
from services.generation.requests import roles_of
from services.generation.sources import Sources, placed, require_roles
from tests.support.media import clip, decoded, picture, tone


def unheard(percent: int) -> None:
    pass


@pytest.mark.parametrize("module", [sources, prompts])
def test_the_examples_hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("told", "count"),
    [(["first"], 1), (["picture"], 2), (["picture", "picture"], 2), ("picture", 1), ([["clip"]], 1), (None, 2)],
)
def test_parts_that_do_not_fit_are_refused(told: JsonValue, count: int) -> None:
    with pytest.raises(BadInput, match="does not fit together") as caught:
        require_roles({} if told is None else {"sources": told}, count)
    assert caught.value.field == "picture"
    assert roles_of({} if told is None else {"sources": told}, count) == ()


def test_nothing_has_no_parts() -> None:
    assert require_roles({}, 0) == ()
    assert placed((), []) == Sources()


def test_a_last_frame_alone_is_refused() -> None:
    with pytest.raises(BadInput, match="needs a first one, too") as caught:
        placed(("last",), [b"end"])
    assert caught.value.field == "last"


class TestOnTheWay:
    def test_a_picture_is_sent_as_jpeg_upright_flat_and_no_larger_than_it_has_to_be(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        with Image.open(io.BytesIO(to_send_as_jpeg(picture("JPEG", (3000, 1500), exif=exif), unheard))) as sent:
            assert (sent.format, sent.size, dict(sent.getexif())) == ("JPEG", (MAX_SIDE // 2, MAX_SIDE), {})
        clear = io.BytesIO()
        Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(clear, "PNG")
        assert decoded(to_send_as_jpeg(clear.getvalue(), unheard)).getpixel((20, 20)) == (255, 255, 255)

    def test_a_clip_that_is_received_has_poster_and_thumbnail(self) -> None:
        original, *others = open_received(clip(), "video", unheard)
        assert (original.variant, original.content_type) == ("original", "video/mp4")
        assert {one.variant for one in others} == {"poster", "thumb"}

    @pytest.mark.parametrize(("data", "wanted"), [(picture(), "video"), (clip(), "image"), (tone(), "video")])
    def test_what_is_something_else_is_refused(self, data: bytes, wanted: Any) -> None:
        with pytest.raises(BadInput, match=f"holds no {wanted}"):
            open_received(data, wanted, unheard)
