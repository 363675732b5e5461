"""`python main.py seed` and `check` as people run them: beside a server, cut off half-way, and with bad input."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import main
from services.files.blobs import Blobs
from services.files.derive import derive
from services.files.urls import media_url
from services.identity import SYSTEM
from services.library import open_library
from services.models import MediaItem, Put
from services.settings import SETTING_NAMES, load_settings
from tests.browser.server import Server
from tests.fault.yard import serving
from tests.support.logs import logging_kept
from tests.support.media import picture

Run = Callable[..., tuple[int, list[str], list[str]]]
DIE = "__import__('os').kill(__import__('os').getpid(), 9)"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs a command; exit status, lines on standard output, lines on standard error."""
    for name in SETTING_NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FRESHET_DATA_DIR", str(data))

    def command(*arguments: object) -> tuple[int, list[str], list[str]]:
        status = main.main([*map(str, arguments)])
        out, err = capsys.readouterr()
        return status, out.splitlines(), err.splitlines()

    with logging_kept():
        yield command


def process(data: Path, *program: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FRESHET_")}
    return subprocess.run(
        [sys.executable, *program], cwd=main.ROOT, env={**inherited, "FRESHET_DATA_DIR": str(data)}, text=True,
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip


def everything(data: Path) -> list[MediaItem]:
    with open_library(load_settings({"FRESHET_DATA_DIR": str(data)}), None) as opened:
        return [item for item in opened.store.upkeep.records(SYSTEM, "media") if isinstance(item, MediaItem)]


def grow_old(data: Path) -> None:
    """Every file, by two days."""
    then = time.time() - 2 * 24 * 3600
    for path in (data / "files").rglob("*"):
        os.utime(path, (then, then))


def test_a_seeded_library_has_real_files_and_is_in_order(run: Run, data: Path) -> None:
    status, out, err = run("seed", "--count", 20, "--seed", 7)
    assert (status, out) == (0, ["Added 20 items to 'First project' (--seed 7)"])
    assert err[-1] == "items: 20 of 20"
    items = everything(data)
    assert len(items) == 20
    blobs = Blobs.open((data / "files").as_uri())
    for item in items:
        for variant, file in item.files.items():
            assert len(blobs.get(file.key)) == file.size
            if variant == "original":
                assert derive(blobs.get(file.key)).media_type == item.media_type
    grow_old(data)
    before = blobs.list()
    assert run("check", "--repair")[:2] == (0, [f"Checked 20 items and {len(before)} files.", "All is in order."])
    assert blobs.list() == before


@pytest.mark.parametrize("arguments", [("--count", "0"), ("--count", "many"), ("--count", "3", "--seed", "x")])
def test_a_bad_number_is_one_line_and_nothing_is_made(run: Run, data: Path, arguments: tuple[str, ...]) -> None:
    status, out, err = run("seed", *arguments)
    assert (status, out, len(err)) == (2, [], 1)
    assert "must be a whole number" in err[0]
    assert not data.exists()


def test_an_unknown_project_is_named_before_anything_is_rendered(run: Run, data: Path) -> None:
    status, out, err = run("seed", "--count", "3", "--project", "Holidays")
    assert (status, out) == (2, [])
    assert err == ["freshet: There is no project called 'Holidays'. There are: First project"]


def test_seeding_and_checking_work_beside_a_server(data: Path) -> None:
    with serving(Server(data)) as server:
        done = server.run("seed", "--count", "3", "--seed", "1")
        assert (done.returncode, done.stdout) == (0, "Added 3 items to 'First project' (--seed 1)\n")
        grow_old(data)
        done = server.run("check", "--repair")
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "All is in order.")
        for item in everything(data):
            with urllib.request.urlopen(server.url + (media_url(item, "original") or "")) as answer:
                assert len(answer.read()) == item.files["original"].size


def test_seeding_that_is_killed_leaves_whole_items_and_orphans_at_most(run: Run, data: Path) -> None:
    program = (
        "import sys, main; from services.samples import seed; from services.store.sqlite import SqliteStore\n"
        "seed.BATCH, commit, count = 2, SqliteStore.commit, []\n"
        "def third(self, principal, writes, **options):\n"
        "    count.extend(writes)\n"
        f"    if len(count) > 5: {DIE}\n"
        "    return commit(self, principal, writes, **options)\n"
        "SqliteStore.commit = third\n"
        "sys.exit(main.main(['seed', '--count', '12', '--seed', '1']))"
    )
    assert process(data, "-c", program).returncode == -signal.SIGKILL
    assert len(everything(data)) == 4
    grow_old(data)
    status, out, _ = run("check", "--repair")
    assert status == 0
    assert {line.split()[0] for line in out[:-3]} <= {"orphan"}
    assert run("check")[1][-1] == "All is in order."


def test_a_purge_that_is_killed_between_record_and_files_leaves_orphans_that_a_repair_removes(
    run: Run, data: Path, tmp_path: Path
) -> None:
    """The record goes first: what a crash leaves is never an item without files."""
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(picture(size=(64 + number, 48)))
    run("import", *(tmp_path / f"{number}.png" for number in range(3)))
    gone, kept, other = everything(data)
    with open_library(load_settings({"FRESHET_DATA_DIR": str(data)}), None) as opened:
        trashed = gone.model_copy(update={"deleted_at": opened.clock.now()})
        opened.store.commit(opened.principal, [Put(trashed, expect=1)], operation_id="trash")
    program = (
        "from services.files.blobs import Blobs; from services.keeping.trash import Trash\n"
        "from services.library import open_library; from services.settings import load_settings\n"
        f"Blobs.delete = lambda self, keys: {DIE}\n"
        "with open_library(load_settings(), None) as l:\n"
        f"    Trash(l.store, l.blobs, l.clock, l.ids).discard(l.principal, ['{gone.id}'])"
    )
    assert process(data, "-c", program).returncode == -signal.SIGKILL
    assert everything(data) == [kept, other]
    lost = sorted(file.key for file in gone.files.values())
    assert run("check")[:2] == (0, ["Checked 2 items and 6 files.", "All is in order."])  # too young to be judged
    grow_old(data)
    status, out, _ = run("check")
    assert (status, sorted(line.split() for line in out[:2])) == (1, [["orphan", key] for key in lost])
    assert out[2:4] == ["Checked 2 items and 6 files.", "Found 2 files that no record refers to."]
    assert out[4].startswith("Nothing was changed: --repair removes 2 files")
    status, out, _ = run("check", "--repair")
    assert (status, out[-1].startswith("Removed 2 files")) == (0, True)
    assert run("check")[:2] == (0, ["Checked 2 items and 4 files.", "All is in order."])


def test_a_missing_file_is_told_with_its_item_and_is_a_status(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    run("import", tmp_path / "a.png")
    [item] = everything(data)
    (data / "files" / item.files["thumb"].key).unlink()
    for arguments in (["check"], ["check", "--repair"]):
        status, out, err = run(*arguments)
        assert (status, err) == (1, [])
        assert out == [
            f"missing      {item.files['thumb'].key} of item {item.id}",
            "Checked 1 item and 1 file.",
            "Found 1 missing file of an item.",
        ]
    assert everything(data) == [item]


def test_a_server_purges_what_is_due_when_it_starts(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    run("import", tmp_path / "a.png")
    [item] = everything(data)
    with open_library(load_settings({"FRESHET_DATA_DIR": str(data)}), None) as opened:
        long_ago = item.created_at.replace(year=item.created_at.year - 1)
        opened.store.commit(
            opened.principal, [Put(item.model_copy(update={"deleted_at": long_ago}), expect=1)], operation_id="trash"
        )
    with serving(Server(data)) as server:
        server.wait_logged("trash.purged", "items=1")
        assert everything(data) == []
        assert list((data / "files").rglob("*.png")) == []
