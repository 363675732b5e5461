"""The tests' browserless tab, against a server over HTTP instead of an application in process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.support.mesop_client import MesopClient

PATIENCE = 60.0
"""Seconds after which an answer that should come counts as missing."""


class _Answer:
    def __init__(self, status_code: int, body: bytes) -> None:
        self.status_code = status_code
        self._body = body

    def iter_encoded(self) -> Iterator[bytes]:
        """All of it at once, when the last frame is there."""
        yield self._body

    def close(self) -> None:
        """Read in full before it got here."""


class RemoteApplication:
    """As much of a Flask application as `MesopClient` asks of one."""

    def __init__(self, url: str) -> None:
        self._url = url

    def test_client(self) -> RemoteApplication:
        return self

    def post(self, path: str, data: bytes, headers: dict[str, str], buffered: bool) -> _Answer:
        connection = HTTPConnection(urlsplit(self._url).netloc, timeout=60)
        try:
            connection.request("POST", path, data, {**headers, "Origin": self._url, "Content-Type": "text/plain"})
            response = connection.getresponse()
            return _Answer(response.status, response.read())
        finally:
            connection.close()


def open_tab(url: str, path: str, query: dict[str, str] | None = None) -> MesopClient:
    """A tab at `path` of the server at `url`. Events raise OSError or HTTPException where the server is gone."""
    return answered(MesopClient(RemoteApplication(url), path, query))


def answered(tab: MesopClient) -> MesopClient:
    """The tab once it waits for nothing more: a slow store's answer is asked for, as a browser does."""
    give_up = time.monotonic() + PATIENCE
    while any(live["waiting"] for live in tab.elements("freshet-live")):
        assert time.monotonic() < give_up, "an answer never came"
        time.sleep(0.1)
        tab.fire("freshet-live", "refreshEvent", {"reason": "ready", "views": None, "scrolled": False})
    return tab


def fill_form(tab: MesopClient, kind: str, prompt: str, amount: str) -> str:
    """Fill the form of /create/{kind}: how many images, or seconds of video. The id of the run that a press starts."""
    tab.fire("freshet-field", "changeEvent", {"value": prompt}, fieldId="prompt")
    label = "How many" if kind == "image" else "Length"
    tab.fire("freshet-segments", "selectEvent", {"value": amount}, label=label)
    token: str = tab.element("freshet-button", label=f"Generate {kind.capitalize()}")["token"]
    return token


def start_images(tab: MesopClient, prompt: str, count: int = 4) -> str:
    """Press Generate Image on /create/image; the id of the run."""
    run_id = fill_form(tab, "image", prompt, str(count))
    tab.press("Generate Image")
    return run_id


def loaded(tab: MesopClient) -> int:
    """Items of the library's list that are loaded, mounted or not."""
    total: int = tab.element("freshet-window")["total"]
    return total


def load_more(tab: MesopClient) -> MesopClient:
    """Scroll to the end of what is loaded, so that the next page is fetched."""
    cursor: Any = tab.element("freshet-sentinel")["cursor"]
    return answered(tab.fire("freshet-sentinel", "moreEvent", {"cursor": cursor}))
