"""The product as a process of its own, `python main.py`, on a free port of the loopback address."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = ("main.py",)
DRIVEN = ("-m", "bench.driven_server")
PATIENCE = 60.0
"""Seconds after which a server that does not answer fails the measurement."""


class Server:
    """A running server. `start_seconds` is how long the last start took until `/healthz` answered.

    `program` is what Python is to run: PRODUCT, or DRIVEN, which does as it is told as well.
    """

    def __init__(self, data_dir: Path, *, program: tuple[str, ...] = PRODUCT, **settings: str) -> None:
        self.data_dir = data_dir
        self._program = program
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FRESHET_")}
        self.environment = {
            **inherited, "FRESHET_DATA_DIR": str(data_dir), "FRESHET_PORT": "0", "FRESHET_LOG": "json", **settings,
        }  # fmt: skip
        self.url = ""
        self.start()

    def start(self) -> None:
        """Start, again at the same address if it ran before. Raises RuntimeError with the log if it does not."""
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, *self._program], cwd=ROOT, env=self.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.log: list[str] = []
        threading.Thread(target=self._keep_log, args=[self.process, self.log], daemon=True).start()
        line = self._line()
        match = re.search(r"http://\S+", line)
        if match is None:
            raise RuntimeError(f"The server did not start: {line} {self.log}")
        self.url = match[0]
        self.environment["FRESHET_PORT"] = self.url.rpartition(":")[2]
        with urlopen(f"{self.url}/healthz", timeout=PATIENCE):
            self.start_seconds = time.perf_counter() - begun

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(timeout=PATIENCE)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def ask(self, do: str, **request: Any) -> Any:
        """Have a driven server do something (see bench/driven_server.py); its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **request}) + "\n")
        self.process.stdin.flush()
        return json.loads(self._line())

    def tally(self) -> dict[str, Any]:
        """What a driven server has been billed: documents as "reads", "canaries" apart, "calls" by RPC."""
        counts: dict[str, Any] = self.ask("tally")
        return counts

    def memory(self) -> int:
        """Bytes of the server's own process, shared pages counted by share (PSS)."""
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        match = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
        assert match is not None
        return int(match[1]) * 1024

    def events(self, name: str) -> list[dict[str, Any]]:
        """The log lines of one event, oldest first."""
        lines = (json.loads(line) for line in list(self.log) if line.startswith("{"))
        return [line for line in lines if line.get("event") == name]

    def logged(self, name: str, **fields: Any) -> dict[str, Any]:
        """The last log line of one event with these fields; its log may lag behind an answer by a moment."""
        time.sleep(0.2)
        return next(line for line in reversed(self.events(name)) if fields.items() <= line.items())

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    @staticmethod
    def _keep_log(process: subprocess.Popen[str], log: list[str]) -> None:
        assert process.stderr is not None
        with process.stderr as stream:
            log.extend(line.rstrip() for line in stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
