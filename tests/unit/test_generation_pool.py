"""The render pool under normal work and under faults. Faults are functions of this file, run in the pool."""

from __future__ import annotations

import ctypes
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from services.errors import BadInput, GenerationError
from services.generation.pool import PoolClosed, RenderPool
from services.generation.worker import AWAITED
from tests.support.logs import recorded_lines

Report = Callable[[int], None]
ROOT = Path(__file__).resolve().parents[2]


def double(value: int, report: Report) -> int:
    for percent in (10, 10, 5, 60, 250):
        report(percent)
    return value * 2


def surroundings(report: Report) -> tuple[int, int, str | None, list[str]]:
    heavy = sorted({"mesop", "fastapi", "dbos", "google.cloud", "obstore"} & set(sys.modules))
    return os.getpid(), os.nice(0), os.environ.get("OPENBLAS_NUM_THREADS"), heavy


def standing(report: Report) -> tuple[int, str]:
    """The session of the process, and how nice all of it is where Linux schedules by sessions."""
    group = Path("/proc/self/autogroup")
    return os.getsid(0), " ".join(group.read_text().split()[1:]) if group.exists() else ""


def import_renderers(report: Report) -> list[str]:
    import services.generation.local.render
    import services.generation.local.tryon  # noqa: F401

    return sorted({"mesop", "fastapi", "dbos", "google", "obstore"} & set(sys.modules))


def die(how: int, report: Report) -> None:
    os.kill(os.getpid(), how)


def leave(report: Report) -> None:
    os._exit(3)


def fall(report: Report) -> None:
    ctypes.string_at(0)


def stumble(report: Report) -> None:
    raise ZeroDivisionError("by nothing")


def refuse(report: Report) -> None:
    raise BadInput("prompt", "Write a prompt first")


def give_up(report: Report) -> None:
    raise GenerationError("The scene has no horizon")


def exhaust(report: Report) -> None:
    raise MemoryError


def unsendable(report: Report) -> object:
    return threading.Lock()


def hang(report: Report) -> None:
    report(1)
    threading.Event().wait()


def hang_stubbornly(report: Report) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    report(1)
    threading.Event().wait()


def outlive(report: Report) -> None:
    """Works until the other end of the pipe is closed."""
    report(1)
    end = select.poll()
    end.register(int(sys.argv[1]), select.POLLHUP)
    assert end.poll(20_000)


def silent(percent: int) -> None:
    """Progress that nobody follows."""


@pytest.fixture
def pool() -> Iterator[RenderPool]:
    made = RenderPool(workers=1)
    yield made
    made.close()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_call_returns_its_result_and_progress_only_rises(pool: RenderPool) -> None:
    heard: list[int] = []
    assert pool.run(double, 21, on_progress=heard.append) == 42
    assert heard == [10, 60, 100]


def test_no_process_runs_before_the_first_call_and_the_same_one_serves_the_next() -> None:
    pool = RenderPool(workers=2)
    try:
        assert pool.pids() == []
        first = pool.run(surroundings, on_progress=silent)[0]
        assert pool.run(surroundings, on_progress=silent)[0] == first
        assert pool.pids() == [first]
    finally:
        pool.close()


def test_processes_are_niced_single_threaded_and_know_nothing_of_the_web_side(pool: RenderPool) -> None:
    pid, niceness, threads, heavy = pool.run(surroundings, on_progress=silent)
    assert pid != os.getpid()
    assert niceness >= min(19, os.nice(0) + 15)
    assert threads == "1"
    assert heavy == []


def test_a_process_stands_back_from_all_sessions_not_only_from_its_own(pool: RenderPool) -> None:
    session, group = pool.run(standing, on_progress=silent)
    assert session not in (os.getsid(0), 0)
    assert group == ("nice 15" if Path("/proc/self/autogroup").exists() else "")


def test_a_process_that_somebody_waits_for_only_comes_after_the_server() -> None:
    pool = RenderPool(workers=1, awaited=True)
    try:
        _, niceness, _, _ = pool.run(surroundings, on_progress=silent)
        assert niceness == min(19, os.nice(0) + 5)
        assert pool.run(standing, on_progress=silent)[0] == os.getsid(0)
    finally:
        pool.close()


def test_the_renderers_import_nothing_of_the_web_side(pool: RenderPool) -> None:
    assert pool.run(import_renderers, on_progress=silent) == []


@pytest.mark.parametrize(
    ("fault", "args", "words"),
    [
        (die, (signal.SIGKILL,), "SIGKILL"),
        (fall, (), "SIGSEGV"),
        (leave, (), "exit status 3"),
        (stumble, (), r"^Rendering failed \(error [0-9a-f]{8}\)\. Try again$"),
        (exhaust, (), "not enough memory"),
        (unsendable, (), r"\(error [0-9a-f]{8}\)"),
        (give_up, (), "The scene has no horizon"),
    ],
)
def test_a_fault_is_told_in_a_sentence_and_the_next_call_works(
    pool: RenderPool, fault: Callable[..., object], args: tuple[int, ...], words: str
) -> None:
    with pytest.raises(GenerationError, match=words):
        pool.run(fault, *args, on_progress=silent)
    assert pool.run(double, 1, on_progress=silent) == 2


def test_what_nobody_foresaw_is_in_the_log_with_its_trace_under_the_id_that_is_told(pool: RenderPool) -> None:
    with recorded_lines() as lines, pytest.raises(GenerationError) as caught:
        pool.run(stumble, on_progress=silent)
    started, failed = lines
    assert (started["event"], started["level"], started["pid"]) == ("render.started", "INFO", pool.pids()[0])
    assert (failed["event"], failed["level"]) == ("render.failed", "ERROR")
    assert f"(error {failed['error_id']})" in str(caught.value)
    assert "ZeroDivisionError: by nothing" in str(failed["error"])
    assert "in stumble" in str(failed["error"])


def test_a_refusal_keeps_its_field(pool: RenderPool) -> None:
    with pytest.raises(BadInput, match="Write a prompt first") as caught:
        pool.run(refuse, on_progress=silent)
    assert caught.value.field == "prompt"


def test_a_dying_process_leaves_the_other_calls_alone() -> None:
    pool = RenderPool(workers=2)
    started, results = threading.Event(), []

    def wait_for_fault(percent: int) -> None:
        started.set()
        faulted.wait(20)

    faulted = threading.Event()
    other = threading.Thread(target=lambda: results.append(pool.run(double, 4, on_progress=wait_for_fault)))
    try:
        other.start()
        assert started.wait(20)
        with pytest.raises(GenerationError):
            pool.run(die, signal.SIGKILL, on_progress=silent)
        faulted.set()
        other.join(20)
        assert results == [8]
    finally:
        faulted.set()
        pool.close()


def test_more_calls_than_processes_wait_their_turn() -> None:
    pool = RenderPool(workers=2)
    results: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(pool.run(double, n, on_progress=silent))) for n in range(8)
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(results) == [n * 2 for n in range(8)]
        assert len(pool.pids()) <= 2
    finally:
        pool.close()


def test_work_whose_listener_raises_is_abandoned(pool: RenderPool) -> None:
    def cancel(percent: int) -> None:
        raise KeyError("cancelled")

    with pytest.raises(KeyError):
        pool.run(hang, on_progress=cancel)
    assert pool.pids() == []
    assert pool.run(double, 3, on_progress=silent) == 6


@pytest.mark.parametrize("work", [hang, hang_stubbornly])
def test_closing_ends_busy_processes_and_interrupts_their_callers(work: Callable[..., None]) -> None:
    pool = RenderPool(workers=1)
    busy, caught = threading.Event(), []

    def call() -> None:
        try:
            pool.run(work, on_progress=lambda percent: busy.set())
        except GenerationError as error:
            caught.append(error)

    callers = [threading.Thread(target=call) for _ in range(3)]
    for caller in callers:
        caller.start()
    assert busy.wait(20)
    pids = pool.pids()
    pool.close()
    for caller in callers:
        caller.join(10)
    assert [type(error) for error in caught] == [PoolClosed] * 3
    assert len(pids) == 1
    assert not alive(pids[0])
    pool.close()
    with pytest.raises(PoolClosed):
        pool.run(double, 1, on_progress=silent)


_PARENT = """
import threading
from services.generation.pool import RenderPool
from tests.unit.test_generation_pool import hang, silent, surroundings
pool = RenderPool(workers=2)
idle = pool.run(surroundings, on_progress=silent)[0]
def busy(percent):
    print(*pool.pids(), flush=True)
for _ in range(2):
    threading.Thread(target=lambda: pool.run(hang, on_progress=busy)).start()
"""


def test_processes_end_by_themselves_when_the_program_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        pids: set[int] = set()
        while len(pids) < 2:
            pids = {int(pid) for pid in parent.stdout.readline().split()}
        parent.kill()
        parent.wait()
        deadline = time.monotonic() + 5
        while any(map(alive, pids)) and time.monotonic() < deadline:
            os.sched_yield()
    assert [pid for pid in pids if alive(pid)] == []


@pytest.mark.parametrize("sent", ["nothing", "a call whose answer nobody reads", "a call that outlives its caller"])
def test_a_process_that_notices_the_end_of_its_program_first_by_its_pipe_ends_without_a_word(sent: str) -> None:
    """Its standard input stays open here, by which it would hear of it as well."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.generation.worker", str(theirs.fileno()), AWAITED],
            cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    with process, Connection(ours.detach()) as link:
        if sent != "nothing":
            link.send(sys.path)
            link.send_bytes(pickle.dumps((double, (3,)) if "answer" in sent else (outlive, ())))
            assert link.poll(20)
            if "outlives" in sent:
                assert link.recv() == ("progress", 1)
        link.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(20) == 0
