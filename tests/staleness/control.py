"""The negative control: the product with its invalidation switched off, in which the checker must find violations."""

from __future__ import annotations

from typing import Any, cast

from services.container import Services
from services.freshness.policy import Failure
from services.freshness.queue import Request


def switch_off_invalidation(services: Services) -> None:
    """Pushes change nothing, and whatever is held answers every question: a cache as most studios have one."""
    freshness, views = cast(Any, services.freshness), cast(Any, services.freshness._views)
    held_of, question = freshness.snapshots.peek, views.question

    def asks(request: Request) -> tuple[bool, bool, Failure | None]:
        held = held_of((request.principal.user_id, request.query.key))
        ask, changes_too, failure = question(request)
        if held is None:
            return ask, changes_too, failure
        return request.reason == "page", False, None

    views.question = asks
    freshness.apply = lambda batch: []
