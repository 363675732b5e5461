"""What all faces share: the type of a handler, the decorator, and the one call that puts an element on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mesop as me

Handler = Callable[[me.WebEvent], Any]
"""Gets `event.value`, the payload its face describes, and `event.key`."""

element = me.web_component(path="./all.js", skip_validation=True)
"""Decorator of every face. Mesop names the modules of a page again in each frame that it sends, so there is one."""


def insert(
    name: str, *, key: str | None, properties: dict[str, Any], events: dict[str, Handler | None] | None = None
) -> Any:
    """Put the element `name` where the page is being drawn. Handlers that are None are not asked for."""
    return me.insert_web_component(name=name, key=key, properties=properties, events=events or {})
