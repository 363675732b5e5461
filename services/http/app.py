"""The HTTP application: Freshet's own routes first, Mesop for everything else."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from a2wsgi import WSGIMiddleware
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from services.errors import Forbidden, FreshetError, NotFound, StoreError
from services.http import events, health, media, runs, session
from services.http.pages import KnownPages, LocalPages
from services.log import log_failure

HANDLERS = 32
"""Mesop handlers that may run at the same time: each holds a thread."""


def create_app(mesop: Callable[..., Any], static_dir: Path, routes: Collection[str]) -> FastAPI:
    """The ASGI application around `mesop`, a WSGI application with pages at `routes`; the first is where `/` leads."""
    app = FastAPI(title="Freshet", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    app.add_middleware(LocalPages)
    app.add_exception_handler(FreshetError, _friendly)
    app.add_exception_handler(Exception, _unexpected)
    app.include_router(media.router)
    app.include_router(runs.router)
    app.include_router(events.router)
    app.include_router(session.router)
    app.include_router(health.router)
    app.mount("/static", _Static(directory=static_dir))
    first = next(iter(routes))
    app.add_api_route("/", lambda: RedirectResponse(first), include_in_schema=False)
    app.mount("/", KnownPages(WSGIMiddleware(mesop, workers=HANDLERS), routes))
    return app


class _Static(StaticFiles):
    """Our own fonts, styles and scripts: revalidated by ETag, so a new version shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Any:
        response = await super().get_response(path, scope)
        fonts = path.startswith("fonts/")
        response.headers["Cache-Control"] = "public, max-age=604800" if fonts else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _friendly(request: Request, error: Exception) -> JSONResponse:
    """What Freshet raises on purpose is a sentence fit to show."""
    status = (
        404
        if isinstance(error, NotFound)
        else 403
        if isinstance(error, Forbidden)
        else 503
        if isinstance(error, StoreError)
        else 400
    )
    return JSONResponse({"error": str(error)}, status, headers={"Cache-Control": "no-store"})


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    error_id = log_failure("http.failed", error, path=request.url.path)
    return JSONResponse({"error": f"Something went wrong (error {error_id})."}, 500)
