"""Making a failed item again, and what is said where it is not known whether anything was begun."""

from __future__ import annotations

import mesop as me

from services.container import services
from services.errors import BadInput, OutcomeUnknown
from services.ids import is_id
from state.session import principal

NOT_KNOWN = (
    "It is not known whether this was started: the database did not answer. If it was, it shows here once it does. "
    "Pressing again does not start it twice."
)


def retry(event: me.WebEvent) -> None:
    """Start the failed item named in a tile's event again. Raises as `retry_item`."""
    retry_item(str(event.value.get("id", "")))


def retry_item(media_id: str) -> None:
    """Start a failed item again. Raises BadInput, NotFound, Forbidden, StoreError."""
    if not is_id(media_id):
        raise BadInput("item", "This page is out of date. Reload it and try again.")
    try:
        services().studio.retry(principal(), media_id)
    except OutcomeUnknown as error:
        raise OutcomeUnknown(NOT_KNOWN) from error
