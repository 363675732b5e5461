"""What a measurement results in: figures, in sections that say how they were measured."""

from __future__ import annotations

import math
import statistics
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Figure:
    """One row of the report. `passed` is None where there is no target; `samples` 0 where a figure is a plain count."""

    name: str
    measured: str
    target: str = ""
    passed: bool | None = None
    samples: int = 0
    incumbent: str = ""


@dataclass(frozen=True)
class Section:
    """`core` is the share of a core that a busy loop got just before: less than all while other programs compute."""

    title: str
    how: str
    figures: tuple[Figure, ...]
    core: float = 1.0


def attempted(title: str, measure: Callable[[], Iterable[Section]]) -> list[Section]:
    """What a measurement results in; where it fails, all it had come to, and a section that says so."""
    sections: list[Section] = []
    try:
        sections.extend(measure())
    except Exception as error:  # noqa: BLE001 - whatever went wrong, it is one section's fault
        traceback.print_exc(file=sys.stderr)
        words = " ".join(f"{type(error).__name__}: {error}".replace("|", "/").split())
        sections.append(Section(title, "", (Figure("Measured", f"failed: {words[:300]}", "all of it", False),)))
    return sections


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The 95th percentile by nearest rank: a value that was measured, never one in between."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def at_most(
    name: str, values: Sequence[float], limit: float, unit: str, *, incumbent: str = "", samples: int = 0
) -> Figure:
    """A figure whose largest value must not exceed `limit`."""
    worst = max(values)
    target = f"≤ {amount(limit, unit)}" if limit else "none"
    return Figure(name, amount(worst, unit), target, worst <= limit, samples, incumbent)


def twofold(
    name: str, values: Sequence[float], unit: str, median_limit: float, p95_limit: float, *, incumbent: str = ""
) -> Figure:
    """As `times`, with a limit on the median and one on the 95th percentile."""
    figure = times(name, values, unit, incumbent=incumbent)
    target = f"median ≤ {amount(median_limit, unit)}, p95 ≤ {amount(p95_limit, unit)}"
    return replace(figure, target=target, passed=median(values) <= median_limit and p95(values) <= p95_limit)


def times(
    name: str,
    values: Sequence[float],
    unit: str,
    *,
    median_limit: float = 0,
    p95_limit: float = 0,
    max_limit: float = 0,
    incumbent: str = "",
) -> Figure:
    """Median, 95th percentile and maximum of `values`, with a limit on one of them (0 for none)."""
    middle, high = median(values), p95(values)
    measured = f"median {amount(middle, unit)}, p95 {amount(high, unit)}, max {amount(max(values), unit)}"
    target, passed = "", None
    if median_limit:
        target, passed = f"median ≤ {amount(median_limit, unit)}", middle <= median_limit
    elif p95_limit:
        target, passed = f"p95 ≤ {amount(p95_limit, unit)}", high <= p95_limit
    elif max_limit:
        target, passed = f"≤ {amount(max_limit, unit)}", max(values) <= max_limit
    return Figure(name, measured, target, passed, len(values), incumbent)


def amount(value: float, unit: str) -> str:
    """`value` with its unit, to three digits or so.

    >>> amount(1234.5, "ms"), amount(0.98765, "s"), amount(25, "documents"), amount(1, "presses")
    ('1,234 ms', '0.99 s', '25 documents', '1 press')
    """
    if value == 1 and unit not in ("s", "ms"):
        unit = unit.removesuffix("es" if unit.endswith("sses") else "s")
    shown = f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.{1 if abs(value) >= 10 else 2}f}"
    return f"{shown} {unit}"
