"""Where somebody's day begins: the time zone of their browser, which tells it in a cookie (static/boot.js)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from functools import cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

ZONE_COOKIE = "freshet_zone"


def zone_of(cookies: Mapping[str, str]) -> tzinfo:
    """The zone that a request's cookies name; UTC where they name none that is known here."""
    return _zone(unquote(cookies.get(ZONE_COOKIE, ""))[:64])


def _zone(name: str) -> tzinfo:
    return ZoneInfo(name) if name in _names() else UTC  # no other name may reach the file system


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
