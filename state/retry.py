"""Making a failed item again."""

from __future__ import annotations

import mesop as me

from services.container import services
from services.errors import BadInput
from services.ids import is_id
from state.session import principal


def retry(event: me.WebEvent) -> None:
    """Start the failed item named in a tile's event again. Raises BadInput, NotFound, Forbidden, StoreError."""
    media_id = str(event.value.get("id", ""))
    if not is_id(media_id):
        raise BadInput("item", "This page is out of date. Reload it and try again.")
    services().studio.retry(principal(), media_id)
