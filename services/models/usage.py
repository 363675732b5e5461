"""What a person's items take up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from services.models.media import MediaType

DEAR = 6
"""Documents read for a sum, above which it is dear. Twice an hour, one of so many is what an idle page may cost."""


@dataclass(frozen=True)
class Amount:
    """So many items, and the bytes of their files (see `stored_bytes`)."""

    items: int = 0
    bytes: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.items + other.items, self.bytes + other.bytes)


@dataclass(frozen=True)
class Usage:
    """What all items of one person take up, in all projects. `trash` is a part of `by_type`, which names every type."""

    by_type: Mapping[MediaType, Amount]
    trash: Amount = field(default_factory=Amount)
    documents_read: int = 0
    """What it cost to find out."""

    @property
    def total(self) -> Amount:
        """
        >>> Usage({"image": Amount(2, 500), "video": Amount(1, 900)}).total
        Amount(items=3, bytes=1400)
        """
        return sum(self.by_type.values(), Amount())

    @property
    def is_dear(self) -> bool:
        """Whether it costs too much to be made anew without somebody's asking. On Firestore it does from some
        thousands of items on, since it costs in proportion to them.

        >>> Usage({}, documents_read=DEAR).is_dear, Usage({}, documents_read=DEAR + 1).is_dear
        (False, True)
        """
        return self.documents_read > DEAR


MEDIA_TYPES: tuple[MediaType, ...] = get_args(MediaType)
