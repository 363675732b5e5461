"""GET /media/{id}.cutout-{n}.webp: products without their background, for the try-on stage."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from services.container import services
from services.errors import FileMissing, NotFound
from services.generation.cutouts import VERSION
from services.http.media import answer, is_current, load_item, not_found
from services.ids import is_id

router = APIRouter()


@router.head("/media/{media_id}.cutout-{number}.webp", include_in_schema=False)
@router.get(
    "/media/{media_id}.cutout-{number}.webp",
    tags=["media"],
    response_class=Response,
    responses={
        200: {"description": "The file"},
        304: {"description": "What the caller has is current"},
        404: {"description": "No such picture, or none that the caller may know of"},
    },
)
async def cutout(media_id: str, number: str, request: Request, v: str = "") -> Response:
    """A picture without its background, as a try-on lays it over a person; made when it is first asked for.

    `number` is the version of the cutting, `v` that of the picture's bytes.
    """
    principal = services().principals.resolve(request.headers)
    if not is_id(media_id):
        return not_found()
    item = services().freshness.seen.get(principal.user_id, media_id)
    if item is None or not is_current(item, "original", v):
        item = await run_in_threadpool(load_item, principal, media_id)
    if item is None:
        return not_found()
    try:
        # Shielded: when one caller leaves, others may wait for the same.
        file = await asyncio.shield(asyncio.wrap_future(services().cutouts.file(item)))
    except (NotFound, FileMissing):
        return not_found()
    current = number == str(VERSION) and is_current(item, "original", v)
    return await answer(request, item, file, current=current)
