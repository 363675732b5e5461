"""From what was measured in a picture to sentences. It says what the figures say, and nothing of what is shown."""

from __future__ import annotations

from services.generation.local.measures import Measures
from services.generation.opinions import Critique

BY = "Measured on this machine, which does not see what the picture shows"
SOFT, SHARP = 40.0, 150.0
"""Sharpness (see Measures) below which edges are soft, and from which they are crisp."""
DIM, GLARING = 0.22, 0.8
"""Brightness."""
LOST = 0.25
"""Share of the picture that may be nearly black or nearly white."""
FLAT, STRONG = 0.3, 0.5
"""Contrast."""
ALONE, LEADING, TOLD = 0.7, 0.5, 0.1
"""Share of a colour from which there is hardly another, above which it leads, and from which it is worth telling."""
SMALL, LARGE = 720, 1080
"""Pixels on the short side: below the first it is small, from the second on it fills a usual screen."""
CLOSE = 0.03
"""How far a shape may be from the one that was asked for, as a share of it."""


class _Notes:
    """What is good, what is not, and what to ask for instead."""

    def __init__(self) -> None:
        self.strengths: list[str] = []
        self.problems: list[str] = []
        self.remedies: list[str] = []

    def praise(self, sentence: str) -> None:
        self.strengths.append(sentence)

    def blame(self, sentence: str, remedy: str = "") -> None:
        self.problems.append(sentence)
        if remedy:
            self.remedies.append(remedy)


def judged(measures: Measures, prompt: str, aspect: str = "") -> Critique:
    """`aspect`: the shape that was asked for, "" where that is not known."""
    notes = _Notes()
    for look in (_sharpness, _exposure, _contrast, _colours):
        look(measures, notes)
    _shape(measures, aspect, notes)
    asked = prompt.rstrip(" .,;:")  # what came from elsewhere was asked for in no words that could be bettered
    better = f"{asked}. {_sentence(notes.remedies)}." if asked and notes.remedies else ""
    return Critique(tuple(notes.strengths), tuple(notes.problems), better, BY, 0)


def _sharpness(measures: Measures, notes: _Notes) -> None:
    if measures.sharpness < SOFT:
        notes.blame(
            "There are hardly any fine edges: it is soft, or smooth all over.", "in sharp focus with fine detail"
        )
    elif measures.sharpness >= SHARP:
        notes.praise("Edges are crisp.")


def _exposure(measures: Measures, notes: _Notes) -> None:
    told = f"(mean brightness {measures.brightness:.0%})"
    if measures.brightness < DIM:
        notes.blame(f"It is dark {told}.", "brightly lit")
    elif measures.brightness > GLARING:
        notes.blame(f"It is very bright {told}.", "in softer light")
    else:
        notes.praise(f"The exposure is balanced {told}.")
    if measures.dark > LOST:
        notes.blame(f"{measures.dark:.0%} of it is nearly black, without detail.", "with detail in the shadows")
    if measures.bright > LOST:
        notes.blame(f"{measures.bright:.0%} of it is nearly white, without detail.", "with detail in the highlights")


def _contrast(measures: Measures, notes: _Notes) -> None:
    told = f"({measures.contrast:.0%} of the range)"
    if measures.contrast < FLAT:
        notes.blame(f"Light and dark lie close together {told}.", "with strong contrast of light and shadow")
    elif measures.contrast >= STRONG:
        notes.praise(f"Light and dark stand clearly apart {told}.")


def _colours(measures: Measures, notes: _Notes) -> None:
    told = [f"{name} ({share:.0%})" for name, share in measures.colours if share >= TOLD]
    if measures.colours and measures.colours[0][1] >= ALONE:
        notes.blame(f"One colour takes most of it: {told[0]}.", "with a second colour as an accent")
    elif len(told) > 1 and measures.colours[0][1] <= LEADING:
        notes.praise(f"Its colours are balanced: {_list(told)}.")


def _shape(measures: Measures, aspect: str, notes: _Notes) -> None:
    size = f"{measures.width:,} × {measures.height:,} pixels"
    if min(measures.width, measures.height) < SMALL:
        notes.blame(f"It is small: {size}.")
    elif min(measures.width, measures.height) >= LARGE:
        notes.praise(f"It is large enough to fill a screen: {size}.")
    width, _, height = aspect.partition(":")
    if width.isdecimal() and height.isdecimal() and int(width) and int(height):
        off = measures.width * int(height) / (measures.height * int(width))
        if abs(off - 1) > CLOSE:
            notes.blame(f"Its shape is not the {aspect} that was asked for.")


def _sentence(remedies: list[str]) -> str:
    """
    >>> _sentence(["brightly lit", "in sharp focus"])
    'Brightly lit, in sharp focus'
    """
    text = ", ".join(remedies)
    return text[:1].upper() + text[1:]


def _list(words: list[str]) -> str:
    """
    >>> _list(["teal", "sand", "white"])
    'teal, sand and white'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
