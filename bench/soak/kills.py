"""kill -9 at seeded moments in runs of four images: each run ends, and its four pictures are there exactly once."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, Section, amount, median
from bench.library import settings_for
from bench.remote import fill_form, open_tab
from bench.server import Server
from bench.soak.audit import Ordered, audit, find_run
from services.clock import SystemClock
from services.identity import SYSTEM
from services.settings import Settings
from services.store.sqlite import SqliteStore
from tests.support.mesop_client import MesopClient

OUTPUTS = 4
PATIENCE = 180.0
"""Seconds within which a run must have ended after the last restart."""
EARLY = 0.06
"""Seconds after a press in which the run is committed and handed to the workflow engine."""

HOW = """One studio on SQLite over all cycles. Each cycle opens Create image over HTTP, asks for {outputs} images
and kills the server with SIGKILL at a random moment: one time in three within the first {early:.0f} ms (while the
order is being taken), else anywhere up to a little after an undisturbed run's end. One time in four the restarted
server is killed again while it recovers. Where the press was not answered, it is repeated as a person would, with
the same page. At the end the store and the files on disk are compared with what was ordered."""


class Trial:
    """A studio that is killed again and again."""

    def __init__(self, data_dir: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.settings: Settings = settings_for(data_dir)
        self.server = Server(data_dir)
        self.store = SqliteStore(self.settings.sqlite_path, SystemClock())
        self.orders: list[Ordered] = []
        self.cycles = self.kills = 0
        self.repeated = 0
        self.recoveries: list[float] = []
        self.stages: Counter[str] = Counter()
        self._undisturbed()  # starts the render processes
        self.span = self._undisturbed()

    def cycle(self) -> None:
        """One run with its kills, until it has ended. Raises AssertionError when it does not."""
        tab = open_tab(self.server.url, "/create/image")
        number = len(self.orders)
        run_id = fill_form(tab, "image", f"Aurora drifting over a pine ridge, take {number}", str(OUTPUTS))
        answered = threading.Event()
        press = threading.Thread(target=_press, args=(tab, answered), daemon=True)
        press.start()
        early = self.chance.random() < 1 / 3
        time.sleep(self.chance.uniform(0, EARLY if early else 1.1 * self.span))
        self._kill()
        press.join()
        self.stages[self._stage(run_id)] += 1
        self._restart()
        if not answered.is_set():
            self.repeated += 1
            tab.press("Generate Image")
        self.orders.append(Ordered(run_id, OUTPUTS))
        begun = time.monotonic()
        self._wait(run_id)
        self.recoveries.append(time.monotonic() - begun)
        self.cycles += 1

    def close(self) -> None:
        self.store.close()
        self.server.stop()

    def _undisturbed(self) -> float:
        """Seconds of a run that nothing happens to."""
        tab = open_tab(self.server.url, "/create/image")
        run_id = fill_form(tab, "image", "Aurora drifting over a pine ridge", str(OUTPUTS))
        begun = time.monotonic()
        tab.press("Generate Image")
        self.orders.append(Ordered(run_id, OUTPUTS))
        self._wait(run_id)
        return time.monotonic() - begun

    def _kill(self) -> None:
        self.server.stop(signal.SIGKILL)
        self.kills += 1

    def _restart(self) -> None:
        self.server.start()
        if self.chance.random() < 1 / 4:
            time.sleep(self.chance.uniform(0, self.span / 2))
            self._kill()
            self.server.start()

    def _wait(self, run_id: str) -> None:
        give_up = time.monotonic() + PATIENCE
        while (run := find_run(self.store, run_id)) is None or not run.finished:
            assert time.monotonic() < give_up, f"run {run_id} does not end: {run}"
            time.sleep(0.05)

    def _stage(self, run_id: str) -> str:
        """How far the run was when the server died."""
        run = find_run(self.store, run_id)
        if run is None:
            return "before it was committed"
        if run.finished:
            return "after its end"
        items = self.store.media.get_many(SYSTEM, run.output_ids).values()
        return f"{run.status}, {sum(item.status == 'ready' for item in items)} of {OUTPUTS} pictures ready"


def measure(seed: int, cycles: int, deadline: float) -> Section:
    """`cycles` cycles, fewer when the monotonic time `deadline` passes first."""
    with TemporaryDirectory() as folder:
        trial = Trial(Path(folder), seed)
        try:
            while trial.cycles < cycles and time.monotonic() < deadline:
                trial.cycle()
        finally:
            trial.close()
        found = audit(trial.settings, trial.orders)
    how = HOW.format(outputs=OUTPUTS, early=EARLY * 1000)
    return Section("kill -9 in the middle of runs", how, (
        Figure("Kills, in as many cycles", f"{trial.kills} in {trial.cycles}"),
        Figure("Where they hit", "; ".join(f"{stage}: {count}" for stage, count in sorted(trial.stages.items()))),
        Figure("Presses that were never answered, and repeated", f"{trial.repeated}"),
        Figure("From the restart to the end of the run",
               f"median {amount(median(trial.recoveries), 's')}, max {amount(max(trial.recoveries), 's')}"),
        _none("Runs not ended, or not well", found.unfinished, len(trial.orders)),
        _none("Ordered pictures missing", found.missing, OUTPUTS * len(trial.orders)),
        _none("Pictures there twice, or never ordered", found.surplus, OUTPUTS * len(trial.orders)),
        _none("Files damaged or absent", found.damaged, 2 * OUTPUTS * len(trial.orders)),
        _none("Files that no record names", found.orphans, 2 * OUTPUTS * len(trial.orders)),
        *(Figure("Found", note) for note in found.notes[:10]),
    ))  # fmt: skip


def _none(name: str, count: int, of: int) -> Figure:
    return Figure(name, f"{count} of {of:,}", "0", count == 0 and of > 0, of)


def _press(tab: MesopClient, answered: threading.Event) -> None:
    try:
        tab.press("Generate Image")
    except (OSError, HTTPException):
        return
    answered.set()
