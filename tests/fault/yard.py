"""A data directory with servers coming and going on it, looked at from outside as another process would."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from services.clock import SystemClock
from services.identity import SYSTEM, LocalPrincipals
from services.ids import UlidIds
from services.library import ensure_default_project
from services.models import MediaItem, Run
from services.settings import load_settings
from services.store.sqlite import SqliteStore
from services.workflows.progress import ProgressBoard
from services.workflows.studio import Order, Studio
from tests.browser.server import Server
from tests.support.processes import alive
from tests.support.renders import script

PATIENCE = 60.0
"""Seconds after which something that should happen counts as not happening."""


class ScriptedServer(Server):
    """Renders as a run's script says."""

    program = ("-m", "tests.fault.scripted_server")


class NoEngine:
    """Leaves runs as a process does that ends between committing a run and handing it over."""

    def __init__(self, engine_id: str) -> None:
        self.engine_id = engine_id

    def enqueue(self, run_id: str) -> None:
        pass


class Yard:
    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        data_dir.mkdir()
        self.log, self.hold = data_dir / "renders.log", data_dir / "go-on"
        clock = SystemClock()
        ids = UlidIds(clock)
        engine_id = ids.new()
        (data_dir / "engine-id").write_text(engine_id)
        self.store = SqliteStore(load_settings({"FRESHET_DATA_DIR": str(data_dir)}).sqlite_path, clock)
        self.project = ensure_default_project(self.store, clock)
        self._principal = LocalPrincipals(frozenset({self.project.id})).resolve({})
        engine = NoEngine(engine_id)
        self._studio = Studio(self.store, engine, ProgressBoard(clock), clock, ids)  # type: ignore[arg-type]
        self._ids = ids

    def order_clip(self, model: str) -> Run:
        """Commit a run of one clip that the next server to start takes up."""
        order = Order(
            run_type="video",
            model=model,
            prompt="Dunes",
            title="Dunes",
            media_type="video",
            origin="create-video",
            count=1,
            parameters={"aspect": "16:9", "duration": 8, "resolution": "720p"},
        )
        return self._studio.start(self._principal, self.project.id, order, run_id=self._ids.new())

    def order(self, count: int, *, prompt: str = "", model: str = "local-image-1") -> Run:
        """Commit a run that the next server to start takes up. Without a prompt, its script holds at output 2."""
        order = Order(
            run_type="image",
            model=model,
            prompt=prompt or script(self.log, hold=str(self.hold), held=2),
            title="A lighthouse",
            media_type="image",
            origin="create-image",
            count=count,
            parameters={"aspect": "1:1", "count": count, "seed": 1},
        )
        return self._studio.start(self._principal, self.project.id, order, run_id=self._ids.new())

    def rendered(self) -> list[int]:
        """The outputs that render processes were asked for, in order, repetitions included."""
        return [int(line) for line in self.log.read_text().split()] if self.log.exists() else []

    def outputs(self, run: Run) -> list[MediaItem]:
        """In order."""
        items = self.store.media.get_many(SYSTEM, run.output_ids)
        return [items[media_id] for media_id in run.output_ids]

    def statuses(self, run: Run) -> list[str]:
        return [item.status for item in self.outputs(run)]

    def finished(self, run: Run) -> Run:
        """The run once it is finished."""
        self.wait_for(lambda: self.store.runs.get(SYSTEM, run.id).finished)
        return self.store.runs.get(SYSTEM, run.id)

    def gone(self, pids: set[int]) -> bool:
        return not any(alive(pid) for pid in pids)

    @staticmethod
    def wait_for(condition: Callable[[], bool], patience: float = PATIENCE) -> None:
        give_up = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < give_up, f"did not happen within {patience:.0f} s"
            time.sleep(0.02)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Stops the server at the end if a test has not."""
    try:
        yield server
    finally:
        server.kill()
