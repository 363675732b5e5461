"""What a state says of itself: only what is not as it was at first, and everything comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from mesop.dataclass_utils import diff_state, update_dataclass_from_json

from state import quicker
from state.quicker import READ, difference, told


@dataclass
class Inner:
    version: str = ""
    loaded: int = 24


@dataclass
class Outer:
    name: str = ""
    on: bool = True
    share: float = 0.5
    size: int | None = None
    words: list[str] = field(default_factory=list)
    views: list[Inner] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    view: Inner = field(default_factory=Inner)


def test_F03_a_state_as_it_was_at_first_says_next_to_nothing() -> None:
    assert json.loads(told(Outer())) == {"words": [], "views": [], "errors": {}, "view": {}}


def test_F03_what_is_left_out_is_as_it_was_when_the_state_comes_back() -> None:
    changed = Outer()
    for name, value in {
        "name": "dunes", "on": False, "share": 0.0, "size": 0, "words": ["a"],
        "views": [Inner("a", 24)], "view": Inner("b", 0),
    }.items():  # fmt: skip
        setattr(changed, name, value)
    for state in (Outer(), changed):
        back = Outer()
        update_dataclass_from_json(back, told(state))
        assert back == state


PLAIN: list[dict[str, Any]] = [
    {"name": "dunes"},
    {"on": False, "share": 0.25, "name": "é “x”\n"},
    {"view": Inner("b", 0)},
    {"view": Inner("b", 24), "on": False},
]
OTHER: list[dict[str, Any]] = [
    {"size": 3},
    {"words": ["a"]},
    {"views": [Inner("a", 1)], "name": "dunes"},
    {"errors": {"seed": "No"}},
    {"name": 5},
]


def changes_in(told: str) -> list[list[Any]]:
    """As far as Mesop's client reads them; where it inserts, it reads no place that is null."""
    return sorted(([change.get(part) for part in READ] for change in json.loads(told)), key=str)


@pytest.mark.parametrize("changes", [*PLAIN, *OTHER])
def test_a_change_is_told_as_mesop_tells_it(changes: dict[str, Any]) -> None:
    before, after = Outer(), Outer(**changes)
    assert changes_in(difference(before, after)) == changes_in(diff_state(before, after)) != []
    assert changes_in(difference(after, before)) == changes_in(diff_state(after, before)) != []
    assert difference(after, Outer(**changes)) == "[]"


def test_changes_of_plain_values_are_found_without_mesop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quicker, "_difference", lambda before, after: pytest.fail("Mesop was asked"))
    for changes in PLAIN:
        assert json.loads(difference(Outer(), Outer(**changes)))
