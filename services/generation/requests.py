"""What one may ask of a model, checked and cleaned before anything is stored or started.

Messages name the remedy: they stand under the form's field as they are.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from pydantic import JsonValue

from services.errors import BadInput
from services.generation.catalog import Choice, ModelSpec
from services.generation.seeds import MAX_SEED
from services.ids import is_id
from services.models.directions import paired

MIN_SCALE, MAX_SCALE = 0.05, 2.0
PLACED_X, PLACED_Y, PLACED_SCALE = 0.5, 0.75, 0.8
"""Where a product lies at first: right for a person from the hips up, such as Local Image 1 draws."""

Role = Literal["picture", "last", "clip"]
"""What a source is to what is made of it: the picture to repaint or a clip's first frame, a clip's last frame, or the
clip to go on from."""
ROLES: tuple[Role, ...] = ("picture", "last", "clip")
"""In the order in which a run has its sources."""

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
    style: str | None = None
    negative: str | None = None
    """What is to be left out, in words."""


@dataclass(frozen=True)
class VideoRequest:
    """One clip of `duration` seconds, or a clip that goes on for so many."""

    prompt: str
    aspect: str
    duration: int
    seed: int | None
    resolution: str | None = None
    style: str | None = None
    negative: str | None = None
    audio: bool | None = None
    """Whether it has sound; None where its model has no choice."""


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
    model: ModelSpec,
    prompt: str,
    aspect: str,
    count: int,
    seed: int | None = None,
    resolution: str = "",
    style: str = "",
    negative: str = "",
) -> ImageRequest:
    """What the model does not take is left out. A seed is drawn if none is given.

    Raises BadInput on "prompt", "aspect", "count", "resolution", "style", "negative" or "seed".
    """
    takes, cleaned = model.parameters, validate_prompt(prompt, model)
    _one_of("aspect", "shape", aspect, takes.aspect.options)
    _one_of("count", "number of pictures", count, takes.count.options)
    return ImageRequest(
        cleaned,
        aspect,
        count,
        resolution=_chosen("resolution", resolution, takes.resolution),
        style=_chosen("style", style, takes.style),
        negative=validate_negative(model, negative),
        seed=validate_seed(model, seed),
    )


def validate_video(
    model: ModelSpec,
    prompt: str,
    aspect: str,
    duration: int,
    seed: int | None = None,
    resolution: str = "",
    style: str = "",
    negative: str = "",
    audio: bool = True,
) -> VideoRequest:
    """What the model does not take is left out. A model that takes a seed gets one in any case.

    Raises BadInput on "prompt", "aspect", "duration", "resolution", "style", "negative" or "seed".
    """
    takes, cleaned = model.parameters, validate_prompt(prompt, model)
    _one_of("aspect", "shape", aspect, takes.aspect.options)
    _one_of("duration", "length in seconds", duration, takes.duration.options)
    return VideoRequest(
        cleaned,
        aspect,
        duration,
        resolution=_chosen("resolution", resolution, takes.resolution),
        style=_chosen("style", style, takes.style),
        negative=validate_negative(model, negative),
        seed=validate_seed(model, seed),
        audio=bool(audio) if takes.audio else None,
    )


def validate_sources(model: ModelSpec, chosen: Mapping[Role, str]) -> tuple[tuple[Role, str], ...]:
    """The sources that a run has, of those chosen ("" for none): what the model takes, in the order of ROLES.

    Raises BadInput on "last" or "clip". Whether somebody may use them is for the caller to ask.
    """
    takes = model.parameters
    taken: dict[Role, bool] = {"picture": takes.picture, "last": takes.last_picture, "clip": takes.extends}
    used = {role: chosen.get(role, "") for role in ROLES if taken[role] and chosen.get(role)}
    if "clip" in used and len(used) > 1:
        raise BadInput("clip", "A clip goes on from its own end. Clear the clip, or the first and the last frame")
    if "last" in used and "picture" not in used:
        raise BadInput("last", "A last frame needs a first one. Choose a first frame, too, or clear the last frame")
    return tuple(used.items())


def validate_clip(model: ModelSpec, seconds: float | None) -> None:
    """That the model can go on from a clip of that length, if it is known. Raises BadInput on "clip"."""
    longest = model.parameters.extension.longest
    if longest and seconds is not None and round(seconds) > longest:
        raise BadInput("clip", f"This clip lasts {seconds:.0f} s. Choose one of at most {longest} s, or another model")


def told_roles(sources: Sequence[tuple[Role, str]]) -> list[Role] | None:
    """The roles of a run's sources as its parameters tell them; None where that goes without saying."""
    roles = [role for role, _ in sources]
    return None if roles in ([], ["picture"]) else roles


def roles_of(parameters: Mapping[str, JsonValue], count: int) -> tuple[Role, ...]:
    """The roles of the `count` sources of a run, as `told_roles` told them; none where they do not fit together.

    >>> roles_of({}, 1), roles_of({"sources": ["picture", "last"]}, 2), roles_of({"sources": ["clip"]}, 0)
    (('picture',), ('picture', 'last'), ())
    """
    told = parameters.get("sources") or ["picture"] * count
    if isinstance(told, list) and len(told) == count and all(one in ROLES and told.count(one) == 1 for one in told):
        return tuple(cast(list[Role], told))
    return ()


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
    _check_length("prompt", cleaned, model.parameters.prompt)
    return cleaned


def validate_negative(model: ModelSpec, negative: str) -> str | None:
    """What is to be left out, cleaned as a prompt is; None for nothing. Raises BadInput("negative", …)."""
    longest, cleaned = model.parameters.negative, clean_prompt(negative)
    if not longest or not _can_be_seen(cleaned):
        return None
    _check_length("negative", cleaned, longest)
    return cleaned


def _check_length(field: str, text: str, longest: int) -> None:
    over = len(text) - longest
    if over > 0:
        raise BadInput(field, f"{len(text):,} of {longest:,} characters. Shorten by {over:,}")


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


def _chosen(field: str, value: str, choice: Choice[str]) -> str | None:
    """None where the model has no such choice, or none of them was chosen."""
    if not choice.options:
        return None
    _one_of(field, field, value, choice.options)
    return value or None


def _one_of(field: str, noun: str, value: object, allowed: tuple[object, ...]) -> None:
    # `in` alone would take True for 1 and 2.0 for 2.
    if not any(value == known and type(value) is type(known) for known in allowed):
        choices = ", ".join(str(known) or "none" for known in sorted(allowed, key=str))
        raise BadInput(field, f"{value!r} is not a {noun} this model makes. Choose one of {choices}")
