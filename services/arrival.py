"""What a start needs the store for, done as soon as the store answers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from services.errors import FreshetError, StoreUnavailable
from services.log import log_event, log_failure

PAUSE = 1.0
"""Seconds between two attempts."""


class Arrival:
    """Does `work` again and again until it succeeds, on a thread of its own. It is written to be repeated."""

    def __init__(self, work: Callable[[], None], *, pause: float = PAUSE) -> None:
        self._work = work
        self._pause = pause
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def await_store(self, why: StoreUnavailable) -> None:
        """Begin to try; returns at once. What is wrong otherwise, once the store answers, is logged and may pass."""
        log_event("store.away", logging.WARNING, why=f"{why}: {why.__cause__}" if why.__cause__ else str(why))
        self._thread = threading.Thread(target=self._run, name="freshet-arrival", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        told = ""
        while not self._closing.wait(self._pause):
            try:
                self._work()
            except StoreUnavailable:
                continue
            except Exception as error:  # noqa: BLE001 - nobody else would try again
                if told != (told := str(error)):
                    _complain(error)
            else:
                log_event("store.reached")
                return


def _complain(error: Exception) -> None:
    if isinstance(error, FreshetError):
        log_event("store.unusable", logging.ERROR, why=str(error))
    else:
        log_failure("store.unusable", error)
