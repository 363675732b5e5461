"""Whole requests for an application that answers in threads."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST = 16 * 1024 * 1024
"""Bytes. An event of an ordinary tab has about 4 KB; the longest text that a browser keeps as a draft fits as well."""


class WholeBodies:
    """ASGI middleware: asks `app` once all of a request's body has come.

    A WSGI application waits for the rest of a body in the thread that answers, and there are only so many of those:
    a few dozen people on slow lines, or one who means harm, would stop everybody else's clicks.
    """

    def __init__(self, app: ASGIApp, longest: int = LONGEST) -> None:
        self._app = app
        self._longest = longest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return  # nobody waits for an answer any more
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._longest:
                await PlainTextResponse("Too long", 413)(scope, receive, send)
                return
        whole: Message | None = {"type": "http.request", "body": bytes(body), "more_body": False}

        async def at_once() -> Message:
            nonlocal whole
            if whole is None:
                return await receive()
            message, whole = whole, None
            return message

        await self._app(scope, at_once, send)
