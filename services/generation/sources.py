"""What something is made from: pictures and clips of the library, each with the part it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from services.errors import BadInput

Role = Literal["picture", "last", "clip"]
"""To repaint or the first frame; a clip's last frame; a clip to go on from."""
_ROLES: dict[str, Role] = {"picture": "picture", "last": "last", "clip": "clip"}


@dataclass(frozen=True)
class Sources:
    """The bytes of each part that is given."""

    picture: bytes | None = None
    last: bytes | None = None
    clip: bytes | None = None


def roles(parameters: Mapping[str, JsonValue], count: int) -> tuple[Role, ...]:
    """The parts that a run's `count` sources have, in their order; without a word on it, one is the picture.

    Raises BadInput on "picture" for parts that are none or stand twice.

    >>> roles({}, 1), roles({"sources": ["picture", "last"]}, 2)
    (('picture',), ('picture', 'last'))
    """
    told = parameters.get("sources") or ["picture"] * count
    found = [_ROLES[str(one)] for one in told if str(one) in _ROLES] if isinstance(told, list) else []
    if len(found) != count or len(set(found)) != count:
        raise BadInput("picture", "What this is to be made from does not fit together. Choose the pictures anew.")
    return tuple(found)


def placed(parts: Sequence[Role], files: Sequence[bytes]) -> Sources:
    """The files by their parts. Raises BadInput on "last" for a last frame without a first one.

    >>> placed(("picture", "last"), [b"begin", b"end"])
    Sources(picture=b'begin', last=b'end', clip=None)
    """
    given = dict(zip(parts, files, strict=True))
    if "last" in given and "picture" not in given:
        raise BadInput("last", "A last frame needs a first one, too. Choose one, or leave out the last frame.")
    return Sources(given.get("picture"), given.get("last"), given.get("clip"))
