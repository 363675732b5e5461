"""`python main.py import`: good files go in, bad ones are named, no server is needed or disturbed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

import main
from services.errors import StorageFull
from services.files.blobs import Blobs
from services.library import Library, open_library
from services.models import MediaItem, MediaQuery
from services.settings import SETTING_NAMES, load_settings
from tests.support.logs import logging_kept

Import = Callable[..., tuple[int, list[str], list[str]]]


@pytest.fixture
def run_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Import]:
    """Runs the command; exit status, lines on standard output, lines on standard error."""
    for name in SETTING_NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FRESHET_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: object) -> tuple[int, list[str], list[str]]:
        status = main.main(["import", *map(str, arguments)])
        out, err = capsys.readouterr()
        return status, out.splitlines(), err.splitlines()

    with logging_kept():
        yield run


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with two pictures and three files that are none."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "harbour.png").write_bytes(picture("PNG"))
    (folder / "Möwe 港.jpg").write_bytes(picture("JPEG"))
    (folder / "notes.png").write_text("Buy milk")
    (folder / "cut.png").write_bytes(picture("PNG")[:60])
    (folder / "empty.jpg").touch()
    return folder


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").save(out, kind)
    return out.getvalue()


def library(tmp_path: Path) -> list[MediaItem]:
    with open_library(load_settings({"FRESHET_DATA_DIR": str(tmp_path / "data")}), None) as opened:
        return list(_items(opened))


def _items(opened: Library) -> tuple[MediaItem, ...]:
    return opened.store.media.get_media_for_page(opened.principal, MediaQuery(project_id=opened.project.id)).items


def test_good_files_go_in_and_bad_ones_are_named(run_import: Import, pictures: Path, tmp_path: Path) -> None:
    names = ["harbour.png", "notes.png", "Möwe 港.jpg", "cut.png", "missing.png", "empty.jpg"]
    status, out, err = run_import(*(pictures / name for name in names), pictures)
    assert status == 1
    assert [line.split(" ", 2)[1:] for line in out] == [["image", "harbour.png"], ["image", "Möwe 港.jpg"]]
    items = library(tmp_path)
    assert [item.id for item in items] == [line.split()[0] for line in reversed(out)]
    assert [item.title for item in items] == ["Möwe 港", "harbour"]
    assert {item.status for item in items} == {"ready"}
    assert len(err) == 5
    assert all(line.startswith("freshet: ") for line in err)
    for line, name in zip(err, ["notes.png", "cut.png", "missing.png", "empty.jpg", str(pictures)], strict=True):
        assert name in line


@pytest.mark.parametrize(
    ("name", "head", "size", "words"),
    [
        ("huge.png", picture("PNG")[:200], 60_000_000, "has 60 MB; pictures may have 50 MB"),
        ("film.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isom", 40_000_000_000, "videos and sounds may have 500 MB"),
        ("backup.img", b"nothing of ours", 40_000_000_000, "is not a picture, a video or a sound"),
    ],
)
def test_a_file_over_the_limit_is_refused_by_name_before_it_is_read(
    run_import: Import, pictures: Path, tmp_path: Path,
    name: str, head: bytes, size: int, words: str,
) -> None:  # fmt: skip
    with (pictures / name).open("xb") as file:
        file.write(head)
        file.truncate(size)  # sparse: it takes no room on the disk, and as much memory as any other
    tracemalloc.start()
    try:
        status, out, err = run_import(pictures / name, pictures / "harbour.png")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (status, len(err)) == (1, 1)
    assert err[0].startswith(f"freshet: {name} ")
    assert words in err[0]
    assert [line.split(" ", 2)[1:] for line in out] == [["image", "harbour.png"]]
    assert [item.title for item in library(tmp_path)] == ["harbour"]
    assert peak < 30_000_000


def test_all_good_is_status_0(run_import: Import, pictures: Path) -> None:
    assert run_import(pictures / "harbour.png")[0] == 0


def test_a_project_is_found_by_its_name_in_any_case(run_import: Import, pictures: Path, tmp_path: Path) -> None:
    assert run_import(pictures / "harbour.png", "--project", "FIRST project")[0] == 0
    assert len(library(tmp_path)) == 1


def test_an_unknown_project_is_answered_with_those_there_are(
    run_import: Import, pictures: Path, tmp_path: Path
) -> None:
    status, out, err = run_import(pictures / "harbour.png", "--project", "Holidays")
    assert (status, out) == (2, [])
    assert err == ["freshet: There is no project called 'Holidays'. There are: First project"]
    assert library(tmp_path) == []


def test_no_files_at_all_is_a_mistake(run_import: Import) -> None:
    with pytest.raises(SystemExit) as caught:
        run_import()
    assert caught.value.code == 2


def test_a_name_that_is_no_text_stops_nothing(run_import: Import, pictures: Path) -> None:
    name = os.fsdecode(b"caf\xe9 \xff\n.png")
    try:
        (pictures / name).write_bytes(picture("PNG"))
    except OSError:
        pytest.fail("this file system cannot hold such names: run the tests on another one")
    status, out, err = run_import(pictures / name, pictures / "missing\nfile.png")
    assert status == 1
    assert len(out) == len(err) == 1


def test_a_full_disk_leaves_no_item_and_no_file(
    run_import: Import, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Blobs.put

    def full_after_the_first(self: Blobs, key: str, data: bytes) -> None:
        if "thumb" in key:
            raise StorageFull("There is no room left for files: free some space and try again")
        put(self, key, data)

    monkeypatch.setattr(Blobs, "put", full_after_the_first)
    status, out, err = run_import(pictures / "harbour.png")
    assert (status, out) == (1, [])
    assert err == ["freshet: There is no room left for files: free some space and try again"]
    assert library(tmp_path) == []
    assert [path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file()] == []


def test_importing_leaves_the_workflow_engine_alone(run_import: Import, pictures: Path, tmp_path: Path) -> None:
    run_import(pictures / "harbour.png")
    names = {path.name for path in (tmp_path / "data").iterdir()}
    assert names == {"files", "freshet.sqlite"}


@pytest.mark.parametrize(
    ("program", "unwanted"),
    [
        ("main.main(['import', 'missing.png'])", "dbos mesop fastapi google.cloud grpc moto"),
        ("main.main(['seed', '--count', '0'])", "dbos mesop fastapi google.cloud grpc moto"),
        ("main.main(['check'])", "dbos mesop fastapi google.cloud grpc moto"),
        ("main.create_application(load_settings())", "google.cloud grpc moto pytest rapidocr"),
    ],
)
def test_a_command_loads_only_what_it_needs(tmp_path: Path, program: str, unwanted: str) -> None:
    code = (
        "import os, sys; import main; from services.settings import load_settings; "
        f"{program}; print(*(n for n in {unwanted.split()} if n in sys.modules)); sys.stdout.flush(); os._exit(0)"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FRESHET_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=main.ROOT,
        env={**environment, "FRESHET_DATA_DIR": str(tmp_path / "data")},
        text=True,
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == ""
