"""The edge of every event: what goes wrong inside becomes a sentence in the page, never a trace."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import wraps
from typing import Any

import mesop as me

from services.errors import FreshetError
from services.log import log_failure
from state.session import find_project, keep_token, token

Handler = Callable[..., Generator[None, None, None] | None]


@me.stateclass
class NoticeState:
    """The page's one message. `token` changes with each, so that the same words can be shown twice.

    `undo`: it speaks of something that can be undone.
    """

    message: str = ""
    tone: str = "info"
    token: int = 0
    undo: bool = False


def notify(message: str, tone: str = "info", *, undo: bool = False) -> None:
    """Show one message; it replaces an older one."""
    state = me.state(NoticeState)
    state.message, state.tone, state.token, state.undo = message, tone, state.token + 1, undo


def handler(function: Handler) -> Callable[..., Generator[None, None, None]]:
    """Decorator of every event handler and page loader.

    Errors raised on purpose are shown as they are. Any other is logged with its trace under an id, and the id is
    what the person sees. The tab stays usable either way.
    """

    @wraps(function)
    def run(*args: Any) -> Generator[None, None, None]:
        find_project()
        token()  # what is committed from here on is the session's own
        try:
            for _ in function(*args) or (None,):
                keep_token()
                yield
        except FreshetError as error:
            notify(str(error), tone="failed")
            keep_token()
            yield
        except Exception as error:  # noqa: BLE001 - the edge: nothing may reach the browser as a trace
            notify(f"Something went wrong (error {log_failure('handler.failed', error)}).", tone="failed")
            keep_token()
            yield

    return run
