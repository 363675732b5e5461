"""`python -m bench.soak` runs the trials and writes docs/reliability.md; see `--help` for seed and lengths."""

from __future__ import annotations

import argparse
import signal
import sys
import time

from bench import machine
from bench.report import RELIABILITY, missed, render
from bench.server import ROOT
from bench.soak import dawdling, kills


def main(arguments: list[str]) -> int:
    """The exit status: 1 where anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=20_26)
    parser.add_argument("--cycles", type=int, default=30, help="runs that are killed")
    parser.add_argument("--dawdles", type=int, default=400, help="dawdling commits on SQLite; a quarter on Firestore")
    parser.add_argument("--minutes", type=float, default=12, help="start nothing new after that")
    parser.add_argument("--print", action="store_true", help="print the report instead of writing it")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are stopped as well
    begun, described = time.monotonic(), machine.describe()
    deadline = begun + 60 * options.minutes
    dawdles, crowds = options.dawdles, max(1, options.dawdles // 20)
    sections = [
        kills.measure(options.seed, options.cycles, deadline),
        dawdling.measure(
            options.seed,
            {"sqlite": dawdles, "firestore": dawdles // 4},
            {"sqlite": crowds, "firestore": max(1, crowds // 4)},
            deadline,
        ),
    ]
    text = render(RELIABILITY, [*described, ("Seed", str(options.seed))], sections, (time.monotonic() - begun) / 60)
    if options.print:
        print(text)
    else:
        (ROOT / "docs" / "reliability.md").write_text(text)
    for figure in missed(sections):
        print(f"MISSED  {figure.name}: {figure.measured} (target {figure.target})")
    return 1 if missed(sections) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
