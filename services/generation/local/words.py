"""From a prompt to a scene, by whole words: "watercolor" is not "water"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_WORD = re.compile(r"[^\W\d_]+")


def words_of(prompt: str) -> tuple[str, ...]:
    """The words of a prompt in order, lower case, each also in its singular ("waves" counts as "wave").

    >>> words_of("Two Cities, 3 waves")
    ('two', 'cities', 'city', 'waves', 'wave')
    """
    words: list[str] = []
    for word in _WORD.findall(prompt.casefold()):
        words.append(word)
        if singular := _singular(word):
            words.append(singular)
    return tuple(words)


def without(words: Sequence[str], left_out: frozenset[str]) -> tuple[str, ...]:
    """Those of a prompt's words that are not left out, neither in their singular.

    >>> without(words_of("waves, stars"), frozenset(["star"]))
    ('waves', 'wave')
    """
    return tuple(word for word in words if left_out.isdisjoint(words_of(word)))


def _singular(word: str) -> str | None:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("ves") and word not in {"waves", "caves", "olives", "doves"} and len(word) > 4:
        return word[:-3] + "f"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return None


def choose(words: Sequence[str], vocabulary: Mapping[str, frozenset[str]]) -> str | None:
    """The subject that most of the words name; of equals the one named first. None when no word names any."""
    score: dict[str, int] = {}
    first: dict[str, int] = {}
    for place, word in enumerate(words):
        for subject, names in vocabulary.items():
            if word in names:
                score[subject] = score.get(subject, 0) + 1
                first.setdefault(subject, place)
    return min(score, key=lambda subject: (-score[subject], first[subject]), default=None)
