"""Controls of direction: what would turn the words around a text goes, and what is in order stays."""

from __future__ import annotations

import doctest
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.models import directions
from services.models.directions import paired

CONTROLS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
PAIR = re.compile("[\u202a\u202b\u202d\u202e]\u202c|[\u2066\u2067\u2068]\u2069")


def ends_what_it_begins(text: str) -> bool:
    """Whether its controls go into one another like brackets."""
    left, before = "".join(one for one in text if one in CONTROLS), None
    while left != before:
        before, left = left, PAIR.sub("", left)
    return not left


def test_the_examples_are_right() -> None:
    assert doctest.testmod(directions).failed == 0


@given(st.text(alphabet=CONTROLS + "aא1 \n", max_size=40))
def test_what_is_kept_is_in_pairs_and_nothing_else_goes(text: str) -> None:
    kept = paired(text)
    assert ends_what_it_begins(kept)
    assert paired(kept) == kept
    assert [one for one in kept if one not in CONTROLS] == [one for one in text if one not in CONTROLS]
    if ends_what_it_begins(text):
        assert kept == text


@pytest.mark.parametrize(
    "text",
    [
        "שלום עולם, 3 תמונות!",
        "مرحبا (hello) بالعالم",
        "a\u200eb\u200fc\u061cd",  # marks: they end by themselves
        "\u2067שלום\u2069 and \u202bمرحبا\u202c",
        "\u2068a \u202eb\u202c c\u2069",
        "",
    ],
)
def test_what_runs_from_right_to_left_stays_as_it_was_written(text: str) -> None:
    assert paired(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("\u2066\u2067\u2068a", "a"),
        ("a\u202c\u2069b", "ab"),
        ("\u2068a\u202eb\u2069c", "\u2068ab\u2069c"),
        ("\u202ea\u2069b\u202c", "\u202eab\u202c"),
        ("\u202ea\u2068b\u202cc\u2069", "a\u2068bc\u2069"),
    ],
)
def test_what_has_no_partner_goes(text: str, kept: str) -> None:
    assert paired(text) == kept
