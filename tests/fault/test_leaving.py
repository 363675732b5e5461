"""A server that stops writes what is to be kept, and does not wait for what hangs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import main
from services import container
from services.clock import FakeClock
from services.container import Services
from services.freshness.disk import DiskCache
from services.models import Batch, MediaItem, MediaQuery
from services.settings import load_settings
from services.store.protocol import Store
from tests.support.engine import until
from tests.support.records import make_item


class Left(BaseException):
    """Where the process would have ended."""


@pytest.fixture
def services(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Services]:
    """A studio that keeps its snapshots on disk, as one with a remote store does."""
    settings = load_settings(
        {"FRESHET_DATA_DIR": str(tmp_path), "FRESHET_STORE": "firestore", "GOOGLE_CLOUD_PROJECT": "p"}
    )
    services = container.build(settings, clock=clock, store=sqlite_store)
    yield services
    services.close()


@pytest.fixture(autouse=True)
def end(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(status: int) -> None:
        raise Left(status)

    monkeypatch.setattr("os._exit", leave)


def everything(services: Services) -> MediaQuery:
    return MediaQuery(project_id=services.project.id)


def push(services: Services) -> MediaItem:
    """An item that reaches the snapshot just after it was written, when the disk is not yet to be written again."""
    query, who = everything(services), services.principals.resolve({})
    services.freshness.revalidate(query, "open", who, scope="library")
    keeper = services.freshness._keeper
    assert keeper is not None
    until(lambda: bool(keeper._written))
    item = make_item(project_id=services.project.id, owner_id=who.user_id, revision=1)
    services.freshness.apply(Batch(services.project.id, (item,), (), frozenset(), "", services.clock.now()))
    return item


def kept(services: Services) -> tuple[MediaItem, ...]:
    """What the disk holds of the library, as the next process finds it."""
    disk = DiskCache(services.settings.data_dir / "cache.sqlite", source="firestore p")
    found = disk.load(services.principals.resolve({}).user_id, everything(services), services.clock.now())
    disk.close()
    return found.held.items if found else ()


def leave(services: Services) -> None:
    with pytest.raises(Left, match="0"):
        main._leave(services)


def test_R2_09_what_was_pushed_a_moment_ago_is_on_disk(services: Services) -> None:
    item = push(services)
    leave(services)
    assert kept(services) == (item,)


@pytest.mark.parametrize("hanging", ["hub", "store", "pool", "engine", "freshness"])
def test_whatever_hangs_is_left_behind(services: Services, monkeypatch: pytest.MonkeyPatch, hanging: str) -> None:
    gate = threading.Event()

    def hang(*_: object) -> None:
        gate.wait(30)

    monkeypatch.setattr("main.PATIENCE", 0.2)
    method = "stop" if hanging == "engine" else "close"
    item = push(services)
    with monkeypatch.context() as patch:
        patch.setattr(getattr(services, hanging), method, hang)
        leaving = threading.Thread(target=leave, args=[services])
        leaving.start()
        leaving.join(10)
        assert not leaving.is_alive()
        gate.set()
    if hanging != "freshness":
        assert kept(services) == (item,)


def test_what_fails_keeps_nothing_else_from_being_written(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("broken")

    item = push(services)
    with monkeypatch.context() as patch:
        patch.setattr(services.hub, "close", fail)
        leave(services)
    assert kept(services) == (item,)
