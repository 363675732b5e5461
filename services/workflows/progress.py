"""How far the runs of this process are: kept in memory, stored at most once a second."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from services.clock import Clock
from services.models import Run, RunStatus

STORE_INTERVAL = 1.0
"""Seconds between two stored percentages of one run."""
KEPT = 1_000


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

    def begin(self, run: Run, outputs: dict[str, int] | None = None) -> None:
        """Show `run`, with the percentages its outputs have reached; the entries begun first make room."""
        outputs = outputs or {}
        percent = min(99, sum(outputs.values()) // max(1, len(run.output_ids)))
        with self._lock:
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
