"""The HTTP application in process, around the studio of tests/support/studio.py: no network, no browser."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import mesop

import main
from pages import ROUTES
from services.clock import FakeClock
from services.files.urls import media_url
from services.http.app import create_app
from services.models import FileRef, MediaItem, Principal, Put, Variant
from services.store.protocol import Store
from state.misfits import fault_of
from tests.support.records import make_item, operation
from tests.support.studio import Studio

PICTURE = bytes(range(256)) * 40
"""10,240 bytes, no two neighbours alike."""


class Web:
    """One client of a fresh studio."""

    def __init__(self, studio: Studio, hosts: Collection[str] | None = None) -> None:
        self.studio = studio
        self.app = create_app(
            studio.app,
            fault_of,
            main.ROOT / "static",
            ROUTES,
            main.joined_files(),
            main._mesop_files(Path(mesop.__file__)),
            hosts,
        )

    def get(self, path: str, **headers: str) -> httpx.Response:
        """`path` as it stands, escapes and dots included. Underscores in the headers' names are hyphens."""
        return self.ask("GET", path, b"", **headers)

    def ask(self, method: str, path: str, content: bytes = b"", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): v for name, v in headers.items()}
        return asyncio.run(self._ask(method, path, named, content))

    async def _ask(self, method: str, path: str, headers: dict[str, str], content: bytes = b"") -> httpx.Response:
        url = httpx.URL(scheme="http", host="testserver", raw_path=path.encode())
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url, headers=headers, content=content)

    def keep(
        self, data: bytes = PICTURE, *, extension: str = "png", owner: Principal | None = None, **fields: Any
    ) -> MediaItem:
        """A committed item whose original and thumbnail are `data`."""
        services = self.studio.services
        media_id, now = services.ids.new(), services.clock.now()
        owner = owner or self.studio.principal
        kinds = {"png": "image/png", "webp": "image/webp", "mp4": "video/mp4", "mp3": "audio/mpeg"}
        files: dict[Variant, FileRef] = {}
        names: tuple[Variant, Variant] = ("original", "thumb")
        for variant in names:
            key = f"media/p/{media_id}/{variant}-x.{extension}"
            services.blobs.put(key, data)
            sha256 = hashlib.sha256(variant.encode() + data).hexdigest()
            files[variant] = FileRef(
                key=key, content_type=kinds[extension], size=len(data), sha256=sha256, updated_at=now
            )
        item = make_item(
            id=media_id,
            project_id=services.project.id,
            owner_id=owner.user_id,
            created_at=now,
            **({"files": files} | fields),
        )
        commit = services.store.commit(owner, [Put(item, expect=0)], operation_id=operation())
        stored = commit.records[0]
        assert isinstance(stored, MediaItem)
        return stored

    @staticmethod
    def url(item: MediaItem, variant: Variant = "original", **parameters: str) -> str:
        url = media_url(item, variant)
        assert url is not None
        return url + "".join(f"&{name}={quote(value)}" for name, value in parameters.items())


@contextmanager
def running_web(store: Store, clock: FakeClock, data_dir: Path) -> Iterator[Web]:
    studio = Studio(store, clock, data_dir)
    try:
        yield Web(studio)
    finally:
        studio.close()
