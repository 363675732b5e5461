"""/upload: files from a person's disk into their library, in pieces, so that none is ever sent twice.

The core of tus 1.0 with its extensions creation, expiration and termination (tus.io/protocols/resumable-upload), in the
words of that protocol:

    POST   /upload        Upload-Length, Upload-Metadata (filename, wanted, project) → 201, Location, Upload-Expires
    PATCH  /upload/{id}   Upload-Offset, bytes                                → 204, the new Upload-Offset
    HEAD   /upload/{id}                                                       → 200, Upload-Offset, Upload-Length
    DELETE /upload/{id}                                                       → 204

The PATCH that brings the last byte imports the file before it is answered, as `python main.py import` does: then there
is an item whose id is the upload's. What is refused is a sentence in {"error": …}, and the upload is gone. A PATCH
without bytes at the end of a whole file does the same, for those whose answer was lost or whose server was away.
`Freshet-Known` in the answer is what the session has written, signed (services/freshness/session.py), for the page to
bring along when it asks.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from typing import Annotated, cast, get_args

from fastapi import APIRouter, Depends, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect

from services.container import services
from services.errors import BadInput, Busy, Conflict, FreshetError, NotFound
from services.files.importer import about
from services.files.intake import Imported
from services.files.spool import PIECE_BYTES, Ticket, Upload, Wanted, shown_name
from services.http.origin import from_own_page
from services.models import Principal

router = APIRouter(prefix="/upload", tags=["upload"])

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,termination"
CONTENT_TYPE = "application/offset+octet-stream"
SILENCE = 60.0
"""Seconds without a byte after which a sender is taken for gone; what came is kept."""
MOST_SENDERS = 16
"""Requests of one person that may send bytes at a time: each holds a piece in memory."""
_sending: Counter[str] = Counter()


@router.options("", include_in_schema=False)
def options() -> Response:
    """What is spoken here."""
    told = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(services().spool.longest)}
    return _answer(204, **told)


@router.post("", status_code=201, response_class=Response, dependencies=[Depends(from_own_page)])
async def create(
    request: Request,
    tus_resumable: Annotated[str, Header()] = "",
    upload_length: Annotated[str, Header()] = "",
    upload_metadata: Annotated[str, Header(max_length=16_000)] = "",
) -> Response:
    """Begin to upload a file.

    `Upload-Metadata` names it (`filename`), and may say of which type it has to be (`wanted`: image, video or audio)
    and into which `project` of the caller's it goes, by id. 400 and 413 say what is wrong with it, 429 that there are
    too many.
    """
    if wrong := _other_version(tus_resumable):
        return wrong
    principal, told = _principal(request), _metadata(upload_metadata)
    wanted = told.get("wanted", "")
    if wanted not in get_args(Wanted):
        raise BadInput("wanted", "The wanted type must be image, video or audio")
    length = _number("Upload-Length", upload_length)
    project = told.get("project") or services().project.id
    await run_in_threadpool(services().projects.look_for, principal, project)  # another process may have made it
    if project not in _principal(request).project_ids:
        raise BadInput("project", "This project is not there, or not yours. Reload the page and choose another one.")
    ticket = Ticket(project_id=project, name=shown_name(told.get("filename", "")), wanted=cast(Wanted, wanted))
    try:
        upload = await run_in_threadpool(services().spool.create, principal, ticket, length)
    except BadInput as error:
        return _refused(413 if length else 400, error)
    return _answer(201, Location=f"/upload/{upload.id}", **_progress(upload))


@router.head("/{upload_id}", response_class=Response)
async def head(request: Request, upload_id: str, tus_resumable: Annotated[str, Header()] = "") -> Response:
    """How many of an upload's bytes are here; all, where it is finished. 404 for what is not the caller's."""
    if wrong := _other_version(tus_resumable):
        return wrong
    found = await run_in_threadpool(_find, _principal(request), upload_id)
    if isinstance(found, Imported):
        size = str(found.item.files["original"].size)
        return _answer(200, Upload_Offset=size, Upload_Length=size)
    return _answer(200, **_progress(found), Upload_Length=str(found.length))


@router.patch("/{upload_id}", status_code=204, response_class=Response, dependencies=[Depends(from_own_page)])
async def patch(
    request: Request,
    upload_id: str,
    tus_resumable: Annotated[str, Header()] = "",
    upload_offset: Annotated[str, Header()] = "",
    content_type: Annotated[str, Header()] = "",
) -> Response:
    """Send the next bytes; with the last ones the file becomes an item of the library.

    409 where `Upload-Offset` is not what HEAD tells, 415 for a body of another type, 400 for a file that is of no use.
    """
    if wrong := _other_version(tus_resumable):
        return wrong
    if content_type != CONTENT_TYPE:
        return _refused(415, BadInput("file", f"Bytes are sent as {CONTENT_TYPE}"))
    principal, offset = _principal(request), _number("Upload-Offset", upload_offset)
    upload = await run_in_threadpool(_find, principal, upload_id)
    if isinstance(upload, Imported):
        return _done(principal, upload)  # whoever asks again lost the answer
    if offset != upload.offset:
        return _refused(409, Conflict("The bytes do not begin where the upload has come to"), **_progress(upload))
    with _one_more_sender(principal):
        upload = await _receive(request, upload)
    if not upload.whole:
        return _answer(204, **_progress(upload))
    finishing = asyncio.wrap_future(services().intake.finish(principal, upload))
    # Shielded: a sender who leaves now has sent everything.
    return _done(principal, await asyncio.shield(finishing))


@router.delete("/{upload_id}", status_code=204, response_class=Response, dependencies=[Depends(from_own_page)])
async def cancel(request: Request, upload_id: str, tus_resumable: Annotated[str, Header()] = "") -> Response:
    """Forget an upload that is not finished, with what has come of it."""
    if wrong := _other_version(tus_resumable):
        return wrong
    upload = await run_in_threadpool(services().spool.find, _principal(request), upload_id)
    await run_in_threadpool(services().spool.remove, upload)
    return _answer(204)


async def _receive(request: Request, upload: Upload) -> Upload:
    """Put what the body brings into the spool; where it breaks off, what came until then. Raises FreshetError."""
    spool, piece = services().spool, bytearray()
    try:
        async for data in _body(request):
            piece += data
            while len(piece) >= PIECE_BYTES:
                upload = await run_in_threadpool(spool.append, upload, bytes(piece[:PIECE_BYTES]))
                del piece[:PIECE_BYTES]
        if piece:
            upload = await run_in_threadpool(spool.append, upload, bytes(piece))
    except BadInput as error:
        name = (await run_in_threadpool(spool.ticket, upload)).name
        await run_in_threadpool(spool.remove, upload)
        raise about(name, error) from error
    return upload


async def _body(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes, until it ends, the sender leaves, or nothing has come for a while."""
    stream = request.stream()
    while True:
        try:
            yield await asyncio.wait_for(anext(stream), SILENCE)
        except (StopAsyncIteration, ClientDisconnect, TimeoutError):
            return


@contextmanager
def _one_more_sender(principal: Principal) -> Iterator[None]:
    if _sending[principal.user_id] >= MOST_SENDERS:
        raise Busy("Too many files are being sent at a time")
    _sending[principal.user_id] += 1
    try:
        yield
    finally:
        _sending[principal.user_id] -= 1
        if not _sending[principal.user_id]:
            del _sending[principal.user_id]


def _find(principal: Principal, upload_id: str) -> Upload | Imported:
    """The caller's own upload, or what it has become. Raises NotFound, FileError, StoreError."""
    try:
        return services().spool.find(principal, upload_id)
    except NotFound as none:
        try:
            return services().intake.finished(principal, upload_id)
        except NotFound:
            raise none from None


def _done(principal: Principal, imported: Imported) -> Response:
    size = imported.item.files["original"].size
    known = services().sessions.sign({imported.item.project_id: imported.watermark}, principal)
    told = {"Freshet-Known": known} if imported.watermark else {}
    return _answer(204, Upload_Offset=str(size), **told)


def _principal(request: Request) -> Principal:
    return services().principals.resolve(request.headers)


def _progress(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.offset), "Upload-Expires": format_datetime(upload.expires_at, usegmt=True)}


def _other_version(version: str) -> Response | None:
    """The header is no formality: no form of another site can send it."""
    return None if version == VERSION else _answer(412, Tus_Version=VERSION)


def _number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise BadInput(name, f"{name} must be a number of bytes")
    return int(text)


def _metadata(header: str) -> dict[str, str]:
    """`key value,key value`, values in base64. Raises BadInput."""
    told = {}
    for pair in filter(None, (pair.strip() for pair in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            told[key] = base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError) as error:
            raise BadInput(key, "Upload-Metadata must be words in base64") from error
    return told


def _refused(status: int, error: FreshetError, **headers: str) -> JSONResponse:
    return JSONResponse({"error": str(error)}, status, headers=_headers(headers))


def _answer(status: int, **headers: str) -> Response:
    return Response(status_code=status, headers=_headers(headers))


def _headers(more: dict[str, str]) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {"Tus-Resumable": VERSION, "Cache-Control": "no-store", **named}
