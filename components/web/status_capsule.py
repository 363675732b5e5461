"""The freshness capsule: since when the screen holds what it shows, and the Refresh button."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def status_capsule(
    *,
    as_of_ms: int | None,
    mode: str,
    refreshing: bool,
    on_refresh: Handler,
    note: str = "",
    key: str = "status",
) -> Any:
    """`as_of_ms` is epoch milliseconds, None while nothing is held. Payload: {}.

    `mode`: "plain", "live", "polling", "catching" (up), "reconnecting", "off" (live updates off), "offline",
    "failed" or "loading"; "asked" for what no change is heard of, whose age is all that is told.
    The age counts in the browser. A press shows "Refreshing…" at once, until `refreshing` ends or `as_of_ms` moves;
    without a press `refreshing` turns the button off at once and shows "Refreshing…" if it lasts.
    """
    return insert(
        "freshet-status",
        key=key,
        events={"refreshEvent": on_refresh},
        properties={"asOfMs": as_of_ms, "mode": mode, "refreshing": refreshing, "note": note},
    )
