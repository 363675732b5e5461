"""Which ids a store accepts.

An id becomes the last part of a Firestore document path and of a SQLite key. Firestore refuses `/`, `.`, `..`,
`__…__` and more than 1,500 bytes (cloud.google.com/firestore/quotas); `@` parts an id from the project in the
name of a tombstone that a move leaves behind.
"""

from __future__ import annotations

import re

_RESERVED = re.compile(r"\.|\.\.|__.*__", re.DOTALL)
_LONGEST = 700
"""Bytes: room for two ids in the name of a tombstone."""


def is_safe_id(text: str) -> bool:
    """Whether a record may be stored under `text`; nothing is, under any other, so looking it up is not needed."""
    if not text or "/" in text or "@" in text or "\0" in text or _RESERVED.fullmatch(text):
        return False
    try:
        return len(text.encode()) <= _LONGEST
    except UnicodeEncodeError:  # half a surrogate pair, as a URL can hold
        return False
