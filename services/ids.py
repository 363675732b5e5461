"""The one id generator.

Ids are 26 characters of Crockford's base 32: 48 bits of milliseconds, then 80 random bits, the layout of
the ULID specification (github.com/ulid/spec). They sort by time of making, hold no separator that a URL,
a blob key or a Firestore path would treat specially, and can be validated by shape alone.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Protocol

from services.clock import Clock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHAPE = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


class Ids(Protocol):
    def new(self) -> str:
        """A new id, unlike any other."""


class UlidIds:
    """ULIDs from a clock and the operating system's randomness."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self) -> str:
        return ulid(self._clock.now(), secrets.randbits(80))


class SequentialIds:
    """Predictable ids for tests: the n-th id encodes n, counted on from `last`."""

    def __init__(self, last: int = 0) -> None:
        self._last = last

    def new(self) -> str:
        self._last += 1
        return _base32(self._last)


def ulid(moment: datetime, entropy: int) -> str:
    """The id made at `moment` from 80 bits."""
    return _base32((int(moment.timestamp() * 1000) << 80) | entropy)


def is_id(text: str) -> bool:
    """Whether `text` has the shape of an id. Anything from a URL is checked before it reaches a store."""
    return _SHAPE.fullmatch(text) is not None


def _base32(value: int) -> str:
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
