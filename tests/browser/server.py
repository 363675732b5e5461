"""`python main.py` as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from services.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
"""Seconds after which a log line that should come counts as missing."""


class Server:
    """A Freshet server on a free port. `settings` are FRESHET_* and other variables of its environment."""

    program: tuple[str, ...] = ("main.py",)

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self._settings = {"FRESHET_DATA_DIR": str(data_dir), "FRESHET_PORT": "0", **settings}
        self._heard = threading.Condition()
        self._log: list[str] = []
        self.url = ""
        self.start()

    @property
    def environment(self) -> Mapping[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FRESHET_")}
        return {**inherited, **self._settings}

    @property
    def settings(self) -> Settings:
        """What the server was told, to open its library from here as another process would."""
        return load_settings(self.environment)

    def start(self) -> None:
        """Start and wait until it says that it is ready."""
        self.process = self.launch()
        drain = threading.Thread(target=self._drain, args=[self.process.stderr], daemon=True)
        drain.start()
        assert self.process.stdout is not None
        match = re.search(r"http://\S+", self.process.stdout.readline())
        if match is None:
            drain.join(PATIENCE)
            raise AssertionError("The server did not start:\n" + "\n".join(self._log))
        self.url = match[0]
        # A restarted server keeps its address, as it would behind a name.
        self._settings["FRESHET_PORT"] = self.url.rpartition(":")[2]

    def launch(self) -> subprocess.Popen[str]:
        """The process, with both its outputs to be read."""
        return subprocess.Popen(
            [sys.executable, *self.program], cwd=ROOT, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop, if it runs."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(how)
        self.process.wait(timeout=PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def kill(self) -> None:
        """As a crash would end it."""
        self.stop(signal.SIGKILL)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command in a second process, on the same data."""
        return subprocess.run(
            [sys.executable, "main.py", *arguments], cwd=ROOT, env=self.environment, text=True, capture_output=True,
            timeout=60, check=False,
        )  # fmt: skip

    @contextmanager
    def renders_held(self) -> Iterator[None]:
        """Meanwhile nothing is rendered: the processes that do it stand still, also those that start now.

        Ask for what is to be held within: outside, some of it may be done before they stand.
        """
        held: set[int] = set()
        released = threading.Event()
        hold = threading.Thread(target=self._hold, args=[held, released])
        hold.start()
        try:
            yield
        finally:
            released.set()
            hold.join()
            for process_id in held:
                with suppress(ProcessLookupError):
                    os.kill(process_id, signal.SIGCONT)
        assert held, "nothing renders"

    def _hold(self, held: set[int], released: threading.Event) -> None:
        while True:
            for process_id in {*self._renderers()} - held:
                with suppress(ProcessLookupError):
                    os.kill(process_id, signal.SIGSTOP)
                    held.add(process_id)
            if released.wait(0.02):
                return

    def _renderers(self) -> list[int]:
        # A child belongs to the thread that started it.
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        found = set[int]()
        for task in tasks:
            with suppress(OSError):  # a thread that has just ended
                found.update(int(child) for child in task.read_text().split())
        return [child for child in found if b"generation.worker" in _command(child)]

    def logged(self, *texts: str) -> list[str]:
        """Log lines that contain all of `texts`."""
        with self._heard:
            return [line for line in self._log if all(text in line for text in texts)]

    def wait_logged(self, *texts: str, times: int = 1) -> list[str]:
        """`logged`, once there are at least `times` of them: a line reaches us a little after the page it is about."""
        self._until(lambda: len(self.logged(*texts)) >= times, f"{times} × {texts}")
        return self.logged(*texts)

    def _until(self, done: Callable[[], bool], what: str) -> None:
        give_up = time.monotonic() + PATIENCE
        with self._heard:
            while not done():
                if not self._heard.wait(give_up - time.monotonic()):
                    raise AssertionError(f"Not logged: {what}. Logged:\n" + "\n".join(self._log[-40:]))

    def _drain(self, stderr: IO[str]) -> None:
        with stderr as lines:
            for line in lines:
                with self._heard:
                    self._log.append(line.rstrip())
                    self._heard.notify_all()


def _command(process_id: int) -> bytes:
    try:
        return Path(f"/proc/{process_id}/cmdline").read_bytes()
    except OSError:
        return b""  # it has just ended
