"""Words: how a text is cut into what it can be found by, the same way wherever something is searched or compared.

Case, width and accents make no difference (`fold`). A word is a run of letters and digits. Where a script writes no
spaces, each character is a word, and so is each emoji: what modifies it, like the colour of skin, is passed over.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import groupby, islice
from typing import Literal

from services.models.directions import paired

LONGEST_WORD = 24
"""Characters by which a word is known; longer ones are the same if these are."""
MOST_WORDS = 150
"""Different words by which one item can be found: those of its title, of its tags, then its prompt's first."""
MOST_WANTED = 8
"""Different words of a search that count."""
TITLE_KEY_LENGTH = 80
"""Characters that decide the order of titles; then the ids do."""

_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]")
"""Marks on Latin, Greek and Cyrillic letters, Hebrew points, Arabic vowels. Other scripts' marks are letters."""
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"  # kana, Han
)
_PLAIN_WORD = re.compile(r"[a-z0-9]+")
_Kind = Literal["word", "alone", ""]


def one_line(text: str) -> str:
    """`text` in one line, its white space put in order, without what no database can keep (NUL, half a pair).

    >>> one_line("  Dunes\\tat \\0 first  light ")
    'Dunes at first light'
    """
    return " ".join("".join(" " if unicodedata.category(one) in ("Cc", "Cs") else one for one in text).split())


def clean(text: str) -> str:
    """`text` as it may stand in a line with other words: as `one_line`, and turning none of them."""
    return one_line(paired(text))


def fold(text: str) -> str:
    """`text` as it is compared: without case, width and accents.

    >>> fold("ＣＡＦÉ Straße")
    'cafe strasse'
    """
    if text.isascii():
        return text.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()))
    return unicodedata.normalize("NFKC", bare)


def words(text: str) -> tuple[str, ...]:
    """The different words of `text`, in their order.

    >>> words("Don't PANIC: a fox, the Fox 🦊 at 4K; 海辺")
    ('don', 't', 'panic', 'a', 'fox', 'the', '🦊', 'at', '4k', '海', '辺')
    """
    folded = fold(text)
    found = _PLAIN_WORD.findall(folded) if folded.isascii() else _pieces(folded)
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in found))


@lru_cache(maxsize=1_024)
def wanted_words(text: str) -> tuple[str, ...]:
    """The words of a search. Each has to begin a word of what is found."""
    return words(text)[:MOST_WANTED]


@lru_cache(maxsize=2_048)
def words_of(title: str, tags: tuple[str, ...], prompt: str) -> tuple[str, ...]:
    """The words that an item with this title, these tags and this prompt can be found by."""
    found = (word for text in (title, *tags, prompt) for word in words(text))
    return tuple(islice(dict.fromkeys(found), MOST_WORDS))


@lru_cache(maxsize=8_192)
def title_key(title: str) -> str:
    """What titles are ordered by, character by character: databases do so by the bytes of UTF-8, which is the same.

    >>> sorted(["zoo", "Émile", "apple"], key=title_key)
    ['apple', 'Émile', 'zoo']
    """
    return one_line(fold(title))[:TITLE_KEY_LENGTH].rstrip()


@lru_cache(maxsize=8_192)
def tag_key(tag: str) -> str:
    """What tags are compared by."""
    return one_line(fold(tag))


def _pieces(folded: str) -> list[str]:
    found: list[str] = []
    for kind, letters in groupby(folded, _kind_of):
        if kind == "word":
            found.append("".join(letters))
        elif kind == "alone":
            found.extend(letters)
    return found


@cache
def _kind_of(letter: str) -> _Kind:
    category = unicodedata.category(letter)
    if category == "So" or (category[0] in "LN" and _UNSPACED.match(letter)):
        return "alone"
    if category[0] in "LN" or (category in ("Mn", "Mc") and not _UNSPACED.match(letter) and not _is_selector(letter)):
        return "word"
    return ""


def _is_selector(letter: str) -> bool:
    """Whether it only picks a form of the character before it."""
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"
