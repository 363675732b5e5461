"""From a prompt, a seed and a place in the run to a painted scene."""

from __future__ import annotations

from services.generation.local.canvas import Canvas, Floats, chance
from services.generation.local.palettes import palettes_for
from services.generation.local.scene import Scene
from services.generation.local.subjects import ABSTRACT, RECIPES, VOCABULARY
from services.generation.local.words import choose, words_of


def subject_of(prompt: str) -> str:
    """The scene a prompt asks for; one that names nothing known always gets the same abstract one."""
    named = choose(words_of(prompt), VOCABULARY)
    return named or ABSTRACT[int(chance("subject", prompt).integers(len(ABSTRACT)))]


def paint(prompt: str, seed: int, index: int, size: tuple[int, int], *, grain: float = 2.0) -> Scene:
    """The scene for output `index` of a run, in pixels of `size` (width, height). Equal arguments, equal pixels."""
    canvas = Canvas(
        width=size[0],
        height=size[1],
        rng=chance("scene", prompt, seed, index),
        palette=palette_of(prompt, seed, index),
        words=frozenset(words_of(prompt)),
        turn=_turn(prompt, seed, index),
        grain=grain,
    )
    return RECIPES[subject_of(prompt)](canvas)


def palette_of(prompt: str, seed: int, index: int) -> Floats:
    """The colours of output `index` of a run, from dark to light, shape (n, 3)."""
    palettes = palettes_for(words_of(prompt))
    return palettes[_turn(prompt, seed, index) % len(palettes)]


def _turn(prompt: str, seed: int, index: int) -> int:
    """Neighbours in a run, and seeds in a row, start from different looks: chance alone would often repeat one."""
    return seed + index + int(chance("turn", prompt).integers(1000))
