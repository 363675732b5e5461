"""What a request that failed is answered with: a sentence, never a trace."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.errors import (
    BadInput,
    Busy,
    Conflict,
    FileError,
    FileMissing,
    Forbidden,
    FreshetError,
    GenerationError,
    NotFound,
    StorageFull,
    StoreError,
)
from services.log import log_failure

_STATUS: list[tuple[type[FreshetError], int]] = [
    (NotFound, 404),
    (FileMissing, 404),
    (Forbidden, 403),
    (BadInput, 400),
    (Conflict, 409),
    (Busy, 429),
    (StorageFull, 507),
    (StoreError, 503),
    (FileError, 503),
    (GenerationError, 503),
]


def friendly(request: Request, error: Exception) -> JSONResponse:
    """What Freshet raises on purpose is a sentence fit to show."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    return JSONResponse({"error": str(error)}, status, headers={"Cache-Control": "no-store"})


class Failures:
    """ASGI middleware around all routes: what nobody foresaw is logged with its trace, once, and answered by an id.

    A handler of FastAPI's for every Exception would answer and raise it on, so that the server logged it again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise  # too late for an answer: the server ends the connection, so that nobody takes half for the whole
            error_id = log_failure("http.failed", error, path=scope["path"])
            answer = JSONResponse(
                {"error": f"Something went wrong (error {error_id})."}, 500, headers={"Cache-Control": "no-store"}
            )
            await answer(scope, receive, send)
