"""Marks: short texts by which an item is found besides the values of its fields, the same ones in both stores."""

from __future__ import annotations

from services.models import MediaItem, MediaQuery
from services.models.words import tag_key

FAVOURITE = "favourite"


def marks_of(item: MediaItem) -> tuple[str, ...]:
    """
    >>> from datetime import datetime
    >>> marks_of(MediaItem.model_construct(favourite=True, tags=("Sea",), source_ids=("one",)))
    ('favourite', 'tag:sea', 'source:one')
    """
    tags = (_tag(tag) for tag in item.tags)
    sources = (_source(source_id) for source_id in item.source_ids)
    return tuple(dict.fromkeys((*([FAVOURITE] if item.favourite else []), *tags, *sources)))


def marks_wanted(query: MediaQuery) -> tuple[str, ...]:
    """The marks that all that `query` finds has; the one that usually leaves fewest items first."""
    source = [_source(query.source_id)] if query.source_id is not None else []
    tag = [_tag(query.tag)] if query.tag is not None else []
    return (*source, *tag, *([FAVOURITE] if query.favourite else []))


def _tag(tag: str) -> str:
    return f"tag:{tag_key(tag)}"


def _source(source_id: str) -> str:
    return f"source:{source_id}"
