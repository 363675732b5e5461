"""GET /api/export: everything that is the caller's own, to take away."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from services.container import services
from services.http.origin import from_own_page
from services.keeping.export import export
from services.keeping.portions import portions

router = APIRouter(prefix="/api", tags=["account"])
LINES = 100
"""Sent together."""


@router.get(
    "/export",
    dependencies=[Depends(from_own_page)],
    response_class=Response,
    responses={
        200: {"description": "JSON lines", "content": {"application/x-ndjson": {}}},
        503: {"description": "The store does not answer"},
    },
)
def export_all(request: Request) -> Response:
    """All records that the caller owns, as JSON lines: projects, templates, runs and media, the trash included.

    A media line has `links` to its files. The first line says what this is, the last one how many records came: an
    export without it broke off.
    """
    principal = services().principals.resolve(request.headers)
    base = str(request.base_url).rstrip("/")
    lines = portions(export(services().store, services().clock, principal, base), LINES)
    first = next(lines)  # a store that is away is an answer, not a download that breaks off
    name = f"freshet-export-{services().clock.now():%Y-%m-%d}.jsonl"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return StreamingResponse(_joined(first, lines), headers=headers, media_type="application/x-ndjson")


def _joined(first: list[str], rest: Iterator[list[str]]) -> Iterator[str]:
    """Pieces of several lines: each piece is a thread's turn."""
    return ("".join(some) for some in chain((first,), rest))
