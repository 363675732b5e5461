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
    """Changed records and removals: what may not (or no longer) be read is a removal too.

    Of several pieces of news about one record the latest counts: one that left a project and came back was changed.
    """
    latest: dict[str, R | Removal] = {}
    everything: list[R | Removal] = [*records, *removals]
    for news in everything:
        known = latest.get(news.id)
        if known is None or known.revision < news.revision:
            latest[news.id] = news
    changed: list[R] = []
    removed: list[Removal] = []
    for one in latest.values():
        if isinstance(one, Removal):
            removed.append(one)
        elif can(principal, "read", one):
            changed.append(one)
        else:
            removed.append(Removal(one.kind, one.id, one.revision))
    return tuple(changed), tuple(removed)


def require_few(count: int) -> None:
    """Raise WatermarkTooOld for a delta so long that reading a view in full costs less."""
    if count > DELTA_LIMIT:
        raise WatermarkTooOld(f"More than {DELTA_LIMIT} changes since then")
