"""Templates: prompts with gaps, kept for everybody in a project."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from services.models.record import Record, RecordKind

TemplateType = Literal["image", "video"]
"""The kinds of runs that are described in words alone."""

NAME_LENGTH = 80
"""Characters."""
TEXT_LENGTH = 4_000
"""Characters, the fields' braces included."""
MOST_TEMPLATES = 200
"""Of one project, of all types together."""


class Template(Record):
    """A prompt of which parts are filled in at each use. `services/prompts/fields.py` reads its text."""

    kind: ClassVar[RecordKind] = "template"

    name: str = Field(min_length=1, max_length=NAME_LENGTH)
    """Unlike those of the project's other templates of this type, whatever the case."""
    run_type: TemplateType
    text: str = Field(min_length=1, max_length=TEXT_LENGTH)
