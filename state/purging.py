"""Deleting for good what lies in the trash: confirmed in the browser, done in the background, told at its end."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from functools import partial
from typing import Any

import mesop as me

from services.container import services
from services.keeping.purges import WAITING, Purge
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
    """`pending`: names of the deletions whose end this tab has not told yet, parted by spaces."""

    pending: str = ""


def is_purging() -> bool:
    return bool(me.state(PurgeState).pending)


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
    state, begun = me.state(PurgeState), services().purges.begin(who, project_id, ids)
    state.pending = f"{state.pending} {begun.name}".strip()
    if not begun.wait(PATIENCE):
        begun.on_done(partial(services().hub.edited, who.user_id, project_id))
        notify("Deleting for good…")
    yield


def follow_purges() -> bool:
    """Tell how those of this tab's deletions ended that have ended; whether there were any. Reads nothing."""
    state = me.state(PurgeState)
    names = state.pending.split()[:WAITING]
    purges = {name: services().purges.find(name, principal()) for name in names}
    under_way = [name for name, purge in purges.items() if purge is not None and not purge.done]
    state.pending = " ".join(under_way)
    for purge in purges.values():
        if purge is not None and purge.done:  # of others, in another process, the lists tell
            _tell(purge)
    return len(under_way) < len(names)


def _tell(purge: Purge) -> None:
    if purge.error:
        notify(f"Not everything was deleted for good: {purge.error}", tone="failed")
    elif purge.gone:
        notify("1 item deleted for good" if purge.gone == 1 else f"{purge.gone:,} items deleted for good")
    else:
        notify("Nothing was deleted: it is not in the trash any more.")
