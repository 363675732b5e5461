"""What a commit does, decided the same way for both stores.

A store reads what it holds under the ids of the writes, asks `plan` and carries out the steps, all in one
transaction. Every rule about revisions, permissions and immutable fields is here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.errors import BadInput, Conflict, NotFound
from services.identity import require
from services.models import (
    Commit,
    MediaItem,
    Principal,
    Project,
    Put,
    Record,
    RecordKind,
    Remove,
    Write,
    clean_tags,
)
from services.store.keys import is_safe_id

Key = tuple[RecordKind, str]


@dataclass(frozen=True)
class Held:
    """What a store holds under a key: a record or, where `record` is None, the tombstone of one."""

    record: Record | None
    revision: int
    updated_at: datetime
    operation_id: str


@dataclass(frozen=True)
class Step:
    """One record's change from `before` to `after`; None stands for absence. `revision` is the new one."""

    key: Key
    before: Record | None
    after: Record | None
    revision: int

    @property
    def left_project(self) -> str | None:
        """The project in which the record is no longer found."""
        if self.before is None or (self.after and self.after.project_id == self.before.project_id):
            return None
        return self.before.project_id


def keys_of(writes: Sequence[Write]) -> list[Key]:
    """The keys that the writes touch, in their order. Raises BadInput for unusable or repeated ids."""
    keys = [_key(write) for write in writes]
    for kind, record_id in keys:
        if not is_safe_id(record_id):
            raise BadInput("id", f"A {kind} cannot be stored under this id")
    if len(set(keys)) < len(keys):
        raise BadInput("writes", "A commit can change each record once")
    return keys


def plan(principal: Principal, writes: Sequence[Write], held: Mapping[Key, Held]) -> list[Step]:
    """The steps of a commit. Raises BadInput, Conflict, Forbidden, NotFound."""
    return [_step(principal, write, held.get(_key(write))) for write in writes]


def done_before(writes: Sequence[Write], held: Mapping[Key, Held], operation_id: str) -> Commit | None:
    """The finished commit if these very writes were made under this `operation_id` already, else None.

    A commit whose answer was lost, or a durable step that runs again, can so be repeated without harm.
    """
    found = [held.get(_key(write)) for write in writes]
    done = [one for one, write in zip(found, writes, strict=True) if one and _is_result(one, write, operation_id)]
    if not done or len(done) < len(writes):
        return None
    records = tuple(one.record for one in done if one.record)
    return Commit(operation_id, records, done[0].updated_at)


def _step(principal: Principal, write: Write, held: Held | None) -> Step:
    existing = held.record if held else None
    if isinstance(write, Put) and write.expect == 0:
        return _creation(principal, write, existing, held.revision if held else 0)
    kind, record_id = _key(write)
    if existing is None:
        raise NotFound(f"No {kind} {record_id}")
    require(principal, "delete" if _deletes(write, existing) else "edit", existing)
    if existing.revision != write.expect:
        raise Conflict(f"This {kind} has been changed meanwhile")
    after = _replacement(principal, write, existing) if isinstance(write, Put) else None
    return Step((kind, record_id), existing, after, existing.revision + 1)


def _deletes(write: Write, existing: Record) -> bool:
    """Whether a write removes a record, or puts it into the trash or takes it out."""
    if isinstance(write, Remove):
        return True
    return _deleted_at(write.record) != _deleted_at(existing)


def _deleted_at(record: Record) -> datetime | None:
    return record.deleted_at if isinstance(record, MediaItem) else None


def _creation(principal: Principal, write: Put, existing: Record | None, last_revision: int) -> Step:
    """A record made again after a removal goes on counting: its revision must not look like old news."""
    _check_shape(write.record)
    require(principal, "create", write.record)
    if existing is not None:
        raise Conflict(f"This {write.record.kind} exists already")
    return Step(_key(write), None, _stamped(write.record, last_revision + 1), last_revision + 1)


def _replacement(principal: Principal, write: Put, existing: Record) -> Record:
    record = write.record
    _check_shape(record)
    if record.created_at != existing.created_at:
        raise BadInput("created_at", "The time of creation cannot be changed")
    if (record.project_id, record.owner_id) != (existing.project_id, existing.owner_id):
        require(principal, "create", record)  # nobody plants records in foreign projects or in another's name
    return _stamped(record, existing.revision + 1)


def _check_shape(record: Record) -> None:
    if record.created_at.utcoffset() is None:
        raise BadInput("created_at", "The time of creation needs a time zone")
    if not is_safe_id(record.project_id):
        raise BadInput("project_id", "This is no project's id")
    if isinstance(record, MediaItem) and clean_tags(record.tags) != record.tags:
        raise BadInput("tags", "Tags: these are not as they are kept; put them in order first")
    if isinstance(record, Project) and record.project_id != record.id:
        raise BadInput("project_id", "A project is its own scope")


def _stamped(record: Record, revision: int) -> Record:
    return record.model_copy(update={"revision": revision, "created_at": record.created_at.astimezone(UTC)})


def _key(write: Write) -> Key:
    return (write.record.kind, write.record.id) if isinstance(write, Put) else (write.kind, write.id)


def _is_result(held: Held, write: Write, operation_id: str) -> bool:
    if held.operation_id != operation_id:
        return False
    if isinstance(write, Remove):
        return held.record is None and held.revision == write.expect + 1
    if held.record is None or (write.expect and held.revision != write.expect + 1):
        return False
    belongs_to_store = {"updated_at": held.updated_at, "revision": held.revision}
    return held.record == write.record.model_copy(update=belongs_to_store)
