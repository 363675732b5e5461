"""A studio at work, for tests of its runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.clock import FakeClock
from tests.support.running import Running


@pytest.fixture
def studio(tmp_path: Path, clock: FakeClock) -> Iterator[Running]:
    studio = Running(tmp_path / "data", clock)
    yield studio
    studio.stop()
