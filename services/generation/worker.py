"""The program of a render process: takes one call at a time from a pipe, reports progress, sends the result.

Started as `python -m services.generation.worker FD [awaited]` by `services.generation.pool`. It imports nothing but
what the calls themselves need, and ends when its parent does, however the parent ended.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

NICENESS = 15
AWAITED_NICENESS = 5
"""Of a process that makes what somebody waits for."""
AWAITED = "awaited"
_AUTOGROUP = Path("/proc/self/autogroup")


def main() -> NoReturn:
    if AWAITED in sys.argv[2:]:
        os.nice(AWAITED_NICENESS)
    else:
        _stand_back()
    # Ctrl-C reaches the whole terminal group; the parent decides when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, ConnectionError):  # the parent is gone; whoever notices first ends the process
        _serve(Connection(int(sys.argv[1])))
    os._exit(0)  # an orderly end would stumble over the thread that reads standard input


def _serve(link: Connection) -> NoReturn:
    sys.path[:] = link.recv()
    while True:
        call = link.recv_bytes()
        link.send(_answer(call, link))  # the result travels pickled twice: one that cannot is an error told as such


def _stand_back() -> None:
    """Render only while nothing else wants the processor.

    Linux with autogroups (its usual setting on desktops) heeds niceness only among the processes of one session: a
    render in the server's would share the processor evenly with the browser's. Measured on two cores, four generations
    under way: a click took twice as long. So a render has a session of its own, and that is niced as a whole.
    Source: sched(7), "The autogroup feature".
    """
    os.nice(NICENESS)
    with contextlib.suppress(OSError):  # no autogroups here
        os.setsid()
        _AUTOGROUP.write_text(str(NICENESS))


def _end_with_parent() -> None:
    """Nobody writes to this process's standard input; it ends when the parent is gone."""
    sys.stdin.buffer.read()
    os._exit(0)


def _answer(call: bytes, link: Connection) -> tuple[str, Any]:
    last = 0

    def report(percent: int) -> None:
        nonlocal last
        percent = min(100, int(percent))
        if percent > last:
            last = percent
            link.send(("progress", percent))

    try:
        function, args = pickle.loads(call)
        return "result", pickle.dumps(function(*args, report))
    except Exception as error:  # noqa: BLE001 whatever went wrong is told to the caller, who decides
        details = "".join(traceback.format_exception(error))
        return "error", (type(error).__name__, getattr(error, "field", ""), str(error), details)


if __name__ == "__main__":
    main()
