"""Requests reach Mesop whole: it answers in threads, and none of them waits for somebody who sends slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from services.http.bodies import WholeBodies

LIMIT = 10


class Asked:
    """An application that notes how it was called and the body it was given."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.then: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        assert not message["more_body"]
        self.bodies.append(message["body"])
        self.then.append((await receive())["type"])


def ask(parts: Iterable[bytes], *, ends: bool = True) -> tuple[Asked, list[Any]]:
    """POST `parts` one by one, then hang up; with `ends` false before the body is whole."""
    app, sent = Asked(), []
    *first, last = parts
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in first]
    messages += [{"type": "http.request", "body": last, "more_body": not ends}, {"type": "http.disconnect"}]
    waiting = iter(messages)

    async def receive() -> Any:
        return next(waiting)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(WholeBodies(app, LIMIT)({"type": "http", "method": "POST"}, receive, send))
    return app, sent


@pytest.mark.parametrize("parts", [[b""], [b"event"], [b"ev", b"", b"ent"], [b"x" * LIMIT]])
def test_a_body_is_handed_on_in_one_piece(parts: list[bytes]) -> None:
    app, sent = ask(parts)
    assert app.bodies == [b"".join(parts)]
    assert app.then == ["http.disconnect"]
    assert sent == []


def test_nobody_is_asked_before_the_body_is_whole() -> None:
    app, sent = ask([b"ev", b"e"], ends=False)
    assert app.bodies == []
    assert sent == []


def test_a_body_longer_than_any_event_is_refused() -> None:
    app, sent = ask([b"x" * LIMIT, b"x", b"x"], ends=False)
    assert app.bodies == []
    assert sent[0]["status"] == 413
