"""Who may have a browser change something: pages of this server alone."""

from __future__ import annotations

from fastapi import Request

from services.errors import Forbidden

_FOREIGN = ("cross-site", "same-site")


def from_own_page(request: Request) -> None:
    """A dependency of routes that write. Raises Forbidden where another site's page is behind the request.

    Browsers say so (Fetch Metadata, w3.org/TR/fetch-metadata), or at least, to a plain http address of another machine
    and in earlier versions, whose page it is (Origin, RFC 6454); programs are no browsers, and no cookie comes by
    chance.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    foreign = site in _FOREIGN if site is not None else origin is not None and not _is_own(origin, request)
    if foreign:
        raise Forbidden("This may be asked by Freshet's own pages only")


def _is_own(origin: str, request: Request) -> bool:
    """By host and port alone: a proxy may have taken TLS off."""
    return origin.partition("://")[2].lower() == request.headers.get("host", "").lower()
