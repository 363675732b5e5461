"""Clips by Google in a studio at work: ordering them, and having Google take its time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from services.files.importer import import_file
from services.models import MediaItem, Run
from services.workflows.studio import Order
from tests.support.google_stub import OPERATION, GoogleStub, Reply, interaction, told
from tests.support.running import Running

COST = 8 * 100_000_000
"""Of eight seconds by Veo 3.1 Fast, and by Omni, in nano-dollars."""
WORKING = told({"name": OPERATION})
"""An operation that has not come to its end."""
IN_PROGRESS = interaction("in_progress")


def order(studio: Running, *sources: str, model: str = "veo-3.1-fast-generate-001", **parameters: Any) -> Run:
    """Start a clip of eight seconds."""
    asked = Order(
        run_type="video",
        model=model,
        prompt="Dunes at dusk",
        title="Dunes",
        media_type="video",
        origin="create-video",
        count=1,
        parameters={"aspect": "16:9", "duration": 8, "resolution": "720p", **parameters},
        source_ids=sources,
    )
    return begun(studio, asked)


def by_omni(studio: Running) -> Run:
    return order(studio, model="gemini-omni-1.1-flash")


def begun(studio: Running, asked: Order) -> Run:
    s = studio.services
    return s.studio.start(studio.principal, s.project.id, asked, run_id=s.ids.new())


def output(studio: Running, run: Run) -> MediaItem:
    item = studio.output(run, 0)
    assert item is not None
    return item


def name_of(studio: Running, run: Run) -> str | None:
    """Under which Google works on the run's output."""
    return studio.run(run).operations.get(run.output_ids[0])


def imported(studio: Running, data: bytes, name: str) -> str:
    """The id of what is now in the library."""
    s = studio.services
    return import_file(s.store, s.blobs, s.clock, s.ids, studio.principal, s.project.id, data, name).id


def for_ever(reply: Reply, stub: GoogleStub) -> Callable[[], None]:
    """Have every question answered so, until what is returned is called."""
    stop = threading.Event()

    def again(handler: Any) -> None:
        if not stop.is_set():
            stub.script.appendleft(again)
        reply(handler)

    stub.will(again)
    return stop.set
