"""Forgetting what the workflow engine remembers of finished runs: the run records are the truth about those.

Once a run has ended, its workflow is good for one thing: that enqueueing it again changes nothing. A week is more than
anybody who does that may be late.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from dbos import DBOS

from services.clock import Clock
from services.log import log_event, log_failure

KEPT = timedelta(days=7)
"""After a workflow's end."""
PORTION = 100
"""Workflows that are forgotten in one transaction: others write in between."""
DAY = 24 * 3600.0
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


def prune(now: datetime) -> int:
    """Forget the workflows that ended before KEPT; how many. The engine must be running."""
    before, forgotten = (now - KEPT).isoformat(), 0
    while True:
        ended = DBOS.list_workflows(
            status=_ENDED, completed_before=before, limit=PORTION, load_input=False, load_output=False
        )
        if ended:
            DBOS.delete_workflows([workflow.workflow_id for workflow in ended])
        forgotten += len(ended)
        if len(ended) < PORTION:
            return forgotten


class Pruner:
    """Prunes at once and then `every` so many seconds, on a thread of its own."""

    def __init__(self, clock: Clock, *, every: float = DAY) -> None:
        self._clock = clock
        self._every = every
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        self._thread = threading.Thread(target=self._run, name="freshet-pruner", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                if forgotten := prune(self._clock.now()):
                    log_event("workflows.pruned", forgotten=forgotten)
            except Exception as error:  # noqa: BLE001 - it is tried again, and nobody waits for it
                log_failure("workflows.not_pruned", error)
            self._closing.wait(self._every)
