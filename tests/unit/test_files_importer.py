"""Import: all of a file or nothing, with messages that name it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.exceptions import GenericError

from services.clock import FakeClock
from services.errors import BadInput, FileError, Forbidden, OutcomeUnknown, StorageFull, StoreUnavailable
from services.files.blobs import Blobs
from services.files.importer import clean_name, import_file, title_of
from services.files.keep import discard_files, store_files
from services.files.rendered import RenderedFile
from services.ids import SequentialIds
from services.models import Commit, MediaItem, Principal, Put, Write
from tests.support.logs import recorded_lines
from tests.support.media import clip, picture, png_header, tone
from tests.support.records import PROJECT, make_principal

# As obstore words it on a full tmpfs.
NO_SPACE = (
    "Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)\n\n"
    'Debug source:\nGeneric {\n    store: "LocalFileSystem" }'
)


class CommitLog:
    """As much of a store as an import uses; fails with `error` when given one."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.items: list[MediaItem] = []

    def commit(self, principal: Principal, writes: Sequence[Write], *, operation_id: str) -> Commit:
        if self.error is not None:
            raise self.error
        (put,) = writes
        assert isinstance(put, Put)
        assert isinstance(put.record, MediaItem)
        assert put.expect == 0
        stored = put.record.model_copy(update={"revision": 1})
        self.items.append(stored)
        return Commit(operation_id, (stored,), stored.created_at)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs.open(tmp_path.as_uri())


def bring(blobs: Blobs, log: CommitLog, data: bytes, name: str) -> MediaItem:
    store: Any = log
    return import_file(store, blobs, FakeClock(), SequentialIds(), make_principal(), PROJECT, data, name)


@pytest.mark.parametrize(
    ("data", "name", "media_type", "variants"),
    [
        (picture("JPEG", (900, 600)), "harbour at dawn.jpg", "image", {"original", "thumb"}),
        (clip(frames=4), "harbour at dawn.mp4", "video", {"original", "poster", "thumb"}),
        (tone(), "harbour at dawn.wav", "audio", {"original", "thumb"}),
    ],
)
def test_an_import_is_one_ready_record_with_its_files(
    blobs: Blobs, data: bytes, name: str, media_type: str, variants: set[str]
) -> None:
    log = CommitLog()
    item = bring(blobs, log, data, name)
    assert log.items == [item]
    assert (item.status, item.origin, item.media_type) == ("ready", "import", media_type)
    assert (item.title, item.project_id, item.owner_id, item.revision) == ("harbour at dawn", PROJECT, "ada", 1)
    assert set(item.files) == variants
    assert blobs.list() == sorted(file.key for file in item.files.values())
    for variant, file in item.files.items():
        stored = blobs.get(file.key)
        assert file.key.startswith(f"media/{PROJECT}/{item.id}/{variant}-")
        assert (file.size, file.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())
        assert file.updated_at == FakeClock().now()
    assert blobs.get(item.files["original"].key) == data


def test_the_name_of_a_file_decides_nothing_but_the_title(blobs: Blobs) -> None:
    item = bring(blobs, CommitLog(), picture("PNG"), "clip.mp4")
    assert item.media_type == "image"
    assert item.files["original"].key.endswith(".png")


@pytest.mark.parametrize("error", [StoreUnavailable("down"), Forbidden("no"), RuntimeError("bug")])
def test_no_blob_is_left_when_the_record_cannot_be_committed(blobs: Blobs, error: Exception) -> None:
    with pytest.raises(type(error)):
        bring(blobs, CommitLog(error), clip(frames=4), "a.mp4")
    assert blobs.list() == []


def test_the_files_stay_where_nobody_knows_whether_the_record_was_committed(blobs: Blobs) -> None:
    with pytest.raises(OutcomeUnknown):
        bring(blobs, CommitLog(OutcomeUnknown("the answer was lost")), clip(frames=4), "a.mp4")
    assert len(blobs.list()) == 3


@pytest.mark.parametrize("fits", [0, 1, 2])
def test_a_full_disk_leaves_neither_record_nor_blob(blobs: Blobs, monkeypatch: pytest.MonkeyPatch, fits: int) -> None:
    put, puts = obstore.put, 0

    def full(*args: Any, **options: Any) -> Any:
        nonlocal puts
        puts += 1
        if puts > fits:
            raise GenericError(NO_SPACE)
        return put(*args, **options)

    monkeypatch.setattr(obstore, "put", full)
    log = CommitLog()
    with pytest.raises(StorageFull, match="no room left for files"):
        bring(blobs, log, clip(frames=4), "a.mp4")
    assert log.items == []
    assert blobs.list() == []


def test_the_first_error_is_told_even_when_cleaning_up_fails_too(blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise GenericError("unplugged")

    monkeypatch.setattr(obstore, "delete", broken)
    with recorded_lines() as lines, pytest.raises(StoreUnavailable, match="down"):
        bring(blobs, CommitLog(StoreUnavailable("down")), picture(), "a.png")
    assert [(line["event"], line["level"]) for line in lines] == [("files.left_behind", "WARNING")]
    assert sorted(lines[0]["keys"].split(",")) == sorted(blobs.list())
    assert "unplugged" in lines[0]["why"]


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"dear diary", "notes.png", "notes.png is not a picture, a video or a sound: its content is text"),
        (picture()[:60], "half.png", "half.png is damaged or cut short and cannot be shown (PNG)"),
        (b"", "C:\\photos\\void.jpg", "void.jpg is not a picture, a video or a sound: its content is empty"),
        (
            png_header(60_000, 60_000),
            "sky.png",
            "sky.png has more than 100 megapixels: make it smaller first",
        ),
        (b"x", "", "The file is not a picture, a video or a sound: its content is text"),
        (
            b"x",
            "evil\x1b[31m\n\u202egnp.exe",
            "evil [31m gnp.exe is not a picture, a video or a sound: its content is text",
        ),
    ],
)
def test_a_refusal_names_the_file_and_changes_nothing(blobs: Blobs, data: bytes, name: str, message: str) -> None:
    log = CommitLog()
    with pytest.raises(BadInput) as caught:
        bring(blobs, log, data, name)
    assert (caught.value.field, str(caught.value)) == ("file", message)
    assert log.items == []
    assert blobs.list() == []


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("harbour.jpg", "harbour"),
        ("/home/ada/harbour.final.JPEG", "harbour.final"),
        ("C:\\pictures\\harbour.png", "harbour"),
        ("no extension", "no extension"),
        (".hidden", ".hidden"),
        ("Dr. Whistler", "Dr. Whistler"),
        ("", "Untitled"),
        ("\x00\x07.png", ".png"),
        ("Cafe\u0301 \u202etxt.png", "Caf\u00e9 txt"),
        ("a\nb\tc.png", "a b c"),
        ("\ud800broken.png", "broken"),
        ("x" * 500 + ".png", "x" * 200),
    ],
)
def test_titles_come_from_names_cleaned_and_cut(name: str, title: str) -> None:
    assert title_of(name) == title
    assert len(clean_name(name)) <= len(name)


def test_deterministic_keys_are_overwritten_not_orphaned(blobs: Blobs) -> None:
    files = [RenderedFile("original", b"one", "image/png", "png"), RenderedFile("thumb", b"t", "image/webp", "webp")]
    ids, clock = SequentialIds(), FakeClock()
    media_id = ids.new()
    first = store_files(blobs, clock, ids, PROJECT, media_id, files, key_suffix="run-0")
    clock.advance(60)
    again = store_files(blobs, clock, ids, PROJECT, media_id, files, key_suffix="run-0")
    assert blobs.list() == sorted(file.key for file in first.values())
    assert {v: f.key for v, f in first.items()} == {v: f.key for v, f in again.items()}
    assert first["original"].key == f"media/{PROJECT}/{media_id}/original-run-0.png"


def test_without_a_suffix_every_file_has_a_key_of_its_own(blobs: Blobs) -> None:
    files = [RenderedFile("original", b"one", "image/png", "png")]
    ids = SequentialIds()
    keys = {store_files(blobs, FakeClock(), ids, PROJECT, "M", files)["original"].key for _ in range(3)}
    assert len(keys) == 3


def test_a_project_id_that_is_no_path_segment_is_refused(blobs: Blobs) -> None:
    files = [RenderedFile("original", b"one", "image/png", "png")]
    with pytest.raises(FileError):
        store_files(blobs, FakeClock(), SequentialIds(), "../other", "M", files)
    discard_files(blobs, [])
