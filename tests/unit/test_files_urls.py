"""Addresses of files."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.files import importer, urls
from services.files.urls import build_asset_url, media_url, parse_media_name
from services.models import FileRef, MediaItem, Variant
from tests.support.records import make_item

AT = datetime(2026, 11, 20, 14, 0, 0, 123456, tzinfo=UTC)
V = "1795183200123456"
ID = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.mark.parametrize(
    ("base", "at", "token", "expected"),
    [
        ("/media/a.png", AT, None, f"/media/a.png?v={V}"),
        ("/media/a.png", AT, "t0k", "/media/a.png?preview=t0k"),
        ("/media/a.png", None, "t0k", "/media/a.png?preview=t0k"),
        ("/media/a.png", None, None, "/media/a.png"),
        ("/media/a.png", AT, "", f"/media/a.png?v={V}"),
        ("/media/a.png?w=1", AT, None, f"/media/a.png?w=1&v={V}"),
        ("/media/a.png?", AT, None, f"/media/a.png?v={V}"),
        ("/media/a.png?w=", AT, None, f"/media/a.png?w=&v={V}"),
        ("/media/a.png#t=3", AT, None, f"/media/a.png?v={V}#t=3"),
        ("/media/a.png?w=1#t=3", AT, "x", "/media/a.png?w=1&preview=x#t=3"),
        (f"/media/a.png?v=1&w=2&v={V}", AT, None, f"/media/a.png?w=2&v={V}"),
        ("/media/a.png?preview=old", AT, None, f"/media/a.png?v={V}"),
        ("/media/a.png?v=1", None, "new", "/media/a.png?preview=new"),
        ("https://cdn.example/a.png?sig=a%2Bb", AT, None, f"https://cdn.example/a.png?sig=a%2Bb&v={V}"),
        ("/media/a.png", AT, "a&b=c d#é", "/media/a.png?preview=a%26b%3Dc+d%23%C3%A9"),
        ("/media/a.png", datetime(1970, 1, 1, tzinfo=UTC), None, "/media/a.png?v=0"),
        ("/media/a.png", AT.astimezone(timezone(timedelta(hours=5, minutes=30))), None, f"/media/a.png?v={V}"),
        ("/media/a.png", AT.replace(tzinfo=None), None, f"/media/a.png?v={V}"),
    ],
)
def test_R1_17_an_address_carries_the_version_of_its_bytes_and_a_preview_wins(
    base: str, at: datetime | None, token: str | None, expected: str
) -> None:
    assert build_asset_url(base, at, token) == expected


def test_R1_17_versions_a_microsecond_apart_differ() -> None:
    later = AT + timedelta(microseconds=1)
    assert build_asset_url("/a", AT) != build_asset_url("/a", later)


def ref(extension: str, at: datetime = AT) -> FileRef:
    return FileRef(key=f"media/p/{ID}/x-{ID}.{extension}", content_type="x/y", size=1, sha256="0" * 64, updated_at=at)


def test_a_media_url_names_item_variant_and_extension_in_one_segment_and_parses_back() -> None:
    files: dict[Variant, FileRef] = {"original": ref("mp4"), "poster": ref("webp"), "thumb": ref("webp")}
    item: MediaItem = make_item(id=ID, media_type="video", files=files)
    assert media_url(item, "original") == f"/media/{ID}.original.mp4?v={V}"
    for variant in files:
        url = media_url(item, variant)
        assert url is not None
        name = url.removeprefix("/media/").partition("?")[0]
        assert "/" not in name
        assert parse_media_name(name) == (ID, variant)


def test_a_variant_that_is_not_there_has_no_address() -> None:
    assert media_url(make_item(files={}), "thumb") is None


def test_only_new_bytes_change_an_address() -> None:
    item = make_item(id=ID, files={"original": ref("png")})
    renamed = item.model_copy(update={"title": "Other", "updated_at": AT + timedelta(days=1), "revision": 9})
    assert media_url(renamed, "original") == media_url(item, "original")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            ID,
            f"{ID}.original",
            f"{ID}.original.exe",
            f"{ID}.original.svg",
            f"{ID}.large.png",
            f"{ID}.Original.png",
        ),
        *(f"{ID}.original.png.png", f"{ID}.original.png\n", f" {ID}.original.png", f"../{ID}.original.png"),
        *(f"{ID.lower()}.original.png", f"{ID[:-1]}.original.png", f"{'U' * 26}.original.png", f"{ID}..png"),
        *(f"{ID}.original.png?v=1", f"{ID}/original.png", f"{ID}.original.PNG", f"{'8' * 26}.thumb.webp"),
    ],
)
def test_names_that_no_media_url_has_are_refused(name: str) -> None:
    assert parse_media_name(name) is None


@pytest.mark.parametrize("module", [urls, importer])
def test_the_examples_in_docstrings_run(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
