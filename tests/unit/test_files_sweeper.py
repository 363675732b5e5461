"""The spool is looked after from the start on, and a store that is away ends nothing."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from services.errors import StoreUnavailable
from services.files.intake import clear_scratch
from services.files.sweeper import Sweeper
from services.http.upload import _metadata
from tests.support.logs import recorded_lines


@pytest.mark.parametrize("error", [StoreUnavailable("The store did not answer."), RuntimeError("bug")])
def test_it_sweeps_at_once_and_again_whatever_happened(error: Exception) -> None:
    swept, twice = 0, threading.Event()

    def sweep() -> int:
        nonlocal swept
        swept += 1
        if swept == 1:
            raise error
        twice.set()
        return 0

    with recorded_lines() as lines:
        sweeper = Sweeper(sweep, every=0.01)
        sweeper.begin()
        assert twice.wait(20)
        sweeper.close()
    assert [line["event"] for line in lines] == ["upload.not_swept"]
    Sweeper(sweep).close()  # one that never began


def test_a_scratch_folder_that_is_not_there_is_clear(tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    clear_scratch(folder)
    folder.mkdir()
    (folder / "left").write_bytes(b"x")
    clear_scratch(folder)
    assert not folder.exists()


def test_metadata_are_words_in_base64() -> None:
    assert _metadata("filename ZsO8ci5wbmc=,wanted aW1hZ2U=, flag") == {
        "filename": "für.png", "wanted": "image", "flag": "",
    }  # fmt: skip
