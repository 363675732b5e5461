"""What a person's items take up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from services.models.media import MediaType


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


MEDIA_TYPES: tuple[MediaType, ...] = get_args(MediaType)
