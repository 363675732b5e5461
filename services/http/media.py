"""GET /media/{file}: the bytes behind pictures, clips and tracks.

Every request is authorised. A URL that names the current version of its bytes (`?v=`) may be cached for ever, since
files never change under a version; any other is revalidated by ETag (RFC 9110: conditional and range requests).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from email.utils import format_datetime
from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse

from services.container import services
from services.errors import FileMissing, NotFound, StoreUnavailable
from services.files.names import file_name
from services.files.urls import media_url, parse_media_name
from services.models import FileRef, MediaItem, Principal, Variant

router = APIRouter()

IMMUTABLE = "private, max-age=31536000, immutable"
REVALIDATE = "private, no-cache"
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


@router.head("/media/{name}", include_in_schema=False)
@router.get(
    "/media/{name}",
    tags=["media"],
    response_class=Response,
    responses={
        200: {"description": "The file"},
        206: {"description": "The range asked for"},
        304: {"description": "What the caller has is current"},
        404: {"description": "No such file, or none that the caller may know of"},
        416: {"description": "The range lies outside the file"},
    },
)
async def media(name: str, request: Request, v: str = "", download: bool = False) -> Response:
    """A media file, whole or in part.

    `name` is `{media id}.{original, thumb or poster}.{extension}`; `v` is the version of its bytes, as in the
    addresses that pages use: the current one may be cached for ever. `download` has it saved instead of shown.
    """
    principal = services().principals.resolve(request.headers)
    found = parse_media_name(name)
    if found is None:
        return not_found()
    media_id, variant = found
    item = services().freshness.seen.get(principal.user_id, media_id)
    file = item.file(variant) if item else None
    if item is None or file is None or not is_current(item, variant, v):
        # Not held, or the URL is of another age than what is held: the store decides.
        item = await run_in_threadpool(load_item, principal, media_id)
        file = item.file(variant) if item else None
    if item is None or file is None:
        return not_found()
    return await answer(request, item, file, current=is_current(item, variant, v), download=download)


async def answer(
    request: Request, item: MediaItem, file: FileRef, *, current: bool, download: bool = False
) -> Response:
    """`file` of `item`, which the caller may read; `current`: the address names the version of these bytes."""
    headers = _headers(item, file, current=current, download=download)
    if _matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers={key: headers[key] for key in ("ETag", "Cache-Control")})
    return await _respond(request, file, headers)


def load_item(principal: Principal, media_id: str) -> MediaItem | None:
    """The item as the store has it; while that is away, as the principal's screens hold it. Raises StoreError."""
    freshness = services().freshness
    if freshness.away and (held := freshness.held_item(media_id, principal)):
        return held
    try:
        return services().store.media.get(principal, media_id)
    except NotFound:
        return None
    except StoreUnavailable:
        if held := freshness.held_item(media_id, principal):
            return held
        raise


async def _respond(request: Request, file: FileRef, headers: dict[str, str]) -> Response:
    if request.method == "HEAD":  # ranges are defined for GET alone
        try:
            await run_in_threadpool(services().blobs.size, file.key)
        except FileMissing:
            return not_found()
        return Response(
            status_code=200, headers=headers | {"Content-Length": str(file.size)}, media_type=file.content_type
        )
    start, end, status = 0, file.size, 200
    asked = request.headers.get("range")
    if asked and request.headers.get("if-range", headers["ETag"]) == headers["ETag"]:
        span = parse_range(asked, file.size)
        if span == "unsatisfiable":
            return Response(status_code=416, headers={"Content-Range": f"bytes */{file.size}"})
        if span is not None:
            (start, end), status = span, 206
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    headers["Content-Length"] = str(end - start)
    chunks = services().blobs.stream(file.key, start, end)
    try:
        first = await anext(chunks, b"")
    except FileMissing:
        return not_found()
    return StreamingResponse(_chain(first, chunks), status, headers, media_type=file.content_type)


async def _chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def parse_range(text: str, size: int) -> tuple[int, int] | Literal["unsatisfiable"] | None:
    """A single byte range as half-open (start, end); "unsatisfiable"; None where the header is to be ignored.

    Several ranges in one header are ignored, as RFC 9110 section 14.2 allows.
    """
    match = _RANGE.fullmatch(text.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if first == "":
        length = min(int(last), size)
        return (size - length, size) if length else "unsatisfiable"
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    return (start, end) if start < size else "unsatisfiable"


def is_current(item: MediaItem, variant: Variant, version: str) -> bool:
    return (media_url(item, variant) or "").endswith(f"?v={version}")


def _headers(item: MediaItem, file: FileRef, *, current: bool, download: bool) -> dict[str, str]:
    """No `Vary`: our cookies say what a browser has seen and chosen and change with every edit, so a stored picture
    would never match again, and they never say who somebody is (services/identity: one local user). `private` keeps
    bytes out of shared caches, and what is no current address is authorised each time. A browser profile that several
    people sign in with, one after the other, needs `Clear-Site-Data: "cache"` at the end of a session, not a `Vary`.
    """
    headers = {
        "ETag": f'"{file.sha256[:32]}"',
        "Cache-Control": IMMUTABLE if current else REVALIDATE,
        "Accept-Ranges": "bytes",
        "Last-Modified": format_datetime(file.updated_at, usegmt=True),
        # What people upload is data: no page of ours, no script, whatever a browser makes of it.
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if download:
        headers["Content-Disposition"] = _disposition(item.title, file.key.rpartition(".")[2])
    return headers


def _disposition(title: str, extension: str) -> str:
    """The name to save under: in full for today's browsers, in plain letters for others (RFC 6266)."""
    name = file_name(title)
    plain = re.sub(r"[^A-Za-z0-9._ -]+", "_", name)
    return f"attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{quote(name, safe='')}.{extension}"


def _matches(header: str | None, etag: str) -> bool:
    return header is not None and (
        header.strip() == "*" or etag in (part.strip().removeprefix("W/") for part in header.split(","))
    )


def not_found() -> Response:
    return Response("No such file", status_code=404, media_type="text/plain", headers={"Cache-Control": "no-store"})
