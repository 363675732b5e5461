"""Entities and values: pydantic models, pure, no I/O and no clock."""

from services.models.media import FileRef, MediaItem, MediaStatus, MediaType, Origin, Variant
from services.models.principal import Principal
from services.models.project import Project
from services.models.query import MediaQuery, Sort
from services.models.record import Record, RecordKind, Visibility
from services.models.results import Batch, Changes, Commit, Count, Listing, Page, Put, Removal, Remove, Write
from services.models.run import Run, RunStatus, RunType
from services.models.tags import clean_tags
from services.models.template import MOST_TEMPLATES, Template, TemplateType
from services.models.usage import MEDIA_TYPES, Amount, Usage

__all__ = [
    "MEDIA_TYPES",
    "MOST_TEMPLATES",
    "Amount",
    "Batch",
    "Changes",
    "Commit",
    "Count",
    "FileRef",
    "Listing",
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
    "Template",
    "TemplateType",
    "Usage",
    "Variant",
    "Visibility",
    "Write",
    "clean_tags",
]
