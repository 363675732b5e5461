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
        self._changed = threading.Condition()
        self._threads: set[threading.Thread] = set()
        self._wakes = 0

    def wake(self) -> None:
        """There is work: one more thread, unless `most` are at it."""
        with self._changed:
            self._wakes += 1
            if len(self._threads) < self._most:
                # A daemon: a read that hangs must not keep a stopping server alive.
                thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                thread.start()  # which may fail, and then takes no place
                self._threads.add(thread)

    def join(self, timeout: float) -> None:
        """Wait until the threads that are at work now have ended, for `timeout` seconds at most."""
        with self._changed:
            threads = self._threads - {threading.current_thread()}
            ended = self._changed.wait_for(lambda: not threads & self._threads, timeout)
        for thread in threads if ended else ():
            thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                wakes = self._wakes
            while self._work():
                pass
            with self._changed:
                if wakes == self._wakes:  # nothing was added since we last looked
                    self._threads.discard(threading.current_thread())
                    self._changed.notify_all()
                    return
