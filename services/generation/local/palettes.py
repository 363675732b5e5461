"""Colours by the words of a prompt: ramps of five colours from dark to light, several to a mood."""

from __future__ import annotations

from collections.abc import Collection

from services.generation.local.canvas import Floats, rgb

EMBER = rgb("#1c0d33", "#6b1f52", "#cc4a4a", "#f79a55", "#ffdf9e")
DUSK = rgb("#141233", "#3b2a6b", "#8a4f9e", "#e08aa6", "#fbd7c4")
PEACH = rgb("#2b1a3a", "#7a3b5e", "#d9736a", "#f5b183", "#fde8c8")
DAWN = rgb("#1d2740", "#4a5a86", "#a58bb0", "#f0b7a4", "#fdeacb")
OCEAN = rgb("#061a33", "#0b4268", "#1d7f9c", "#63bfc4", "#d5f0e6")
LAGOON = rgb("#04252c", "#08565c", "#1f9a90", "#7fd4b6", "#eaf7dc")
STORM = rgb("#11161f", "#2c3a4d", "#5b7086", "#9fb0bb", "#e3e8e6")
INDIGO = rgb("#0a0d2b", "#1d2465", "#3f52a8", "#8aa0dd", "#dfe7fb")
FOREST = rgb("#0a1a14", "#1c4230", "#4c7d4c", "#a5bf72", "#edeec3")
MOSS = rgb("#141c0f", "#3a4a20", "#7a8a3c", "#bfc47a", "#f1f0d2")
JADE = rgb("#061f1c", "#0f4d43", "#2f8a72", "#86c8a4", "#e4f5e2")
MIDNIGHT = rgb("#050818", "#111a42", "#2c3a7c", "#6f7fc0", "#d3d9f5")
VIOLET = rgb("#0d0822", "#2c1a5a", "#5e3f9c", "#a486d0", "#e9dcf7")
DESERT = rgb("#3a1712", "#8f3f24", "#d07f45", "#eeb981", "#fbe9cd")
ROSE = rgb("#381424", "#84324f", "#c96a7d", "#eeaaaa", "#fce6df")
SAND = rgb("#3b2d22", "#7d6145", "#b9986c", "#dfc79d", "#f8efdb")
SNOW = rgb("#1d2f47", "#4f7193", "#95b3ca", "#cfdfe9", "#fbfcfd")
NEON = rgb("#0d0424", "#4a0a86", "#c3149a", "#ff4fa0", "#5ff4ff")
FIRE = rgb("#1c0505", "#7c120a", "#dd4a10", "#ffa02e", "#ffe9a3")
GOLD = rgb("#241505", "#6b4310", "#b98324", "#e8c061", "#fdf1cd")
AUTUMN = rgb("#2a120c", "#7c2f17", "#c7602a", "#e6a541", "#f8e7b9")
MONO = rgb("#0c0c0e", "#36373b", "#77787d", "#b9babd", "#f5f5f4")
PASTEL = rgb("#5b5f86", "#9a90bf", "#e3a9c0", "#f9d3bd", "#fdf6dc")
MINT = rgb("#123b3a", "#2f7a70", "#78bda5", "#bfe6cb", "#f7fbe9")
CORAL = rgb("#2b1030", "#8c2755", "#f0605d", "#ffab84", "#ffeccb")
CLAY = rgb("#2c1a17", "#6e3f33", "#b0705a", "#dbab92", "#f6e6da")

_ANY = (EMBER, DUSK, OCEAN, LAGOON, FOREST, INDIGO, DESERT, ROSE, PEACH, JADE, CORAL, DAWN)

_MOODS: tuple[tuple[str, tuple[Floats, ...]], ...] = (
    ("black white monochrome grey gray noir charcoal graphite", (MONO, STORM)),
    ("pastel soft candy gentle", (PASTEL, MINT, PEACH)),
    ("neon cyberpunk synthwave vaporwave electric", (NEON, VIOLET, INDIGO)),
    ("sunset dusk evening twilight orange", (EMBER, DUSK, PEACH, CORAL)),
    ("sunrise dawn morning misty mist fog foggy", (DAWN, PEACH, SNOW, DUSK)),
    ("night midnight moon moonlight moonlit starry stars", (MIDNIGHT, VIOLET, INDIGO, STORM)),
    ("storm stormy rain rainy grey cloudy thunder winter", (STORM, SNOW, INDIGO)),
    ("snow snowy ice icy frost frozen glacier arctic silver white", (SNOW, STORM, INDIGO)),
    ("fire flame lava volcano ember red crimson scarlet", (FIRE, EMBER, CORAL)),
    ("gold golden amber honey yellow brass", (GOLD, SAND, AUTUMN)),
    ("autumn fall october maple rust copper", (AUTUMN, EMBER, GOLD)),
    ("desert dune sahara canyon terracotta mesa", (DESERT, SAND, ROSE)),
    ("sand beige linen cream wheat", (SAND, CLAY, PEACH)),
    ("clay earth brown stoneware pottery coffee chocolate wood", (CLAY, SAND, DESERT)),
    ("forest wood pine green fern jungle leaf leaves emerald", (FOREST, JADE, MOSS)),
    ("moss olive sage meadow spring", (MOSS, FOREST, MINT)),
    ("mint eucalyptus jade", (MINT, JADE, LAGOON)),
    ("tropical lagoon turquoise teal caribbean aqua cyan", (LAGOON, OCEAN, MINT)),
    ("sea ocean wave water blue lake river coast harbour harbor", (OCEAN, LAGOON, INDIGO, STORM)),
    ("navy indigo sapphire cobalt", (INDIGO, MIDNIGHT)),
    ("purple violet lavender lilac plum magic", (VIOLET, DUSK, PASTEL)),
    ("rose pink blush cherry blossom love magenta", (ROSE, CORAL, PASTEL)),
    ("coral salmon peach apricot summer", (CORAL, PEACH, ROSE)),
)
MOODS = tuple((frozenset(words.split()), palettes) for words, palettes in _MOODS)


_OF_COLOUR: tuple[tuple[str, tuple[Floats, ...]], ...] = (
    ("red crimson scarlet", (EMBER, FIRE, CORAL)),
    ("orange", (EMBER, PEACH, FIRE, DESERT, AUTUMN)),
    ("yellow gold golden amber", (GOLD, SAND, AUTUMN)),
    ("green emerald", (FOREST, MOSS, JADE, MINT)),
    ("turquoise teal cyan aqua", (LAGOON, OCEAN, MINT)),
    ("blue navy indigo", (OCEAN, LAGOON, INDIGO, MIDNIGHT, STORM, SNOW)),
    ("purple violet lilac lavender", (VIOLET, DUSK, PASTEL)),
    ("pink magenta", (ROSE, CORAL, PASTEL, NEON)),
    ("brown beige", (CLAY, SAND, DESERT, AUTUMN)),
    ("grey gray silver", (MONO, STORM)),
    ("black monochrome", (MONO, MIDNIGHT)),
    ("white", (MONO, SNOW)),
    ("neon", (NEON,)),
    ("pastel", (PASTEL, MINT, PEACH)),
)
OF_COLOUR = tuple((frozenset(words.split()), palettes) for words, palettes in _OF_COLOUR)
"""What is not used where a colour is to be left out."""
_ALL = tuple(palette for _, palettes in MOODS for palette in palettes)


def palettes_for(words: Collection[str], left_out: Collection[str] = ()) -> tuple[Floats, ...]:
    """The palettes that suit a prompt: of the first mood that any word names, else all-rounders.

    Moods of light come before those of things, so a desert at night is dark. A colour that is `left_out` bans its
    palettes; others take their place, as long as any are left.
    """
    suiting = next((palettes for names, palettes in MOODS if not names.isdisjoint(words)), _ANY)
    banned = [palette for names, palettes in OF_COLOUR if not names.isdisjoint(left_out) for palette in palettes]
    return next(filter(None, (_but(palettes, banned) for palettes in (suiting, _ANY, _ALL))), suiting)


def _but(palettes: tuple[Floats, ...], banned: list[Floats]) -> tuple[Floats, ...]:
    return tuple(palette for palette in palettes if not any(palette is one for one in banned))
