"""Live updates: one element per page that listens for changes and for the reader's return."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def live(
    *, views: str, versions: list[str], waiting: bool, unsure: bool, on_refresh: Handler, key: str = "live"
) -> Any:
    """Invisible. `views` is a JSON list of the queries on screen, `versions` their snapshots, in the same order.

    Payload: {reason, views, scrolled, known}. `reason`: "live", "ready", "visibility", "focus", "online" or "ttl";
    `views`: places in the list, or null for all; `scrolled`: whether something new at the top would move what is
    looked at; `known`: what the stream has told of, signed, "" for nothing.
    `waiting` says that a slow answer is on its way, `unsure` that the last one was none, or
    may lack something that is known.
    """
    return insert(
        "freshet-live",
        key=key,
        events={"refreshEvent": on_refresh},
        properties={"views": views, "versions": versions, "waiting": waiting, "unsure": unsure},
    )
