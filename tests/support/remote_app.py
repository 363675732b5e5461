"""Mesop's application in a server process: tabs (`MesopClient`) that speak with the real server, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.request import Request, urlopen

_PATIENCE = 60
"""Seconds for which a test waits for an answer."""


class RemoteApp:
    def __init__(self, url: str) -> None:
        self._url = url

    def test_client(self) -> _Client:
        return _Client(self._url)


class _Client:
    def __init__(self, url: str) -> None:
        self._url = url

    def post(self, path: str, *, data: bytes, headers: dict[str, str], buffered: bool) -> _Answer:
        request = Request(self._url + path, data, headers | {"Origin": self._url, "Content-Type": "text/plain"})
        with urlopen(request, timeout=_PATIENCE) as answer:
            return _Answer(answer.status, answer.read())


class _Answer:
    def __init__(self, status_code: int, body: bytes) -> None:
        self.status_code = status_code
        self._body = body

    def iter_encoded(self) -> Iterator[bytes]:
        yield from (part + b"\n\n" for part in self._body.split(b"\n\n") if part)

    def close(self) -> None:
        pass
