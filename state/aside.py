"""Reads for a screen that are no view of it: an item by its id alone, the items of an edit, the neighbour of an item.

No snapshot comes of them, so they do not go through `Freshness`; but what they cost is logged as its reads are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from services.container import services
from services.errors import FreshetError
from services.log import log_event

T = TypeVar("T")


def read_aside(scope: str, reason: str, read: Callable[[], T], documents: Callable[[T], int] = lambda _: 1) -> T:
    """What `read` answers. Logs one line, `{scope}.read`; raises what `read` raises."""
    clock = services().clock
    began, cost, outcome = clock.monotonic(), 0, "failed"
    try:
        answer = read()
        cost, outcome = documents(answer), "read"
        return answer
    except FreshetError as error:
        outcome = type(error).__name__
        raise
    finally:
        log_event(
            f"{scope}.read",
            logging.INFO if outcome == "read" else logging.WARNING,
            reason=reason,
            documents=cost,
            ms=round((clock.monotonic() - began) * 1000, 1),
            as_of=clock.now().isoformat() if outcome == "read" else None,
            outcome=outcome,
        )
