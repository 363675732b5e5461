"""Deriving: what a file is follows from its content alone, and nothing half-good gets in."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from services.errors import BadInput
from services.files import derive as limits
from services.files.derive import derive
from services.files.pictures import MAX_PIXELS
from services.files.rendered import Derived, RenderedFile
from tests.support.media import clip, decoded, picture, png_header, tone

SCRIPTABLE = ("svg", "html", "xml", "javascript", "pdf", "text")


def by_variant(derived: Derived) -> dict[str, RenderedFile]:
    return {file.variant: file for file in derived.files}


@pytest.mark.parametrize(
    ("format_", "content_type", "extension"),
    [
        ("PNG", "image/png", "png"),
        ("JPEG", "image/jpeg", "jpg"),
        ("WEBP", "image/webp", "webp"),
        ("GIF", "image/gif", "gif"),
        ("AVIF", "image/avif", "avif"),
    ],
)
def test_a_picture_keeps_its_bytes_and_gets_a_thumbnail(format_: str, content_type: str, extension: str) -> None:
    data = picture(format_, (900, 600))
    derived = derive(data)
    files = by_variant(derived)
    original, thumb = files["original"], files["thumb"]
    assert derived.media_type == "image"
    assert original.data == data
    assert (original.content_type, original.extension) == (content_type, extension)
    assert (original.width, original.height) == (900, 600)
    assert (thumb.content_type, thumb.extension, thumb.width, thumb.height) == ("image/webp", "webp", 480, 320)
    assert decoded(thumb.data).size == (480, 320)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((480, 480), (480, 480)),
        ((100, 60), (100, 60)),
        ((60, 2000), (14, 480)),
        ((5000, 3), (480, 1)),
        ((1, 1), (1, 1)),
    ],
)
def test_thumbnails_fit_480_pixels_and_never_enlarge(size: tuple[int, int], expected: tuple[int, int]) -> None:
    thumb = by_variant(derive(picture("PNG", size)))["thumb"]
    assert (thumb.width, thumb.height) == expected


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_to_thumbnail_and_size(orientation: int) -> None:
    upright = Image.new("RGB", (640, 320), "blue")
    upright.paste((255, 0, 0), (0, 0, 320, 160))  # red: upper left
    # What a camera stores for each orientation: the inverse of what a viewer applies (Exif 2.32, tag 0x0112).
    stored = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    stored.save(out, "JPEG", quality=95, exif=exif.tobytes())
    files = by_variant(derive(out.getvalue()))
    original, thumb = files["original"], files["thumb"]
    assert (original.width, original.height) == (640, 320)
    assert original.data == out.getvalue()
    shown = decoded(thumb.data).convert("RGB")
    assert shown.size == (480, 240)
    corners = [int(np.argmax(np.asarray(shown)[at[1], at[0]])) for at in ((60, 30), (420, 30), (60, 210), (420, 210))]
    assert corners == [0, 2, 2, 2]


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_every_pixel_format_makes_a_thumbnail(mode: str) -> None:
    thumb = by_variant(derive(picture("PNG", mode=mode)))["thumb"]
    assert decoded(thumb.data).mode == ("RGBA" if mode in {"LA", "RGBA"} and thumb.data.count(b"ALPH") else "RGB")


def test_sixteen_bit_greys_are_scaled_not_clipped() -> None:
    out = io.BytesIO()
    Image.fromarray(np.full((40, 40), 0x8000, np.uint16)).save(out, "PNG")
    pixel = decoded(by_variant(derive(out.getvalue()))["thumb"].data).convert("L").getpixel((20, 20))
    assert isinstance(pixel, int)
    assert abs(pixel - 128) <= 3


def test_transparency_survives_in_the_thumbnail() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(out, "PNG")
    assert decoded(by_variant(derive(out.getvalue()))["thumb"].data).mode == "RGBA"


def test_printing_colours_are_converted() -> None:
    thumb = by_variant(derive(picture("JPEG", mode="CMYK")))["thumb"]
    assert decoded(thumb.data).mode == "RGB"


@pytest.mark.parametrize(
    ("format_", "codec", "content_type", "extension"),
    [
        ("mp4", "libx264", "video/mp4", "mp4"),
        ("mov", "libx264", "video/quicktime", "mov"),
        ("webm", "libvpx-vp9", "video/webm", "webm"),
    ],
)
def test_a_video_gets_its_length_a_poster_and_a_thumbnail(
    format_: str, codec: str, content_type: str, extension: str
) -> None:
    data = clip(format_, codec, frames=24, size=(640, 360))
    derived = derive(data)
    files = by_variant(derived)
    original, poster, thumb = files["original"], files["poster"], files["thumb"]
    assert derived.media_type == "video"
    assert original.data == data
    assert (original.content_type, original.extension) == (content_type, extension)
    assert (original.width, original.height, poster.width, poster.height) == (640, 360, 640, 360)
    assert original.duration == pytest.approx(1.0, abs=0.05)
    assert (thumb.width, thumb.height) == (480, 270)
    assert poster.content_type == thumb.content_type == "image/webp"


def test_the_poster_is_the_first_telling_frame_not_a_black_one() -> None:
    poster = decoded(by_variant(derive(clip(frames=30, black=14)))["poster"].data).convert("L")
    assert np.asarray(poster).std() > 30


def test_a_video_that_is_black_throughout_still_has_a_poster() -> None:
    assert "poster" in by_variant(derive(clip(frames=8, black=8)))


def test_a_video_turned_by_its_camera_stands_upright() -> None:
    data = clip(frames=4, size=(96, 64))
    # The track header ends with a 3×3 matrix in 16.16 and 2.30 fixed point, then width and height (ISO 14496-12).
    place = data.index(b"tkhd")
    plain = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    turned = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 64 << 16, 0, 0x40000000)
    at = data.index(plain, place)
    files = by_variant(derive(data[:at] + turned + data[at + len(plain) :]))
    assert (files["original"].width, files["original"].height) == (64, 96)
    poster = np.asarray(decoded(files["poster"].data).convert("L")).astype(int)
    assert poster.shape == (96, 64)
    # Left of the stored frame is bright; turned clockwise it comes to the top, and its dim top to the right.
    assert poster[8:40, 4:40].mean() > 190
    assert poster[60:90, 4:40].mean() < 30


@pytest.mark.parametrize(
    ("format_", "codec", "content_type", "extension"),
    [
        ("wav", "pcm_s16le", "audio/wav", "wav"),
        ("mp3", "libmp3lame", "audio/mpeg", "mp3"),
        ("ogg", "libopus", "audio/ogg", "ogg"),
        ("flac", "flac", "audio/flac", "flac"),
        ("ipod", "aac", "audio/mp4", "m4a"),
        ("mp4", "aac", "audio/mp4", "m4a"),
    ],
)
def test_a_sound_keeps_its_bytes_and_tells_its_length(
    format_: str, codec: str, content_type: str, extension: str
) -> None:
    data = tone(format_, codec)
    derived = derive(data)
    original, _ = derived.files
    assert derived.media_type == "audio"
    assert original.data == data
    assert (original.content_type, original.extension) == (content_type, extension)
    assert original.duration == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"shopping list\n- paper", "its content is text"),
        ("Grüße aus der Küche".encode(), "its content is text"),
        (("ü" * 600).encode(), "its content is text"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "SVG drawing"),
        (b"\xef\xbb\xbf \n<!DOCTYPE HTML><html><script>alert(1)</script>", "web page"),
        (b"%PDF-1.7 ...", "PDF document"),
        (b"PK\x03\x04....", "ZIP archive"),
        (b"BM\x00\x00\x00\x00", "TIFF picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x23\x42\x82\x88matroska", "Matroska"),
        (bytes(range(128, 256)) * 4, "does not know"),
        (b"#EXTM3U\nfile:///etc/passwd", "its content is text"),
    ],
)
def test_what_is_neither_picture_video_nor_sound_is_told_what_it_is(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match="is not a picture, a video or a sound") as caught:
        derive(data)
    assert caught.value.field == "file"
    assert words in str(caught.value)


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_picture_cut_short_is_refused(format_: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (120, 160, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, format_)
    with pytest.raises(BadInput, match=r"damaged|cut short"):
        derive(out.getvalue()[: int(len(out.getvalue()) * share)])


@pytest.mark.parametrize(
    "data",
    [
        clip()[:-400],
        clip()[:60],
        clip("webm", "libvpx-vp9", frames=60)[:700],
        tone()[:50000],
        tone("flac", "flac")[:20000],
        tone("ogg", "libopus")[:300],
        b"ID3 and nothing else",
        b"\0\0\0\x18ftypisom" + bytes(40),
    ],
    ids=["mp4 tail", "mp4 head", "webm", "wav", "flac", "ogg", "mp3", "mp4 shell"],
)
def test_a_clip_or_track_cut_short_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match=r"cut short|damaged|nothing to play"):
        derive(data)


@pytest.mark.parametrize("side", [10_001, 14_000, 20_000, 60_000])
def test_a_picture_of_more_than_100_megapixels_is_refused_before_it_is_decoded(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(image: Image.Image) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(Image.Image, "load", decode)
    with pytest.raises(BadInput, match=r"megapixels.*make it smaller"):
        derive(png_header(side, side))


def test_a_large_picture_within_the_limit_is_taken() -> None:
    out = io.BytesIO()
    Image.new("1", (9_900, 10_000)).save(out, "PNG")
    original = by_variant(derive(out.getvalue()))["original"]
    assert original.width is not None
    assert original.height is not None
    assert 98_000_000 < original.width * original.height <= MAX_PIXELS


def test_files_over_the_size_limit_are_refused_with_both_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (limits.MAX_IMAGE_BYTES, limits.MAX_CLIP_BYTES) == (50_000_000, 500_000_000)
    with pytest.raises(BadInput, match="has 51 MB; pictures may have 50 MB"):
        derive(picture() + bytes(51_000_000))
    monkeypatch.setattr(limits, "MAX_CLIP_BYTES", 1_000_000)
    with pytest.raises(BadInput, match="has 2 MB; videos and sounds may have 1 MB"):
        derive(tone() + bytes(2_000_000))


def test_a_wav_written_without_knowing_its_end_is_taken() -> None:
    data = tone()
    assert derive(data[:4] + b"\xff\xff\xff\xff" + data[8:]).media_type == "audio"


@pytest.mark.parametrize(
    ("format_", "codec"), [("wav", "pcm_s16le"), ("mp3", "libmp3lame"), ("ogg", "libopus"), ("flac", "flac")]
)
@pytest.mark.parametrize("whole_seconds", [180.0, 0.5])
def test_the_thumbnail_of_a_sound_is_its_wave(
    format_: str, codec: str, whole_seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listened to from end to end, or here and there as with a long one."""
    monkeypatch.setattr("services.files.waves._WHOLE_SECONDS", whole_seconds)
    _, thumb = derive(tone(format_, codec, seconds=12.0)).files
    assert (thumb.variant, thumb.content_type, thumb.width, thumb.height) == ("thumb", "image/webp", 480, 360)
    drawn = np.asarray(decoded(thumb.data).getchannel("A")) > 128
    assert drawn[:, :240].any()
    assert drawn[:, 240:].any()
    heights = drawn.sum(axis=0)
    assert (heights > 150).sum() > 240, "loud throughout"
    assert (heights == 0).sum() > 100, "bars with room between them"


def test_a_video_in_a_sound_container_is_refused_and_a_song_with_a_cover_is_a_sound() -> None:
    song = derive(_song_with_cover())
    assert song.media_type == "audio"
    with pytest.raises(BadInput, match="without a picture"):
        derive(tone("webm", "libopus"))


def _song_with_cover() -> bytes:
    """An MP3 whose ID3v2.3 tag holds an attached picture (id3.org/id3v2.3.0, frame APIC)."""
    body = b"\0image/jpeg\0\x03\0" + picture("JPEG")
    frame = b"APIC" + struct.pack(">IH", len(body), 0) + body
    size = len(frame)
    sync_safe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    plain = tone("mp3", "libmp3lame")
    at = plain.index(b"\xff\xfb")
    return b"ID3\x03\0\0" + sync_safe + frame + plain[at:]


def test_no_content_type_that_a_browser_runs_is_ever_derived() -> None:
    samples = [picture(f) for f in ("PNG", "JPEG", "WEBP", "GIF", "AVIF")] + [clip(frames=2), tone()]
    for sample in samples:
        for file in derive(sample).files:
            assert not any(word in file.content_type for word in SCRIPTABLE)
            assert file.content_type.split("/")[0] in {"image", "video", "audio"}
