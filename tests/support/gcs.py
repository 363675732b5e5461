"""A loopback Cloud Storage: as much of its XML API as obstore speaks, in memory."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_ENTRY = (
    "<Contents><Key>{key}</Key><Size>{size}</Size><ETag>&quot;{etag}&quot;</ETag>"
    "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
)


@contextmanager
def running_gcs() -> Iterator[str]:
    """The address of an empty server, for STORAGE_EMULATOR_HOST."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler({})) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _handler(objects: dict[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

        def do_PUT(self) -> None:
            key, _ = self._asked()
            data = self.rfile.read(int(self.headers["Content-Length"]))
            if key in objects and self.headers.get("x-goog-if-generation-match") == "0":
                return self._send(412)
            objects[key] = data
            return self._send(200, headers=_about(data))

        def do_GET(self) -> None:
            key, query = self._asked()
            if not key:
                prefix = query.get("prefix", [""])[0]
                return self._send(200, _listing(objects, prefix), {"Content-Type": "application/xml"})
            if key not in objects:
                return self._send(404)
            data = objects[key]
            if "Range" not in self.headers:
                return self._send(200, data, _about(data))
            first, last = (int(n) for n in self.headers["Range"].removeprefix("bytes=").split("-"))
            part = data[first : last + 1]
            content_range = {"Content-Range": f"bytes {first}-{first + len(part) - 1}/{len(data)}"}
            return self._send(206, part, _about(data) | content_range)

        def do_HEAD(self) -> None:
            key, _ = self._asked()
            if key not in objects:
                return self._send(404)
            return self._send(200, objects[key], _about(objects[key]))

        def do_DELETE(self) -> None:
            key, _ = self._asked()
            self._send(204 if objects.pop(key, None) is not None else 404)

        def _asked(self) -> tuple[str, dict[str, list[str]]]:
            parts = urlsplit(self.path)
            return unquote(parts.path).lstrip("/").partition("/")[2], parse_qs(parts.query)

        def _send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

    return Handler


def _about(data: bytes) -> dict[str, str]:
    etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {"ETag": f'"{etag}"', "x-goog-generation": "1", "Last-Modified": formatdate(0, usegmt=True)}


def _listing(objects: dict[str, bytes], prefix: str) -> bytes:
    found = (
        _ENTRY.format(key=escape(key), size=len(data), etag=hashlib.md5(data, usedforsecurity=False).hexdigest())
        for key, data in sorted(objects.items())
        if key.startswith(prefix)
    )
    return f"<ListBucketResult>{''.join(found)}</ListBucketResult>".encode()
