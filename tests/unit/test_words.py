"""Words and tags: what a text is found by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import BadInput
from services.models import clean_tags
from services.models.tags import MOST_TAGS, TAG_LENGTH
from services.models.words import (
    LONGEST_WORD,
    MOST_WANTED,
    MOST_WORDS,
    TITLE_KEY_LENGTH,
    clean,
    fold,
    tag_key,
    title_key,
    wanted_words,
    words,
    words_of,
)


class TestWords:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("CAFÉ", "cafe"), ("Straße", "STRASSE"), ("ﬁlm", "film"), ("Ελλάς", "ελλασ"), ("İstanbul", "istanbul"),
            ("４Ｋ", "4k"), ("ﻣﺮﺣﺒﺎ", "مرحبا"), ("مَرحَبًا", "مرحبا"), ("שָׁלוֹם", "שלום"), ("カフェ", "ｶﾌｪ"),
            ("e\u0301tude", "étude"),
        ],
    )  # fmt: skip
    def test_case_width_and_accents_make_no_difference(self, one: str, other: str) -> None:
        assert fold(one) == fold(other)
        assert words(one) == words(other) != ()

    def test_other_scripts_vowels_belong_to_their_words(self) -> None:
        assert words("हिन्दी किताब") == ("हिन्दी", "किताब")
        assert words("が か") == ("が", "か")

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", ()), (" \t\n", ()), ("\0", ()), ("a\0b", ("a", "b")), ("!?…", ()), ("\ud800x", ("x",)),
            ("snake_case-and.dots", ("snake", "case", "and", "dots")),
            ("👩🏽‍🚀 on 🌕", ("👩", "🚀", "on", "🌕")), ("☀️", ("☀",)), ("fox🦊fox", ("fox", "🦊")),
            ("海辺の猫 and שלום עולם", ("海", "辺", "の", "猫", "and", "שלום", "עולם")),
            ("\u202eabc\u202c", ("abc",)),
        ],
    )  # fmt: skip
    def test_emoji_unspaced_scripts_and_what_is_no_word(self, text: str, found: tuple[str, ...]) -> None:
        assert words(text) == found

    @given(st.text())
    def test_any_text_has_short_words_that_are_their_own_words(self, text: str) -> None:
        for word in words(text):
            assert 0 < len(word) <= LONGEST_WORD
            assert "\0" not in word
            word.encode()

    def test_there_is_an_end_to_what_is_found_and_asked(self) -> None:
        long = " ".join(f"word{n}" for n in range(10_000))
        assert len(words_of("A title", ("tag",), long)) == MOST_WORDS
        assert words_of("A title", ("tag",), long)[:4] == ("a", "title", "tag", "word0")
        assert wanted_words(long) == words(long)[:MOST_WANTED]
        assert words("x" * 10_000) == ("x" * LONGEST_WORD,)

    @given(st.text(alphabet=st.characters(), max_size=300))
    def test_a_title_sorts_by_a_short_key_that_every_database_can_keep(self, title: str) -> None:
        key = title_key(title)
        assert len(key) <= TITLE_KEY_LENGTH
        assert "\0" not in key
        key.encode()

    def test_titles_sort_without_case_and_accents(self) -> None:
        titles = ["Zoo", "apple", "Émile", "  banana", "", "10", "émil"]
        assert sorted(titles, key=title_key) == ["", "10", "apple", "  banana", "émil", "Émile", "Zoo"]

    def test_cleaning_leaves_one_line(self) -> None:
        assert clean("\ta\r\nb\0\ud800  c ") == "a b c"
        assert clean("\u202e  שלום \u2068c\u2069\u2069") == "שלום \u2068c\u2069"


class TestTags:
    def test_they_are_trimmed_and_kept_once_as_first_written(self) -> None:
        assert clean_tags(["  Night\t sky ", "NIGHT SKY", "", " ", "sea", "Séa", "🦊"]) == ("Night sky", "sea", "🦊")
        assert clean_tags(clean_tags(["b", "A"])) == ("b", "A")
        assert tag_key("Night Sky") == tag_key("ｎｉｇｈｔ sky")

    @pytest.mark.parametrize("tag", ["a\0b", "a\x1b[0m", "\ud800"])
    def test_control_characters_are_refused_with_the_remedy(self, tag: str) -> None:
        with pytest.raises(BadInput, match="Take them out") as caught:
            clean_tags([tag])
        assert caught.value.field == "tags"

    def test_long_and_many_ones_are_refused_with_the_remedy(self) -> None:
        assert clean_tags(["x" * TAG_LENGTH]) == ("x" * TAG_LENGTH,)
        with pytest.raises(BadInput, match="Shorten it"):
            clean_tags(["x" * (TAG_LENGTH + 1)])
        assert len(clean_tags(f"tag {n}" for n in range(MOST_TAGS))) == MOST_TAGS
        with pytest.raises(BadInput, match="Take 2 out"):
            clean_tags(f"tag {n}" for n in range(MOST_TAGS + 2))
