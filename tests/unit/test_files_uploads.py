"""Small parts of uploading."""

from __future__ import annotations

from pathlib import Path

from services.files.intake import clear_scratch
from services.http.upload import _metadata


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
