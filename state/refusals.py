"""Titles and tags that were refused: each goes back into the field where it was written, whenever that shows again."""

from __future__ import annotations

import json

import mesop as me

from services.freshness import Attempt
from services.models.directions import paired

MOST_REFUSED = 5
"""Items whose refused titles are kept for when somebody comes back to them."""
SHOWN = 60
"""Characters of a title in a message."""


@me.stateclass
class RefusalState:
    """`items`: those whose new title, or tag, was refused, the last MOST_REFUSED, as JSON: id → [why, title]."""

    items: str = ""


def refuse(media_id: str, why: str, title: str = "") -> None:
    """An edit of this item was refused; without `why`, none is any more. Only titles outlast the next edit of another
    item: nothing else that was written is lost.
    """
    state = me.state(RefusalState)
    before = {one: told for one, told in _items().items() if told[1] and one != media_id}
    now = [*before.items(), *([(media_id, (why, title))] if why else [])][-MOST_REFUSED:]
    state.items = json.dumps(dict(now)) if now else ""


def refused(media_id: str) -> tuple[str, str]:
    """Why the last edit of this item was refused, and the title that goes back into its field; pure."""
    why, title = _items().get(media_id, ("", ""))
    return why, title


def named(failed: Attempt) -> str:
    """What is told of an edit that failed, of a title with its words: its item may not be looked at any more."""
    title = str(failed.edit.change.fields.get("title", ""))
    if not title or failed.count > 1:
        return failed.error
    shown = title if len(title) <= SHOWN else f"{paired(title[:SHOWN]).rstrip()}…"
    return failed.error.replace("Title", f"Title “{shown}”", 1)


def _items() -> dict[str, tuple[str, str]]:
    items = me.state(RefusalState).items
    return json.loads(items) if items else {}
