"""Messages that come and go: the toast, and the drop that says how much is new."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def toast(
    *,
    message: str,
    token: str,
    tone: str = "info",
    undo: bool = False,
    on_done: Handler | None = None,
    key: str = "toast",
) -> Any:
    """One line at the foot of the window, shown for each new `token`. Payload: {token}, when it has left.

    It stays six seconds, longer while pointed at or focused. `tone`: "info" (role status) or "failed" (role alert).
    With `undo` it has a button for that, which the page's `edits` hears. It can be pressed over an open dialog, too.
    """
    return insert(
        "freshet-toast",
        key=key,
        events={"doneEvent": on_done},
        properties={"message": message, "token": token, "tone": tone, "undo": undo},
    )


@element
def drop(*, count: int, on_show: Handler, thumbs: list[str] | None = None, key: str = "drop") -> Any:
    """ "3 new", hanging from the waterline: put it into the page head, before the waterline. Payload: {count, auto}.

    While the list stands at its top it asks at once (`auto`); scrolled, it waits for a press, then scrolls up and
    gives the focus to the first tile.
    """
    return insert(
        "freshet-drop", key=key, events={"showEvent": on_show}, properties={"count": count, "thumbs": thumbs or []}
    )
