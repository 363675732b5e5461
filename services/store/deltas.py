"""Deltas as a principal sees them, the same way for both stores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from services.errors import WatermarkTooOld
from services.identity import can
from services.models import Principal, Record, Removal
from services.store.protocol import DELTA_LIMIT

R = TypeVar("R", bound=Record)


def as_seen(
    principal: Principal, records: Iterable[R], removals: Iterable[Removal]
) -> tuple[tuple[R, ...], tuple[Removal, ...]]:
    """Changed records and removals: what may not (or no longer) be read is a removal too."""
    changed, removed = latest(records, removals)
    hidden = (Removal(one.kind, one.id, one.revision) for one in changed if not can(principal, "read", one))
    return tuple(one for one in changed if can(principal, "read", one)), (*removed, *hidden)


def latest(records: Iterable[R], removals: Iterable[Removal]) -> tuple[tuple[R, ...], tuple[Removal, ...]]:
    """The latest of several pieces of news about each record: one that left a project and came back was changed."""
    news: dict[str, R | Removal] = {}
    everything: list[R | Removal] = [*records, *removals]
    for one in everything:
        known = news.get(one.id)
        if known is None or known.revision < one.revision:
            news[one.id] = one
    changed = tuple(one for one in news.values() if not isinstance(one, Removal))
    return changed, tuple(one for one in news.values() if isinstance(one, Removal))


def require_few(count: int) -> None:
    """Raise WatermarkTooOld for a delta so long that reading a view in full costs less."""
    if count > DELTA_LIMIT:
        raise WatermarkTooOld(f"More than {DELTA_LIMIT} changes since then")
