"""Prompts written anew without a model: what they leave open of composition, light and material, in words that fit.

Equal prompts give equal ones. What a prompt says already stays as it is, word for word, and nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.generation.local.canvas import chance
from services.generation.local.subjects import VOCABULARY
from services.generation.local.words import choose, words_of

_KINDS: Mapping[str, str] = {
    "person": "person",
    **dict.fromkeys(("garment", "stoneware", "citrus"), "thing"),
    **dict.fromkeys(("landscape", "sea", "aurora", "dunes", "leaves", "city", "bokeh", "arches", "planet"), "place"),
}
"""By subject; all others are like nothing in particular."""
_ANY = "any"


@dataclass(frozen=True)
class _Part:
    """Something that a prompt may speak of: the words by which it does, and what to say where it does not."""

    named_by: frozenset[str]
    said: Mapping[str, tuple[str, ...]]


def _part(named_by: str, **said: tuple[str, ...]) -> _Part:
    return _Part(frozenset(named_by.split()), said)


PARTS = (
    _part(
        "close closeup macro wide aerial overhead portrait composition framing framed centre center centered centred "
        "symmetrical angle foreground background view shot perspective panorama panoramic horizon minimal isometric",
        person=(
            "Head and shoulders, the eyes on the upper third, the background plain and out of focus",
            "Three-quarter view from slightly above, the background calm",
        ),
        thing=(
            "Seen from slightly above, alone before a plain background",
            "Close view at the height of the object, its edge clear before a quiet background",
        ),
        place=(
            "Wide view, something near in the foreground, the distance on the upper third",
            "Wide view from a high place, a path that leads from the foreground into the distance",
        ),
        any=(
            "One clear centre of interest, slightly off the middle, with calm around it",
            "A composition in three depths, near, middle and far",
        ),
    ),
    _part(
        "light lit lighting sun sunlight sunset sunrise dawn dusk noon night evening morning moonlight moonlit shadow "
        "backlit backlight glow glowing golden candle lamp neon overcast fog foggy misty dark bright studio",
        person=("Lit from the left, with fine shadows", "Warmly lit from one side, a thin bright rim behind"),
        thing=("Lit from the upper left, one clear shadow", "Evenly lit, a clear highlight on the edge"),
        place=("Low sun from the side, long shadows", "High sun through thin clouds, bright with fine shadows"),
        any=("Lit from one side, with clear shadows", "Warmly lit from the upper left, darker towards the edges"),
    ),
    _part(
        "material texture textured wood wooden metal metallic glass stone marble silk satin velvet linen wool leather "
        "paper clay ceramic watercolor watercolour oil paint painted ink pencil rough smooth matte glossy grain rust "
        "skin surface",
        person=("Natural skin in fine detail", "Natural skin, matte, every fine detail visible"),
        thing=("The grain of the material visible, a few worn places", "A smooth surface with fine traces of the hand"),
        place=("Weathered surfaces, fine detail up close", "Rough textures near, finer ones in the distance"),
        any=("Rich, matte surfaces with a fine grain", "Rough, textured surfaces in several layers"),
    ),
)
"""Nothing of what is said names a subject or a mood: the same is painted of the prompt on this machine as before."""


def rewritten(prompt: str) -> str:
    """The prompt, followed by what it leaves open; as it is where it leaves nothing open.

    >>> rewritten("Portrait in golden light, oil on linen")
    'Portrait in golden light, oil on linen'
    """
    words = words_of(prompt)
    kind = _KINDS.get(choose(words, VOCABULARY) or "", _ANY)
    said = [_said(part, kind, prompt) for part in PARTS if part.named_by.isdisjoint(words)]
    if not said:
        return prompt
    return " ".join([f"{prompt.rstrip(' .,;:')}.", *(f"{sentence}." for sentence in said)])


def _said(part: _Part, kind: str, prompt: str) -> str:
    choices = part.said[kind]
    return choices[int(chance("rewrite", choices[0], prompt).integers(len(choices)))]
