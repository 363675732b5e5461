"""What Google's models are reached with: where it cannot be used, the start goes on without them and says why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from google.auth.environment_vars import CREDENTIALS

from services.clock import FakeClock
from services.generation.offers import open_offers
from services.settings import load_settings
from tests.support.google_stub import KEY

LOGIN = "gcloud auth application-default login"
BROKEN_ACCOUNT = {"type": "service_account", "client_email": "a@b", "token_uri": "https://c", "private_key": KEY}


def told(clock: FakeClock, **settings: str) -> str:
    """What the pages say of a server that starts with these settings."""
    offers = open_offers(load_settings({"FRESHET_PROVIDER": "google", **settings}), clock)
    assert offers.google is None
    assert offers.note.startswith("Google's models cannot be used: ")
    assert offers.note.endswith(". Models of this machine can.")
    assert "\n" not in offers.note
    assert KEY not in offers.note
    return offers.note


def told_of_file(clock: FakeClock, monkeypatch: pytest.MonkeyPatch, value: str) -> str:
    monkeypatch.setenv(CREDENTIALS, value)
    words = told(clock, GOOGLE_CLOUD_PROJECT="studio")
    assert f"Check {CREDENTIALS}, or log in with {LOGIN}" in words
    return words


class TestAFileOfCredentials:
    def test_one_that_is_not_there_is_named(self, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "File /nowhere/account.json was not found. " in told_of_file(clock, monkeypatch, "/nowhere/account.json")
        assert "File account.json was not found. " in told_of_file(clock, monkeypatch, "account.json")

    def test_a_folder_in_its_place_is_named(
        self, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        assert f"Is a directory: '{tmp_path}'. " in told_of_file(clock, monkeypatch, str(tmp_path))

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "is not a valid json file"),
            (b"\xff\xfe\x00", "is not a valid json file"),
            (KEY.encode(), "is not a valid json file"),
            (f'["{KEY}"]'.encode(), "no attribute"),
            (b'{"type": "odd"}', "does not have a valid type"),
            (json.dumps(BROKEN_ACCOUNT).encode(), "Failed to load service account credentials"),
            (json.dumps(BROKEN_ACCOUNT | {"private_key": [KEY]}).encode(), ""),
        ],
    )
    def test_what_is_in_it_is_not_told(
        self, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data: bytes, words: str
    ) -> None:
        path = tmp_path / "account.json"
        path.write_bytes(data)
        assert words in told_of_file(clock, monkeypatch, str(path))

    @pytest.mark.parametrize("value", [KEY, json.dumps(BROKEN_ACCOUNT, indent=1)])
    def test_a_key_where_its_name_should_be_is_not_told(
        self, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, value: str
    ) -> None:
        assert "File … was not found. " in told_of_file(clock, monkeypatch, value)


class TestAKey:
    @pytest.mark.parametrize("value", [f"{KEY}é", f"“{KEY}”", f"{KEY}\n", f"{KEY} ", f"{KEY}\u200b"])
    @pytest.mark.parametrize("name", ["GOOGLE_API_KEY", "GEMINI_API_KEY"])
    def test_with_characters_that_no_request_takes_it_is_refused_by_its_name(
        self, clock: FakeClock, name: str, value: str
    ) -> None:
        assert f"{name} has characters that are in no API key. Copy it once more" in told(clock, **{name: value})
