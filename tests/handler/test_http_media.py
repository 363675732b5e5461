"""GET /media: bytes to those who may have them, cached as long as they are true."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from services.clock import FakeClock
from services.errors import FileError, StoreUnavailable
from services.freshness.seen import LIFETIME
from services.http.media import parse_range
from services.ids import UlidIds
from services.models import MediaItem, MediaQuery, Remove
from services.store.protocol import Store
from tests.support.logs import recorded_lines
from tests.support.records import make_principal, operation
from tests.support.web import PICTURE, Web, running_web


@pytest.fixture
def web(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Web]:
    with running_web(sqlite_store, clock, tmp_path / "data") as web:
        yield web


def item_project(web: Web) -> str:
    return web.studio.services.project.id


class TestWhole:
    @pytest.mark.parametrize(
        ("extension", "content_type"),
        [("png", "image/png"), ("webp", "image/webp"), ("mp4", "video/mp4"), ("mp3", "audio/mpeg")],
    )
    def test_a_file_comes_as_it_was_stored_under_its_recorded_type(
        self, web: Web, extension: str, content_type: str
    ) -> None:
        item = web.keep(extension=extension)
        answer = web.get(web.url(item))
        assert (answer.status_code, answer.content) == (200, PICTURE)
        assert answer.headers["content-type"] == content_type
        assert answer.headers["content-length"] == str(len(PICTURE))
        assert answer.headers["accept-ranges"] == "bytes"

    def test_nothing_stored_can_run_as_a_page_of_ours(self, web: Web) -> None:
        headers = web.get(web.url(web.keep())).headers
        assert headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"

    def test_each_variant_has_its_own_address_and_tag(self, web: Web) -> None:
        item = web.keep()
        assert web.get(web.url(item, "thumb")).headers["etag"] != web.get(web.url(item)).headers["etag"]

    def test_HEAD_tells_the_same_without_the_bytes(self, web: Web) -> None:
        item = web.keep()
        get, head = web.get(web.url(item)), web.ask("HEAD", web.url(item), Range="bytes=0-9")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers == get.headers

    def test_other_methods_are_refused(self, web: Web) -> None:
        assert web.ask("DELETE", web.url(web.keep())).status_code == 405


class TestCaching:
    def test_F13_the_current_version_may_be_cached_for_ever(self, web: Web) -> None:
        answer = web.get(web.url(web.keep()))
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        # Whatever a page has seen or chosen meanwhile is in its cookies: what was stored still answers.
        assert "vary" not in answer.headers

    @pytest.mark.parametrize("version", ["", "?v=", "?v=1", "?v=01M7W", "?preview=x"])
    def test_any_other_address_is_asked_about_again(self, web: Web, version: str) -> None:
        answer = web.get(web.url(web.keep()).partition("?")[0] + version)
        assert (answer.status_code, answer.content) == (200, PICTURE)
        assert answer.headers["cache-control"] == "private, no-cache"

    def test_what_the_browser_has_is_not_sent_again(self, web: Web) -> None:
        url = web.url(web.keep())
        etag = web.get(url).headers["etag"]
        for header in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            answer = web.get(url, If_None_Match=header)
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == etag
            assert "immutable" in answer.headers["cache-control"]

    def test_what_the_browser_has_no_longer_is_sent(self, web: Web) -> None:
        assert web.get(web.url(web.keep()), If_None_Match='"other"').status_code == 200


class TestRanges:
    @pytest.mark.parametrize(
        ("asked", "start", "end"),
        [
            ("bytes=0-99", 0, 100),
            ("bytes=100-", 100, len(PICTURE)),
            ("bytes=-10", len(PICTURE) - 10, len(PICTURE)),
            ("bytes=5-5", 5, 6),
            ("bytes=10000-99999999", 10000, len(PICTURE)),
            ("bytes=-99999999", 0, len(PICTURE)),
        ],
    )
    def test_a_range_is_sent_alone(self, web: Web, asked: str, start: int, end: int) -> None:
        answer = web.get(web.url(web.keep()), Range=asked)
        assert (answer.status_code, answer.content) == (206, PICTURE[start:end])
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(PICTURE)}"
        assert answer.headers["content-length"] == str(end - start)

    @pytest.mark.parametrize("asked", ["bytes=10240-", "bytes=99999-100000", "bytes=-0"])
    def test_a_range_outside_the_file_cannot_be_satisfied(self, web: Web, asked: str) -> None:
        answer = web.get(web.url(web.keep()), Range=asked)
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{len(PICTURE)}"

    @pytest.mark.parametrize(
        "asked",
        ["bytes=0-1,5-6", "bytes=9-2", "bytes=", "bytes=-", "lines=1-2", "bytes=a-b", f"bytes=-{'9' * 5000}"],
    )
    def test_what_is_no_single_range_of_bytes_is_ignored(self, web: Web, asked: str) -> None:
        assert web.get(web.url(web.keep()), Range=asked).status_code == 200

    def test_If_Range_sends_the_part_only_where_the_file_is_still_the_same(self, web: Web) -> None:
        url = web.url(web.keep())
        etag = web.get(url).headers["etag"]
        assert web.get(url, Range="bytes=0-1", If_Range=etag).status_code == 206
        for other in ('"other"', f"W/{etag}", "Wed, 18 Nov 2026 00:00:00 GMT"):
            assert web.get(url, Range="bytes=0-1", If_Range=other).status_code == 200

    def test_a_range_of_an_empty_file_cannot_be_satisfied(self) -> None:
        assert parse_range("bytes=0-", 0) == "unsatisfiable"
        assert parse_range("bytes=-1", 0) == "unsatisfiable"


class TestWho:
    def test_other_peoples_private_items_look_like_none(self, web: Web) -> None:
        eve = web.studio.principal.model_copy(update={"user_id": "eve"})
        theirs = web.keep(owner=eve, visibility="private")
        answer, nothing = web.get(web.url(theirs)), web.get(web.url(theirs).replace(theirs.id, "0" * 26))
        assert answer.status_code == nothing.status_code == 404
        assert answer.content == nothing.content
        assert answer.headers["cache-control"] == "no-store"

    def test_a_picture_that_is_shown_costs_no_store_read(self, web: Web) -> None:
        item = web.keep()
        show(web, item)
        before = web.studio.store.reads
        assert web.get(web.url(item, "thumb")).status_code == 200
        assert web.studio.store.reads == before

    def test_a_shown_picture_is_served_while_the_store_is_away(self, web: Web) -> None:
        item = web.keep()
        show(web, item)
        web.studio.store.fault = StoreUnavailable("The database is away")
        assert web.get(web.url(item)).status_code == 200

    def test_an_address_of_another_version_than_was_shown_is_asked_of_the_store(self, web: Web) -> None:
        item = web.keep()
        show(web, item)
        before = web.studio.store.reads
        web.get(web.url(item) + "1")
        assert web.studio.store.reads == before + 1

    def test_a_removed_item_is_gone_once_that_is_heard(self, web: Web) -> None:
        item = web.keep()
        show(web, item)
        web.studio.store.commit(
            web.studio.principal, [Remove("media", item.id, expect=item.revision)], operation_id=operation()
        )
        show(web)
        assert web.get(web.url(item)).status_code == 404

    def test_R2_09_while_the_store_is_away_what_a_screen_holds_stands_as_permission_however_old(
        self, web: Web, clock: FakeClock
    ) -> None:
        item, unseen = web.keep(), web.keep(visibility="private", owner=make_principal("grace", item_project(web)))
        show(web, item)
        clock.advance(LIFETIME)
        web.studio.store.fault = StoreUnavailable("The database is away")
        assert web.get(web.url(item)).status_code == 200
        assert web.get(web.url(unseen)).status_code == 503

    def test_R2_09_while_screens_cannot_reach_the_store_their_pictures_do_not_wait_for_it(
        self, web: Web, clock: FakeClock
    ) -> None:
        item, query = web.keep(), MediaQuery(project_id=item_project(web))
        show(web, item)
        clock.advance(LIFETIME)
        web.studio.store.fault = StoreUnavailable("The database is away")
        freshness = web.studio.services.freshness
        with pytest.raises(StoreUnavailable):
            freshness.revalidate(query, "manual", web.studio.principal, scope="library")
        reads = web.studio.store.reads
        assert web.get(web.url(item)).status_code == 200
        assert web.studio.store.reads == reads
        web.studio.store.fault = None
        web.studio.store.commit(
            web.studio.principal, [Remove("media", item.id, expect=item.revision)], operation_id=operation()
        )
        freshness.revalidate(query, "manual", web.studio.principal, scope="library")
        assert web.get(web.url(item)).status_code == 404

    def test_a_store_that_is_away_is_said_so(self, web: Web) -> None:
        item = web.keep()
        web.studio.store.fault = StoreUnavailable("The database is away")
        answer = web.get(web.url(item))
        assert (answer.status_code, answer.json()) == (503, {"error": "The database is away"})
        assert answer.headers["cache-control"] == "no-store"


class TestNothingThere:
    @pytest.mark.parametrize(
        "name",
        [
            "x",
            "%2e%2e/%2e%2e/etc/passwd",
            "..%2f..%2fmain.py",
            "%2e%2e%5cmain.py",
            "..%5c..%5cfreshet.sqlite",
            "%00.original.png",
            "00000000000000000000000009.original.png%00",
            "00000000000000000000000009.original.svg",
            "00000000000000000000000009.secret.png",
            "00000000000000000000000009.original.PNG",
            "00000000000000000000000009",
            "00000000000000000000000009.original.png/",
            "%F0%9F%92%A9.original.png",
            "%EF%BC%90%EF%BC%90000000000000000000000009.original.png",
            "a" * 5000,
        ],
    )
    def test_what_is_no_media_address_is_not_found(self, web: Web, name: str) -> None:
        answer = web.get("/media/" + name)
        assert answer.status_code in (404, 307)
        if answer.status_code == 307:
            assert web.get(answer.headers["location"].replace("http://testserver", "")).status_code == 404

    def test_an_id_of_nothing_is_not_found(self, web: Web) -> None:
        assert web.get(f"/media/{UlidIds(web.studio.clock).new()}.original.png").status_code == 404

    def test_an_item_without_that_file_is_not_found(self, web: Web) -> None:
        item = web.keep(files={}, status="generating")
        assert web.get(f"/media/{item.id}.original.png").status_code == 404

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_a_missing_blob_is_not_found_and_leaves_no_trace(self, web: Web, method: str) -> None:
        item = web.keep()
        web.studio.services.blobs.delete([file.key for file in item.files.values()])
        with recorded_lines() as lines:
            answer = web.ask(method, web.url(item), Range="bytes=0-9")
        assert answer.status_code == 404
        assert lines == []

    def test_blobs_that_cannot_be_read_are_said_so(self, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
        async def broken(key: str, start: int, end: int) -> AsyncIterator[bytes]:
            raise FileError("The file could not be read: input/output error")
            yield b""

        item = web.keep()
        monkeypatch.setattr(web.studio.services.blobs, "stream", broken)
        answer = web.get(web.url(item))
        assert answer.status_code == 503
        assert "input/output error" in answer.json()["error"]


class TestSaving:
    def test_a_download_is_named_after_its_title(self, web: Web) -> None:
        answer = web.get(web.url(web.keep(title="Harbour at dawn"), download="1"))
        assert answer.headers["content-disposition"].startswith('attachment; filename="Harbour at dawn.png"')

    def test_a_title_in_any_letters_survives(self, web: Web) -> None:
        header = web.get(web.url(web.keep(title="Möwe 港"), download="1")).headers["content-disposition"]
        assert unquote(header.partition("filename*=UTF-8''")[2]) == "Möwe 港.png"

    @pytest.mark.parametrize(
        "title",
        [
            'a"; filename="evil.exe',
            "a\r\nSet-Cookie: x=1",
            "../../../etc/passwd",
            "C:\\Windows\\system.ini",
            "\x00\x07",
            "...",
            " ",
            "",
            "; filename*=UTF-8''evil.exe",
            "\u202egnp.exe",
        ],
    )
    def test_no_title_escapes_from_the_header_or_from_the_folder(self, web: Web, title: str) -> None:
        answer = web.get(web.url(web.keep(title=title), download="1"))
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        header = answer.headers["content-disposition"]
        assert header.isascii()
        assert header.isprintable()
        plain, _, full = header.removeprefix('attachment; filename="').partition("\"; filename*=UTF-8''")
        for name in (plain, unquote(full)):
            assert name.endswith(".png")
            assert not set(name) & set('"/\\\r\n\0')
            assert not name.startswith(".")
            assert "\u202e" not in name

    def test_without_being_asked_to_a_file_is_shown(self, web: Web) -> None:
        assert "content-disposition" not in web.get(web.url(web.keep())).headers


def show(web: Web, *expected: MediaItem) -> None:
    """Have the library read by a screen."""
    services = web.studio.services
    query = MediaQuery(project_id=services.project.id)
    snapshot = services.freshness.revalidate(query, "open", web.studio.principal, scope="library")
    assert snapshot.items == expected
