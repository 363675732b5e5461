"""`python -m bench.soak` runs the trials and writes docs/reliability.md; see `--help` for seed and lengths."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench import machine
from bench.figures import Section, attempted
from bench.report import RELIABILITY, missed, render
from bench.server import ROOT
from bench.soak import dawdling, kills, staleness
from tests.support.stores import Kind

MINUTES = {"kills": 5.0, "dawdling": 4.0, "staleness": 20.0}
"""After which a section begins nothing new."""


@dataclass(frozen=True)
class Lengths:
    cycles: int
    dawdles: int
    operations: int


FULL = Lengths(cycles=30, dawdles=400, operations=20_000)
QUICK = Lengths(cycles=2, dawdles=20, operations=300)


def main(arguments: list[str]) -> int:
    """The exit status: 1 where anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short trials, printed instead of written")
    parser.add_argument("--seed", type=int, default=20_26)
    parser.add_argument("--cycles", type=int, help="runs that are killed")
    parser.add_argument("--dawdles", type=int, help="dawdling commits on SQLite; a quarter on Firestore")
    parser.add_argument("--operations", type=int, help="operations of the consistency trials on each store")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"some of: {', '.join(MINUTES)}; printed")
    options = parser.parse_args(arguments)
    if unknown := set(options.sections) - set(MINUTES):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    lengths = QUICK if options.quick else FULL
    seed, cycles = options.seed, options.cycles or lengths.cycles
    dawdles, operations = options.dawdles or lengths.dawdles, options.operations or lengths.operations
    measures: dict[str, Callable[[float], Section]] = {
        "kills": lambda deadline: kills.measure(seed, cycles, deadline),
        "dawdling": lambda deadline: dawdling.measure(seed, *_dawdles(dawdles), deadline),
        "staleness": lambda deadline: staleness.measure(seed, operations, deadline),
    }
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are stopped as well
    begun, described = time.monotonic(), machine.describe()
    sections: list[Section] = []
    for name in options.sections or MINUTES:
        deadline = time.monotonic() + 60 * MINUTES[name]
        sections += attempted(name.capitalize(), lambda name=name, deadline=deadline: [measures[name](deadline)])  # type: ignore[misc]
    text = render(RELIABILITY, [*described, ("Seed", str(seed))], sections, (time.monotonic() - begun) / 60)
    if options.quick or options.sections:
        print(text)
    else:
        (ROOT / "docs" / "reliability.md").write_text(text)
    for figure in missed(sections):
        print(f"MISSED  {figure.name}: {figure.measured} (target {figure.target})")
    return 1 if missed(sections) else 0


def _dawdles(count: int) -> tuple[dict[Kind, int], dict[Kind, int]]:
    """Dawdling commits, and crowds, on each store."""
    crowds = max(1, count // 20)
    return {"sqlite": count, "firestore": count // 4}, {"sqlite": crowds, "firestore": max(1, crowds // 4)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
