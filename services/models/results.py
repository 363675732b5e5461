"""What goes into and comes out of a store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from services.models.media import MediaItem
from services.models.record import Record, RecordKind

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Page(Generic[R]):
    """One page of a list.

    `next_cursor` is opaque, None at the end. `watermark` is opaque and covers this read: `changed_since(watermark)`
    returns every change this page does not show. `as_of` is for display only; comparing times loses commits.
    `documents_read` is what the read cost, in documents.
    `searched_to` is set where the page ends before it is full and before the list does, since filters that the store
    does not have were applied to as many documents as one step reads: the place of the last one looked at, its
    `created_at` or, in the order of titles, the beginning of its title. `next_cursor` goes on from there.
    """

    items: tuple[R, ...]
    next_cursor: str | None
    as_of: datetime
    watermark: str
    documents_read: int
    searched_to: datetime | str | None = None
    newest: str = ""
    """Nothing in it was committed later; "" where that is the watermark."""
    latest: str = ""
    """The last commit of what it shows, "" where that is not known; of what it shows no more it tells nothing."""


@dataclass(frozen=True)
class Listing(Generic[R]):
    """All of a list that is short by its nature, in its order. `documents_read` is what the read cost."""

    items: tuple[R, ...]
    documents_read: int


@dataclass(frozen=True)
class Count:
    """How many items a query finds: `number`, or at least so many where it is not `exact`.

    `watermark`: what was committed up to there is in it and nothing later; "" where that was read in several steps.
    """

    number: int
    exact: bool
    documents_read: int
    watermark: str = ""


@dataclass(frozen=True)
class Removal:
    """A record that is no longer there for this principal: deleted, moved to another project, or no longer visible."""

    kind: RecordKind
    id: str
    revision: int


@dataclass(frozen=True)
class Changes(Generic[R]):
    """Everything committed in a project after a watermark.

    May repeat changes already seen: apply by (id, revision), where a revision not above the held one is old news.
    `newest`: nothing in it was committed later; "" where that is the watermark. `marks`: id → a watermark that covers
    just the commit which is told of it, where that is known.
    """

    changed: tuple[R, ...]
    removed: tuple[Removal, ...]
    as_of: datetime
    watermark: str
    documents_read: int
    newest: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """Media commits in one project, as a change feed delivers them.

    Unlike `Changes` these are for everybody: `changed` holds the items as stored, whoever may read them, so a
    consumer asks `can` for each principal it serves, and an item that a principal may not read any more is a removal
    to them. Batches may repeat or overtake each other: apply by (id, revision). Of several commits of one record a
    batch holds the last. `watermark`: everything up to it has been delivered by this batch or an earlier one; "" for a
    commit out of turn, which says nothing of others.
    `newest`: nothing in this batch was committed later; "" where that is the watermark. `marks` as in Changes.
    `at` is when this process heard of it, for display only.
    """

    project_id: str
    changed: tuple[MediaItem, ...]
    removed: tuple[Removal, ...]
    operation_ids: frozenset[str]
    watermark: str
    at: datetime
    newest: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Put:
    """Create or replace a record. `expect` is the revision it replaces; 0 means it must not exist yet."""

    record: Record
    expect: int


@dataclass(frozen=True)
class Remove:
    """Delete a record, leaving a tombstone for 30 days. `expect` is the revision that is removed."""

    kind: RecordKind
    id: str
    expect: int


Write = Put | Remove


@dataclass(frozen=True)
class Commit:
    """A finished transaction: the records as stored, in the order of the writes (removed ones left out).

    `watermark` covers it: a read whose watermark is at least this one has seen it. "" where nothing was to be written.
    """

    operation_id: str
    records: tuple[Record, ...]
    committed_at: datetime
    watermark: str = field(default="", compare=False)
