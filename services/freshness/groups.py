"""One change of several items: one commit under one operation, in chunks only where the store takes no more at once.

An item that cannot be changed, since others deleted it or keep changing it, is left out with the reason; the rest is
stored all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.errors import Conflict, FreshetError, NotFound
from services.freshness.edits import Edit, gone, replayed
from services.models import Batch, Commit, MediaItem, Principal, Put, Removal
from services.store.protocol import Store

CLASHES = 20
"""How often a commit is tried again on items that others keep changing."""


@dataclass
class Stored:
    """What came of it: the items as they are stored now, and for those that were left out the reason, by id."""

    items: list[MediaItem] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Removed for good meanwhile."""
    failures: dict[str, str] = field(default_factory=dict)
    watermark: str = ""
    marks: dict[str, str] = field(default_factory=dict)
    """Watermarks of the commits that were made, by the ids of their items."""
    committed_at: datetime | None = None

    def batches(self, edits: Sequence[Edit], known: Mapping[str, MediaItem], at: datetime) -> list[Batch]:
        """As commits of `edits` among others: one for each project, since others may have moved some of them."""
        homes = {edit.media_id: edit.before.project_id for edit in edits}
        projects = dict.fromkeys([*(item.project_id for item in self.items), *(homes[one] for one in self.gone)])
        return [
            Batch(
                project_id=project_id,
                changed=tuple(item for item in self.items if item.project_id == project_id),
                removed=tuple(
                    Removal("media", one, known[one].revision + 1) for one in self.gone if homes[one] == project_id
                ),
                operation_ids=frozenset({edits[0].operation_id}),
                watermark="",
                at=at,
                newest=self.watermark,
                marks=self.marks,
            )
            for project_id in projects
        ]


def store_group(store: Store, principal: Principal, edits: Sequence[Edit], known: Mapping[str, MediaItem]) -> Stored:
    """Store `edits`, all of one operation, on the newest revisions; `known` are those that this process knows.

    Raises StoreError, Forbidden where nothing could be stored; after a first chunk the rest counts as failures.
    """
    result = Stored()
    for start in range(0, len(edits), store.commit_size):
        chunk = edits[start : start + store.commit_size]
        try:
            _store_chunk(store, principal, chunk, {edit.media_id: known[edit.media_id] for edit in chunk}, result)
        except FreshetError as error:
            if not result.watermark:
                raise
            result.failures |= {edit.media_id: str(error) for edit in edits[start:]}
            break
    return result


def _store_chunk(
    store: Store, principal: Principal, chunk: Sequence[Edit], newest: dict[str, MediaItem], result: Stored
) -> None:
    certain = False
    for _ in range(CLASHES):
        puts, same, failures = _plan(chunk, newest)
        if not puts and certain:
            break
        if puts:
            try:
                commit = store.commit(principal, puts, operation_id=chunk[0].operation_id)
            except (Conflict, NotFound):
                pass
            else:
                _take(commit, result)
                break
        newest, certain = store.media.get_many(principal, [edit.media_id for edit in chunk]), True
    else:
        failures = {edit.media_id: "others keep changing it" for edit in chunk}
        same = []
    result.items += same
    result.failures |= failures
    result.gone += [edit.media_id for edit in chunk if edit.media_id not in newest]


def _plan(chunk: Sequence[Edit], newest: Mapping[str, MediaItem]) -> tuple[list[Put], list[MediaItem], dict[str, str]]:
    """What is to be written, what is as wanted already, and why the others cannot be changed."""
    puts, same, failures = list[Put](), list[MediaItem](), dict[str, str]()
    for edit in chunk:
        item = newest.get(edit.media_id)
        if item is None:
            if edit.change.kind != "delete":
                failures[edit.media_id] = gone(edit)
            continue
        try:
            wanted = replayed(edit, item)
        except FreshetError as error:
            failures[edit.media_id] = str(error)
            continue
        if wanted is item:
            same.append(item)
        else:
            puts.append(Put(wanted, expect=item.revision))
    return puts, same, failures


def _take(commit: Commit, result: Stored) -> None:
    items = [record for record in commit.records if isinstance(record, MediaItem)]
    result.items += items
    result.marks |= {item.id: commit.watermark for item in items}
    result.watermark, result.committed_at = commit.watermark, commit.committed_at
