"""Registering pages: guarded loading, recovery of snapshots, one place for stylesheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps

import flask
import mesop as me
from mesop.runtime import runtime

from components.web import STYLESHEETS
from services.log import log_failure
from services.models import MediaQuery
from state.handlers import Handler, handler
from state.view import ViewState, recover


@dataclass(frozen=True)
class View:
    """A view that a page renders: where its state is, what it asks, and under which name it logs."""

    state: Callable[[], ViewState]
    query: Callable[[], MediaQuery]
    scope: str


def page(
    *, path: str, title: str, on_load: Handler, views: Sequence[View] = ()
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a render function as the page at `path`.

    Before it renders, each view whose snapshot this process does not hold is read again (reason `recover`), and the
    tree is then sent whole, because what the browser shows came from elsewhere.
    """

    def register(render: Callable[[], None]) -> Callable[[], None]:
        @wraps(render)
        def guarded() -> None:
            recovered = [recover(view.state(), view.query(), scope=view.scope) for view in views]
            if any(recovered):
                flask.g.freshet_send_whole = True
            try:
                render()
            except Exception as error:  # noqa: BLE001 - the edge: a page that cannot be drawn says so, the log has the trace
                _broken_page(log_failure("page.failed", error, path=path))
            if flask.g.get("freshet_send_whole"):
                # Mesop 1.3.7: without a previous tree it sends the tree itself instead of a difference.
                runtime().context().reset_previous_node()

        me.page(path=path, title=f"{title} · Freshet", stylesheets=STYLESHEETS, on_load=handler(on_load))(guarded)
        return guarded

    return register


def _broken_page(error_id: str) -> None:
    me.text(f"This page could not be drawn (error {error_id}). Reload it to try again.")
