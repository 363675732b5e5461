"""Packed answers, for those who take them (RFC 9110, section 12.5.3)."""

from __future__ import annotations

import zlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from werkzeug.http import parse_accept_header

_GZIP = zlib.MAX_WBITS | 16
"""What zlib calls that format."""


def takes_gzip(headers: Headers) -> bool:
    """Whether whoever sent these headers takes gzip. No word of it is a no, and so is a quality of 0."""
    return parse_accept_header(headers.get("accept-encoding"))["gzip"] > 0


class Unpacked:
    """ASGI middleware: whoever does not take gzip gets what `app` sends in it unpacked.

    Mesop packs its scripts for everybody.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        takes, unpacking = takes_gzip(Headers(scope=scope)), None

        async def unpack(message: Message) -> None:
            nonlocal unpacking
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-encoding") == "gzip":
                    headers.add_vary_header("Accept-Encoding")
                    if not takes:
                        unpacking = zlib.decompressobj(_GZIP)
                        for name in ("content-encoding", "content-length", "etag"):
                            del headers[name]
            elif unpacking is not None:
                message = {**message, "body": unpacking.decompress(message.get("body", b""))}
            await send(message)

        await self._app(scope, receive, unpack)
