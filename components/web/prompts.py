"""Prompts to choose from, a template's fields, and the focus where one step of a dialog follows another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

from components.web._face import Handler, element, insert


class PromptRow(TypedDict):
    """One of a list. `ms` is when it was used, in epoch milliseconds; those that are `mine` can be changed."""

    id: str
    text: str
    name: NotRequired[str]
    ms: NotRequired[int]
    mine: NotRequired[bool]


@element
def prompts(
    *,
    label: str,
    items: Sequence[PromptRow],
    on_choose: Handler,
    key: str,
    on_change: Handler | None = None,
    on_remove: Handler | None = None,
) -> Any:
    """A list called `label`. Payload of all handlers: {id}."""
    return insert(
        "freshet-prompts",
        key=key,
        events={"chooseEvent": on_choose, "changeEvent": on_change, "removeEvent": on_remove},
        properties={"label": label, "items": list(items)},
    )


@element
def fill(
    *,
    parts: Sequence[str | int],
    fields: Sequence[tuple[str, str]],
    wrongs: Sequence[str],
    template_id: str,
    on_use: Handler,
    key: str,
) -> Any:
    """A template's fields, pairs of name and default, and the prompt as it will be, which follows what is typed.

    `parts` are words, and for a field its place among `fields`; `wrongs` is what is wrong with each field, or "".
    What is typed is kept for the next time that this template is to be filled in, until it is used.
    Payload, from the button and from Enter: {values}, a text for each field.
    """
    return insert(
        "freshet-fill",
        key=key,
        events={"useEvent": on_use},
        properties={
            "parts": list(parts),
            "fields": [list(field) for field in fields],
            "wrongs": list(wrongs),
            "templateId": template_id,
        },
    )


@element
def landing(*, step: str, key: str = "landing") -> Any:
    """Invisible, in a dialog's box `choose`, or in a box `landing`. Each new `step` gives the focus to its first
    control, if it was lost; "" does not.
    """
    return insert("freshet-landing", key=key, properties={"step": step})
