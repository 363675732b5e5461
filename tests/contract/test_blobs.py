"""What `Blobs` promises, on every kind of store: a folder, memory, S3 and Cloud Storage (both on loopback)."""

from __future__ import annotations

import asyncio
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from services.errors import FileError, FileMissing, SettingsError
from services.files.blobs import CHUNK, Blobs
from tests.support.gcs import running_gcs

KEY = "media/studio/01ARZ3NDEKTSV4RRFFQ69G5FAV/original-01ARZ3NDEKTSV4RRFFQ69G5FAW.png"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a loopback S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket and the environment that leads to it."""
    name = f"freshet-{uuid.uuid4().hex}"
    urllib.request.urlopen(urllib.request.Request(f"{s3}/{name}", method="PUT")).close()
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    for secret in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(secret, "dummy")
    return f"s3://{name}/library"


@pytest.fixture(params=["file", "memory", "s3", "gs"])
def blobs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Blobs]:
    if request.param == "file":
        yield Blobs.open((tmp_path / "new folder ü" / "files").as_uri())
    elif request.param == "memory":
        yield Blobs.open("memory://")
    elif request.param == "s3":
        yield Blobs.open(request.getfixturevalue("bucket"))
    else:
        with running_gcs() as address:
            monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
            yield Blobs.open("gs://freshet/library")


def read(blobs: Blobs, key: str, start: int, end: int) -> list[bytes]:
    async def collect() -> list[bytes]:
        return [piece async for piece in blobs.stream(key, start, end)]

    return asyncio.run(collect())


def test_what_is_put_is_got_whole_with_its_size(blobs: Blobs) -> None:
    blobs.put(KEY, b"\x00pixels\xff")
    assert blobs.get(KEY) == b"\x00pixels\xff"
    assert blobs.size(KEY) == 8


def test_an_empty_blob_is_a_blob(blobs: Blobs) -> None:
    blobs.put(KEY, b"")
    assert blobs.get(KEY) == b""
    assert blobs.size(KEY) == 0
    assert read(blobs, KEY, 0, 0) == []


def test_putting_again_replaces(blobs: Blobs) -> None:
    blobs.put(KEY, b"long before")
    blobs.put(KEY, b"after")
    assert blobs.get(KEY) == b"after"


def test_put_if_absent_never_replaces(blobs: Blobs) -> None:
    assert blobs.put_if_absent(KEY, b"first")
    assert not blobs.put_if_absent(KEY, b"second")
    assert blobs.get(KEY) == b"first"


@pytest.mark.parametrize("blobs", ["file", "memory", "gs"], indirect=True)
def test_of_many_that_put_if_absent_exactly_one_writes(blobs: Blobs) -> None:
    """Not on the loopback S3, which checks the precondition but not atomically, as the real one does."""
    wrote: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: wrote.append(n) if blobs.put_if_absent(KEY, bytes([n])) else None)
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wrote) == 1
    assert blobs.get(KEY) == bytes(wrote)


def test_a_stream_gives_exactly_the_asked_range_in_small_pieces(blobs: Blobs) -> None:
    data = bytes(range(256)) * (3 * CHUNK // 256) + b"end"
    blobs.put(KEY, data)
    pieces = read(blobs, KEY, 5, len(data))
    assert b"".join(pieces) == data[5:]
    assert max(map(len, pieces)) <= CHUNK
    assert b"".join(read(blobs, KEY, 0, 1)) == data[:1]
    assert b"".join(read(blobs, KEY, len(data) - 3, len(data))) == b"end"
    assert read(blobs, KEY, 7, 7) == []


def test_a_missing_blob_says_so_whatever_is_asked_of_it(blobs: Blobs) -> None:
    for ask in (lambda: blobs.get(KEY), lambda: blobs.size(KEY), lambda: read(blobs, KEY, 0, 5)):
        with pytest.raises(FileMissing):
            ask()
    with pytest.raises(FileMissing):
        read(blobs, KEY, 3, 3)


def test_deleting_takes_what_is_there_and_minds_nothing_that_is_not(blobs: Blobs) -> None:
    blobs.put("media/a/one.png", b"1")
    blobs.put("media/a/two.png", b"2")
    blobs.delete(["media/a/none.png", "media/a/one.png"])
    assert blobs.list() == ["media/a/two.png"]


def test_lists_are_sorted_and_of_one_folder(blobs: Blobs) -> None:
    for key in ("media/b/two.png", "media/a/one.png", "media/ab/three.png", "other/four.png"):
        blobs.put(key, b"x")
    assert blobs.list() == ["media/a/one.png", "media/ab/three.png", "media/b/two.png", "other/four.png"]
    assert blobs.list("media/a") == ["media/a/one.png"]
    assert blobs.list("nothing") == []


def test_entries_tell_sizes_and_ages_of_one_folder(blobs: Blobs) -> None:
    for key in ("media/a/one.png", "media/b/two.png", "shared/c/three.png"):
        blobs.put(key, b"x" * len(key))
    entries = {entry.key: entry for entry in blobs.entries("media")}
    assert {key: entry.size for key, entry in entries.items()} == {"media/a/one.png": 15, "media/b/two.png": 15}
    assert all(entry.modified.utcoffset() == timedelta(0) for entry in entries.values())
    assert len(list(blobs.entries())) == 3
    assert list(blobs.entries("nothing")) == []
    assert blobs.entry("media/a/one.png").size == 15
    with pytest.raises(FileMissing):
        blobs.entry("media/a/none.png")
    with pytest.raises(FileError):
        list(blobs.entries("../media"))


@pytest.mark.parametrize("blobs", ["file", "s3"], indirect=True)
def test_more_entries_than_one_page_of_a_listing_holds_come_all(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.files.blobs._LISTED", 3)
    for number in range(10):
        blobs.put(f"media/a/{number}.png", b"x")
    assert sorted(entry.key for entry in blobs.entries()) == [f"media/a/{number}.png" for number in range(10)]


def test_a_write_that_was_cut_off_is_found_in_a_folder_and_only_such_can_be_discarded(tmp_path: Path) -> None:
    blobs = Blobs.open((tmp_path / "files").as_uri())
    blobs.put("media/a/one.png", b"whole")
    (tmp_path / "files" / "media" / "a" / "two.png#3").write_bytes(b"half")
    [entry] = blobs.half_written()
    assert (entry.key, entry.size) == ("media/a/two.png#3", 4)
    for wrong in ("media/a/one.png", "../two.png#3"):
        with pytest.raises(FileError):
            blobs.discard_half_written(replace(entry, key=wrong))
    blobs.discard_half_written(entry)
    blobs.discard_half_written(entry)
    assert list(blobs.half_written()) == []
    assert blobs.list() == ["media/a/one.png"]
    assert list(Blobs.open("memory://").half_written()) == []


@pytest.mark.parametrize(
    "key",
    [
        *("", "/etc/passwd", "../up.png", "media/../../up.png", "media//a.png", "media/a b.png", "a\0.png"),
        *("media/ü.png", "media/a.png/", ".hidden", "media/.hidden", "a" * 200, "a.b.png", "a%2e%2e/b", "a.png\n"),
    ],
)
def test_keys_that_freshet_never_makes_are_refused_before_anything_is_touched(blobs: Blobs, key: str) -> None:
    for ask in (lambda: blobs.put(key, b"x"), lambda: blobs.put_if_absent(key, b"x"), lambda: blobs.get(key)):
        with pytest.raises(FileError, match="Not a blob key"):
            ask()
    for later in (lambda: blobs.size(key), lambda: blobs.delete([key]), lambda: read(blobs, key, 0, 1)):
        with pytest.raises(FileError, match="Not a blob key"):
            later()
    with pytest.raises(FileError):
        blobs.list("../" + key)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "use file:///folder"),
        ("data/files", "use file:///folder"),
        ("http://example.org/files", "use file:///folder"),
        ("azure://box", "use file:///folder"),
        ("file://relative/folder", "three slashes"),
        ("file:data", "three slashes"),
        ("s3:///prefix", "names no bucket"),
        ("gs://", "names no bucket"),
        ("file:///proc/freshet/files", "Files cannot be kept in /proc/freshet/files"),
        ("file:///dev/null/files", "not a directory"),
    ],
)
def test_a_place_that_cannot_keep_files_is_refused_in_one_line(url: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Blobs.open(url)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unreachable_bucket_is_a_file_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_gcs() as address:
        pass
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
    with pytest.raises(FileError) as caught:
        Blobs.open("gs://freshet").get(KEY)
    assert not isinstance(caught.value, FileMissing)
    assert "\n" not in str(caught.value)
