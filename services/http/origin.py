"""Who may have a browser change something: pages of this server alone."""

from __future__ import annotations

from fastapi import Request

from services.errors import Forbidden

_FOREIGN = ("cross-site", "same-site")


def from_own_page(request: Request) -> None:
    """A dependency of routes that write. Raises Forbidden where another site's page is behind the request.

    Browsers say so (Fetch Metadata, w3.org/TR/fetch-metadata); programs are no browsers, and no cookie comes by chance.
    """
    if request.headers.get("sec-fetch-site") in _FOREIGN:
        raise Forbidden("This may be asked by Freshet's own pages only")
