"""Event handlers with arguments."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import cache, partial
from typing import Any

from state.handlers import handler


@cache
def bound(function: Callable[..., Generator[None, None, None] | None], *args: str) -> Callable[[Any], Any]:
    """`function(*args, event)` as a handler: one object per function and arguments.

    Mesop remembers every handler object it has seen, so making a new one at each render would grow for ever. The
    arguments are part of the handler's identity (Mesop hashes a partial's arguments).
    """
    return partial(handler(function), *args)
