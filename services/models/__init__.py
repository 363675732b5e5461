"""Entities and values: pydantic models, pure, no I/O and no clock."""

from services.models.media import FileRef, MediaItem, MediaStatus, MediaType, Origin, Variant
from services.models.principal import Principal
from services.models.project import Project
from services.models.query import MediaQuery
from services.models.record import Record, RecordKind, Visibility
from services.models.results import Batch, Changes, Commit, Page, Put, Removal, Remove, Write
from services.models.run import Run, RunStatus, RunType

__all__ = [
    "Batch",
    "Changes",
    "Commit",
    "FileRef",
    "MediaItem",
    "MediaQuery",
    "MediaStatus",
    "MediaType",
    "Origin",
    "Page",
    "Principal",
    "Project",
    "Put",
    "Record",
    "RecordKind",
    "Removal",
    "Remove",
    "Run",
    "RunStatus",
    "RunType",
    "Variant",
    "Visibility",
    "Write",
]
