"""POST /api/media.zip: the originals of chosen items as one ZIP, streamed.

A form, so that a page can have the browser save the answer like any download, and so that thousands of ids fit:

    <form method="post" action="/api/media.zip"><input type="hidden" name="ids" value="01J…,01J…"></form>
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from services.container import services
from services.errors import BadInput, NotFound
from services.http.origin import from_own_page
from services.ids import is_id
from services.keeping.archive import Archive

router = APIRouter(prefix="/api", tags=["media"])
MOST_ITEMS = 5_000
LONGEST_FORM = 512 * 1024
"""Bytes: MOST_ITEMS ids, however they are written, with room to spare."""

_FORM = {
    "required": ["ids"],
    "type": "object",
    "properties": {"ids": {"type": "string", "description": "Item ids, separated by commas; the field may repeat"}},
}


@router.post(
    "/media.zip",
    dependencies=[Depends(from_own_page)],
    response_class=Response,
    responses={
        200: {"description": "The archive", "content": {"application/zip": {}}},
        400: {"description": "No ids, too many, or what is none"},
        403: {"description": "Asked for by another site's page"},
        404: {"description": "None of the items exists, or may be known to the caller"},
    },
    openapi_extra={"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": _FORM}}}},
)
async def media_zip(request: Request) -> Response:
    """The files of up to 5,000 items, named by their titles, as one ZIP.

    The form field `ids` holds item ids separated by commas, or repeats. Each item is authorised for itself. What
    cannot be included is named in a text file inside. An archive that cannot be finished breaks off.
    """
    principal = services().principals.resolve(request.headers)
    ids = _read_ids(await _form(request))
    archive = Archive(services().store, services().blobs, principal, ids)
    if not await archive.first():
        raise NotFound("None of these items can be found")
    name = f"freshet-{services().clock.now():%Y-%m-%d}-{len(ids)}-items.zip"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return StreamingResponse(archive.stream(), headers=headers, media_type="application/zip")


async def _form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form. Raises BadInput."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise BadInput("ids", "Send a form (application/x-www-form-urlencoded) with the field ids")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FORM:
            raise BadInput("ids", f"The form is too long: choose at most {MOST_ITEMS:,} items at a time")
    return parse_qsl(body.decode("latin-1"), keep_blank_values=True)


def _read_ids(form: list[tuple[str, str]]) -> list[str]:
    """Each id once, in the order of the form. Raises BadInput."""
    texts = (text.strip() for name, value in form if name == "ids" for text in value.split(","))
    ids = list(dict.fromkeys(text for text in texts if text))
    if not ids:
        raise BadInput("ids", "No items are chosen: name at least one in ids")
    if wrong := next((text for text in ids if not is_id(text)), None):
        raise BadInput("ids", f"ids holds {wrong[:40]!r}, which is no item's id")
    if len(ids) > MOST_ITEMS:
        raise BadInput("ids", f"{len(ids):,} items are chosen: choose at most {MOST_ITEMS:,} at a time")
    return ids
