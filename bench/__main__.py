"""`python -m bench` measures everything and writes docs/benchmarks.md.

`python -m bench --quick [SECTION …]` takes few samples of some sections and prints them, to try a change.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from playwright.sync_api import Browser

from bench import away, budget, clicks, crowd, live, machine, making, pages, reads, scroll, starts
from bench.chromium import chromium
from bench.figures import Section, attempted
from bench.report import BENCHMARKS, missed, render
from bench.server import ROOT

Measure = Callable[[Browser, bool], Iterable[Section]]
MEASURES: dict[str, Measure] = {
    "reads": lambda browser, quick: [reads.measure(browser, 1_000 if quick else reads.DOCUMENTS)],
    "live": lambda browser, quick: live.measure(browser, 10, 3, 5) if quick else live.measure(browser),
    "away": lambda browser, quick: [away.measure(browser, 1, 1, 5) if quick else away.measure(browser)],
    "budget": lambda browser, quick: budget.measure(browser, (100, 1_000), 60) if quick else budget.measure(browser),
    "crowd": lambda browser, quick: crowd.measure(20, 5, 20) if quick else crowd.measure(),
    "clicks": lambda browser, quick: clicks.measure(browser, 10 if quick else clicks.SAMPLES),
    "scroll": lambda browser, quick: [scroll.measure(browser, 200 if quick else scroll.ITEMS)],
    "starts": lambda browser, quick: [starts.measure(browser, 2 if quick else starts.STARTS)],
    "pages": lambda browser, quick: [pages.measure((10_000,), 50) if quick else pages.measure()],
    "making": lambda browser, quick: [making.measure(2, 1, 2) if quick else making.measure()],
}


def main(arguments: list[str]) -> int:
    """The exit status: 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few samples, nothing written")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"some of: {', '.join(MEASURES)}")
    options = parser.parse_args(arguments)
    unknown = set(options.sections) - set(MEASURES)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and browser are stopped as well
    begun, described = time.monotonic(), machine.describe()
    sections = list(_measure(options.sections or list(MEASURES), options.quick))
    text = render(BENCHMARKS, described, sections, (time.monotonic() - begun) / 60)
    if options.quick or options.sections:
        print(text)
    else:
        (ROOT / "docs" / "benchmarks.md").write_text(text)
    for figure in missed(sections):
        print(f"MISSED  {figure.name}: {figure.measured} (target {figure.target})")
    return 1 if missed(sections) else 0


def _measure(names: list[str], quick: bool) -> Iterator[Section]:
    """Each with a browser of its own: one that fails takes no other with it."""
    for name in names:
        begun, core = time.monotonic(), machine.core_share()
        sections = attempted(name.capitalize(), lambda name=name: _with_browser(name, quick))  # type: ignore[misc]
        yield from (replace(section, core=core) for section in sections)
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)


def _with_browser(name: str, quick: bool) -> Iterator[Section]:
    with chromium() as browser:
        yield from MEASURES[name](browser, quick)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
