"""Noticing commits of other connections and processes.

`PRAGMA data_version` changes its value on a connection when another one, in this process or any other, has committed
(sqlite.org/pragma.html#pragma_data_version). Asking costs some microseconds and reads no row; the file system's own
notifications tell of writes before they are committed, and not at all of those through shared memory.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

from services.errors import StoreError
from services.log import log_failure
from services.store.sqlite.connections import Connections


class Poller:
    """Calls `on_commit` from a thread of its own, soon after each commit, and `on_trouble` when it cannot tell.

    It may call once too often, never too seldom. `every` and `retry` are in seconds.
    """

    def __init__(
        self,
        connections: Connections,
        on_commit: Callable[[], None],
        on_trouble: Callable[[StoreError], None],
        *,
        every: float,
        retry: float,
    ) -> None:
        self._connections = connections
        self._on_commit, self._on_trouble = on_commit, on_trouble
        self._every, self._retry = every, retry
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="freshet-poller", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._connections.alone() as connection:
                    self._poll(connection)
            except StoreError as error:
                self._on_trouble(error)
            except Exception as error:  # noqa: BLE001 (a thread that ends unseen would leave every screen stale)
                log_failure("feed.poller_failed", error)
                self._on_trouble(StoreError("The database cannot be watched"))
            self._stopping.wait(self._retry)

    def _poll(self, connection: sqlite3.Connection) -> None:
        seen = None  # whatever was committed before the first look is news
        while True:
            (version,) = connection.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                self._on_commit()
            if self._stopping.wait(self._every):
                return
