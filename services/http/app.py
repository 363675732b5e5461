"""The HTTP application: Freshet's own routes first, Mesop for everything else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from a2wsgi import WSGIMiddleware
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from services.errors import FreshetError
from services.http import archive, bundles, cutouts, docs, events, export, health, media, runs, session, upload
from services.http.bodies import WholeBodies
from services.http.bundles import Bundle
from services.http.errors import Failures, friendly
from services.http.hosts import KnownHosts
from services.http.packing import Unpacked
from services.http.pages import KnownPages, LocalPages
from services.http.refusals import Refusals

HANDLERS = 32
"""Mesop handlers that may run at the same time: each holds a thread."""


def create_app(
    mesop: Callable[..., Any],
    fault: Callable[[bytes], str],
    static_dir: Path,
    routes: Collection[str],
    joined: Sequence[Bundle] = (),
    files: Collection[str] = (),
    hosts: Collection[str] | None = None,
) -> FastAPI:
    """The ASGI application around `mesop`, a WSGI application with pages at `routes`; the first is where `/` leads.

    `fault` tells which events it cannot handle (see Refusals). `joined` are scripts, which every page runs before Mesop
    starts, and stylesheets, which pages name; `files` are the addresses of whatever else Mesop serves; `hosts` the
    names by which it may be called (see KnownHosts), None any.
    """
    app = FastAPI(title="Freshet", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    app.add_middleware(Failures)
    if hosts is not None:
        app.add_middleware(KnownHosts, names=hosts)
    app.add_exception_handler(FreshetError, friendly)
    for router in (
        archive.router,
        export.router,
        cutouts.router,
        media.router,
        runs.router,
        upload.router,
        events.router,
        session.router,
        health.router,
        docs.router,
        bundles.router(joined),
    ):
        app.include_router(router)
    app.mount("/static", _Static(directory=static_dir))
    first = next(iter(routes))
    app.add_api_route("/", lambda: RedirectResponse(first), methods=["GET", "HEAD"], include_in_schema=False)
    scripts = [each.url for each in joined if each.media_type == bundles.SCRIPT]
    whole = WholeBodies(WSGIMiddleware(Refusals(mesop, fault), workers=HANDLERS))
    pages = LocalPages(Unpacked(whole), scripts)
    app.mount("/", KnownPages(pages, routes, files))
    return app


class _Static(StaticFiles):
    """Our own fonts, styles and scripts: revalidated by ETag, so a new version shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Any:
        response = await super().get_response(path, scope)
        fonts = path.startswith("fonts/")
        response.headers["Cache-Control"] = "public, max-age=604800" if fonts else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
