"""Events that Mesop 1.3.7 cannot handle, found out before it answers (services/http/refusals.py).

A page that was opened before a restart may come from another version: of handlers that are not there any more, or with
a state of other fields. Mesop would log the first, state and all, and answer that nothing has changed.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Generator
from typing import Any

import flask
import mesop.protos.ui_pb2 as pb
from google.protobuf.message import DecodeError
from mesop.runtime import runtime
from mesop.runtime.context import Context

from services.http.refusals import FAULT
from services.log import log_event

_OF_MESOP = ("navigation", "hot_reload", "resize", "change_prefers_color_scheme")
"""Events of its own, which no handler hears."""
_LONGEST_NAME = 80
"""Characters of a handler's id that are logged: where it stands, and part of its hash."""
_known: set[str] = set()
"""Ids of the handlers that this process has drawn: of no more than there are handlers (bound.py)."""
_register, _run, _take = Context.register_event_handler, Context.run_event_handler, Context.update_state


def fault_of(event: bytes) -> str:
    """Why an event as it came from a browser cannot be handled; "" where it can, as far as it tells by itself."""
    request = pb.UiRequest()
    try:
        request.ParseFromString(base64.urlsafe_b64decode(event))
    except (ValueError, DecodeError):
        return "garbled"
    if not (request.HasField("init") or request.HasField("user_event")):
        return "garbled"
    return "" if runtime().get_page_config(path=request.path) else "no such page"


def _register_event_handler(context: Any, handler_id: str, handler: Callable[[Any], Any]) -> None:
    _known.add(handler_id)
    _register(context, handler_id, handler)


def _run_event_handler(context: Any, event: Any) -> Generator[None, None, None]:
    name = ascii(event.handler_id[:_LONGEST_NAME])
    if not _is_of_ours(event):
        flask.request.environ[FAULT] = f"no payload of an element's: {name}"
    elif event.handler_id in context._handlers or any(map(event.HasField, _OF_MESOP)):
        yield from _run(context, event)
    elif event.handler_id in _known:
        log_event("event.unheard", handler=name)  # what was pressed has left meanwhile
    else:
        flask.request.environ[FAULT] = f"no such handler: {name}"


def _is_of_ours(event: Any) -> bool:
    """Our elements tell objects alone, and only they tell anything."""
    if not event.HasField("string_value"):
        return True
    try:
        return isinstance(json.loads(event.string_value), dict)
    except ValueError:
        return False


def _update_state(context: Any, states: Any) -> None:
    try:
        _take(context, states)
    except Exception:
        flask.request.environ[FAULT] = "the state of another version"
        raise


def refuse_misfits() -> None:
    """Private names of Mesop's, which is why it is pinned. Safe to call again."""
    Context.register_event_handler = _register_event_handler
    Context.run_event_handler = _run_event_handler
    Context.update_state = _update_state
