"""What is changed in the HTML that Mesop serves.

Nothing may come from another origin, the theme is set before the first paint, and our elements are there before Mesop
draws.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import cast
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MESOP_ICON = re.compile(rb'<link rel="shortcut icon"[^>]*>')
_FOREIGN_LINK = re.compile(rb"<link\b[^>]*https?://[^>]*>\s*", re.DOTALL)
_FOREIGN_SOURCE = re.compile(rb"https?:\S*|\*|fonts\.\S+|/\S+")
"""Sources of a policy that name another origin, or a path, which is none (Mesop lists stylesheets so)."""
_LONE_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
HEAD = b'<link rel="icon" href="/static/favicon.svg" type="image/svg+xml"><script src="/static/boot.js"></script>'
_LOST = (
    b"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>No such page - Freshet</title>
<link rel="stylesheet" href="/static/all.css">%b</head><body><main class="blank lost">
<span class="ms" data-icon="search_off" aria-hidden="true"></span><h1 class="h2">There is no such page</h1>
<p>The address may be mistyped, or the page has moved.</p><a class="btn primary" href="/library">Go to the library</a>
</main></body></html>"""
    % HEAD
)


class LocalPages:
    """ASGI middleware that rewrites text/html responses; everything else passes untouched, unbuffered.

    `modules` are the addresses of scripts that run before Mesop starts.
    """

    def __init__(self, app: ASGIApp, modules: Sequence[str] = ()) -> None:
        self._app = app
        self._head = HEAD + b"".join(f'<script type="module" src="{url}"></script>'.encode() for url in modules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held: Message | None = None
        body = b""
        head_only = scope["method"] == "HEAD"

        async def rewrite(message: Message) -> None:
            nonlocal held, body
            if message["type"] == "http.response.start" and _is_html(message):
                held = message
                return
            if held is None:
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body", False):
                page = localise(body, self._head)
                await send(_rewritten(held, None if head_only else len(page)))
                await send({"type": "http.response.body", "body": b"" if head_only else page})

        await self._app(scope, receive, rewrite)


def localise(page: bytes, head: bytes) -> bytes:
    """`page` without links to other origins and with `head` at the end of its head."""
    local = _FOREIGN_LINK.sub(b"", _MESOP_ICON.sub(b"", page))
    ours = head + b"</head>"
    for old, new in ((b"<html>", b'<html lang="en">'), (b"<title>Mesop<", b"<title>Freshet<"), (b"</head>", ours)):
        local = local.replace(old, new, 1)
    return local


def _is_html(message: Message) -> bool:
    headers = dict(cast(list[tuple[bytes, bytes]], message.get("headers", [])))
    return headers.get(b"content-type", b"").startswith(b"text/html")


def own_policy(policy: bytes) -> bytes:
    """Mesop's content security policy without other origins: what Freshet shows comes from Freshet.

    Frames may hold our own: Mesop names that by allowing all.
    """
    policy = policy.replace(b"frame-src *", b"frame-src 'self'")
    directives = [directive.split() for directive in policy.split(b";")]
    kept = [
        [word for word in words if not (words[0].endswith(b"-src") and _FOREIGN_SOURCE.fullmatch(word))]
        for words in directives
        if words
    ]
    return b"; ".join(b" ".join(words) for words in kept)


def _rewritten(message: Message, length: int | None) -> Message:
    """The response's start with headers that fit the new body; without a length where it is not known."""
    headers = {key.lower(): value for key, value in message["headers"]}
    for name in (b"etag", b"last-modified", b"content-length"):
        headers.pop(name, None)
    if b"content-security-policy" in headers:
        headers[b"content-security-policy"] = own_policy(headers[b"content-security-policy"])
    headers |= {b"cache-control": b"no-cache"} | ({} if length is None else {b"content-length": b"%d" % length})
    return {**message, "headers": list(headers.items())}


def sound_query(query: bytes) -> str | None:
    """`query` with what a browser's script cannot decode made to stand for itself; None where it can, as nearly always.

    Mesop gives up on such an address. People write them: `?q=100%`.
    """
    try:
        unquote_to_bytes(whole := _LONE_PERCENT.sub(b"%25", query)).decode()
    except UnicodeDecodeError:
        return urlencode(parse_qsl(whole.decode("latin-1"), keep_blank_values=True))
    return whole.decode("latin-1") if whole != query else None


class KnownPages:
    """ASGI wrapper around Mesop: an address that is no page gets a page that says so.

    Mesop would answer one with a page that fails when it is drawn, and a file it lacks with an error; from its folder
    of web components it would serve any script of this project. So only what is known gets through.
    """

    def __init__(self, app: ASGIApp, routes: Collection[str], files: Collection[str]) -> None:
        self._app = app
        self._routes = frozenset(routes)
        self._known = self._routes | frozenset(files)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
        elif path in self._routes and (query := sound_query(scope["query_string"])) is not None:
            await RedirectResponse(f"{path}?{query}")(scope, receive, send)
        elif path in self._known:
            await self._app(scope, receive, send)
        elif path.rstrip("/") in self._routes:
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse(path.rstrip("/") + (f"?{query}" if query else ""))(scope, receive, send)
        else:
            await HTMLResponse(_LOST, status_code=404)(scope, receive, send)
