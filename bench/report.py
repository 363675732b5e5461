"""docs/benchmarks.md and docs/reliability.md as text."""

from __future__ import annotations

from collections.abc import Sequence

from bench.figures import Figure, Section

BENCHMARKS = """# Benchmarks

Written by `make bench`; every figure comes from the product itself (`python main.py` as a process of its own, headless
Chromium, Google's Firestore emulator). The targets are the project's own; "incumbent" is the best-known Mesop studio
(GoogleCloudPlatform/vertex-ai-creative-studio), measured the same way on a machine of two cores.
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
    table = ["| figure | measured | target | | samples | incumbent |", "|---|---|---|---|---|---|"]
    busy = f"*Other programs were computing: just before, a busy loop got {section.core:.0%} of a core.*"
    note = [busy, ""] if section.core < QUIET else []
    return [f"## {section.title}", "", section.how, "", *note, *table, *(_row(figure) for figure in section.figures)]


def _row(figure: Figure) -> str:
    mark = {True: "✓", False: "✗ missed", None: ""}[figure.passed]
    samples = f"{figure.samples:,}" if figure.samples else ""
    cells = (figure.name, figure.measured, figure.target, mark, samples, figure.incumbent)
    return f"| {' | '.join(cells)} |"
