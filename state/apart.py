"""The item of a closer look that none of the page's lists holds: kept as fresh as they are."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from functools import partial
from typing import Literal

from services.container import services
from services.freshness import Reason
from services.models import MediaItem, MediaQuery
from state.loading import PATIENCE
from state.preview import look_again, refresh_previewed, stored_preview
from state.session import principal, project_id, saw


def is_apart(listed: Iterable[MediaItem]) -> bool:
    """Whether an item is looked at that is not among `listed`, and whose project this person hears of; pure."""
    item = stored_preview()
    return item is not None and item.project_id in principal().project_ids and all(one.id != item.id for one in listed)


def apart_query() -> MediaQuery:
    """The item, in its own project, which need not be the page's; pure."""
    item = stored_preview()
    return MediaQuery(project_id=item.project_id if item else project_id(), ids=(item.id,) if item else ())


def load_apart(reason: Reason | Literal["ready"], *, hold: bool = False) -> Generator[None, None, None]:
    """Refresh the item; what comes of that later announces itself ("ready"). The look stays open in any case."""
    query, who = apart_query(), principal()
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
