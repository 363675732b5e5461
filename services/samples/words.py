"""What people in a made-up library write: subjects that the local models can paint, and the words around them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    subject: str
    """As in a prompt."""
    title: str
    tags: tuple[str, ...]


THEMES: tuple[Theme, ...] = (
    Theme("a lighthouse above the surf", "Lighthouse", ("sea", "coast")),
    Theme("a mountain lake between pines", "Mountain lake", ("landscape", "water")),
    Theme("northern lights over Iceland", "Northern lights", ("aurora", "night")),
    Theme("dunes in the Sahara", "Dunes", ("desert", "landscape")),
    Theme("fern and eucalyptus leaves", "Fern study", ("botanical", "green")),
    Theme("a ringed planet among stars", "Ringed planet", ("space", "cover")),
    Theme("folds of satin", "Satin", ("texture", "fabric")),
    Theme("black marble with golden veins", "Marble", ("texture", "stone")),
    Theme("a topographic map of an island", "Contour map", ("map", "poster")),
    Theme("a skyline with towers", "Skyline", ("city", "architecture")),
    Theme("festival lights and bokeh", "Festival lights", ("bokeh", "evening")),
    Theme("a layered papercut canyon", "Papercut canyon", ("papercut", "poster")),
    Theme("a stoneware vase in a studio", "Stoneware vase", ("still-life", "product")),
    Theme("slices of orange and lime", "Citrus", ("food", "summer")),
    Theme("a corridor of arches", "Arches", ("architecture", "light")),
    Theme("a glowing jellyfish in the deep", "Jellyfish", ("underwater", "glow")),
    Theme("geometric Bauhaus shapes", "Bauhaus grid", ("pattern", "poster")),
    Theme("a portrait of a teacher", "Portrait", ("people", "portrait")),
    Theme("a knitted jumper", "Jumper", ("product", "fashion")),
    Theme("strands in the wind", "Currents", ("abstract", "motion")),
    Theme("a harbour with sailing boats", "Harbour", ("sea", "travel")),
    Theme("a meadow below snowy summits", "Alpine meadow", ("landscape", "spring")),
)
MOODS: tuple[str, ...] = (
    *("at dawn", "at dusk", "at midnight", "in golden light", "in pastel colours", "in autumn", "after a storm"),
    *("in black and white", "in neon colours", "in turquoise", "in coral and plum"),
)
STYLES: tuple[str, ...] = (
    *("photograph, 35 mm", "watercolour on rough stock", "oil on canvas", "risograph, two inks", "cinematic still"),
    *("charcoal", "gouache", "editorial photograph", "long exposure", "engraving"),
)
DETAILS: tuple[str, ...] = (
    *("wide view", "close-up", "seen from above", "negative space on the left", "very calm", "high contrast"),
    *("shallow focus", "soft shadows", "for the cover of lecture 3", "for the spring campaign", "no text"),
    *(
        "rule of thirds",
        "centred",
        "muted",
        "a little surreal",
        "für die Ausstellung",
        "pour l'affiche",
        "日本語の表紙",
    ),
)
ENDINGS: tuple[str, ...] = (
    *("", "", "", "", ", study", ", wide", ", close", " (cover)", " (alternative)", ", second try", ", final"),
    *(", for Ada", ", cropped", " – moodboard", ", warmer", ", cooler"),
)
USES: tuple[str, ...] = (
    *("moodboard", "cover", "lecture-3", "lecture-4", "spring-campaign", "client-review", "print", "draft"),
    *("Ausstellung", "été", "表紙"),
)
FILE_NAMES: tuple[str, ...] = ("IMG", "DSC", "scan", "photo", "Bild", "export", "frame")
SOUNDS: tuple[str, ...] = ("Narration", "Theme", "Room tone", "Interview", "Jingle", "Field recording", "Voice memo")
ERRORS: tuple[str, ...] = (
    "This was stopped by the system, perhaps for lack of memory (SIGKILL). Try again",
    "There is no room left on the disk: free some space and try again.",
    "This run was interrupted and could not be resumed. Try again.",
)
