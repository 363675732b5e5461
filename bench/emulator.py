"""Google's Firestore emulator for measurements."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.emulator import running_emulator

MEGABYTES = 3_000
"""Enough for a library of 100,000 documents."""
_HOST = "FIRESTORE_EMULATOR_HOST"


@contextmanager
def emulator() -> Iterator[str]:
    """`host:port` of an emulator, which clients of this process and of its children use. Raises EmulatorMissing."""
    before = os.environ.get(_HOST)
    with running_emulator(MEGABYTES) as host:
        os.environ[_HOST] = host
        try:
            yield host
        finally:
            del os.environ[_HOST]
            if before is not None:
                os.environ[_HOST] = before
