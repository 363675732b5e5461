"""A file in memory, on its way into blobs. Light: render processes import it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.models.media import MediaType, Variant


@dataclass(frozen=True)
class RenderedFile:
    """The bytes of one variant and what is known about them. Sizes in pixels as displayed, duration in seconds."""

    variant: Variant
    data: bytes
    content_type: str
    extension: str
    """Without the dot."""
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    path: Path | None = None
    """Where the bytes are instead of in `data`: a file that is too large to be passed around."""


@dataclass(frozen=True)
class Derived:
    """What bytes turned out to be, with the variants made from them. The original comes first, unchanged."""

    media_type: MediaType
    files: tuple[RenderedFile, ...]
