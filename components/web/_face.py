"""What all faces share: the type of a handler, the decorator, and the one call that puts an element on the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import mesop as me
import mesop.protos.ui_pb2 as pb
from mesop.component_helpers import helper
from mesop.runtime import runtime

Handler = Callable[[me.WebEvent], Any]
"""Gets `event.value`, the payload its face describes, and `event.key`."""

element = me.web_component(path="./all.js", skip_validation=True)
"""Decorator of every face. Mesop names the modules of a page again in each frame that it sends, so there is one."""


def insert(
    name: str, *, key: str | None, properties: dict[str, Any], events: dict[str, Handler | None] | None = None
) -> Any:
    """Put the element `name` where the page is being drawn. Handlers that are None are not asked for.

    As Mesop 1.3.7's `insert_web_component`, which makes the same message anew for each element of each frame: with
    fifty tiles that is a third of what drawing costs. Here what was drawn before is copied.
    """
    return _put(name, key, properties, {event: hear for event, hear in (events or {}).items() if hear is not None})


def _put(name: str, key: str | None, properties: dict[str, Any], heard: dict[str, Handler]) -> Any:
    ids = {event: helper.register_event_handler(handler, me.WebEvent) for event, handler in heard.items()}
    return _Placed(_message(name, key, _json(properties), _json(ids)))


class _Placed(helper._ComponentWithChildren):
    """An element on the page; in a `with` statement what is drawn goes into it."""

    def __init__(self, message: pb.Component) -> None:
        self.prev_current_node = runtime().context().current_node()
        self.component = self.prev_current_node.children.add()
        self.component.CopyFrom(message)


@lru_cache(4096)
def _message(name: str, key: str | None, properties: str, events: str) -> pb.Component:
    proto = pb.WebComponentType(properties_json=properties, events_json=events)
    named = pb.ComponentName(core_module=True, fn_name=f"<web>{name}")
    return helper.create_component(component_name=named, proto=proto, key=key)


_json = json.JSONEncoder(separators=(",", ":")).encode
