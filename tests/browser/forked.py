"""`main.py` without its first three seconds: forked from a process that has imported everything it needs.

Nothing else differs: the child is given its own environment, output and signals before it looks at any of them. That
the program starts from nothing is what test_restart.py is about.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import IO, cast

import dbos  # noqa: F401
import mesop  # noqa: F401
import uvicorn  # noqa: F401

import main
import pages  # noqa: F401
import services.container
import services.http.app
import services.store.firestore
import services.store.sqlite  # noqa: F401
from tests.browser.server import Server

_forks = get_context("forkserver")
_forks.set_forkserver_preload([__name__])


class ForkedServer(Server):
    """A Freshet server that is there in half a second."""

    def launch(self) -> subprocess.Popen[str]:
        return cast("subprocess.Popen[str]", _Forked(dict(self.environment)))


class _Forked:
    """What `Server` needs of a `subprocess.Popen`."""

    def __init__(self, environment: dict[str, str]) -> None:
        (out, out_end), (err, err_end) = _forks.Pipe(duplex=False), _forks.Pipe(duplex=False)
        self._process = _forks.Process(target=_run, args=(environment, out_end, err_end))
        self._process.start()
        self.stdout, self.stderr = _lines(out), _lines(err)
        for end in (out_end, err_end):
            end.close()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self, timeout: float) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(f"process {self.pid} still runs after {timeout} s")
        return self._process.exitcode


def _lines(connection: Connection) -> IO[str]:
    with connection:
        return os.fdopen(os.dup(connection.fileno()))


def _run(environment: dict[str, str], out: Connection, err: Connection) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for connection, descriptor in ((out, 1), (err, 2)):
        os.dup2(connection.fileno(), descriptor)
        connection.close()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["main.py"]
    sys.exit(main.main([]))
