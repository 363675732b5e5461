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
    """Start a failed item again. Raises BadInput, also where its model cannot make it any more, NotFound, Forbidden,
    StoreError.
    """
    if not is_id(media_id):
        raise BadInput("item", "This page is out of date. Reload it and try again.")
    _require_model(media_id)
    try:
        services().studio.retry(principal(), media_id)
    except OutcomeUnknown as error:
        raise OutcomeUnknown(NOT_KNOWN) from error


def _require_model(media_id: str) -> None:
    """Raises BadInput, with the way to another model, where a run could only fail; NotFound, StoreError.

    What a provider had begun is still to be had from a model that was shut down since.
    """
    store, offers = services().store, services().offers
    item = store.media.get(principal(), media_id)
    if item.status != "failed" or item.run_id is None:
        return
    run = store.runs.get(principal(), item.run_id)
    other, why = offers.instead_of(run.model, run.run_type, offers.today())
    if other.id != run.model and item.id not in run.operations:
        raise BadInput("model", f"{why.partition('. ')[0]}. Press Remix to make it with {other.name}.")
