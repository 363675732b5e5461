"""Threads that live while there is work."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Workers:
    """At most `most` threads, each doing one piece of `work` after the other until it says that none is left.

    `work` does one piece and returns whether there was one; it raises nothing. With nothing to do there is no thread,
    so nothing has to be closed. With `most` 0 nothing runs by itself: tests do the pieces one by one.
    """

    def __init__(self, name: str, work: Callable[[], bool], most: int) -> None:
        self._name = name
        self._work = work
        self._most = most
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._wakes = 0

    def wake(self) -> None:
        """There is work: one more thread, unless `most` are at it."""
        with self._lock:
            self._wakes += 1
            if len(self._threads) < self._most:
                # A daemon: a read that hangs must not keep a stopping server alive.
                thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._threads.add(thread)
                thread.start()

    def join(self, timeout: float) -> None:
        """Wait until the threads that are at work now have ended, for `timeout` seconds each at most."""
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._lock:
                wakes = self._wakes
            while self._work():
                pass
            with self._lock:
                if wakes == self._wakes:  # nothing was added since we last looked
                    self._threads.discard(threading.current_thread())
                    return
