"""The studio in process, on each kind of store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.clock import FakeClock
from services.store.protocol import Store
from tests.support.studio import Studio


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers wait for the store, however busy this machine is; a test of what is slower says so."""
    monkeypatch.setattr("state.loading.PATIENCE", 20.0)
    for module in ("totals", "storage", "purging", "asking", "aside"):
        monkeypatch.setattr(f"state.{module}.PATIENCE", 20.0)


@pytest.fixture
def studio(store: Store, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """Its handlers wait for the store as long as it takes: a busy machine must not change what a screen shows."""
    monkeypatch.setattr("state.loading.PATIENCE", 30.0)
    studio = Studio(store, clock, tmp_path / "data")
    yield studio
    studio.close()
