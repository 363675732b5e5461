"""What a state says of itself: only what is not as it was at first, and everything comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from mesop.dataclass_utils import update_dataclass_from_json

from state.quicker import told


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
