"""Where the list around the item of a page ends: the ways that lead nowhere, as far as that is known without a read."""

from __future__ import annotations

from collections.abc import Generator
from typing import get_args

import mesop as me

from services.container import services
from state.media_item import MediaItemState, list_query, shown_item
from state.neighbours import Way, held_neighbour
from state.session import principal


def note_ends() -> None:
    """Note which ways lead nowhere by the list as it is held; of what that does not tell nothing is noted.

    In a handler, since what is held changes by itself and drawing goes by the state alone. Reads nothing.
    """
    item, query = shown_item(), list_query()
    held = item is not None and services().freshness.snapshots.peek((principal().user_id, query.key)) is not None
    ways = [way for way in get_args(Way) if item is not None and held and held_neighbour(item, query, way) == ""]
    me.state(MediaItemState).ends = " ".join(ways)


def note_end(way: Way) -> None:
    """A step found that there is nothing further this way."""
    state = me.state(MediaItemState)
    state.ends = " ".join(one for one in get_args(Way) if one == way or one in state.ends.split())


def with_ends(frames: Generator[None, None, None]) -> Generator[None, None, None]:
    """`frames`, each of which knows the ends as of then."""
    for _ in frames:
        note_ends()
        yield
