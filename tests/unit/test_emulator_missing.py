"""What a test run says where the emulator is missing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import main
from tests import conftest
from tests.support import emulator


class Reporter:
    """As much of pytest's terminal reporter as a summary uses."""

    def __init__(self, *reasons: str) -> None:
        self.stats = {"skipped": [SimpleNamespace(longrepr=("a.py", 1, f"Skipped: {reason}")) for reason in reasons]}
        self.lines: list[str] = []

    def write_line(self, line: str, **markup: bool) -> None:
        self.lines.append(line)


def test_a_run_without_the_emulator_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRESTORE_EMULATOR_HOST", "FIRESTORE_EMULATOR_JAR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(emulator, "_in_cloud_sdk", lambda: iter(()))
    monkeypatch.setattr(emulator, "_in_firebase_cache", list)
    with pytest.raises(emulator.EmulatorMissing) as missing:
        emulator.find_jar()
    reporter = Reporter(str(missing.value), str(missing.value), "something else")
    conftest.pytest_terminal_summary(reporter)
    assert reporter.lines == [
        "2 tests of the Firestore store did not run: Google's Firestore emulator was not found (see README.md)"
    ]


def test_one_that_had_it_says_nothing() -> None:
    reporter = Reporter("something else")
    conftest.pytest_terminal_summary(reporter)
    assert reporter.lines == []


def test_continuous_integration_fails_for_want_of_it() -> None:
    commands = [line.strip() for line in (main.ROOT / ".ci" / "run").read_text().splitlines()]
    assert commands.index("make test") > next(
        place for place, line in enumerate(commands) if line.startswith("export CI=")
    )
