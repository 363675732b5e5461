"""A store that takes its time over what screens ask."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.studio import Studio


class Slow:
    """A repository some of whose methods are replaced."""

    def __init__(self, media: Any, **slow: Any) -> None:
        self._media = media
        vars(self).update(slow)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._media, name)


@pytest.fixture
def slow(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], threading.Event]]:
    """From the call on the store keeps screens waiting, until the event that it returns is set."""
    gate, media = threading.Event(), studio.services.freshness._reader._media

    def late(method: str) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            gate.wait(20)
            return getattr(media, method)(*args, **options)

        return call

    def begin() -> threading.Event:
        monkeypatch.setattr("state.loading.PATIENCE", 0.01)
        waiting = {method: late(method) for method in ("changed_since", "get_media_for_page")}
        monkeypatch.setattr(studio.services.freshness._reader, "_media", Slow(media, **waiting))
        return gate

    yield begin
    gate.set()
