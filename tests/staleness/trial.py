"""A trial: people in many tabs and unseen writers work on one database through several processes, in bad weather.

`chance` decides what everybody does; how their threads interleave is up to the machine, so a trial is never the same
twice. What holds must hold each time.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from services.clock import SystemClock
from services.library import DEFAULT_PROJECT_ID
from services.models import Principal
from services.store.protocol import Store
from tests.staleness.browser import Browser
from tests.staleness.checker import Violation, check
from tests.staleness.control import switch_off_invalidation
from tests.staleness.dawdler import dawdling
from tests.staleness.faults import Weather, recorded
from tests.staleness.history import History
from tests.staleness.knowledge import Knowledge, everything_known, faults
from tests.staleness.people import Person
from tests.staleness.processes import Process, routed
from tests.staleness.tab import Tab
from tests.staleness.writers import OTHER_PROJECT, Writer
from tests.support.stores import Backend
from tests.support.studio import flask_app

PEOPLE = {
    name: Principal(user_id=name, name=name.title(), project_ids=frozenset({DEFAULT_PROJECT_ID, OTHER_PROJECT}))
    for name in ("ada", "grace", "eve")
}
SESSIONS = {"ada-1": "ada", "ada-2": "ada", "grace-1": "grace", "eve-1": "eve"}
TABS = 2
"""Of each session."""
FAULTS = ("slow", "pause", "fail", "silent", "repeats", "reorders", "killed", "restart", "dawdle", "calm")
"""What befalls one of the processes for a moment; each has its turn before any has the next."""
T = TypeVar("T")

HEAL = 2.0
"""Seconds after which a browser asks again for what could not be read; then twice as many (components/web/live.js)."""
LOOK = 0.2
"""Seconds between two looks at whether everything has been caught up with: looking takes the processors' time, too."""
PATIENCE = 60.0
"""Seconds in which everything must have been caught up with, once the weather has cleared."""


@dataclass(frozen=True)
class Plan:
    """`control`: the processes have invalidation switched off, so that the checker must find what it is there for."""

    operations: int
    seed: int = 1
    threads: int = 4
    control: bool = False


@dataclass
class Outcome:
    history: History
    faults: Counter[str]
    caught_up: float | None
    """Seconds from the end of bad weather until every tab showed what there was; None if some never did."""
    seconds: float
    violations: list[Violation] = field(default_factory=list)


class Trial:
    def __init__(self, backend: Backend, folder: Path, plan: Plan) -> None:
        self.plan, self.history = plan, History()
        self.faults: Counter[str] = Counter()
        self._backend = backend
        self._chance = random.Random(plan.seed)
        spoil = switch_off_invalidation if plan.control else None
        self.processes = [
            Process(name, self._open_store, folder / name, Weather(self._fork()), self.history, PEOPLE, spoil)
            for name in ("one", "two")
        ]
        self._outside = backend.open(SystemClock())
        self._stop = threading.Event()
        self._failures: list[BaseException] = []
        self._sessions: dict[str, threading.Lock] = {}

    def run(self) -> Outcome:
        """The whole trial. Raises what went wrong in any thread."""
        began = time.monotonic()
        with routed():
            try:
                people = self._people()
                self._work(people)
                caught_up = self._settle([person.tab for person in people])
            finally:
                for process in self.processes:
                    process.kill()
        seconds = time.monotonic() - began
        return Outcome(self.history, self.faults, caught_up, seconds, check(self.history))

    # Everybody at work

    def _people(self) -> list[Person]:
        for name in PEOPLE:
            self._writer(name, f"start-{name}", self._outside).make(12)
        app, people = flask_app(), []
        for session, name in SESSIONS.items():
            browser = Browser(session, PEOPLE[name], app)
            for number in range(TABS):
                process = self._chance.choice(self.processes)
                tab = Tab(browser, str(number), process, self.history, "/library")
                writer = self._writer(name, session, None)
                person = Person(tab, writer, self.processes, self._fork())
                writer.commit = person.commit
                people.append(person)
        return people

    def _writer(self, name: str, session: str, store: Store | None) -> Writer:
        def commit(who: Principal, writes: Sequence[Any]) -> Any:
            assert store is not None
            operation_id = f"{session}-{time.monotonic_ns()}"
            return recorded(self.history, session, writes, lambda: store.commit(who, writes, operation_id=operation_id))

        return Writer(PEOPLE[name], DEFAULT_PROJECT_ID, self._fork(), self.history, commit)

    def _work(self, people: list[Person]) -> None:
        shares = _dealt(people, self.plan.threads)
        workers = [self._start(lambda share=share: self._steps(share)) for share in shares]  # type: ignore[misc]
        helpers = [self._start(self._write_unseen), self._start(self._make_weather)]
        for worker in workers:
            worker.join()
        self._stop.set()
        for helper in helpers:
            helper.join()
        if self._failures:
            raise self._failures[0]

    def _start(self, work: Callable[[], None]) -> threading.Thread:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - told by the main thread
                self._failures.append(error)
                self._stop.set()

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        return thread

    def _steps(self, share: list[Person]) -> None:
        while not self._stop.is_set() and self.history.operations < self.plan.operations:
            for person in share:
                person.step()

    def _write_unseen(self) -> None:
        """What an import, or a worker, does."""
        writers = [self._writer(name, f"import-{name}", self._outside) for name in PEOPLE]
        chance = self._fork()
        while not self._stop.wait(chance.uniform(0.01, 0.08)):
            chance.choice(writers).write()

    # Weather

    def _make_weather(self) -> None:
        chance = self._fork()
        turns: list[str] = []
        while not self._stop.is_set():
            turns = turns or chance.sample(FAULTS, len(FAULTS))
            kind, process = turns.pop(), chance.choice(self.processes)
            self.faults[kind] += 1
            with self._fault(kind, process):
                self._stop.wait(chance.uniform(0.1, 0.5))

    @contextmanager
    def _fault(self, kind: str, process: Process) -> Iterator[None]:
        weather = process.weather
        if kind == "slow":
            weather.slow = 0.3
        elif kind == "pause":
            weather.pause()
        elif kind == "fail":
            weather.failing = True
        elif kind in ("silent", "repeats", "reorders"):
            weather.feed = kind  # type: ignore[assignment]
        elif kind == "killed":
            process.line.cut()
        elif kind == "restart":
            process.restart()
        try:
            with dawdling(self._backend, self.history, PEOPLE) if kind == "dawdle" else nullcontext():
                yield
        finally:
            weather.clear()
            process.line.mend()
            process.store.calm_feeds()

    # The end

    def _settle(self, tabs: list[Tab]) -> float | None:
        """With writers gone and edits ended, wait until every tab shows what there is; then note what it shows."""
        quiet = time.monotonic()
        for process in self.processes:
            process.weather.clear()
            process.store.calm_feeds()
        give_up = quiet + PATIENCE
        while not self.history.look_after_edits() and time.monotonic() < give_up:
            time.sleep(0.02)
        truth, settled = everything_known(self.history), list[float]()

        def catch_up(share: list[Tab]) -> None:
            left, asked, pauses = list(share), dict.fromkeys(share, quiet), dict.fromkeys(share, HEAL)
            while left and not self.plan.control and time.monotonic() < give_up:
                for tab in list(left):
                    tab.listen(tab.process)
                    tab.hear()
                    if time.monotonic() - asked[tab] >= pauses[tab] and any(shown.label for shown in tab.seen()):
                        tab.come_back("online")
                        asked[tab] = time.monotonic()
                        pauses[tab] *= 2
                    if _is_settled(tab, truth):
                        settled.append(time.monotonic())
                        left.remove(tab)
                time.sleep(LOOK)

        # As they worked: none waits until all the others have their answers, as they would not in their browsers.
        for worker in [self._start(lambda share=share: catch_up(share)) for share in _dealt(tabs, self.plan.threads)]:  # type: ignore[misc]
            worker.join()
        if self._failures:
            raise self._failures[0]
        for tab in tabs:
            tab.look("settled", asked=quiet)
        return max(settled) - quiet if len(settled) == len(tabs) else None

    def _open_store(self) -> Store:
        return self._backend.open(SystemClock())

    def _fork(self) -> random.Random:
        return random.Random(self._chance.random())


def _dealt(all_of_them: Sequence[T], threads: int) -> list[list[T]]:
    """A share for each thread that gets one."""
    shares = [list(all_of_them[number::threads]) for number in range(threads)]
    return [share for share in shares if share]


def _is_settled(tab: Tab, truth: Knowledge) -> bool:
    now, seen = time.monotonic(), tab.seen()
    if tab.is_waiting or any(shown.label for shown in seen):
        return False
    return not any(faults(truth.versions.resolved(replace(shown, began=now)), truth) for shown in seen)
