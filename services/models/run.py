"""Run records: the truth about what was asked of a model and how it went."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from services.models.record import Record, RecordKind

RunType = Literal["image", "video", "try-on"]
RunStatus = Literal["queued", "running", "succeeded", "failed", "cancelled"]

FINISHED: frozenset[RunStatus] = frozenset({"succeeded", "failed", "cancelled"})


class Run(Record):
    """One request to a model, with `output_ids` placeholders made in the same commit as the run itself."""

    kind: ClassVar[RecordKind] = "run"

    run_type: RunType
    status: RunStatus
    model: str
    prompt: str
    parameters: dict[str, JsonValue] = {}
    source_ids: tuple[str, ...] = ()
    output_ids: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    """Outputs that a provider was asked for who is paid: after a crash nobody knows what became of them."""
    operations: dict[str, str] = {}
    """By media id, the provider's name of what it works on: asking what became of it costs nothing. Of an output that
    was not asked for, the name under which an earlier run began it, which did not get it."""
    progress: int = Field(default=0, ge=0, le=100)
    """Percent, stored at most once a second and without touching `updated_at`."""
    error: str | None = None
    cost_nano: int | None = Field(default=None, ge=0)
    """What its outputs cost together, in nano-dollars; None while that is not known, or never will be."""
    engine_id: str = ""
    """The workflow engine that executes it: another one must not take it up."""
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def finished(self) -> bool:
        return self.status in FINISHED
