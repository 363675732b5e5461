"""How far the runs of this process are: kept in memory, stored at most once a second. And of others', as stored."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from services.clock import Clock
from services.errors import NotFound
from services.identity import SYSTEM, can
from services.models import Principal, Run, RunStatus
from services.store.protocol import RunRepository

STORE_INTERVAL = 1.0
"""Seconds between two stored percentages of one run."""
KEPT = 1_000
FRESH = 5.0
"""Seconds for which what is stored of a run is not asked for again. Its outputs' ends come by the change feed."""


@dataclass(frozen=True)
class RunProgress:
    """A run as this process sees it; `outputs` maps media id → percent."""

    run: Run
    status: RunStatus
    percent: int
    outputs: dict[str, int] = field(default_factory=dict)


class ProgressBoard:
    """The newest progress of each run that this process executes, for pages that ask every second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[str, RunProgress] = {}
        self._stored_at: dict[str, float] = {}

    def begin(self, run: Run, outputs: dict[str, int] | None = None, *, unless_shown: bool = False) -> None:
        """Show `run`, with the percentages its outputs have reached; the entries begun first make room.

        With `unless_shown` an entry that is there stays: whoever works on the run knows better.
        """
        outputs = outputs or {}
        percent = min(99, sum(outputs.values()) // max(1, len(run.output_ids)))
        with self._lock:
            if unless_shown and run.id in self._entries:
                return
            self._entries.pop(run.id, None)
            self._entries[run.id] = RunProgress(run, run.status, percent, outputs)
            while len(self._entries) > KEPT:
                oldest = next(iter(self._entries))
                del self._entries[oldest]
                self._stored_at.pop(oldest, None)

    def output(self, run_id: str, media_id: str, percent: int) -> int | None:
        """Note that one output is at `percent`. Returns the run's percentage when it is due to be stored, else None."""
        with self._lock:
            entry = self._entries.get(run_id)
            if entry is None or entry.run.finished:
                return None
            outputs = entry.outputs | {media_id: max(percent, entry.outputs.get(media_id, 0))}
            total = sum(outputs.values()) // max(1, len(entry.run.output_ids))
            self._entries[run_id] = replace(entry, outputs=outputs, percent=min(99, total))
            now = self._clock.monotonic()
            if now - self._stored_at.get(run_id, -STORE_INTERVAL) < STORE_INTERVAL:
                return None
            self._stored_at[run_id] = now
            return min(99, total)

    def finish(self, run: Run) -> None:
        """Note the end of a run."""
        with self._lock:
            entry = self._entries.get(run.id)
            outputs = entry.outputs if entry else {}
            self._entries[run.id] = RunProgress(run, run.status, 100, outputs)
            self._stored_at.pop(run.id, None)

    def get(self, run_id: str) -> RunProgress | None:
        with self._lock:
            return self._entries.get(run_id)


class StoredRuns:
    """Runs that this process does not work on, as stored: all tabs together read each once in FRESH seconds."""

    def __init__(self, runs: RunRepository, clock: Clock) -> None:
        self._runs = runs
        self._clock = clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[float, Run | None]] = OrderedDict()
        """By id: when it was asked for last, and what is known; None for no such run. The latest KEPT."""

    def get(self, principal: Principal, run_id: str) -> Run | None:
        """The run, if the principal may read it, as of some seconds ago at most. Raises StoreError."""
        run = self._known(run_id)
        return run if run is not None and can(principal, "read", run) else None

    def _known(self, run_id: str) -> Run | None:
        now = self._clock.monotonic()
        with self._lock:
            asked_at, run = self._held.get(run_id, (-FRESH, None))
            if now - asked_at < FRESH:
                return run
            if run is not None:  # while it is read again, the others make do with this
                self._held[run_id] = now, run
        try:
            run = self._runs.get(SYSTEM, run_id)
        except NotFound:
            run = None
        with self._lock:
            self._held[run_id] = now, run
            self._held.move_to_end(run_id)
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
        return run
