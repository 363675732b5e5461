"""Which kinds of items a made-up library has, and what is rendered for them."""

from __future__ import annotations

import random

from services.models import MediaType
from services.samples.renders import CLIP_SIZES, PICTURE_SIZES, Sample
from services.samples.words import MOODS, STYLES, THEMES

PICTURES, CLIPS, TRACKS = 66, 5, 4
"""Most distinct renders of each kind, however many items share them."""


def kind_of(number: int) -> MediaType:
    """Of the item with this number, from 0: one in eleven is a video, one in nineteen a sound."""
    if number % 11 == 5:
        return "video"
    return "audio" if number % 19 == 8 else "image"


def samples(count: int, seed: int) -> list[Sample]:
    """What is to be rendered for a library of `count` items; few for a small one."""
    rng = random.Random(f"samples {seed}")
    numbers = range(min(count, 11 * 19))
    few = {kind: sum(kind_of(number) == kind for number in numbers) for kind in ("image", "video", "audio")}
    pictures = min(PICTURES, few["image"], 3 + count // 8)
    made = [_painted("image", number, list(PICTURE_SIZES), rng) for number in range(pictures)]
    made += [_painted("video", 3 * number, list(CLIP_SIZES), rng) for number in range(min(CLIPS, few["video"]))]
    return made + [
        Sample("audio", 0, "", "", "", 2 * rng.randrange(1000) + n % 2) for n in range(min(TRACKS, few["audio"]))
    ]


def _painted(kind: str, number: int, aspects: list[str], rng: random.Random) -> Sample:
    theme = number % len(THEMES)
    mood, style = rng.choice(MOODS), rng.choice(STYLES)
    prompt = f"{THEMES[theme].subject} {mood}, {style}"
    return Sample(kind, theme, mood, style, prompt, rng.randrange(2**31), aspects[number % len(aspects)])
