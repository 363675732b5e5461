"""The services in process with their workflow engine running, and quick renders in the real pool."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from services import container
from services.clock import FakeClock
from services.container import Services
from services.errors import NotFound
from services.models import MediaItem, MediaQuery, Principal, Run
from services.settings import load_settings
from services.store.open import open_store
from services.workflows.context import Activity
from services.workflows.engine import WorkflowEngine
from services.workflows.progress import ProgressBoard
from services.workflows.studio import Order, Studio
from tests.support.renders import script, scripted_image
from tests.support.unreliable import UnreliableStore

PATIENCE = 20.0
"""Seconds after which something that should happen counts as not happening."""


class Running:
    """A studio at work on a data directory of its own. `restart` is another process's view: nothing is carried over."""

    def __init__(self, data_dir: Path, clock: FakeClock, **settings: str) -> None:
        self.data_dir, self.clock, self.settings = data_dir, clock, settings
        self.log, self.hold = data_dir / "renders.log", data_dir / "go-on"
        self.start()

    def start(self, *, launch: bool = True) -> None:
        settings = load_settings({"FRESHET_DATA_DIR": str(self.data_dir), **self.settings})
        if not self.data_dir.exists():
            shutil.copytree(_template(), self.data_dir)
        real = open_store(kind="sqlite", sqlite_path=settings.sqlite_path, clock=self.clock)
        self.store = UnreliableStore(real)
        self._patch = patch("services.workflows.render.render_image", scripted_image)
        self._patch.start()
        self.services: Services = container.build(settings, clock=self.clock, store=self.store)
        container.install(self.services)
        self.principal: Principal = self.services.principals.resolve({})
        if launch:
            self.services.launch_workflows()

    def stop(self) -> None:
        self._patch.stop()
        container.install(None)
        self.services.close()

    def begin(self, count: int = 1, *, run_id: str = "", **plan: Any) -> Run:
        """Start a run of `count` pictures with this script (see tests/support/renders.py)."""
        order = Order(
            run_type="image",
            model="local-image-1",
            prompt=script(self.log, **plan),
            title="A lighthouse",
            media_type="image",
            origin="create-image",
            count=count,
            parameters={"aspect": "1:1", "count": count, "seed": 1},
        )
        run_id = run_id or self.services.ids.new()
        return self.services.studio.start(self.principal, self.services.project.id, order, run_id=run_id)

    def begin_held(self, count: int = 1, held: int = 0) -> Run:
        """A run that stops at output `held` until `let_go`; returned once it is there."""
        run = self.begin(count, hold=str(self.hold), held=held)
        self.wait_for(lambda: self.rendered() == list(range(held + 1)))
        return run

    def let_go(self) -> None:
        self.hold.touch()

    def run(self, run: Run) -> Run:
        return self.services.store.runs.get(self.principal, run.id)

    def finished(self, run: Run) -> Run:
        """The run once it is finished."""
        self.wait_for(lambda: self.run(run).finished)
        return self.run(run)

    def library(self) -> list[MediaItem]:
        """Everything in the project, newest first."""
        query = MediaQuery(project_id=self.services.project.id)
        return list(self.services.store.media.get_media_for_page(self.principal, query, limit=500).items)

    def output(self, run: Run, index: int) -> MediaItem | None:
        try:
            return self.services.store.media.get(self.principal, run.output_ids[index])
        except NotFound:
            return None

    def statuses(self, run: Run) -> list[str]:
        """Of each output, in order."""
        items = [self.output(run, index) for index in range(len(run.output_ids))]
        return [item.status if item else "gone" for item in items]

    def rendered(self) -> list[int]:
        """The outputs that render processes were asked for, in order, repetitions included."""
        return [int(line) for line in self.log.read_text().split()] if self.log.exists() else []

    def blobs(self) -> list[str]:
        return self.services.blobs.list()

    def idle(self) -> bool:
        """Whether no run is worked on."""
        return self.services.engine.idle

    @staticmethod
    def wait_for(condition: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < give_up, f"did not happen within {PATIENCE:.0f} s"
            threading.Event().wait(0.01)


def cancel_elsewhere(studio: Running, run: Run) -> None:
    """By way of another server on the same database: this one's progress board hears nothing of it."""
    s = studio.services
    Studio(s.store, s.engine, ProgressBoard(studio.clock), studio.clock, s.ids).cancel(studio.principal, run.id)


@cache
def _template() -> Path:
    """A data directory with the workflow engine's empty database: the engine takes a second to notice a new queue."""
    folder = Path(tempfile.mkdtemp(prefix="freshet-template-"))
    atexit.register(shutil.rmtree, folder)
    engine = WorkflowEngine(f"sqlite:///{folder / 'workflows.sqlite'}", "template", Activity())
    engine.launch()
    engine.close()
    return folder
