"""From a prompt and a seed to a painted scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.generation.local.canvas import Canvas, Floats, chance
from services.generation.local.palettes import palettes_for
from services.generation.local.scene import Scene
from services.generation.local.styles import styled, words_of_style
from services.generation.local.subjects import ABSTRACT, NAMES, RECIPES, VOCABULARY
from services.generation.local.words import choose, without, words_of


@dataclass(frozen=True)
class Manner:
    """What is asked for besides a prompt: words for what is to be left out, and a look of `STYLES`; "" for none."""

    negative: str = ""
    style: str = ""

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Manner:
        return cls(request.get("negative") or "", request.get("style") or "")

    @property
    def left_out(self) -> frozenset[str]:
        return frozenset(words_of(self.negative))


PLAIN = Manner()


def subject_of(prompt: str, left_out: frozenset[str] = frozenset()) -> str:
    """The scene a prompt asks for; one that names nothing known always gets the same abstract one.

    Words that are `left_out` call for nothing, and a subject that they name is not taken, unless all of them are.
    """
    vocabulary = {subject: words for subject, words in VOCABULARY.items() if NAMES[subject].isdisjoint(left_out)}
    named = choose(without(words_of(prompt), left_out), vocabulary)
    if named:
        return named
    wanted = [subject for subject in ABSTRACT if (NAMES[subject] | VOCABULARY[subject]).isdisjoint(left_out)]
    among = wanted or ABSTRACT
    return among[int(chance("subject", prompt).integers(len(among)))]


def paint(prompt: str, seed: int, size: tuple[int, int], *, grain: float = 2.0, manner: Manner = PLAIN) -> Scene:
    """The scene of a prompt and a seed, in pixels of `size` (width, height). Equal arguments, equal pixels."""
    left_out = manner.left_out
    canvas = Canvas(
        width=size[0],
        height=size[1],
        rng=chance("scene", prompt, seed),
        palette=palette_of(prompt, seed, manner),
        words=frozenset(without((*words_of(prompt), *words_of_style(manner.style)), left_out)),
        without=left_out,
        turn=_turn(prompt, seed),
        grain=grain,
    )
    return styled(RECIPES[subject_of(prompt, left_out)](canvas), manner.style, size)


def palette_of(prompt: str, seed: int, manner: Manner = PLAIN) -> Floats:
    """The colours of a prompt and a seed, from dark to light, shape (n, 3). A style's own go before a prompt's."""
    left_out = manner.left_out
    words = without(words_of_style(manner.style), left_out) or without(words_of(prompt), left_out)
    palettes = palettes_for(words, left_out)
    return palettes[_turn(prompt, seed) % len(palettes)]


def _turn(prompt: str, seed: int) -> int:
    """Seeds in a row, as those of a run are, start from different looks: chance alone would often repeat one."""
    return seed + int(chance("turn", prompt).integers(1000))
