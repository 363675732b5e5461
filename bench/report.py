"""docs/benchmarks.md and docs/reliability.md as text."""

from __future__ import annotations

from collections.abc import Sequence

from bench.figures import Figure, Section

BENCHMARKS = """# Benchmarks

Written by `make bench`; every figure comes from the product itself (`python main.py` as a process of its own, headless
Chromium, Google's Firestore emulator). The targets are the project's own; "incumbent" is the best-known Mesop studio
(GoogleCloudPlatform/vertex-ai-creative-studio, August 2026), run on the emulator with headless Chromium, two cores.
"""


RELIABILITY = """# Reliability

Written by `make soak`: faults at full length against the product itself; `make test` runs a small part of the kind.
Moments and choices are drawn from the seed below; what the machine does with them is its own.
"""

QUIET = 0.95
"""Share of a core from which on a machine counts as free for measuring times."""


def render(head: str, machine: Sequence[tuple[str, str]], sections: Sequence[Section], minutes: float) -> str:
    """A whole file: `head`, which targets were missed, the machine, the sections."""
    lines = [head, _verdict(sections), "", "| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in machine]
    lines += [f"| Measuring took | {minutes:.1f} minutes |"]
    for section in sections:
        lines += ["", *_section(section)]
    return "\n".join(lines) + "\n"


def missed(sections: Sequence[Section]) -> list[Figure]:
    return [figure for section in sections for figure in section.figures if figure.passed is False]


def _verdict(sections: Sequence[Section]) -> str:
    aimed = [figure for section in sections for figure in section.figures if figure.passed is not None]
    behind = missed(sections)
    if not behind:
        return f"**All {len(aimed)} targets are met.**"
    names = "".join(f"\n- {figure.name}: {figure.measured} (target {figure.target})" for figure in behind)
    return f"**{len(aimed) - len(behind)} of {len(aimed)} targets are met. Missed:**\n{names}"


def _section(section: Section) -> list[str]:
    busy = f"*Other programs were computing: just before, a busy loop got {section.core:.0%} of a core.*"
    note = [busy, ""] if section.core < QUIET else []
    return [f"## {section.title}", "", section.how, "", *note, *_table(section.figures)]


def _table(figures: Sequence[Figure]) -> list[str]:
    """The figures as rows, without columns that none of them fills."""
    marks = {True: "✓", False: "✗ missed", None: ""}
    columns = {
        "figure": [figure.name for figure in figures],
        "measured": [figure.measured for figure in figures],
        "target": [figure.target for figure in figures],
        "met": [marks[figure.passed] for figure in figures],
        "samples": [f"{figure.samples:,}" if figure.samples else "" for figure in figures],
        "incumbent": [figure.incumbent for figure in figures],
    }
    filled = {name: cells for name, cells in columns.items() if any(cells)}
    rows = [list(filled), ["---"] * len(filled), *map(list, zip(*filled.values(), strict=True))]
    return [f"| {' | '.join(row)} |" for row in rows]
