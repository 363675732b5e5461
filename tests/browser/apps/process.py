"""The application of elements as a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
START = "from tests.browser.apps.elements import main; main()"


class ElementsServer:
    """Serves on a free port, and keeps it when it is started again."""

    def __init__(self) -> None:
        self._port = "0"
        self.url = ""
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", START],
            cwd=ROOT,
            env={**os.environ, "FRESHET_PORT": self._port, "MESOP_APP_BASE_PATH": str(ROOT)},
            text=True,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        match = re.search(r"http://\S+", self._process.stdout.readline())
        assert match, "the application did not start"
        self.url = match[0]
        self._port = self.url.rpartition(":")[2]

    def kill(self) -> None:
        """As a crash would end it. Safe to call again."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
