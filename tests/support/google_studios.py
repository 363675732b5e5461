"""Studios whose clips Google makes: a loopback stub, asked without pauses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.clock import FakeClock
from services.generation.google.client import Google
from tests.support.google_platforms import VERTEX, with_credentials
from tests.support.google_stub import GoogleStub
from tests.support.running import Running


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.workflows.asking.FIRST_WAIT", 0.01)
    monkeypatch.setattr(Google, "interval", 0.01)


@pytest.fixture
def stub() -> Iterator[GoogleStub]:
    with GoogleStub() as stub:
        yield stub


@pytest.fixture
def studio(tmp_path: Path, clock: FakeClock, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """One that asks as a project of Google Cloud."""
    with_credentials(monkeypatch)
    studio = Running(tmp_path / "data", clock, **stub.environment | VERTEX)
    yield studio
    stub.go_on.set()
    studio.stop()


@pytest.fixture
def keyed(tmp_path: Path, clock: FakeClock, stub: GoogleStub) -> Iterator[Running]:
    """One that asks with an API key."""
    keyed = Running(tmp_path / "data", clock, **stub.environment)
    yield keyed
    stub.go_on.set()
    keyed.stop()
