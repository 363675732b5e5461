"""What one may ask of a model, checked and cleaned before anything is stored or started.

Messages name the remedy: they stand under the form's field as they are.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass

from services.errors import BadInput
from services.generation.catalog import ModelSpec
from services.ids import is_id
from services.models.directions import paired

MAX_SEED = 2**31 - 1
MIN_SCALE, MAX_SCALE = 0.05, 2.0
PLACED_X, PLACED_Y, PLACED_SCALE = 0.5, 0.75, 0.8
"""Where a product lies at first: right for a person from the hips up, such as Local Image 1 draws."""

_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Mc", "Me"))
"""Unicode categories of what cannot be seen alone: controls, format characters, spaces, and marks on other letters."""
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and a symbol by category that are blank nevertheless: the Hangul fillers and the empty Braille pattern."""


@dataclass(frozen=True)
class ImageRequest:
    """`count` pictures of one prompt. Equal requests give equal pixels."""

    prompt: str
    aspect: str
    count: int
    seed: int | None
    resolution: str | None = None


@dataclass(frozen=True)
class VideoRequest:
    """One silent clip of `duration` seconds."""

    prompt: str
    aspect: str
    duration: int
    seed: int | None


@dataclass(frozen=True)
class TryOnRequest:
    """A product laid over a person.

    `x` and `y` place the product's centre, as fractions of the person picture's width and height; `scale` is the
    product's width as a fraction of the person picture's width.
    """

    person_id: str
    product_id: str
    x: float = PLACED_X
    y: float = PLACED_Y
    scale: float = PLACED_SCALE


def validate_image(
    model: ModelSpec, prompt: str, aspect: str, count: int, seed: int | None = None, resolution: str = ""
) -> ImageRequest:
    """Raises BadInput on "prompt", "aspect", "count", "resolution" or "seed". A seed is drawn if none is given."""
    cleaned = validate_prompt(prompt, model)
    _one_of("aspect", "shape", aspect, model.parameters.aspect.options)
    _one_of("count", "number of pictures", count, model.parameters.count.options)
    offered = model.parameters.resolution.options
    if offered:
        _one_of("resolution", "resolution", resolution, offered)
    return ImageRequest(cleaned, aspect, count, validate_seed(model, seed), resolution if offered else None)


def validate_video(model: ModelSpec, prompt: str, aspect: str, duration: int, seed: int | None = None) -> VideoRequest:
    """Raises BadInput on "prompt", "aspect", "duration" or "seed". A model that takes a seed gets one in any case."""
    cleaned = validate_prompt(prompt, model)
    _one_of("aspect", "shape", aspect, model.parameters.aspect.options)
    _one_of("duration", "length in seconds", duration, model.parameters.duration.options)
    return VideoRequest(cleaned, aspect, duration, validate_seed(model, seed))


def validate_try_on(
    person_id: str, product_id: str, x: float = PLACED_X, y: float = PLACED_Y, scale: float = PLACED_SCALE
) -> TryOnRequest:
    """Raises BadInput on "person", "product" or "placement"."""
    if not is_id(person_id):
        raise BadInput("person", "Choose a picture of a person from the library")
    if not is_id(product_id):
        raise BadInput("product", "Choose a picture of a product from the library")
    if person_id == product_id:
        raise BadInput("product", "Person and product are the same picture. Choose another for one of them")
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise BadInput("placement", "The product lies outside the picture. Move it back onto the person")
    if not MIN_SCALE <= scale <= MAX_SCALE:
        raise BadInput("placement", f"Make the product {MIN_SCALE:.0%} to {MAX_SCALE:.0%} of the picture's width")
    return TryOnRequest(person_id, product_id, float(x), float(y), float(scale))


def validate_prompt(prompt: str, model: ModelSpec) -> str:
    """The cleaned prompt. Raises BadInput("prompt", …)."""
    cleaned = clean_prompt(prompt)
    if not _can_be_seen(cleaned):
        raise BadInput("prompt", "Write a prompt first: a few words on what you want to see")
    longest = model.parameters.prompt
    over = len(cleaned) - longest
    if over > 0:
        raise BadInput("prompt", f"{len(cleaned):,} of {longest:,} characters. Shorten by {over:,}")
    return cleaned


def clean_prompt(prompt: str) -> str:
    """Composed (NFC), trimmed, without control characters, lone surrogates and what would turn the words around it.

    Line breaks and tabs stay.
    """
    unified = prompt.replace("\r\n", "\n").replace("\r", "\n")
    kept = (c for c in unified if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return paired(unicodedata.normalize("NFC", "".join(kept))).strip()


def _can_be_seen(text: str) -> bool:
    """Whether anything in `text` leaves a mark by itself: not white space, joiners and direction marks, or accents."""
    return any(c not in _BLANKS and unicodedata.category(c) not in _UNSEEN for c in text)


def validate_seed(model: ModelSpec, seed: int | None) -> int | None:
    """`seed`, or a drawn one; none for a model that takes none. Raises BadInput("seed", …)."""
    if not model.parameters.seed:
        return None
    if seed is None:
        return secrets.randbelow(MAX_SEED + 1)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise BadInput("seed", f"Use a whole number from 0 to {MAX_SEED:,} as seed, or none for a random one")
    return seed


def _one_of(field: str, noun: str, value: object, allowed: tuple[object, ...]) -> None:
    # `in` alone would take True for 1 and 2.0 for 2.
    if not any(value == known and type(value) is type(known) for known in allowed):
        choices = ", ".join(str(known) for known in sorted(allowed, key=str))
        raise BadInput(field, f"{value!r} is not a {noun} this model makes. Choose one of {choices}")
