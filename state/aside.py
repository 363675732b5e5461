"""Reads for a screen that are no view of it: an item by its id alone, the items of an edit, the neighbour of an item.

No snapshot comes of them, so they do not go through `Freshness`; but what they cost is logged as its reads are. What
somebody looks at is asked in the background (`ask_aside`); an edit cannot begin without its items (`read_aside`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar

from services.container import services
from services.freshness.asides import Aside, logged
from services.models import MediaQuery
from state.session import principal

PATIENCE = 0.3
"""Seconds for which a handler waits for an answer. A slower one comes by itself."""
T = TypeVar("T")


def read_aside(scope: str, reason: str, read: Callable[[], T], documents: Callable[[T], int] = lambda _: 1) -> T:
    """What `read` answers. Logs one line, `{scope}.read`; raises what `read` raises."""
    return logged(services().clock, scope, reason, read, documents)


def ask_aside(
    key: Hashable,
    read: Callable[[], T],
    *,
    scope: str,
    reason: str,
    announce: MediaQuery,
    documents: Callable[[T], int] = lambda _: 1,
) -> Aside[T]:
    """Ask what `read` answers, of which `key` says what that is, and wait a moment.

    A slower answer announces itself as one of the page's view of `announce` ("ready"). Until then the tab's state
    remembers the question's name, by which `services().asides` finds it.
    """
    who = principal()
    aside = services().asides.ask(who, key, read, scope=scope, reason=reason, documents=documents)
    if not aside.wait(PATIENCE):
        aside.on_done(partial(services().hub.finished, announce, who.user_id))
    return aside
