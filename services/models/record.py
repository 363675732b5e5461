"""What every stored record carries."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

RecordKind = Literal["media", "run", "project", "template"]
Visibility = Literal["private", "project", "public"]
"""Who may read a record: its owner; the members of its project; everybody."""


class Record(BaseModel):
    """Base of the stored entities. Immutable: a change is a copy with other values, committed to the store.

    `created_at` is set once by whoever makes the record and orders every list, with `id` as tie-break.
    `updated_at` and `revision` belong to the store: whatever a caller puts there is replaced at commit
    (revision 1 at creation, one more at each commit).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[RecordKind]

    id: str
    project_id: str
    owner_id: str
    visibility: Visibility = "project"
    created_at: datetime
    updated_at: datetime
    revision: int = 0
