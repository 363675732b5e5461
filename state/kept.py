"""What is chosen in a form, as its tab keeps it over a reload (components/web/keep.js) and hands it back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from services.errors import FreshetError
from state.chosen import Chosen, choose

Choose = Callable[[Chosen, str], object]
"""Puts the item of an id there. Raises BadInput if it is none that can be used there, StoreError."""
PASSING = frozenset({"error", "failure", "given", "starting", "run_id"})
"""Fields of a form that are about a moment, and end with the page."""


def to_keep(form: Any) -> dict[str, str | float | bool]:
    """What a form, a dataclass, has in it, by field: of an item its id; pure. What is as at first is left out."""
    first = _lasting(type(form)())
    changed = {name: value for name, value in _lasting(form).items() if value != first[name]}
    return {name: value.media_id if isinstance(value, Chosen) else value for name, value in changed.items()}


def put_back(form: Any, given: object, choosers: Mapping[str, Choose] | None = None) -> dict[str, str]:
    """Put what a browser has kept into a form that was opened anew. Returns by field why something could not be.

    Nothing of it is believed: fields that there are not and values of another type are passed over, an item is
    authorised as if it was chosen now, and what is written and chosen is checked when a run starts, as ever. Where the
    address has named an item by then, that goes before all that was kept. `choosers`: by field, how an item is chosen
    that need not be a picture.
    """
    lasting = _lasting(form)
    if not isinstance(given, dict) or any(isinstance(value, Chosen) and value.media_id for value in lasting.values()):
        return {}
    refused: dict[str, str] = {}
    for name, value in lasting.items():
        wanted = given.get(name, "")
        if not isinstance(value, Chosen):
            if _is_like(wanted, value):
                setattr(form, name, type(value)(wanted))
        elif isinstance(wanted, str) and wanted:
            try:
                (choosers or {}).get(name, choose)(value, wanted)
            except FreshetError as error:
                refused[name] = str(error)
    return refused


def _lasting(form: Any) -> dict[str, Any]:
    values = {field.name: getattr(form, field.name) for field in fields(form) if field.name not in PASSING}
    return {name: value for name, value in values.items() if isinstance(value, str | float | int | Chosen)}


def _is_like(wanted: object, value: object) -> bool:
    """Whether `wanted` can stand where `value` does. Browsers write whole numbers without a point."""
    if isinstance(value, float):
        return isinstance(wanted, float | int) and not isinstance(wanted, bool) and math.isfinite(wanted)
    return type(wanted) is type(value)
