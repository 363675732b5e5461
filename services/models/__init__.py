"""Entities and values: pydantic models, pure, no I/O and no clock."""

from services.models.media import FileRef, MediaItem, MediaStatus, MediaType, Origin, Variant
from services.models.principal import Principal
from services.models.project import Project
from services.models.query import MediaQuery, Sort
from services.models.record import Record, RecordKind, Visibility
from services.models.results import Batch, Changes, Commit, Count, Page, Put, Removal, Remove, Write
from services.models.run import Run, RunStatus, RunType
from services.models.tags import clean_tags

__all__ = [
    "Batch",
    "Changes",
    "Commit",
    "Count",
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
    "Sort",
    "Variant",
    "Visibility",
    "Write",
    "clean_tags",
]
