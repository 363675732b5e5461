"""Events that Mesop cannot answer: refused in a sentence, and logged in one line.

Left to itself it logs such an event with a trace, or with all that came along, and tells the browser nothing that a
person could use. A browser sends one if its page was opened before the server was exchanged for another version.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn

from werkzeug.wsgi import ClosingIterator

from services.errors import BadInput
from services.log import log_event

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

EVENTS = "/__ui__"
"""Where Mesop's client sends them."""
FAULT = "freshet.fault"
"""Key of a request's WSGI environment. Whoever finds out on the way, before anything of the answer is there, that an
event cannot be handled says there why."""


class Refusals:
    """WSGI middleware around Mesop. `fault` says of an event's bytes why they cannot be handled, "" where they can.

    Raises BadInput. The answer to an event begins with its first piece: until then the event may turn out to be none.
    """

    def __init__(self, app: WSGIApplication, fault: Callable[[bytes], str]) -> None:
        self._app = app
        self._fault = fault

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] != EVENTS:
            return self._app(environ, start_response)
        event: bytes = environ["wsgi.input"].read()
        if why := self._fault(event):
            _refuse(why)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(event), str(len(event))
        begun: list[tuple[Any, ...]] = []
        pieces = self._app(environ, lambda *start: begun.append(start))  # type: ignore[arg-type]
        with ExitStack() as unless_refused:
            close = getattr(pieces, "close", lambda: None)
            unless_refused.callback(close)
            rest = iter(pieces)
            first = next(rest, b"")
            if why := environ.get(FAULT, ""):
                _refuse(why)
            unless_refused.pop_all()
        start_response(*begun[-1])
        return ClosingIterator(chain([first], rest), close)


def _refuse(why: str) -> NoReturn:
    log_event("event.refused", logging.WARNING, why=why)
    raise BadInput("event", "This page is out of date. Reload it and try again.")
