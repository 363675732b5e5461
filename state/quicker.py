"""What Mesop 1.3.7 does over and over with every event, done no more often than needed.

It evaluates the annotations of every state class twice, and compares every one field by field (DeepDiff) although most
have not changed: together, unchanged, two fifths of what an event costs the server. For each change that it writes it
first looks on disk for pandas. And it has the browser carry every field of every page's state with every event,
although most are as they were at first.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_type_hints

from mesop import dataclass_utils
from mesop.runtime import context

_difference = dataclass_utils.diff_state
READ = ("path", "action", "value", "t2_from_index", "t2_to_index")
"""What Mesop's client reads of a change."""


def difference(before: Any, after: Any) -> str:
    """The changes that make the state `after` of `before`, as JSON: none if they are equal.

    Those of plain values, also within nested states, are found here; where anything else differs, Mesop's own answer
    counts. Of that, the parts that its client reads: the others are three quarters of it, for each field that changed.
    """
    if before == after:
        return "[]"
    changes = _plain(before, after, [])
    if changes is None:
        told = json.loads(_difference(before, after))
        changes = [{part: change[part] for part in READ if part in change} for change in told]
    return json.dumps(changes, separators=(",", ":"))


def _plain(before: Any, after: Any, path: list[str]) -> list[dict[str, Any]] | None:
    """The changes, if all are of one plain value into another of its type; else None."""
    changes: list[dict[str, Any]] = []
    for name in (field.name for field in fields(after)):
        old, new, place = getattr(before, name), getattr(after, name), [*path, name]
        if type(old) is not type(new):
            return None
        if old == new:
            continue
        if is_dataclass(new):
            inner = _plain(old, new, place)
            if inner is None:
                return None
            changes += inner
        elif isinstance(new, str | int | float):
            changes.append({"path": place, "value": new, "action": "values_changed"})
        else:
            return None
    return changes


def told(state: Any) -> str:
    """A state as JSON, without the plain values that are as they were at first: whoever reads it fills those in.

    Lists, dictionaries and nested states stand there in any case, since later differences name places inside them.
    """
    return json.dumps(_told(state), cls=dataclass_utils.dataclass_utils.MesopJSONEncoder, separators=(",", ":"))


def _told(state: Any) -> dict[str, Any]:
    values = {field: getattr(state, field.name) for field in fields(state)}
    return {
        field.name: _told(value) if is_dataclass(value) else value
        for field, value in values.items()
        if not (value is None or isinstance(value, str | int | float)) or value != field.default
    }


def quicken_mesop() -> None:
    """Private names of Mesop's, which is why it is pinned. Safe to call again."""
    context.diff_state = difference
    context.serialize_dataclass = told
    dataclass_utils.dataclass_utils.get_type_hints = cache(get_type_hints)
