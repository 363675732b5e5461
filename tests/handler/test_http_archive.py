"""POST /api/media.zip: the chosen files, all of them or a word on why not, in as much memory as one piece takes."""

from __future__ import annotations

import asyncio
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from services.clock import FakeClock
from services.errors import FileError, StoreUnavailable
from services.files.blobs import CHUNK, Blobs
from services.http.archive import MOST_ITEMS
from services.keeping import archive as archive_module
from services.keeping.archive import NOTE, Archive
from services.models import MediaItem, Put
from services.store.protocol import Store
from tests.support.records import make_file, make_item, make_principal, operation
from tests.support.web import PICTURE, Web, running_web

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def web(store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Web]:
    with running_web(store, clock, tmp_path / "data") as web:
        yield web


def post(web: Web, body: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(web.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            sent = {"content-type": FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
            return await client.post("/api/media.zip", content=body.encode(), headers=sent)

    return asyncio.run(ask())


def asked(web: Web, *items: MediaItem | str) -> httpx.Response:
    return post(web, "ids=" + ",".join(item if isinstance(item, str) else item.id for item in items))


def opened(answer: httpx.Response) -> zipfile.ZipFile:
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def test_the_originals_come_whole_under_their_titles_in_the_order_asked_for(web: Web) -> None:
    large = bytes(range(256)) * (CHUNK // 256) * 2 + b"end"
    one = web.keep(title="Harbour at dawn")
    two = web.keep(large, extension="mp4", title="Film", media_type="video")
    answer = asked(web, two, one, two)
    archive = opened(answer)
    assert archive.namelist() == ["Film.mp4", "Harbour at dawn.png"]
    assert archive.read("Film.mp4") == large
    assert archive.read("Harbour at dawn.png") == PICTURE
    info = archive.getinfo("Film.mp4")
    assert info.compress_type == zipfile.ZIP_STORED
    assert info.date_time[:3] == (two.created_at.year, two.created_at.month, two.created_at.day)
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="freshet-')
    assert answer.headers["cache-control"] == "no-store"


def test_ids_may_repeat_the_field_as_well(web: Web) -> None:
    items = [web.keep(title=f"T{number}") for number in range(3)]
    body = f"ids={items[2].id}&other=1&ids={items[0].id}%2C{items[1].id}&ids="
    assert opened(post(web, body)).namelist() == ["T2.png", "T0.png", "T1.png"]


def test_names_are_safe_and_differ_whatever_the_titles_are(web: Web) -> None:
    titles = ["../../etc/passwd", "a", "A", "a", "a (2)", "nul", " .hidden\0\n", "👩‍🚀" * 40, "‮gpj.exe", NOTE[:-4]]
    names = opened(asked(web, *(web.keep(title=title[:200]) for title in titles))).namelist()
    assert len(names) == len(titles) == len({name.casefold() for name in names})
    assert names[:6] == ["etc_passwd.png", "a.png", "A (2).png", "a (3).png", "a (2) (2).png", "_nul.png"]
    for name in names:
        assert len(name.encode()) < 200
        assert not set(name) & set('/\\:*?"<>|\0\n\u202e')
        assert not name.startswith(".")
    assert NOTE not in names


def test_what_cannot_be_in_it_is_named_inside(web: Web) -> None:
    kept, lost = web.keep(title="Kept"), web.keep(title="Lost\r\nand gone")
    failed = web.keep(title="Failed", status="failed", error="No room left", files={})
    waiting = web.keep(title="Waiting", status="generating", files={})
    private = web.keep(
        title="Secret", owner=make_principal("bob", web.studio.services.project.id), visibility="private"
    )
    nothing = web.studio.services.ids.new()
    web.studio.services.blobs.delete([lost.files["original"].key])
    archive = opened(asked(web, kept, lost, failed, waiting, private, nothing))
    assert archive.namelist() == ["Kept.png", NOTE]
    note = archive.read(NOTE).decode()
    assert note.splitlines()[2:] == [
        f"{lost.id}: Lost and gone: its file is missing",
        f"{failed.id}: Failed: No room left",
        f"{waiting.id}: Waiting: it is still being made",
        f"{private.id}: no such item",
        f"{nothing}: no such item",
    ]
    assert "Secret" not in note


def test_items_that_one_may_not_know_of_are_not_found(web: Web) -> None:
    bob = make_principal("bob", web.studio.services.project.id)
    foreign = web.keep(owner=bob, visibility="private")
    answer = asked(web, foreign, web.studio.services.ids.new())
    assert (answer.status_code, answer.json()) == (404, {"error": "None of these items can be found"})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "No items are chosen"),
        ("ids=", "No items are chosen"),
        ("ids=%2C+%2C", "No items are chosen"),
        ("id=01ARZ3NDEKTSV4RRFFQ69G5FAV", "No items are chosen"),
        ("ids=..%2F..%2Fetc", "'../../etc', which is no item's id"),
        ("ids=" + "x" * 5_000, "which is no item's id"),
        ("ids=%FF%00", "which is no item's id"),
        ("ids=" + "x" * 600_000, "The form is too long"),
    ],
)
def test_bad_forms_are_answered_with_what_is_wrong(web: Web, body: str, words: str) -> None:
    answer = post(web, body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert len(answer.json()["error"]) < 200


def test_other_kinds_of_bodies_are_refused(web: Web) -> None:
    answer = post(web, "{}", content_type="application/json")
    assert (answer.status_code, "Send a form" in answer.json()["error"]) == (400, True)


def test_more_than_five_thousand_items_are_refused(web: Web) -> None:
    ids = [web.studio.services.ids.new() for _ in range(MOST_ITEMS + 1)]
    answer = asked(web, *ids)
    assert answer.status_code == 400
    assert answer.json()["error"] == "5,001 items are chosen: choose at most 5,000 at a time"
    assert asked(web, *ids[1:], *ids[1:3]).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec_fetch_site": "same-origin"}, 200),
        ({"sec_fetch_site": "none"}, 200),
        ({}, 200),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site", "origin": "http://testserver"}, 403),
        ({"origin": "http://testserver"}, 200),
        ({"origin": "http://testserver.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://[testserver"}, 403),
    ],
)
def test_another_sites_page_cannot_have_a_browser_ask(web: Web, headers: dict[str, str], status: int) -> None:
    assert post(web, f"ids={quote(web.keep().id)}", **headers).status_code == status


def test_while_the_store_is_away_there_is_no_archive(web: Web) -> None:
    item = web.keep()
    web.studio.store.fault = StoreUnavailable("The database is away")
    assert asked(web, item).status_code == 503


@pytest.mark.parametrize("change", [b"short", PICTURE + b"long"])
def test_a_file_that_is_not_what_its_record_says_breaks_the_archive_off(web: Web, change: bytes) -> None:
    """A browser says that the download failed; half a file that looks whole would be worse."""
    item = web.keep()
    web.studio.services.blobs.put(item.files["original"].key, change)

    async def collect() -> list[bytes]:
        services = web.studio.services
        archive = Archive(services.store, services.blobs, web.studio.principal, [item.id])
        assert await archive.first()
        return [piece async for piece in archive.stream()]

    if len(change) < len(PICTURE):
        with pytest.raises(FileError):
            asyncio.run(collect())
    else:  # as much as the record says is read
        assert len(b"".join(asyncio.run(collect()))) < len(PICTURE) + 400


def test_whoever_leaves_in_the_middle_leaves_nothing_open(web: Web) -> None:
    items = [web.keep(bytes(3 * CHUNK)) for _ in range(2)]

    async def leave() -> int:
        services = web.studio.services
        archive = Archive(services.store, services.blobs, web.studio.principal, [item.id for item in items])
        await archive.first()
        stream = archive.stream()
        first = await anext(stream)
        await stream.aclose()
        return len(first)

    assert CHUNK <= asyncio.run(leave()) <= CHUNK + 1024


def test_five_thousand_items_are_read_in_portions_and_take_no_more_memory_than_fifty(
    sqlite_store: Store, tmp_path: Path
) -> None:
    blobs, owner = Blobs.open("memory://"), make_principal()
    blobs.put("shared/batch/0-original.png", PICTURE)
    file = make_file(key="shared/batch/0-original.png", size=len(PICTURE))
    items = [make_item(title=f"Item {number % 700}", files={"original": file}) for number in range(MOST_ITEMS)]
    for at in range(0, MOST_ITEMS, 500):
        writes = [Put(item, expect=0) for item in items[at : at + 500]]
        sqlite_store.commit(owner, writes, operation_id=operation())
    ids = [item.id for item in items]
    del items
    marks, sizes = [], []

    async def save() -> None:
        archive = Archive(sqlite_store, blobs, owner, ids)
        assert await archive.first()
        with (tmp_path / "all.zip").open("wb") as target:
            async for piece in archive.stream():
                target.write(piece)
                sizes.append(len(piece))
                if len(sizes) % 1000 == 0:
                    marks.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        asyncio.run(save())
    finally:
        tracemalloc.stop()
    with zipfile.ZipFile(tmp_path / "all.zip") as whole:
        assert len(whole.namelist()) == MOST_ITEMS
        assert whole.testzip() is None
    assert max(sizes[:-1]) <= CHUNK + 1024
    # What grows is what the archive says of each entry at its end: below 2 KB for each.
    assert marks[-1] - marks[0] < (len(sizes) // 1000 - 1) * 1000 * 2048
    assert archive_module.PORTION == 200


def test_it_is_described_for_programs(web: Web) -> None:
    paths: dict[str, Any] = web.get("/api/openapi.json").json()["paths"]
    assert FORM in paths["/api/media.zip"]["post"]["requestBody"]["content"]
    assert web.get("/api/docs").status_code == 200
