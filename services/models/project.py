"""Projects: the scope of every library, change feed and permission."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from services.models.record import Record, RecordKind

NAME_LENGTH = 80


class Project(Record):
    """A named library with its members. Its own `project_id` equals its `id`."""

    kind: ClassVar[RecordKind] = "project"

    name: str = Field(min_length=1, max_length=NAME_LENGTH)
    member_ids: tuple[str, ...] = ()
