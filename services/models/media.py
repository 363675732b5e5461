"""Media items and the files behind them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from services.models.record import Record, RecordKind

MediaType = Literal["image", "video", "audio", "combined"]
MediaStatus = Literal["generating", "ready", "failed"]
Origin = Literal["create-image", "create-video", "try-on", "import"]
"""How an item came to be. Pages list by it ("what I made here"), the library by type."""
Variant = Literal["original", "thumb", "poster"]
"""`thumb` is a WebP of at most 480 px on its long side, of a sound its wave; `poster` a video's first telling frame in
full size."""

TITLE_LENGTH = 200
"""Characters."""


class FileRef(BaseModel):
    """One immutable blob. A changed file gets a new key and a new `updated_at`, never new bytes under the old key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    """Blob key, made by Freshet from ids and a fixed extension, never from a user's file name."""
    content_type: str
    size: int
    """Bytes."""
    sha256: str
    updated_at: datetime
    """Version of the bytes: goes into every URL of the file."""
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    """Seconds, for video and audio."""


class MediaItem(Record):
    """One picture, clip or track in a library. While `generating` it has no files; once `failed`, an `error`."""

    kind: ClassVar[RecordKind] = "media"

    media_type: MediaType
    status: MediaStatus
    origin: Origin
    title: str = Field(max_length=TITLE_LENGTH)
    prompt: str = ""
    model: str = ""
    parameters: dict[str, JsonValue] = {}
    source_ids: tuple[str, ...] = ()
    """Items this one was made from."""
    run_id: str | None = None
    first_run_id: str | None = None
    """The run that it was asked for in at first, where a retry has given it another one since."""
    run_index: int = 0
    """Place among the outputs of that first run, from 0."""
    files: dict[Variant, FileRef] = {}
    error: str | None = None
    cost_nano: int | None = Field(default=None, ge=0)
    """What making it cost in its present run, in nano-dollars; None where that is not known."""
    earlier_cost_nano: int | None = Field(default=0, ge=0)
    """What runs before that cost, which a retry took the place of; None where that is not known."""
    favourite: bool = False
    tags: tuple[str, ...] = ()
    """As `clean_tags` makes them, in their owner's order."""
    deleted_at: datetime | None = None
    """When it went into the trash: its owner can bring it back, files and all, and no list shows it meanwhile."""

    def file(self, variant: Variant) -> FileRef | None:
        return self.files.get(variant)
