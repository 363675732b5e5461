"""Times as the stores keep them: whole microseconds since 1970 UTC, exact in both directions (a float is not)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

EARLIEST = -62_135_596_800_000_000
"""0001-01-01T00:00:00Z, the first time that Python and Firestore can hold."""
LATEST = 253_402_300_799_999_999
"""9999-12-31T23:59:59.999999Z, the last."""


def to_micros(time: datetime) -> int:
    """Microseconds since the epoch of an aware `time`."""
    return (time - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC time `micros` after the epoch, between EARLIEST and LATEST."""
    return _EPOCH + micros * _MICROSECOND
