"""What a form has in it is kept over a reload, whichever fields it has, and put back unless that cannot be."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from services.errors import BadInput
from state.chosen import Chosen
from state.create import FormState
from state.kept import PASSING, put_back, to_keep
from state.try_on import TryOnState

FORMS = [FormState, TryOnState]
KEPT = (str, float, int, Chosen)
OTHERS: dict[type, Any] = {str: "another", float: 0.25, int: 3, bool: True}
"""What no field has to begin with."""


def choose(chosen: Chosen, media_id: str) -> None:
    chosen.media_id, chosen.title = media_id, f"Item {media_id}"


def lasting(form: Any) -> list[str]:
    return [one.name for one in fields(form) if one.name not in PASSING and isinstance(getattr(form, one.name), KEPT)]


def filled(kind: type) -> Any:
    """A form with something else in every field that lasts."""
    form = kind()
    for name in lasting(form):
        value = getattr(form, name)
        if isinstance(value, Chosen):
            choose(value, f"id of {name}")
        else:
            setattr(form, name, (not value) if isinstance(value, bool) else OTHERS[type(value)])
    return form


@pytest.mark.parametrize("kind", FORMS)
def test_every_field_comes_back_also_one_that_is_added_later(kind: type) -> None:
    form, anew = filled(kind), kind()
    given = to_keep(form)
    assert set(given) == set(lasting(form))
    assert put_back(anew, given, dict.fromkeys(given, choose)) == {}
    assert anew == form


@pytest.mark.parametrize("kind", FORMS)
def test_what_is_about_a_moment_is_neither_kept_nor_put_back(kind: type) -> None:
    form, anew = kind(), kind()
    for name in PASSING & {one.name for one in fields(form)}:
        setattr(form, name, True if name in ("given", "starting") else "now")
    assert to_keep(form) == to_keep(anew)
    put_back(anew, dict.fromkeys(PASSING, "now") | {"view": {}, "errors": {"prompt": "x"}})
    assert anew == kind()


@pytest.mark.parametrize(
    "given",
    [
        None,
        "nonsense",
        [1, 2],
        {"aspect": 7, "amount": None, "prompt": ["x"], "picture": 3, "starting": True, "no_field": "x"},
    ],
)
def test_what_no_form_can_have_is_passed_over(given: object) -> None:
    form = FormState(aspect="1:1")
    assert put_back(form, given) == {}
    assert form == FormState(aspect="1:1")


@pytest.mark.parametrize(("given", "x"), [(1, 1.0), (0.25, 0.25), ("1", 0.5), (True, 0.5), (float("nan"), 0.5)])
def test_a_place_is_a_number(given: object, x: float) -> None:
    form = TryOnState()
    put_back(form, {"x": given})
    assert form.x == x
    assert isinstance(form.x, float)


def test_an_item_that_is_not_to_be_had_is_named_by_its_field_and_keeps_nothing_else_back() -> None:
    def refuse(chosen: Chosen, media_id: str) -> None:
        raise BadInput("picture", f"No {media_id}")

    form = FormState()
    assert put_back(form, {"picture": "p", "aspect": "4:3"}, {"picture": refuse}) == {"picture": "No p"}
    assert form == FormState(aspect="4:3")


def test_an_item_that_the_address_has_named_goes_before_all_that_was_kept() -> None:
    form = FormState(aspect="9:16")
    choose(form.picture, "named")
    assert put_back(form, {"picture": "kept", "aspect": "4:3"}, {"picture": choose}) == {}
    assert (form.picture.media_id, form.aspect) == ("named", "9:16")
