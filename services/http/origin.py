"""Whether a request comes from Freshet's own pages: another site must not have a person's browser ask for things.

Browsers say so themselves (W3C Fetch Metadata, `Sec-Fetch-Site`); older ones name the origin at least. Programs that
are no browsers send neither, and carry nobody's cookies either.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from services.errors import Forbidden


def require_own_page(request: Request) -> None:
    """Raise Forbidden for what another site's page sent."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        own = site in ("same-origin", "none")
    else:
        own = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if not own:
        raise Forbidden("Only Freshet's own pages may ask for this")
