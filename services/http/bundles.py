"""The elements' modules as one script, and the stylesheets as one, served from memory.

Each file of its own would cost a browser one request before the first paint, eighty in all: more time than everything
else about opening a page. What is joined is read once, at the start.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import APIRouter, Request, Response

from services.http.packing import takes_gzip

SCRIPT, STYLESHEET = "text/javascript", "text/css"
"""Media types."""
_IMPORT = re.compile(r"^import (?:\{([^}]*)\} from )?'\./([a-z_]+\.js)';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export|await)\b.*|\bimport[.(].*", re.MULTILINE)
"""What a module may hold that `join_modules` does not know how to join."""


@dataclass(frozen=True)
class Bundle:
    """A file made of others. `url` is its address, `media_type` without a charset."""

    url: str
    media_type: str
    body: bytes
    packed: bytes = field(init=False)
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "packed", gzip.compress(self.body, mtime=0))
        object.__setattr__(self, "etag", f'"{hashlib.sha256(self.body).hexdigest()[:32]}"')

    @classmethod
    def script(cls, url: str, entry: Path) -> Bundle:
        """The module `entry` with all that it imports."""
        return cls(url, SCRIPT, join_modules(entry).encode())

    @classmethod
    def stylesheet(cls, url: str, files: Sequence[Path]) -> Bundle:
        """`files` one after the other. They are to lie where `url` does, since what they name is relative to it."""
        return cls(url, STYLESHEET, "".join(file.read_text("utf-8") for file in files).encode())

    def answer(self, request: Request) -> Response:
        """The whole, packed for who takes that, or 304."""
        headers = {"Cache-Control": "no-cache", "ETag": self.etag, "Vary": "Accept-Encoding"}
        headers["X-Content-Type-Options"] = "nosniff"
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if not takes_gzip(request.headers):
            return Response(self.body, headers=headers, media_type=self.media_type)
        return Response(self.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=self.media_type)


def router(bundles: Iterable[Bundle]) -> APIRouter:
    """Serves each bundle at its address; a new version shows at once (ETag)."""
    routes = APIRouter()
    for bundle in bundles:
        routes.add_api_route(bundle.url, bundle.answer, methods=["GET", "HEAD"], include_in_schema=False)
    return routes


def join_modules(entry: Path) -> str:
    """One module that does what the module `entry` and all those beside it that it imports do together.

    Each becomes a function of its own, run once, those it imports before it (ECMAScript 2026, section 16.2.1.6). Of the
    ways to import and export it knows `import './a.js'`, `import {a, b as c} from './a.js'`, and `export` before a
    function, a class or a const. Raises ValueError for a module that does otherwise, or that imports itself in the end.
    """
    parts: dict[str, str] = {}
    under_way: list[str] = []

    def add(path: Path) -> None:
        if path.name in parts:
            return
        if path.name in under_way:
            raise ValueError(f"modules import each other: {' → '.join([*under_way, path.name])}")
        under_way.append(path.name)
        source = path.read_text("utf-8")
        taken = ""
        for names, module in _IMPORT.findall(source):
            add(path.with_name(module))
            taken += f"const {{{names.replace(' as ', ': ')}}} = {_variable(module)};\n" if names else ""
        parts[under_way.pop()] = taken + _own(path.name, _IMPORT.sub("", source))

    add(entry)
    return "".join(f"const {_variable(name)} = (() => {{\n{part}}})();\n" for name, part in parts.items())


def _own(name: str, source: str) -> str:
    """A module's own lines, ending with what it exports."""
    exported = [found[2] for found in _EXPORT.finditer(source)]
    lines = _EXPORT.sub(r"\1 \2", source)
    if strange := _OTHER.search(lines):
        raise ValueError(f"{name}: {strange[0]!r} cannot be joined with other modules")
    return lines + f"return {{{', '.join(exported)}}};\n"


def _variable(module: str) -> str:
    return f"module_{module.removesuffix('.js')}"
