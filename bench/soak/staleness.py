"""Consistency at length: what screens show, judged against what was written, in bad weather, on both stores."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

from bench.emulator import emulator
from bench.figures import Figure, Section, amount, median
from bench.soak.dawdling import NAMES
from bench.soak.trials import Result, TrialFailed, Trials
from tests.staleness.trial import FAULTS, SESSIONS, TABS, Plan
from tests.support.stores import Kind

AT_ONCE = 2
"""Trials at a time, one for each store."""
SHARE = 2_500
"""Operations of one trial."""
CONTROL = 300
CATCH_UP = 5.0
"""Seconds."""

HOW = """In each trial {sessions} sessions of three people, {tabs} tabs each, work through two web processes on one
database (both inside one process of Python, with services, snapshots and feeds of their own; any event may be answered
by either, and told of by the other): they open Home, the library, its trash, forms, choosers and items' own pages, step
from item to item, filter, scroll on, press Refresh, come back to the tab, generate, cancel, and edit in the page
(favourites, titles, tags, deletions, undoing and restoring, of one item or of several at once); they also make, change,
hide, move and remove items past the page, and other writers do so unseen. Meanwhile faults take turns: {faults}
(*killed*: the process's own listening breaks, Firestore's stream or the connections that watch a SQLite file).
Whatever a frame shows goes into a history, with every commit and every edit: each list with its items, and how these
look. A screen that presents itself as current must hold whatever its session wrote or saw before (read your writes,
monotonic reads), an edit from the screen on that tells of its end; an answer whatever was committed before the
question. No screen shows an item twice, out of order, where it does not belong, or as it neither was written nor has
just been asked to be; what a failed edit asked for is gone with the screen that tells so. The *control* is the same
with invalidation switched off, in which the checker must find violations. An operation is a commit or an event of a
tab. Tabs speak the browser's protocol without a browser."""


@dataclass
class Tally:
    """The trials of one store."""

    results: list[Result] = field(default_factory=list)
    control: Result | None = None
    failed: list[str] = field(default_factory=list)

    @property
    def operations(self) -> int:
        return _sum(result.operations for result in self.results).total()


def measure(seed: int, operations: int, deadline: float) -> Section:
    """At least so many operations on each store, fewer when the monotonic time `deadline` passes first."""
    trials, tallies = Trials(), {kind: Tally() for kind in NAMES}
    with emulator(), ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            done = [pool.submit(_of_store, trials, kind, tallies[kind], seed, operations, deadline) for kind in NAMES]
            _wait(done)
        finally:
            trials.stop()
    figures = [figure for kind, tally in tallies.items() for figure in _figures(NAMES[kind], tally, operations)]
    how = HOW.format(sessions=len(SESSIONS), tabs=TABS, faults=", ".join(FAULTS))
    return Section("Screens that disagree with the database", how, tuple(figures))


def _wait(done: Iterable[Future[None]]) -> None:
    for future in done:
        while not future.done():  # in portions, so that a signal is acted on
            time.sleep(0.1)
        future.result()


def _of_store(trials: Trials, kind: Kind, tally: Tally, seed: int, operations: int, deadline: float) -> None:
    try:
        tally.control = trials.run(kind, Plan(min(CONTROL, operations), seed, control=True))
    except TrialFailed as error:
        tally.failed.append(f"control: {error}")
    for number in count(1):
        if tally.operations >= operations or time.monotonic() > deadline or len(tally.failed) > 2:
            return
        share = min(SHARE, operations - tally.operations)
        try:
            tally.results.append(trials.run(kind, Plan(share, seed + number)))
        except TrialFailed as error:
            tally.failed.append(f"seed {seed + number}: {error}")


def _figures(name: str, tally: Tally, operations: int) -> list[Figure]:
    results = tally.results
    screens = sum(result.screens for result in results)
    violations = _sum(result.violations for result in results)
    control = Counter(tally.control.violations if tally.control else {})
    return [
        Figure(f"{name}: operations", f"{tally.operations:,} in {len(results)} trials", f"≥ {operations:,}",
               tally.operations >= operations),
        Figure(f"{name}: by kind", _listed(_sum(result.operations for result in results))),
        Figure(f"{name}: faults", _listed(_sum(result.faults for result in results))),
        Figure(f"{name}: violations", _of(violations, screens), "0", screens > 0 and not violations),
        Figure(f"{name}: violations without invalidation (control)",
               _of(control, tally.control.screens if tally.control else 0), "some", control.total() > 0),
        _catching_up(name, results),
        *(Figure(f"{name}: trial failed", text, "none", False) for text in tally.failed),
        *(Figure(f"{name}: found", note) for result in results for note in result.notes),
    ]  # fmt: skip


def _catching_up(name: str, results: list[Result]) -> Figure:
    title, target = f"{name}: all tabs caught up after the last fault", f"≤ {amount(CATCH_UP, 's')}"
    taken = [result.caught_up for result in results if result.caught_up is not None]
    if not taken or len(taken) < len(results):
        return Figure(title, f"in {len(taken)} of {len(results)} trials", target, False)
    measured = f"median {amount(median(taken), 's')}, max {amount(max(taken), 's')}"
    return Figure(title, measured, target, max(taken) <= CATCH_UP, len(taken))


def _sum(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return total


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{kind} {number:,}" for kind, number in counts.most_common())


def _of(violations: Counter[str], screens: int) -> str:
    kinds = f" ({_listed(violations)})" if violations else ""
    return f"{violations.total():,} in {screens:,} screens{kinds}"
