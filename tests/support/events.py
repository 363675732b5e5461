"""A client of `GET /events`, in process: what a browser's EventSource would hear."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from services.models import MediaQuery

PATIENCE = 20.0
"""Seconds after which an event that should come counts as missing."""
Heard = tuple[str, dict[str, Any]]


class EventStream:
    """One open stream. While `reads` is cleared the client takes nothing off its connection."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.reads = asyncio.Event()
        self.reads.set()
        self.gone = asyncio.Event()
        self._answered = asyncio.Event()
        self._heard: asyncio.Queue[Heard] = asyncio.Queue()
        self._text = ""
        self.body = b""

    async def next(self, name: str) -> dict[str, Any]:
        """The data of the next event, which has to be a `name`; beats are passed over."""
        while True:
            heard, data = await asyncio.wait_for(self._heard.get(), PATIENCE)
            if heard != "beat":
                assert heard == name, f"heard {heard} {data}, expected {name}"
                return data

    async def until(self, name: str) -> dict[str, Any]:
        """The data of the next `name`, whatever comes before."""
        while True:
            heard, data = await asyncio.wait_for(self._heard.get(), PATIENCE)
            if heard == name:
                return data

    @property
    def silent(self) -> bool:
        """Nothing is left that was not asked for with `next`."""
        return self._heard.empty()

    async def answered(self) -> None:
        await asyncio.wait_for(self._answered.wait(), PATIENCE)

    async def send(self, message: Mapping[str, Any]) -> None:
        await self.reads.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message["body"]
            self._hear(message["body"].decode())
            self._answered.set()

    async def receive(self) -> Mapping[str, Any]:
        if not self._answered.is_set():
            await asyncio.sleep(0)
        await self.gone.wait()
        return {"type": "http.disconnect"}

    def _hear(self, text: str) -> None:
        self._text += text
        while "\n\n" in self._text:
            block, _, self._text = self._text.partition("\n\n")
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if "event" in fields:
                self._heard.put_nowait((fields["event"], json.loads(fields["data"])))


def views(*queries: MediaQuery, version: str = "") -> str:
    """The question of a page that shows these queries."""
    return json.dumps([{"query": query.model_dump(exclude_none=True), "version": version} for query in queries])


@asynccontextmanager
async def events(app: Any, question: str, *, client: str = "127.0.0.1", **headers: str) -> AsyncIterator[EventStream]:
    """Open a stream; leaving closes it and waits until the server has noticed."""
    stream = EventStream()
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/events", "raw_path": b"/events", "query_string": f"views={quote(question)}".encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "client": (client, 1), "server": ("testserver", 80), "root_path": "",
    }  # fmt: skip
    task = asyncio.create_task(app(scope, stream.receive, stream.send))
    try:
        await stream.answered()
        yield stream
    finally:
        stream.gone.set()
        stream.reads.set()
        await asyncio.wait_for(task, PATIENCE)
