"""One server per data directory."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from services.errors import SettingsError


class DataDirLock:
    """An exclusive lock on a data directory, given up by the system when its process ends, however it ends.

    The workflow engine re-runs every step in flight of an executor that starts twice, so two servers on one data
    directory must never both start it.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "server.lock"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock. Raises SettingsError naming the process that holds it."""
        try:
            file = self._path.open("a+")
        except OSError as error:
            raise SettingsError(f"FRESHET_DATA_DIR {self._path.parent} cannot be used: {error.strerror}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise SettingsError(
                f"FRESHET_DATA_DIR {self._path.parent} is in use by another Freshet server (process {holder}). "
                "Stop it, or give this one a directory of its own."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
