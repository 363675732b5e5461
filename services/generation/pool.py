"""Rendering in processes of its own, so that pages stay quick while pictures are made.

Measured with four local generations on two cores: in threads a click waited 6 to 15 times longer.
Each process is started for itself and has its own pipe (not `concurrent.futures`): one that dies takes only its own
call with it, and none of them imports the main program.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from services.errors import BadInput, GenerationError
from services.generation.worker import AWAITED
from services.log import log_event, log_failure

T = TypeVar("T")
_ROOT = Path(__file__).resolve().parents[2]
# The workers are the parallelism; a numerical library that starts threads of its own would fight the web server.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_STOP_SECONDS = 2.0
_CLOSED = "Freshet is stopping; this goes on after the next start"


class PoolClosed(GenerationError):
    """The program is stopping; what was asked is not wrong and can be done after the next start."""


class RenderPool:
    """Up to `workers` niced processes, started when first needed. Safe to use from any number of threads.

    They work while nothing else wants the processor; `awaited` ones, for whose calls somebody waits, only come after
    the server itself.
    """

    def __init__(self, workers: int = 2, *, awaited: bool = False) -> None:
        self._slots = [_Slot(awaited) for _ in range(workers)]
        self._idle = list(self._slots)
        self._closed = False
        self._changed = threading.Condition()

    def run(self, function: Callable[..., T], *args: Any, on_progress: Callable[[int], None]) -> T:
        """Call `function(*args, report)` in a process and return its result; waits while all are busy.

        Function, arguments and result must pickle. `on_progress` hears rising percentages in the calling thread;
        when it raises, the work is abandoned and the error goes on to the caller.
        Raises BadInput as the function did; GenerationError for any other failure and when the process died;
        PoolClosed once `close` was called.
        """
        with self._slot() as slot:
            try:
                kind, value = slot.call(pickle.dumps((function, args)), on_progress)
            except _Ended as error:
                if self._closed:
                    raise PoolClosed(_CLOSED) from error
                raise GenerationError(str(error)) from error
        if kind == "error":
            raise _error(*value)
        result: T = pickle.loads(value)
        return result

    def pids(self) -> list[int]:
        """The processes that run now."""
        return [pid for slot in self._slots if (pid := slot.pid) is not None]

    def close(self) -> None:
        """End every process, busy or not, and wait until they are gone. Safe to call twice."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for slot in self._slots:
            slot.retire()

    @contextlib.contextmanager
    def _slot(self) -> Iterator[_Slot]:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._idle)
            if self._closed:
                raise PoolClosed(_CLOSED)
            slot = self._idle.pop()  # the last used one: it is running already
        try:
            yield slot
        finally:
            with self._changed:
                self._idle.append(slot)
                self._changed.notify()


class _Ended(Exception):
    """The process is gone; the message says how, for a person."""


class _Foreign(Exception):
    """What a process raised that nobody foresaw; the message is its trace there, for the log."""


class _Slot:
    """A place for one process. One thread at a time calls; any may retire it."""

    def __init__(self, awaited: bool) -> None:
        self._awaited = awaited
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._retired = False

    @property
    def pid(self) -> int | None:
        worker = self._worker
        return worker.process.pid if worker is not None and worker.process.poll() is None else None

    def call(self, payload: bytes, on_progress: Callable[[int], None]) -> tuple[str, Any]:
        """Send a call and wait for its answer. Raises _Ended when the process is gone."""
        worker = self._running()
        try:
            worker.link.send_bytes(payload)
            while True:
                kind, value = worker.link.recv()
                if kind != "progress":
                    return kind, value
                on_progress(value)
        except (EOFError, ConnectionError) as error:
            self._drop(worker)
            raise _Ended(worker.obituary()) from error
        except BaseException:
            self._drop(worker)  # it works on what nobody waits for any more
            raise

    def retire(self) -> None:
        """End the process for good. A call in progress ends with _Ended."""
        with self._lock:
            self._retired = True
            if self._worker is not None:
                self._worker.end()

    def _running(self) -> _Worker:
        with self._lock:
            if self._retired:
                raise _Ended(_CLOSED)
            if self._worker is None or self._worker.process.poll() is not None:
                self._worker = _Worker.start(self._awaited)
            return self._worker

    def _drop(self, worker: _Worker) -> None:
        with self._lock:
            worker.end()
            worker.link.close()
            self._worker = None


@dataclass(frozen=True)
class _Worker:
    process: subprocess.Popen[bytes]
    link: Connection

    @classmethod
    def start(cls, awaited: bool) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.generation.worker", str(theirs.fileno()), *[AWAITED] * awaited],
                stdin=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                cwd=_ROOT,
                env={**os.environ, **_ONE_THREAD},
            )
        link = Connection(ours.detach())
        link.send([str(Path(entry).resolve()) for entry in sys.path])
        log_event("render.started", pid=process.pid)
        return cls(process, link)

    def end(self) -> None:
        """Stop the process, gently at first, and wait until it is gone. Keeps the status of one already dead."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()

    def obituary(self) -> str:
        code = self.process.returncode
        if code < 0:
            name = signal.Signals(-code).name
            return f"This was stopped by the system, perhaps for lack of memory ({name}). Try again"
        return f"This ended unexpectedly (exit status {code}). Try again"


def _error(name: str, field: str, message: str, details: str) -> Exception:
    if name == BadInput.__name__:
        return BadInput(field, message)
    if name == GenerationError.__name__:
        return GenerationError(message)
    error_id = log_failure("render.failed", _Foreign(details))
    if name == MemoryError.__name__:
        return GenerationError("There is not enough memory to render this. Try a smaller or shorter one")
    return GenerationError(f"Rendering failed (error {error_id}). Try again")
