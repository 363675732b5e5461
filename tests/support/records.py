"""Records for tests: plain by default, every field open to change."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from services.ids import SequentialIds
from services.models import FileRef, MediaItem, Principal, Project, Put, Record, Remove, Run, Template
from services.store.protocol import Store

PROJECT = "studio"
OWNER = "ada"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

_ids = SequentialIds(1 << 40)  # unlike those of a studio, however many tests have run before
_seconds = itertools.count()


def make_principal(user_id: str = OWNER, *project_ids: str) -> Principal:
    """A person, member of PROJECT unless other projects are given."""
    return Principal(user_id=user_id, name=user_id.title(), project_ids=frozenset(project_ids or (PROJECT,)))


def make_item(**fields: Any) -> MediaItem:
    """A ready image of OWNER in PROJECT, each one a second younger than the one before."""
    record_id = fields.pop("id", None) or _ids.new()
    created_at = fields.pop("created_at", None) or NOON + timedelta(seconds=next(_seconds))
    defaults: dict[str, Any] = {
        "project_id": PROJECT,
        "owner_id": OWNER,
        "updated_at": created_at,
        "media_type": "image",
        "status": "ready",
        "origin": "create-image",
        "title": f"Item {record_id[-4:]}",
        "prompt": "a lighthouse at dusk",
        "model": "local-image-1",
        "parameters": {"aspect": "1:1", "seed": 7},
        "files": {"original": make_file(key=f"{record_id}.png", updated_at=created_at)},
    }
    return MediaItem(id=record_id, created_at=created_at, **(defaults | fields))


def make_file(**fields: Any) -> FileRef:
    defaults: dict[str, Any] = {
        "key": "file.png",
        "content_type": "image/png",
        "size": 1234,
        "sha256": "0" * 64,
        "updated_at": NOON,
        "width": 64,
        "height": 64,
    }
    return FileRef(**(defaults | fields))


def make_run(**fields: Any) -> Run:
    """A queued image run of OWNER in PROJECT."""
    record_id = fields.pop("id", None) or _ids.new()
    created_at = fields.pop("created_at", None) or NOON + timedelta(seconds=next(_seconds))
    defaults: dict[str, Any] = {
        "project_id": PROJECT,
        "owner_id": OWNER,
        "updated_at": created_at,
        "run_type": "image",
        "status": "queued",
        "model": f"local-{fields.get('run_type', 'image')}-1",
        "prompt": "a lighthouse at dusk",
        "parameters": {"aspect": "1:1", "count": 1},
    }
    return Run(id=record_id, created_at=created_at, **(defaults | fields))


def make_template(**fields: Any) -> Template:
    """An image template of OWNER in PROJECT."""
    record_id = fields.pop("id", None) or _ids.new()
    created_at = fields.pop("created_at", None) or NOON + timedelta(seconds=next(_seconds))
    defaults: dict[str, Any] = {
        "project_id": PROJECT,
        "owner_id": OWNER,
        "updated_at": created_at,
        "name": f"Template {record_id[-4:]}",
        "run_type": "image",
        "text": "A {subject=lighthouse} at {hour}",
    }
    return Template(id=record_id, created_at=created_at, **(defaults | fields))


def make_project(project_id: str = PROJECT, **fields: Any) -> Project:
    defaults: dict[str, Any] = {
        "owner_id": OWNER,
        "created_at": NOON,
        "updated_at": NOON,
        "name": project_id.title(),
        "member_ids": (OWNER,),
    }
    return Project(id=project_id, project_id=project_id, **(defaults | fields))


_operations = itertools.count(1)


def operation() -> str:
    """An operation id unlike any other."""
    return f"op-{next(_operations)}"


def save(store: Store, *records: Record, principal: Principal | None = None) -> list[Any]:
    """Create or replace records in one commit as `principal` (OWNER), each expecting the revision it carries."""
    writes = [Put(record, expect=record.revision) for record in records]
    return list(store.commit(principal or make_principal(), writes, operation_id=operation()).records)


def remove(store: Store, record: Record, principal: Principal | None = None) -> None:
    """Remove a stored record in a commit of its own."""
    write = Remove(record.kind, record.id, expect=record.revision)
    store.commit(principal or make_principal(), [write], operation_id=operation())
