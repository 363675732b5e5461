"""What a check finds, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from services.models import MediaItem

Trouble = Literal["orphan", "missing", "damaged", "half-written"]
"""No record refers to the file; a record's file is not there; it has another size than the record says; a write that
did not come to its end."""

_MEANING: dict[Trouble, tuple[str, str]] = {
    "orphan": ("file that no record refers to", "files that no record refers to"),
    "half-written": ("half-written file", "half-written files"),
    "missing": ("missing file of an item", "missing files of items"),
    "damaged": ("file of another size than its item says", "files of other sizes than their items say"),
}


@dataclass(frozen=True)
class Finding:
    trouble: Trouble
    key: str
    size: int = 0
    """Bytes that are there."""
    item: MediaItem | None = None
    """Whose file it should be."""
    removed: bool = False

    def __str__(self) -> str:
        whose = f" of item {self.item.id}" if self.item else ""
        return f"{self.trouble:12} {self.key}{whose}{' (removed)' if self.removed else ''}"


@dataclass
class Tally:
    """What a check has seen so far."""

    records: int = 0
    files: int = 0
    foreign: int = 0
    """Files whose names Freshet never makes: none of its business."""
    found: dict[Trouble, int] = field(default_factory=dict)
    bytes_found: int = 0
    """In orphans and half-written files."""
    removed: int = 0

    @property
    def left(self) -> int:
        """What is still wrong."""
        return sum(self.found.values()) - self.removed

    @property
    def removable(self) -> int:
        """What `repair` would remove."""
        return self.found.get("orphan", 0) + self.found.get("half-written", 0) - self.removed

    def lines(self) -> list[str]:
        """All of it, for people."""
        size = f"{self.bytes_found / 1e6:,.1f} MB"
        lines = [f"Checked {_count(self.records, 'item')} and {_count(self.files, 'file')}."]
        lines += [f"Found {count:,} {_MEANING[trouble][count != 1]}." for trouble, count in self.found.items()]
        if not self.found:
            lines.append("All is in order.")
        if self.foreign:
            lines.append(f"Left alone: {_count(self.foreign, 'file')} under names that Freshet never makes.")
        if self.removed:
            lines.append(f"Removed {_count(self.removed, 'file')} ({size}).")
        elif self.removable:
            lines.append(f"Nothing was changed: --repair removes {_count(self.removable, 'file')} ({size}).")
        return lines


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
