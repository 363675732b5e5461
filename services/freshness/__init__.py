"""The freshness engine: every read that a screen makes goes through `Freshness.revalidate`.

A page keeps a `ViewState` (state/view.py) and never holds items itself:

    def _load_media_and_update_state(reason):              # the page's shared load-and-update function
        state = me.state(LibraryState)
        yield from load_view(state.view, library_query(state), reason, scope="library")

    @handler
    def on_refresh_click(event):
        yield from _load_media_and_update_state("manual")

    def library_content():                                  # rendering: pure, from the snapshot named in state
        state = me.state(LibraryState)
        for item in held_items(state.view):
            media_tile(item, on_activate=on_open_item)

`load_view` marks the view as fetching and yields (the screen shows what it holds), asks `revalidate`, writes the new
snapshot's version into the state and yields again. A snapshot is immutable, so what Mesop renders before and after a
handler differs exactly where the database differed.
"""

from services.freshness.entries import Entry
from services.freshness.policy import ContentKind, Priority, Reason
from services.freshness.queue import Ticket, View
from services.freshness.revalidate import Freshness
from services.freshness.session import Sessions
from services.freshness.snapshots import Snapshot, SnapshotStore

__all__ = [
    "ContentKind",
    "Entry",
    "Freshness",
    "Priority",
    "Reason",
    "Sessions",
    "Snapshot",
    "SnapshotStore",
    "Ticket",
    "View",
]
