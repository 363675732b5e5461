"""The freshness engine: whatever a screen shows of the store goes through here.

A page keeps a `ViewState` (state/view.py), which names a snapshot and never holds items:

    def _load_media_and_update_state(reason):              # the page's shared load-and-update function
        state = me.state(LibraryState)
        yield from load_view(state.view, library_query(), reason, scope="library")

    @handler
    def on_refresh_click(event):
        yield from _load_media_and_update_state("manual")

    @page(path="/library", title="Library", on_load=on_load,
          views=[View(library_view, library_query, _load_media_and_update_state, "library")])
    def library_page():                                     # rendering: pure, from the snapshot named in state
        for item in held_items(library_view()):
            ...                                         # its tile: components/library/media_tile.py

`load_view` (state/loading.py) yields (the screen shows what it holds), asks `Freshness.submit`, waits a moment for the
ticket, writes the newest snapshot's version into the state and yields again; an answer that takes longer wakes the tab
when it comes. A snapshot is immutable, so what Mesop renders before and after a handler differs exactly where the
database differed.

policy.py      when the store is asked: pure functions over a view's fetch state
queue.py       which fetch runs next, and who shares it; workers.py are the threads that come when there is work
reading.py     one fetch: from what is held and the store's answer to a successor
merge.py       changes applied to a list: pure
reach.py       how far into the history a list reaches, before and after a batch: pure
views.py       what is held, view by view; answers and pushes change it here, under one lock
entries.py     what is known of each view besides its items, and what a screen may say of it
narrowing.py   a view taken from a wider one that is held: pure
seen.py        what was read lately, which stands as permission to fetch its files
snapshots.py   the versions themselves, bounded; disk.py and keeper.py keep the newest across restarts
revalidate.py  Freshness, the door: `revalidate` waits, `submit` does not, `apply` takes pushes
shared.py      one read of a project's changes for all views that ask for them at the same time
live.py        the hub: from the store's change feed to the open views that a change belongs to
feeds.py       which projects' changes reach the snapshots; project_feeds.py what the hub knows of each feed
subscriber.py  one open stream of events, as the hub sees it
edits.py       people's own pending edits over what is held: pure; overlays.py keeps their versions
editor.py      has edits stored in the background, and takes back those that fail; attempts.py is one of them
groups.py      one edit of several items, stored in as few commits as can be
totals.py      how many items a query finds in all; usages.py what somebody's items take up
counted.py     whether a count is right with what has come to its list since: pure but for a lock
asides.py      what is read beside the views, in the background: an item by its id alone, a neighbour
waited.py      what goes on in the background, for whoever waits for its end
session.py     what a session has written and seen, so that no screen goes back behind it
"""

from services.freshness.attempts import Attempt
from services.freshness.editor import Editor
from services.freshness.entries import Entry
from services.freshness.policy import ContentKind, Priority, Reason
from services.freshness.queue import Ticket, View
from services.freshness.revalidate import Freshness
from services.freshness.session import Sessions
from services.freshness.snapshots import Snapshot, SnapshotStore

__all__ = [
    "Attempt",
    "ContentKind",
    "Editor",
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
