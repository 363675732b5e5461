"""The item of a closer look that none of the page's lists holds: kept as fresh as they are."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from functools import partial
from typing import Literal

from services.container import services
from services.freshness import Reason
from services.models import MediaItem
from state.loading import PATIENCE
from state.preview import (
    apart_query,
    follow_previewed,
    is_sought,
    look_again,
    refresh_previewed,
    stored_preview,
)
from state.session import principal, saw


def is_apart(listed: Iterable[MediaItem]) -> bool:
    """Whether an item is looked at that is not among `listed`, and whose project this person hears of; or one is being
    read by its id. Pure.
    """
    item = stored_preview()
    return is_sought() or (
        item is not None and item.project_id in principal().project_ids and all(one.id != item.id for one in listed)
    )


def load_apart(reason: Reason | Literal["ready"], *, hold: bool = False) -> Generator[None, None, None]:
    """Refresh the item; what comes of that later announces itself ("ready"). The look stays open in any case.

    While it is being read by its id alone, that answer is what "ready" tells of.
    """
    sought = is_sought()
    if sought:
        yield from follow_previewed()
    query, who = apart_query(), principal()
    if sought and (reason == "ready" or not query.ids):
        return
    if reason != "ready":
        ticket = services().freshness.submit(query, reason, who, scope="preview", kind="item")
        if not ticket.wait(PATIENCE):
            ticket.on_done(partial(services().hub.finished, query, who.user_id))
    held = services().freshness.snapshots.latest(query, who)
    if held is not None and not held.items:
        yield from refresh_previewed(())  # it was moved to another project, or is gone for good
    else:
        if held is not None:
            saw(held)
        look_again()
        yield
