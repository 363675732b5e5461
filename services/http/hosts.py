"""By which names the server may be called.

A page of another site can have its own name lead to this machine (DNS rebinding), and then counts as one of ours to a
browser. The name it was called by still stands in the request, and no stranger's name can be an address.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:/@?#]+)(?::[0-9]+)?")


class KnownHosts:
    """ASGI middleware that answers 421 (RFC 9110, section 15.5.20) to any name but addresses, localhost and `names`."""

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_known(Headers(scope=scope).get("host", "")):
            answer = "Freshet is not known by this name here. Whoever runs it can add it to FRESHET_ALLOWED_HOSTS.\n"
            await PlainTextResponse(answer, 421)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_known(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        name = found[1].lower().removesuffix(".") if found else ""
        return name in self._names or name == "localhost" or name.endswith(".localhost") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
