"""/upload: files come in pieces, go on where they were cut, and become items once, whatever they are called."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import obstore
import pytest
from obstore.exceptions import GenericError

from services.clock import FakeClock
from services.errors import StoreUnavailable
from services.files.blobs import Blobs
from services.files.derive import derive
from services.files.rendered import Derived
from services.files.spool import GRACE, LIFETIME, MOST_PIECES, PIECE_BYTES
from services.http import upload as route
from services.models import MediaItem, MediaQuery, Principal
from services.settings import UploadLimits
from services.store.protocol import Store
from tests.support.media import clip, picture, png_header, tone
from tests.support.records import make_principal
from tests.support.web import Web, running_web

PNG = picture(size=(640, 480))
NO_SPACE = "Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)"


class Sender:
    """What a browser does to upload files, one request at a time."""

    def __init__(self, web: Web) -> None:
        self.web = web

    def begin(self, name: str = "harbour at dawn.png", data: bytes = PNG, **more: str) -> httpx.Response:
        words = {"filename": name, **more}
        told = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in words.items())
        return self.ask("POST", "/upload", Upload_Length=str(len(data)), Upload_Metadata=told)

    def send(self, address: str, data: bytes, offset: int = 0, **headers: str) -> httpx.Response:
        return self.ask(
            "PATCH", address, data, **{"Upload_Offset": str(offset), "Content_Type": route.CONTENT_TYPE} | headers
        )

    def offset(self, address: str) -> int:
        answer = self.ask("HEAD", address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        return int(answer.headers["upload-offset"])

    def whole(self, name: str = "harbour at dawn.png", data: bytes = PNG, **more: str) -> httpx.Response:
        """Begin and send all of it in one go; the last answer."""
        begun = self.begin(name, data, **more)
        return self.send(begun.headers["location"], data) if begun.status_code == 201 else begun

    def cut(self, address: str, data: bytes, offset: int = 0) -> None:
        """Send `data`, and be gone before the body has ended."""
        messages = iter([{"type": "http.request", "body": data, "more_body": True}, {"type": "http.disconnect"}])

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            pass

        headers = {"tus-resumable": "1.0.0", "upload-offset": str(offset), "content-type": route.CONTENT_TYPE}
        scope = {
            "type": "http", "http_version": "1.1", "method": "PATCH", "path": address, "raw_path": address.encode(),
            "query_string": b"", "scheme": "http", "root_path": "", "server": ("testserver", 80),
            "client": ("127.0.0.1", 1), "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        }  # fmt: skip
        asyncio.run(self.web.app(scope, receive, send))

    def ask(self, method: str, address: str, content: bytes = b"", **headers: str) -> httpx.Response:
        return self.web.ask(method, address, content, **{"Tus_Resumable": "1.0.0"} | headers)

    def library(self) -> list[MediaItem]:
        services = self.web.studio.services
        query = MediaQuery(project_id=services.project.id)
        return list(services.store.media.get_media_for_page(self.web.studio.principal, query).items)

    def blobs(self, prefix: str = "") -> list[str]:
        return self.web.studio.services.blobs.list(prefix)


def derive_here(path: Path) -> Derived:
    """As `Opener.derive`, without a process of its own."""
    derived = derive(path.read_bytes())
    original, *made = derived.files
    return replace(derived, files=(replace(original, path=path, data=b""), *made))


@pytest.fixture
def limits() -> UploadLimits:
    return UploadLimits()


@pytest.fixture
def sender(sqlite_store: Store, clock: FakeClock, tmp_path: Path, limits: UploadLimits) -> Iterator[Sender]:
    with running_web(sqlite_store, clock, tmp_path / "data") as web:
        web.studio.services.intake._derive_file = derive_here
        web.studio.services.spool.limits = limits
        yield Sender(web)
        assert not list((tmp_path / "data" / "incoming").glob("*")), "a file is left in the scratch folder"


@pytest.fixture
def eve(sender: Sender) -> Any:
    """Has requests come from Eve, a member of the project, while it is entered."""
    services = sender.web.studio.services

    class As:
        def __enter__(self) -> Principal:
            self.kept = services.principals
            someone = make_principal("eve", services.project.id)
            services.principals = type("Everybody", (), {"resolve": lambda self, headers: someone})()
            return someone

        def __exit__(self, *error: object) -> None:
            services.principals = self.kept

    return As()


def test_a_file_becomes_an_item_of_the_library_under_its_own_id(sender: Sender) -> None:
    begun = sender.begin()
    address = begun.headers["location"]
    assert (begun.status_code, begun.headers["upload-offset"], begun.headers["tus-resumable"]) == (201, "0", "1.0.0")
    assert begun.headers["upload-expires"] == "Sat, 21 Nov 2026 14:00:00 GMT"
    answer = sender.send(address, PNG)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(PNG)))
    (item,) = sender.library()
    assert address == f"/upload/{item.id}"
    assert (item.title, item.media_type, item.status, item.origin) == ("harbour at dawn", "image", "ready", "import")
    assert item.owner_id == sender.web.studio.principal.user_id
    assert sender.web.get(sender.web.url(item)).content == PNG
    assert sender.blobs() == sorted(file.key for file in item.files.values())


@pytest.mark.parametrize(
    ("data", "media_type", "content_type"),
    [
        (clip(frames=4), "video", "video/mp4"),
        (tone(), "audio", "audio/wav"),
        (tone("mp3", "libmp3lame"), "audio", "audio/mpeg"),
        (tone("flac", "flac"), "audio", "audio/flac"),
        (tone("ogg", "libopus"), "audio", "audio/ogg"),
        (tone("ipod", "aac"), "audio", "audio/mp4"),
    ],
    ids=["mp4", "wav", "mp3", "flac", "ogg", "m4a"],
)
def test_videos_and_sounds_come_with_their_length(
    sender: Sender, data: bytes, media_type: str, content_type: str
) -> None:
    assert sender.whole("slow tide.bin", data).status_code == 204
    (item,) = sender.library()
    original = item.files["original"]
    assert (item.media_type, item.title, original.content_type) == (media_type, "slow tide", content_type)
    assert original.duration == pytest.approx(1.0 if media_type == "audio" else 4 / 24, abs=0.1)


def test_an_upload_cut_mid_way_goes_on_where_it_was_cut(sender: Sender) -> None:
    address = sender.begin().headers["location"]
    sender.cut(address, PNG[:700])
    assert sender.offset(address) == 700
    assert sender.library() == []
    sender.cut(address, PNG[700:1500], 700)
    assert sender.offset(address) == 1500
    assert sender.send(address, PNG[1500:], 1500).status_code == 204
    (item,) = sender.library()
    assert sender.web.get(sender.web.url(item)).content == PNG


def test_another_process_goes_on_with_it(sender: Sender) -> None:
    """As after a restart, or behind a balancer: nothing is known but what stands in the blob store."""
    address = sender.begin().headers["location"]
    sender.cut(address, PNG[:700])
    services = sender.web.studio.services
    other = type(services.spool)(services.blobs, services.clock, services.ids, services.spool.limits)
    services.spool = other
    services.intake._spool = other
    assert sender.send(address, PNG[700:], sender.offset(address)).status_code == 204
    assert len(sender.library()) == 1


def test_one_that_is_never_finished_vanishes_and_leaves_nothing(sender: Sender, clock: FakeClock) -> None:
    address = sender.begin().headers["location"]
    sender.cut(address, PNG[:700])
    intake = sender.web.studio.services.intake
    clock.advance(LIFETIME.total_seconds() - 1)
    assert intake.sweep() == 0
    assert sender.offset(address) == 700
    clock.advance(1)
    assert sender.ask("HEAD", address).status_code == 404
    assert sender.send(address, PNG[700:], 700).status_code == 404
    assert intake.sweep() == 0, "somebody may be finishing it"
    clock.advance(GRACE.total_seconds())
    assert intake.sweep() == 1
    assert sender.blobs() == []
    assert sender.library() == []


def test_files_of_an_import_that_was_killed_half_way_vanish_with_the_upload(sender: Sender, clock: FakeClock) -> None:
    address = sender.begin().headers["location"]
    sender.cut(address, PNG[:-1])
    services = sender.web.studio.services
    media_id = address.rpartition("/")[2]
    services.blobs.put(f"media/{services.project.id}/{media_id}/original-x.png", PNG)
    clock.advance((LIFETIME + GRACE).total_seconds())
    services.intake.sweep()
    assert sender.blobs() == []


def test_a_finished_upload_keeps_its_files_whatever_the_sweeper_finds(sender: Sender, clock: FakeClock) -> None:
    """Its pieces could not be removed when it was finished."""
    address = sender.begin().headers["location"]
    services = sender.web.studio.services
    left = services.spool.find(sender.web.studio.principal, address.rpartition("/")[2])
    ticket = services.blobs.get(left.ticket_key)
    sender.send(address, PNG)
    services.blobs.put(left.ticket_key, ticket)
    clock.advance((LIFETIME + GRACE).total_seconds())
    assert services.intake.sweep() == 1
    (item,) = sender.library()
    assert sender.blobs() == sorted(file.key for file in item.files.values())


@pytest.mark.parametrize("offset", [0, 699, 701, len(PNG), 10**11])
def test_bytes_that_do_not_begin_where_the_upload_has_come_to_are_refused(sender: Sender, offset: int) -> None:
    address = sender.begin().headers["location"]
    sender.cut(address, PNG[:700])
    answer = sender.send(address, PNG[700:], offset)
    assert (answer.status_code, answer.headers["upload-offset"]) == (409, "700")
    assert sender.offset(address) == 700


def test_of_two_senders_at_one_place_one_is_late(sender: Sender) -> None:
    """Both have asked for the offset before either sent."""
    address = sender.begin().headers["location"]
    services = sender.web.studio.services
    upload = services.spool.find(sender.web.studio.principal, address.rpartition("/")[2])
    services.spool.append(upload, PNG[:700])
    with pytest.raises(Exception, match="ask for the offset"):
        services.spool.append(upload, PNG[:500])
    assert sender.offset(address) == 700


def test_a_repeated_end_is_one_item(sender: Sender) -> None:
    """The answer was lost: whoever asks again is told the same, and nothing is imported twice."""
    address = sender.begin().headers["location"]
    assert sender.send(address, PNG).status_code == 204
    assert sender.offset(address) == len(PNG)
    again = sender.send(address, b"", len(PNG))
    assert (again.status_code, again.headers["upload-offset"]) == (204, str(len(PNG)))
    assert len(sender.library()) == 1


def test_two_ends_at_a_time_are_one_item(sender: Sender) -> None:
    address = sender.begin().headers["location"]
    sender.cut(address, PNG[:-1])
    services, who = sender.web.studio.services, sender.web.studio.principal
    upload = services.spool.find(who, address.rpartition("/")[2])
    whole = services.spool.append(upload, PNG[-1:])
    go = threading.Event()
    services.intake._derive_file = lambda path: (go.wait(), derive_here(path))[1]
    first, second = (services.intake.finish(who, whole) for _ in range(2))
    go.set()
    assert first is second
    assert first.result().item.id == whole.id
    # As another process does that had begun before: its own copies of the files are gone again.
    derived = derive_here(_written(sender, PNG))
    again = services.intake._keep(who, whole, services.project.id, derived, "harbour at dawn.png")
    assert (again.item.id, again.watermark) == (whole.id, "")
    (item,) = sender.library()
    assert sender.blobs() == sorted(file.key for file in item.files.values())


def _written(sender: Sender, data: bytes) -> Path:
    path = sender.web.studio.services.settings.data_dir / "copy"
    path.write_bytes(data)
    return path


def test_a_store_that_is_away_loses_nothing_that_was_sent(sender: Sender) -> None:
    address = sender.begin().headers["location"]
    sender.web.studio.store.fault = StoreUnavailable("The store did not answer.")
    answer = sender.send(address, PNG)
    assert (answer.status_code, answer.json()) == (503, {"error": "The store did not answer."})
    sender.web.studio.store.fault = None
    assert sender.offset(address) == len(PNG)
    assert [key for key in sender.blobs() if key.startswith("media/")] == []
    assert sender.send(address, b"", len(PNG)).status_code == 204
    assert len(sender.library()) == 1


def test_anothers_upload_looks_like_none(sender: Sender, eve: Any) -> None:
    address = sender.begin().headers["location"]
    sender.cut(address, PNG[:700])
    with eve:
        answers = [sender.ask("HEAD", address), sender.send(address, PNG[700:], 700), sender.ask("DELETE", address)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert sender.offset(address) == 700
    sender.send(address, PNG[700:], 700)
    with eve:
        assert sender.ask("HEAD", address).status_code == 404
        assert sender.send(address, b"", len(PNG)).status_code == 404


@pytest.mark.parametrize("name", ["nothing", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "..%2f..%2fsecret", "%00", "x" * 300])
def test_ids_of_nothing_are_not_found(sender: Sender, name: str) -> None:
    for method in ("HEAD", "PATCH", "DELETE"):
        answer = sender.ask(method, f"/upload/{name}", Upload_Offset="0", Content_Type=route.CONTENT_TYPE)
        assert answer.status_code in (404, 405)


def test_cancelling_removes_what_has_come(sender: Sender) -> None:
    address = sender.begin().headers["location"]
    sender.cut(address, PNG[:700])
    assert sender.ask("DELETE", address).status_code == 204
    assert sender.ask("HEAD", address).status_code == 404
    assert sender.blobs() == []


def test_cancelling_while_the_file_is_looked_into_leaves_no_item(sender: Sender) -> None:
    address = sender.begin().headers["location"]

    def cancel_meanwhile(path: Path) -> Derived:
        services = sender.web.studio.services
        services.spool.remove(services.spool.find(sender.web.studio.principal, address.rpartition("/")[2]))
        return derive_here(path)

    sender.web.studio.services.intake._derive_file = cancel_meanwhile
    assert sender.send(address, PNG).status_code == 404
    assert sender.library() == []
    assert sender.blobs() == []


def test_what_is_too_large_is_refused_before_a_byte_is_sent(sender: Sender) -> None:
    answer = sender.ask("POST", "/upload", Upload_Length="600000000")
    assert answer.status_code == 413
    assert answer.json() == {"error": "The file has 600 MB; 500 MB is the most"}
    assert sender.blobs() == []


@pytest.mark.parametrize("limits", [UploadLimits(image_bytes=1000)])
def test_a_picture_over_its_own_limit_is_refused_with_its_first_bytes(sender: Sender) -> None:
    data = picture("BMP", (400, 400))
    png = PNG + b"\0" * 600_000
    address = sender.begin("big.png", png).headers["location"]
    answer = sender.send(address, png[:2000])
    assert (answer.status_code, answer.json()) == (400, {"error": "big.png has 1 MB; pictures may have 0 MB"})
    assert sender.blobs() == []
    answer = sender.whole("old.bmp", data)
    assert answer.json()["error"].startswith("old.bmp is not a picture, a video or a sound: its content is a BMP")


def test_more_bytes_than_were_announced_are_refused(sender: Sender) -> None:
    address = sender.begin(data=PNG[:100]).headers["location"]
    answer = sender.send(address, PNG)
    assert answer.status_code == 400
    assert answer.json()["error"] == "harbour at dawn.png is longer than the 100 bytes that were announced"
    assert sender.blobs() == []


def test_an_empty_file_is_named(sender: Sender) -> None:
    answer = sender.begin("void.png", b"")
    assert (answer.status_code, answer.json()) == (400, {"error": "void.png is empty"})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"dear diary " * 200, "is not a picture, a video or a sound: its content is text"),
        (b"<svg onload=alert(1)>" + b" " * 2000, "its content is an SVG drawing, which can carry scripts"),
        (b"<!doctype html><script>alert(1)</script>", "its content is a web page"),
        (PNG[:1400], "is damaged or cut short and cannot be shown (PNG)"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 3000, "is damaged and cannot be read as PNG"),
        (png_header(60_000, 60_000), "has more than 100 megapixels: make it smaller first"),
    ],
    ids=["text", "svg", "html", "cut", "zeros", "huge"],
)
def test_a_file_renamed_png_is_told_what_it_is_and_leaves_nothing(sender: Sender, data: bytes, words: str) -> None:
    answer = sender.whole("harmless.png", data)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("harmless.png ")
    assert words in answer.json()["error"]
    assert sender.library() == []
    assert sender.blobs() == []


def test_a_file_goes_into_the_project_that_the_page_works_in(sender: Sender) -> None:
    studio = sender.web.studio
    spring = studio.services.projects.create(studio.principal, "Spring").id
    assert sender.whole(project=spring).status_code == 204
    who = studio.services.principals.resolve({})
    page = studio.services.store.media.get_media_for_page(who, MediaQuery(project_id=spring))
    assert [item.title for item in page.items] == ["harbour at dawn"]
    assert sender.library() == []


def test_a_project_that_is_not_the_caller_s_gets_no_file(sender: Sender) -> None:
    answer = sender.begin(project="somebody-elses")
    assert (answer.status_code, "choose another one" in answer.json()["error"]) == (400, True)
    assert sender.blobs() == []


def test_what_is_no_use_here_is_refused_and_says_what_is_wanted(sender: Sender) -> None:
    answer = sender.whole("slow tide.wav", tone(), wanted="image")
    assert (answer.status_code, answer.json()) == (
        400, {"error": "slow tide.wav is a sound, and a picture is wanted here"},
    )  # fmt: skip
    assert sender.whole("slow tide.wav", tone(), wanted="audio").status_code == 204
    assert sender.begin(wanted="everything").status_code == 400
    assert len(sender.library()) == 1


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("\x00evil\x00.png", "evil"),
        ("\u202egnp.exe", "gnp"),
        ("😀🏖️ été.png", "😀🏖️ été"),
        ("תמונה.png", "תמונה"),
        ("x" * 5000 + ".png", "x" * 200),
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\dawn.PNG", "dawn"),
        ("", "Untitled"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>"),
    ],
)
def test_names_are_titles_and_never_paths(sender: Sender, name: str, title: str) -> None:
    assert sender.whole(name).status_code == 204
    (item,) = sender.library()
    assert item.title == title
    assert all(key.startswith(f"media/{item.project_id}/{item.id}/") for key in sender.blobs())


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload_Length": ""},
        {"Upload_Length": "-1"},
        {"Upload_Length": "1e3"},
        {"Upload_Length": "٣"},
        {"Upload_Length": "9" * 13},
        {"Upload_Length": "5", "Upload_Metadata": "filename %%%"},
        {"Upload_Defer_Length": "1"},
    ],
)
def test_nonsense_in_the_headers_is_the_callers_fault(sender: Sender, headers: dict[str, str]) -> None:
    named = {"Tus-Resumable": "1.0.0"} | {key.replace("_", "-"): value for key, value in headers.items()}
    encoded: Any = {key: value.encode() for key, value in named.items()}
    assert asyncio.run(sender.web._ask("POST", "/upload", encoded)).status_code == 400
    assert sender.blobs() == []


def test_bytes_of_another_content_type_are_refused(sender: Sender) -> None:
    address = sender.begin().headers["location"]
    for kind in ("image/png", "application/octet-stream", "multipart/form-data", ""):
        assert sender.send(address, PNG, Content_Type=kind).status_code == 415
    assert sender.offset(address) == 0


def test_no_other_sites_page_can_upload(sender: Sender) -> None:
    """A form cannot send the protocol's header, and a script that does is stopped by the browser, or told here."""
    assert sender.ask("POST", "/upload", Upload_Length="5", Tus_Resumable="").status_code == 412
    for site in ("cross-site", "same-site"):
        for method in ("POST", "PATCH", "DELETE"):
            path = "/upload" if method == "POST" else "/upload/01ARZ3NDEKTSV4RRFFQ69G5FAV"
            assert sender.ask(method, path, Upload_Length="5", Sec_Fetch_Site=site).status_code == 403
    for site in ("same-origin", "none"):
        assert sender.ask("POST", "/upload", Upload_Length="5", Sec_Fetch_Site=site).status_code == 201


def test_what_is_spoken_is_told(sender: Sender) -> None:
    told = sender.web.ask("OPTIONS", "/upload").headers
    assert (told["tus-version"], told["tus-extension"]) == ("1.0.0", "creation,expiration,termination")
    assert told["tus-max-size"] == "500000000"
    assert sender.ask("HEAD", "/upload/x", Tus_Resumable="2.0.0").headers["tus-version"] == "1.0.0"


@pytest.mark.parametrize("limits", [UploadLimits(at_once=3)])
def test_one_person_begins_so_many_and_no_more(sender: Sender, eve: Any) -> None:
    addresses = [sender.begin().headers["location"] for _ in range(3)]
    answer = sender.begin()
    assert (answer.status_code, answer.json()["error"]) == (
        429, "3 uploads are on their way already. Let some of them finish first.",
    )  # fmt: skip
    with eve:
        assert sender.begin().status_code == 201
    sender.send(addresses[0], PNG)
    assert sender.begin().status_code == 201


@pytest.mark.parametrize("limits", [UploadLimits(spool_bytes=2 * len(PNG))])
def test_the_spool_as_a_whole_is_bounded(sender: Sender, clock: FakeClock) -> None:
    address = sender.begin().headers["location"]
    sender.begin()
    answer = sender.begin()
    assert answer.status_code == 429
    assert "no room for another upload at the moment" in answer.json()["error"]
    assert sender.send(address, PNG).status_code == 204
    assert sender.begin().status_code == 201
    clock.advance(LIFETIME.total_seconds())
    assert sender.begin().status_code == 201


def test_too_many_requests_that_send_at_a_time_are_told_to_wait(sender: Sender) -> None:
    address = sender.begin().headers["location"]
    who = sender.web.studio.principal.user_id
    route._sending[who] = route.MOST_SENDERS
    try:
        assert sender.send(address, PNG).status_code == 429
    finally:
        del route._sending[who]
    assert sender.send(address, PNG).status_code == 204
    assert route._sending == {}


def test_somebody_who_sends_byte_by_byte_is_told_to_stop(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.files.spool.MOST_PIECES", 3)
    assert 2 * UploadLimits().clip_bytes < MOST_PIECES * PIECE_BYTES
    address = sender.begin().headers["location"]
    for offset in range(3):
        assert sender.send(address, PNG[offset : offset + 1], offset).status_code == 204
    assert "too many pieces" in sender.send(address, PNG[3:4], 3).json()["error"]
    assert sender.blobs() == []


def test_a_sender_who_falls_silent_keeps_what_came(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "SILENCE", 0.02)
    address = sender.begin().headers["location"]
    spent = asyncio.run(_stalled(sender, address))
    assert spent == {"upload-offset": "700"}
    assert sender.offset(address) == 700


async def _stalled(sender: Sender, address: str) -> dict[str, str]:
    told: dict[str, str] = {}
    first = [{"type": "http.request", "body": PNG[:700], "more_body": True}]

    async def receive() -> Any:
        if first:
            return first.pop()
        await asyncio.sleep(60)
        raise AssertionError

    async def send(message: Any) -> None:
        for name, value in message.get("headers", ()):
            if name == b"upload-offset":
                told["upload-offset"] = value.decode()

    headers = [(b"tus-resumable", b"1.0.0"), (b"upload-offset", b"0"), (b"content-type", route.CONTENT_TYPE.encode())]
    scope = {
        "type": "http", "http_version": "1.1", "method": "PATCH", "path": address, "raw_path": address.encode(),
        "query_string": b"", "scheme": "http", "root_path": "", "server": ("testserver", 80),
        "client": ("127.0.0.1", 1), "headers": headers,
    }  # fmt: skip
    await sender.web.app(scope, receive, send)
    return told


@pytest.mark.parametrize("fits", [0, 1, 2, 3])
def test_a_full_disk_is_said_at_every_step_and_leaves_no_record(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, fits: int, tmp_path: Path
) -> None:
    """The ticket, the piece, the original and the thumbnail: whichever does not fit any more."""
    put, puts = obstore.put, 0

    def full(*args: Any, **options: Any) -> Any:
        nonlocal puts
        puts += 1
        if puts > fits:
            raise GenericError(NO_SPACE)
        return put(*args, **options)

    monkeypatch.setattr(obstore, "put", full)
    answer = sender.whole()
    assert (answer.status_code, answer.json()["error"]) == (
        507, "There is no room left for files: free some space and try again",
    )  # fmt: skip
    assert sender.library() == []
    assert [key for key in sender.blobs() if key.startswith("media/")] == []
    monkeypatch.undo()
    sender.web.studio.services.intake._derive_file = derive_here
    if fits > 1:  # all of it is here: it goes on from the end
        (ticket,) = [key for key in sender.blobs("uploads") if key.endswith(".json")]
        assert sender.send(f"/upload/{ticket.split('/')[1]}", b"", len(PNG)).status_code == 204


def test_what_the_session_has_written_comes_signed_for_the_page_to_bring_along(sender: Sender) -> None:
    services, who = sender.web.studio.services, sender.web.studio.principal
    known = services.sessions.read(sender.whole().headers["freshet-known"], who)
    page = services.store.media.get_media_for_page(who, MediaQuery(project_id=services.project.id))
    assert list(known) == [services.project.id]
    assert known[services.project.id].rpartition("-")[0] == page.watermark.rpartition("-")[0]


def test_the_real_way_through_a_process_of_its_own(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> None:
    with running_web(sqlite_store, clock, tmp_path / "data") as web:
        sender = Sender(web)
        assert sender.whole().status_code == 204
        assert sender.whole("diary.png", b"dear diary").status_code == 400
        assert sender.whole("half.mp4", clip()[:2000]).json()["error"].startswith("half.mp4 is ")
        (item,) = sender.library()
        assert set(item.files) == {"original", "thumb"}
        assert sender.blobs() == sorted(file.key for file in item.files.values())
        assert len(web.studio.services.opener._pool.pids()) == 1
        web.studio.services.opener.close()
        answer = sender.whole()
        assert answer.status_code == 503
        assert "Freshet is stopping" in answer.json()["error"]
        web.studio.services.intake.close()
        assert sender.whole().status_code == 503


def test_on_firestore_it_is_the_same(firestore_store: Store, clock: FakeClock, tmp_path: Path) -> None:
    with running_web(firestore_store, clock, tmp_path / "data") as web:
        web.studio.services.intake._derive_file = derive_here
        sender = Sender(web)
        address = sender.begin().headers["location"]
        sender.cut(address, PNG[:700])
        assert sender.send(address, PNG[700:], 700).status_code == 204
        assert sender.send(address, b"", len(PNG)).status_code == 204
        assert len(sender.library()) == 1


def test_files_in_a_folder_on_disk(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> None:
    with running_web(sqlite_store, clock, tmp_path / "data") as web:
        services, blobs = web.studio.services, Blobs.open((tmp_path / "files").as_uri())
        services.blobs = services.spool._blobs = services.intake._blobs = blobs
        services.intake._derive_file = derive_here
        sender = Sender(web)
        data = clip(frames=240, size=(640, 480))
        address = sender.begin("film.mp4", data).headers["location"]
        half = len(data) // 2
        sender.cut(address, data[:half])
        sender.send(address, data[half:], half)
        (item,) = sender.library()
        assert blobs.get(item.files["original"].key) == data
        assert sender.blobs() == sorted(file.key for file in item.files.values())
