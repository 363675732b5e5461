"""Deleting for good what lies in the trash: confirmed in the browser, done in the background, told at its end."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from functools import partial
from typing import Any

import mesop as me

from services.container import services
from services.keeping.purges import Purge
from state.edits import Shown, focus_on, no_longer_deleted
from state.handlers import notify
from state.session import principal
from state.several import neighbour_of, wanted_ids

PATIENCE = 0.3
"""Seconds for which a handler waits. A deletion that takes longer announces its end."""
PURGES = ("purge", "empty")
"""What a browser calls them: of these items, and of all."""


@me.stateclass
class PurgeState:
    """`name` of the deletion whose end this tab has not told yet, "" for none."""

    name: str = ""


def is_purging() -> bool:
    return bool(me.state(PurgeState).name)


def purge(shown: Shown, wanted: Mapping[str, Any]) -> Generator[None, None, None]:
    """Do what a browser asks: {edit: "purge", ids} or {edit: "empty"}. Yields when it has ended, or goes on by itself.

    Whatever the browser names, only what the principal may delete and what lies in the trash goes. Raises BadInput,
    Busy.
    """
    ids = wanted_ids(wanted) if wanted.get("edit") == "purge" else None
    if ids is not None:
        focus_on(neighbour_of(shown, set(ids)))
        no_longer_deleted(set(ids))
    who, project_id = principal(), shown[0][1].project_id
    begun = services().purges.begin(who, project_id, ids)
    me.state(PurgeState).name = begun.name
    if not begun.wait(PATIENCE):
        begun.on_done(partial(services().hub.edited, who.user_id, project_id))
        notify("Deleting for good…")
    yield


def follow_purge() -> bool:
    """Tell how this tab's deletion ended, if it has; whether it had one that has. Reads nothing."""
    state = me.state(PurgeState)
    if not state.name:
        return False
    purge = services().purges.find(state.name, principal())
    if purge is not None and not purge.done:
        return False
    state.name = ""
    if purge is not None:  # of others, in another process, the list tells
        _tell(purge)
    return True


def _tell(purge: Purge) -> None:
    if purge.error:
        notify(f"Not everything was deleted for good: {purge.error}", tone="failed")
    elif purge.gone:
        notify("1 item deleted for good" if purge.gone == 1 else f"{purge.gone:,} items deleted for good")
    else:
        notify("Nothing was deleted: it is not in the trash any more.")
