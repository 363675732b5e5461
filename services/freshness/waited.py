"""Something that goes on in the background and ends once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from services.log import log_failure


@dataclass(eq=False, kw_only=True)
class Waited:
    """A handler waits for it a moment, and whoever has no time hears of its end. What came of it, subclasses tell."""

    _done: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _callbacks: list[Callable[[], None]] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return self._done.is_set()

    def wait(self, timeout: float) -> bool:
        """Wait for `timeout` seconds at most; whether it is done."""
        return self._done.wait(timeout)

    def on_done(self, callback: Callable[[], None]) -> None:
        """Call `callback` once, from any thread: when it is done, or now if it is."""
        with self._lock:
            if not self._done.is_set():
                self._callbacks.append(callback)
                return
        callback()

    def end(self) -> None:
        """It is done: tell everybody."""
        with self._lock:
            self._done.set()
            callbacks = self._callbacks
        for callback in callbacks:
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - one listener's fault is not the next one's
                log_failure("waited.listener", error)
