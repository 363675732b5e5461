"""Records to rows and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar, cast

from pydantic import ValidationError

from services.errors import StoreCorrupt
from services.models import MediaItem, Project, Record, RecordKind, Run, Template
from services.models.words import title_key
from services.store.planning import Held, Key, Step
from services.store.sqlite.books import note_change
from services.store.sqlite.search import free_place
from services.store.times import from_micros, to_micros

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Table(Generic[R]):
    """Where records of one kind live; `columns` are the fields repeated for filtering."""

    name: str
    model: type[R]
    columns: tuple[str, ...]


MEDIA = Table("media", MediaItem, ("owner_id", "model", "origin", "status", "media_type", "deleted_at"))
RUNS = Table("runs", Run, ("status",))
PROJECTS = Table("projects", Project, ())
TEMPLATES = Table("templates", Template, ())
_Any = Table[MediaItem] | Table[Run] | Table[Project] | Table[Template]
_TABLES: dict[RecordKind, _Any] = {
    "media": MEDIA,
    "run": RUNS,
    "project": PROJECTS,
    "template": TEMPLATES,
}
_OWN_COLUMNS = ("id", "project_id", "created_at", "updated_at", "revision", "seq", "operation_id")


def table_of(kind: RecordKind) -> Table[Record]:
    return cast(Table[Record], _TABLES[kind])


def decode(table: Table[R], document: str) -> R:
    try:
        return table.model.model_validate_json(document)
    except ValidationError as error:
        raise StoreCorrupt(f"A record in the table {table.name} cannot be read: {error}") from error


def decode_all(table: Table[R], rows: Iterable[tuple[str]]) -> list[R]:
    return [decode(table, document) for (document,) in rows]


def held(connection: sqlite3.Connection, keys: Sequence[Key]) -> dict[Key, Held]:
    """What the file holds under the keys."""
    found = ((key, _held(connection, *key)) for key in keys)
    return {key: one for key, one in found if one}


def _held(connection: sqlite3.Connection, kind: RecordKind, record_id: str) -> Held | None:
    table = _TABLES[kind]
    row = connection.execute(
        f"SELECT document, revision, updated_at, operation_id FROM {table.name} WHERE id = ?",  # noqa: S608 (own names)
        (record_id,),
    ).fetchone()
    if row:
        return Held(decode(cast(Table[Record], table), row[0]), row[1], from_micros(row[2]), row[3])
    # A record that moved about may have left several tombstones; only the last one tells of its removal.
    grave = connection.execute(
        "SELECT revision, deleted_at, operation_id FROM tombstones WHERE kind = ? AND id = ? "
        "ORDER BY revision DESC LIMIT 1",
        (kind, record_id),
    ).fetchone()
    return Held(None, grave[0], from_micros(grave[1]), grave[2]) if grave else None


def store_step(
    connection: sqlite3.Connection, step: Step, *, seq: int, now: datetime, operation_id: str
) -> Record | None:
    """Carry out one step; the record as stored, None for a removal."""
    kind, record_id = step.key
    note_change(connection, step.before, step.after)
    if step.left_project is not None:
        connection.execute(
            "INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?, ?, ?, ?, ?)",
            (kind, record_id, step.left_project, to_micros(now), step.revision, seq, operation_id),
        )
    if step.after is None:
        connection.execute(f"DELETE FROM {_TABLES[kind].name} WHERE id = ?", (record_id,))  # noqa: S608 (own names)
        return None
    record = step.after.model_copy(update={"updated_at": now})
    connection.execute(
        "DELETE FROM tombstones WHERE kind = ? AND id = ? AND project_id = ?", (kind, record_id, record.project_id)
    )
    derived: dict[str, str | int] = {}
    if isinstance(record, MediaItem):
        derived = {"title_key": title_key(record.title)}
        if step.before is None:
            derived["place"] = free_place(connection, to_micros(record.created_at))
    _upsert(connection, _TABLES[kind], record, derived, seq, operation_id)
    return record


def _upsert(
    connection: sqlite3.Connection,
    table: _Any,
    record: Record,
    derived: Mapping[str, str | int],
    seq: int,
    operation_id: str,
) -> None:
    """`derived` are columns that are made of the record; one that is not given stays as it is."""
    columns = (*_OWN_COLUMNS, *table.columns, *derived, "document")
    created_at, updated_at = to_micros(record.created_at), to_micros(record.updated_at)
    values = (record.id, record.project_id, created_at, updated_at, record.revision, seq, operation_id)
    filters = tuple(_cell(getattr(record, column)) for column in table.columns)
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    connection.execute(
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "  # noqa: S608 (own names)
        f"ON CONFLICT (id) DO UPDATE SET {changes}",
        (*values, *filters, *derived.values(), record.model_dump_json()),
    )


def _cell(value: str | datetime | None) -> str | int | None:
    return to_micros(value) if isinstance(value, datetime) else value
