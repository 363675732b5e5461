"""Looking after the spool from time to time."""

from __future__ import annotations

import threading
from collections.abc import Callable

from services.errors import FreshetError
from services.log import log_event, log_failure

EVERY = 600.0
"""Seconds."""


class Sweeper:
    """Calls `sweep` at once and then `every` so many seconds, on a thread of its own."""

    def __init__(self, sweep: Callable[[], object], *, every: float = EVERY) -> None:
        self._sweep = sweep
        self._every = every
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        self._thread = threading.Thread(target=self._run, name="freshet-sweeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._sweep()
            except FreshetError as error:  # the store is away, most likely: it is tried again
                log_event("upload.not_swept", why=str(error))
            except Exception as error:  # noqa: BLE001 - as above, and nobody waits for it
                log_failure("upload.not_swept", error)
            self._closing.wait(self._every)
