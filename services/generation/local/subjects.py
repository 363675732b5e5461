"""The subjects Freshet can paint, and the words that call for each."""

from __future__ import annotations

from services.generation.local.scene import Recipe
from services.generation.local.scenes.arches import arches
from services.generation.local.scenes.aurora import aurora
from services.generation.local.scenes.citrus import citrus
from services.generation.local.scenes.city import bokeh, city
from services.generation.local.scenes.cloth import satin
from services.generation.local.scenes.contours import contours
from services.generation.local.scenes.dunes import dunes
from services.generation.local.scenes.garment import garment
from services.generation.local.scenes.jellyfish import jellyfish
from services.generation.local.scenes.landscape import landscape
from services.generation.local.scenes.leaves import leaves
from services.generation.local.scenes.marble import marble
from services.generation.local.scenes.papercut import papercut
from services.generation.local.scenes.person import person
from services.generation.local.scenes.planet import planet
from services.generation.local.scenes.sea import sea
from services.generation.local.scenes.shapes import shapes
from services.generation.local.scenes.stoneware import stoneware
from services.generation.local.scenes.strands import strands
from services.generation.local.words import words_of

RECIPES: dict[str, Recipe] = {
    "arches": arches,
    "aurora": aurora,
    "bokeh": bokeh,
    "citrus": citrus,
    "city": city,
    "contours": contours,
    "dunes": dunes,
    "garment": garment,
    "jellyfish": jellyfish,
    "landscape": landscape,
    "leaves": leaves,
    "marble": marble,
    "papercut": papercut,
    "person": person,
    "planet": planet,
    "satin": satin,
    "sea": sea,
    "shapes": shapes,
    "stoneware": stoneware,
    "strands": strands,
}

_CALLED_BY = {
    "landscape": "landscape mountain hill valley lake river forest meadow pine tree fjord summit peak cliff volcano "
    "horizon moon moonlight moonlit sunset sunrise dawn dusk mist fog misty foggy wood woodland highland alps",
    "sea": "sea ocean wave surf tide coast beach harbour harbor sail boat ship storm water island shore marine",
    "aurora": "aurora aurorae borealis northern arctic polar iceland norway lapland",
    "dunes": "dune desert sand sahara savanna oasis camel namib",
    "leaves": "leaf botanical plant jungle fern garden tropical autumn foliage eucalyptus palm ivy flower blossom "
    "petal bouquet rose tulip daisy peony floral bloom spring",
    "planet": "planet space galaxy saturn jupiter mars ring star cosmos cosmic nebula universe orbit astronaut",
    "satin": "satin silk fabric cloth velvet drape textile curtain fold",
    "marble": "marble stone agate ink fluid liquid granite mineral crystal vein",
    "contours": "map contour topography topographic terrain geography trail elevation",
    "city": "city skyline downtown skyscraper tower metropolis urban building street tokyo york berlin singapore",
    "bokeh": "bokeh rain light lights party christmas traffic festival lantern sparkle glitter evening",
    "papercut": "paper papercut origami layered canyon cave collage cutout",
    "stoneware": "vase pottery ceramic stoneware jug bottle bowl still table studio clay lamp kitchen cup mug",
    "citrus": "citrus orange lemon lime grapefruit fruit juice food breakfast summer slice tangerine",
    "arches": "arch architecture corridor doorway temple room interior house door window courtyard palace church",
    "jellyfish": "jellyfish underwater deep creature fish reef diving medusa plankton coral glow glowing",
    "shapes": "shape geometric bauhaus poster pattern minimal minimalist circle square triangle grid mosaic tile",
    "person": "person portrait woman man girl boy model people lady face someone teacher worker friend",
    "garment": "garment shirt tee tshirt sweater jumper pullover cardigan jacket coat raincoat hoodie blouse knitwear "
    "top clothing clothes apparel outfit product",
    "strands": "flow wind hair fur energy string strand dance music motion swirl current fibre fiber fire flame",
}
VOCABULARY = {subject: frozenset(words.split()) for subject, words in _CALLED_BY.items()}

_ALSO_NAMED = {
    "person": "people human figure",
    "sea": "ocean",
    "city": "town",
    "leaves": "plant foliage",
    "dunes": "desert",
    "planet": "space",
    "satin": "fabric cloth",
    "papercut": "paper",
    "citrus": "fruit",
    "garment": "clothing clothes",
    "aurora": "borealis",
}
NAMES = {subject: frozenset((*words_of(subject), *_ALSO_NAMED.get(subject, "").split())) for subject in _CALLED_BY}
"""Words that stand for a subject as a whole. Others call for it too, but leaving them out does not leave it out: a lake
without a forest is still a landscape."""

ABSTRACT: tuple[str, ...] = ("satin", "marble", "strands", "contours", "papercut", "shapes", "arches")
"""What a prompt gets that names nothing of the above."""
