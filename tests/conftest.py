"""Fixtures for every test folder: a clock that stands still, ids, and fresh stores of each kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from services.clock import Clock, FakeClock
from services.ids import SequentialIds
from services.store.protocol import Store
from tests.support.emulator import MISSING, EmulatorMissing, running_emulator
from tests.support.stores import Backend


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ids() -> SequentialIds:
    return SequentialIds()


@pytest.fixture(scope="session")
def firestore_emulator() -> Iterator[str]:
    """`host:port` of Google's emulator, one per test process, named in FIRESTORE_EMULATOR_HOST while tests run."""
    with ExitStack() as stack:
        try:
            host = stack.enter_context(running_emulator())
        except EmulatorMissing as missing:
            if os.environ.get("CI", "").lower() in ("true", "1"):
                pytest.fail(str(missing), pytrace=False)
            pytest.skip(str(missing))
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("FIRESTORE_EMULATOR_HOST", host)
        yield host


@pytest.fixture(params=["sqlite", "firestore"])
def backend(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Backend]:
    """A fresh, empty database of each kind."""
    if request.param == "firestore":
        request.getfixturevalue("firestore_emulator")
    backend = Backend(request.param, tmp_path / "freshet.db", clock)
    yield backend
    backend.close()


@pytest.fixture
def store(backend: Backend) -> Store:
    """A store of each kind on its fresh database."""
    return backend.open()


@pytest.fixture
def make_store(backend: Backend) -> Callable[[Clock | None], Store]:
    """Opens more stores on the database of `store`, as another process would."""
    return backend.open


@pytest.fixture
def sqlite_backend(tmp_path: Path, clock: FakeClock) -> Iterator[Backend]:
    """For tests of this kind of database alone."""
    backend = Backend("sqlite", tmp_path / "freshet.db", clock)
    yield backend
    backend.close()


@pytest.fixture
def firestore_backend(firestore_emulator: str, tmp_path: Path, clock: FakeClock) -> Iterator[Backend]:
    """As `sqlite_backend`, on the emulator."""
    backend = Backend("firestore", tmp_path, clock)
    yield backend
    backend.close()


@pytest.fixture
def sqlite_store(sqlite_backend: Backend) -> Store:
    """A store for tests that are not about stores."""
    return sqlite_backend.open()


@pytest.fixture
def firestore_store(firestore_backend: Backend) -> Store:
    """As `sqlite_store`, on the emulator."""
    return firestore_backend.open()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Whoever runs the tests without the emulator is told at the end what that means."""
    missed = [one for one in terminalreporter.stats.get("skipped", ()) if MISSING in str(one.longrepr)]
    if missed:
        words = f"{len(missed)} tests of the Firestore store did not run: {MISSING} (see README.md)"
        terminalreporter.write_line(words, yellow=True)
