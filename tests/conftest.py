"""Fixtures for every test folder: a clock that stands still, ids, and fresh stores of each kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.clock import Clock, FakeClock
from services.ids import SequentialIds
from services.store.protocol import Store
from tests.support.emulator import EmulatorMissing, running_emulator, warm_up
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
        warm_up()
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
def sqlite_store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    """A store for tests that are not about stores."""
    backend = Backend("sqlite", tmp_path / "freshet.db", clock)
    yield backend.open()
    backend.close()


@pytest.fixture
def firestore_store(firestore_emulator: str, tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    """As `sqlite_store`, on the emulator."""
    backend = Backend("firestore", tmp_path, clock)
    yield backend.open()
    backend.close()
