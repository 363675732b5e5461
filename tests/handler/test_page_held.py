"""Pages on which things are made, and choosers, show what is held: while the store hangs and after a restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from services.errors import StoreUnavailable
from services.freshness.disk import DiskCache
from services.models import MediaItem
from tests.handler.test_page_live import push, wait_for
from tests.handler.test_page_rows import Hold, hold, idle
from tests.handler.test_page_try_on import open_chooser
from tests.support.mesop_client import MesopClient
from tests.support.studio import Studio, ids_shown

__all__ = ["hold"]
Open = Callable[[Studio], MesopClient]


def create_image(studio: Studio) -> MesopClient:
    return studio.open("/create/image")


def create_video(studio: Studio) -> MesopClient:
    return studio.open("/create/video")


def try_on(studio: Studio) -> MesopClient:
    return studio.open("/try-on")


def chooser(studio: Studio) -> MesopClient:
    """Opened on a page that shows no item of its own."""
    return open_chooser(studio.open("/try-on"), "person")


OF_PAGE: dict[Open, dict[str, str]] = {
    create_image: {"origin": "create-image"},
    create_video: {"origin": "create-video", "media_type": "video"},
    try_on: {"origin": "try-on"},
    chooser: {"origin": "import"},
}
"""What the items are that each shows."""
pages = pytest.mark.parametrize("visit", OF_PAGE, ids=lambda visit: visit.__name__)


def add(studio: Studio, visit: Open, count: int = 1) -> list[MediaItem]:
    return studio.add(count, run_id=studio.services.ids.new(), **OF_PAGE[visit])


@pages
def test_R2_01_what_is_held_is_painted_while_the_store_hangs(studio: Studio, hold: Hold, visit: Open) -> None:
    shown = [item.id for item in reversed(add(studio, visit, 3))]
    assert ids_shown(visit(studio)) == shown
    studio.clock.advance(3600)
    (new,) = add(studio, visit)
    gate = hold()
    tab = visit(studio)
    assert ids_shown(tab) == shown
    assert tab.element("freshet-live")["waiting"] is True
    assert not gate.is_set(), "it has not answered"
    gate.set()
    assert wait_for(lambda: idle(studio))
    push(tab, "ready")
    assert ids_shown(tab) == [new.id, *shown]


@pages
def test_R2_09_what_was_held_is_painted_after_a_restart_without_the_store(
    studio: Studio, tmp_path: Path, visit: Open
) -> None:
    def start() -> None:
        studio.services.freshness.close()
        studio.services.usages.close()
        studio.restart(DiskCache(tmp_path / "cache.sqlite", source="here"))

    start()
    shown = [item.id for item in reversed(add(studio, visit, 3))]
    assert ids_shown(visit(studio)) == shown
    studio.clock.advance(3600)
    start()
    studio.store.fault = StoreUnavailable("The store did not answer.")
    tab = visit(studio)
    assert ids_shown(tab) == shown
    assert "offline" in {one["mode"] for one in tab.elements("freshet-status")}
    studio.store.fault = None
    (new,) = add(studio, visit)
    push(tab, "online")
    assert ids_shown(tab) == [new.id, *shown]
    assert {one["mode"] for one in tab.elements("freshet-status")} == {"plain"}
