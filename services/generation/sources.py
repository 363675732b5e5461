"""What something is made from: pictures and clips of the library, each with the part it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from services.errors import BadInput
from services.generation.requests import Role, roles_of


@dataclass(frozen=True)
class Sources:
    """The bytes of each part that is given."""

    picture: bytes | None = None
    last: bytes | None = None
    clip: bytes | None = None


def require_roles(parameters: Mapping[str, JsonValue], count: int) -> tuple[Role, ...]:
    """`roles_of`, of each source one. Raises BadInput on "picture" for roles that are none or stand twice.

    >>> require_roles({}, 1), require_roles({"sources": ["picture", "last"]}, 2)
    (('picture',), ('picture', 'last'))
    """
    found = roles_of(parameters, count)
    if len(found) != count:
        raise BadInput("picture", "What this is to be made from does not fit together. Choose the pictures anew.")
    return found


def placed(parts: Sequence[Role], files: Sequence[bytes]) -> Sources:
    """The files by their parts. Raises BadInput on "last" for a last frame without a first one.

    >>> placed(("picture", "last"), [b"begin", b"end"])
    Sources(picture=b'begin', last=b'end', clip=None)
    """
    given = dict(zip(parts, files, strict=True))
    if "last" in given and "picture" not in given:
        raise BadInput("last", "A last frame needs a first one, too. Choose one, or leave out the last frame.")
    return Sources(given.get("picture"), given.get("last"), given.get("clip"))
