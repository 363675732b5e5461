"""The subjects Freshet can paint, and the words that call for each."""

from __future__ import annotations

from services.generation.local.scene import Recipe
from services.generation.local.scenes.aurora import aurora
from services.generation.local.scenes.landscape import landscape
from services.generation.local.scenes.sea import sea

RECIPES: dict[str, Recipe] = {"landscape": landscape, "sea": sea, "aurora": aurora}

_CALLED_BY = {
    "landscape": "landscape mountain hill valley lake river forest meadow pine tree fjord summit peak cliff volcano "
    "horizon moon moonlight moonlit sunset sunrise dawn dusk mist fog misty foggy wood woodland highland alps",
    "sea": "sea ocean wave surf tide coast beach harbour harbor sail boat ship storm water island shore marine",
    "aurora": "aurora aurorae borealis northern arctic polar iceland norway lapland",
}
VOCABULARY = {subject: frozenset(words.split()) for subject, words in _CALLED_BY.items()}

ABSTRACT: tuple[str, ...] = ("landscape", "sea")
