"""Which items somebody opened last: their browser remembers, and tells it in a cookie (components/web/opened.js)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.ids import is_id

OPENED_COOKIE = "freshet_opened"
MOST_OPENED = 6


def opened_of(cookies: Mapping[str, str]) -> tuple[str, ...]:
    """Ids, the latest first. They are a browser's word: reading them asks whether they may be seen."""
    return as_opened(cookies.get(OPENED_COOKIE, "").split("."))


def as_opened(told: Iterable[str]) -> tuple[str, ...]:
    """Those of some words that are ids, each once, and no more than are of use."""
    return tuple(dict.fromkeys(one for one in told if is_id(one)))[:MOST_OPENED]
