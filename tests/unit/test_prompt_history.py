"""Prompts that were used before, told by the items that were made with them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.models import MediaItem
from services.prompts.history import used_prompts
from tests.support.records import NOON, make_item


def items(*prompts: str) -> list[MediaItem]:
    """Newest first, a minute apart."""
    return [
        make_item(
            id=f"m{place}", prompt=prompt, created_at=NOON - timedelta(minutes=place), title="Dunes", tags=("Sea",)
        )
        for place, prompt in enumerate(prompts)
    ]


def test_equal_prompts_are_one_where_the_newest_stands() -> None:
    used = used_prompts(items("fox", "fox", "sea", "fox", "sea", "owl"))
    assert [(one.prompt, one.media_id) for one in used] == [("fox", "m0"), ("sea", "m2"), ("owl", "m5")]
    assert used[1].used_at == NOON - timedelta(minutes=2)


def test_prompts_that_differ_in_anything_are_two_and_items_without_one_are_none() -> None:
    assert [one.prompt for one in used_prompts(items("Fox", "", "fox", "fox "))] == ["Fox", "fox", "fox "]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["A red fox", "Café by the sea", "foxes"]),
        ("fox", ["A red fox", "foxes"]),
        ("FOX red", ["A red fox"]),
        ("cafe", ["Café by the sea"]),
        ("ox", []),
        ("dunes", []),
        ("…", ["A red fox", "Café by the sea", "foxes"]),
    ],
)
def test_words_are_looked_for_in_the_prompt_alone_and_each_begins_a_word_there(text: str, found: list[str]) -> None:
    """The library's search finds items by their titles and tags, too: "dunes" is in no prompt."""
    assert [one.prompt for one in used_prompts(items("A red fox", "Café by the sea", "foxes"), text)] == found


def test_a_word_beyond_those_that_an_item_is_found_by_counts_as_well() -> None:
    long = " ".join(f"word{place}" for place in range(300))
    assert [one.prompt for one in used_prompts(items(long), "word299")] == [long]
