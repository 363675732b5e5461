"""Work that is done again and again while a process serves, on a thread of its own.

Nothing is remembered of when it was last done: what is due is written in the data it works on, so a process that was
stopped for a week, or a second one on the same database, does what is left and nothing twice.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from services.errors import FreshetError, StoreUnavailable
from services.log import log_event, log_failure

DAY = 24 * 3600.0
RETRY = 60.0
"""Seconds after a failure, where the next time would be later."""


class Routine:
    """Does `work` at once and then `every` so many seconds. One that fails is logged and done again soon."""

    def __init__(self, name: str, work: Callable[[], object], *, every: float) -> None:
        self._name = name
        self._work = work
        self._every = every
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        self._thread = threading.Thread(target=self._run, name=f"freshet-{self._name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Waits for what is being done."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        wait = 0.0
        while not self._closing.wait(wait):
            wait = self._every if self._succeeds() else min(self._every, RETRY)

    def _succeeds(self) -> bool:
        try:
            self._work()
        except StoreUnavailable as error:  # others say so, to those who wait for it
            log_event(f"{self._name}.waits", why=str(error))
        except FreshetError as error:
            log_event(f"{self._name}.failed", logging.WARNING, why=str(error))
        except Exception as error:  # noqa: BLE001 - it is tried again, and nobody waits for it
            log_failure(f"{self._name}.failed", error)
        else:
            return True
        return False
