"""Words choose the subject and the colours: whole ones, in any order."""

from __future__ import annotations

import doctest

import pytest

from services.generation.local import palettes, words
from services.generation.local.canvas import Floats
from services.generation.local.painter import subject_of
from services.generation.local.subjects import ABSTRACT, RECIPES, VOCABULARY
from services.generation.local.words import words_of


@pytest.mark.parametrize(
    ("prompt", "subject"),
    [
        ("waves on the open sea", "sea"),
        ("A LAKE, at dawn.", "landscape"),
        ("Saharan dunes", "dunes"),
        ("northern lights / aurora borealis", "aurora"),
        ("two cities' skylines", "city"),
        ("a bowl of citrus: lemons & limes", "citrus"),
        ("portrait of a woman in a forest", "person"),
        ("striped tee shirt", "garment"),
        ("leaves", "leaves"),
        ("a jellyfish in the deep", "jellyfish"),
        ("a Bauhaus poster", "shapes"),
        ("mountains, sea, waves", "sea"),
        ("mountain or sea", "landscape"),
    ],
)
def test_the_subject_follows_the_words_most_of_them_then_the_first(prompt: str, subject: str) -> None:
    assert subject_of(prompt) == subject


@pytest.mark.parametrize(
    "prompt",
    ["watercolor", "seamless", "sandwich", "mapping", "starting", "leafless", "citywide", "manhandle", "iceberg"],
)
def test_a_word_within_a_word_does_not_count(prompt: str) -> None:
    assert subject_of(prompt) in ABSTRACT


@pytest.mark.parametrize("prompt", ["", "???", "xyzzy", "日本語", "12345", "\U0001f30a"])
def test_a_prompt_that_names_nothing_known_always_gets_the_same_abstract_picture(prompt: str) -> None:
    assert subject_of(prompt) == subject_of(prompt)
    assert subject_of(prompt) in ABSTRACT


def test_prompts_that_name_nothing_are_spread_over_the_abstract_subjects() -> None:
    assert {subject_of("qwrt" + n * "z") for n in range(60)} == set(ABSTRACT)


def test_every_subject_can_be_called_and_painted() -> None:
    assert set(VOCABULARY) == set(RECIPES)
    assert set(ABSTRACT) <= set(RECIPES)
    for subject, names in VOCABULARY.items():
        assert any(subject_of(name) == subject for name in names)


def test_no_word_calls_two_subjects() -> None:
    names = [name for subject in VOCABULARY.values() for name in subject]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("prompt", "mood"),
    [
        ("dunes at night", palettes.MIDNIGHT),
        ("night over the dunes", palettes.MIDNIGHT),
        ("a forest", palettes.FOREST),
        ("sunset in the forest", palettes.EMBER),
        ("black and white forest", palettes.MONO),
        ("the ocean", palettes.OCEAN),
    ],
)
def test_moods_of_light_win_over_those_of_things(prompt: str, mood: Floats) -> None:
    assert palettes.palettes_for(words_of(prompt))[0] is mood


def test_palettes_run_from_dark_to_light() -> None:
    for _, choices in palettes.MOODS:
        for palette in choices:
            assert palette.shape == (5, 3)
            assert palette[0].sum() < palette[2].sum() < palette[4].sum()


def test_the_examples_in_docstrings_run() -> None:
    assert doctest.testmod(words).failed == 0
