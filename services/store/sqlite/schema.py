"""Tables, and the steps that bring a file of any earlier version to this one.

Every list is a walk along one index: `(project, equality field, created_at DESC, id DESC, …)`. A record is kept whole
as JSON in `document`; columns repeat what is filtered or sorted by. Times are microseconds since 1970 UTC.
The trash is in no list's index, so lists neither show nor read it. What people look for by words, tags and the like is
in a table of its own (search.py), whose rows stand in the order of `media.place`.
`seq` is the number of the commit that wrote a row, allocated under the write lock: the order of commits, which
no clock can give.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from services.errors import StoreError
from services.store.sqlite import search
from services.store.sqlite.books import BY_TYPE
from services.store.sqlite.books import TABLES as BOOKS
from services.store.sqlite.branches import TABLE as BRANCHES
from services.store.sqlite.branches import begin_branch

APPLICATION_ID = 0x46525348
"""'FRSH', in the file's header: tells a Freshet database from any other SQLite file."""

_WITH_OTHERS = {
    "owner_id": "model, origin, status, media_type",
    "model": "owner_id, origin, status, media_type",
    "origin": "owner_id, model, status, media_type",
    "status": "owner_id, model, origin, media_type",
    "media_type": "owner_id, model, origin, status",
}
"""The field that an index is walked by, and the others, which it holds so that further filters need no table rows."""

Statement = str | Callable[[sqlite3.Connection], None]
_STEPS: list[list[Statement]] = [
    [
        """CREATE TABLE head (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            database_id TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            purged INTEGER NOT NULL
        )""",
        "INSERT INTO head VALUES (1, lower(hex(randomblob(8))), 0, 0)",
        """CREATE TABLE media (
            id TEXT PRIMARY KEY, project_id TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
            revision INTEGER NOT NULL, seq INTEGER NOT NULL, operation_id TEXT NOT NULL, owner_id TEXT NOT NULL,
            model TEXT NOT NULL, origin TEXT NOT NULL, status TEXT NOT NULL, media_type TEXT NOT NULL,
            document TEXT NOT NULL
        )""",
        "CREATE INDEX media_newest ON media (project_id, created_at DESC, id DESC)",
        *(
            f"CREATE INDEX media_{walked} ON media (project_id, {walked}, created_at DESC, id DESC, {others})"
            for walked, others in _WITH_OTHERS.items()
        ),
        "CREATE INDEX media_changes ON media (project_id, seq)",
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY, project_id TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
            revision INTEGER NOT NULL, seq INTEGER NOT NULL, operation_id TEXT NOT NULL, status TEXT NOT NULL,
            document TEXT NOT NULL
        )""",
        """CREATE INDEX runs_unfinished ON runs (created_at, id) WHERE status IN ('queued', 'running')""",
        """CREATE TABLE projects (
            id TEXT PRIMARY KEY, project_id TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
            revision INTEGER NOT NULL, seq INTEGER NOT NULL, operation_id TEXT NOT NULL,
            document TEXT NOT NULL
        )""",
        """CREATE TABLE tombstones (
            kind TEXT NOT NULL, id TEXT NOT NULL, project_id TEXT NOT NULL, deleted_at INTEGER NOT NULL,
            revision INTEGER NOT NULL, seq INTEGER NOT NULL, operation_id TEXT NOT NULL,
            PRIMARY KEY (kind, id, project_id)
        )""",
        "CREATE INDEX tombstones_changes ON tombstones (kind, project_id, seq)",
        "CREATE INDEX tombstones_age ON tombstones (deleted_at)",
    ],
    [
        "ALTER TABLE media ADD COLUMN deleted_at INTEGER",
        "DROP INDEX media_newest",
        "CREATE INDEX media_newest ON media (project_id, created_at DESC, id DESC) WHERE deleted_at IS NULL",
        *(
            statement
            for walked, others in _WITH_OTHERS.items()
            for statement in (
                f"DROP INDEX media_{walked}",
                f"CREATE INDEX media_{walked} ON media (project_id, {walked}, created_at DESC, id DESC, {others}) "
                "WHERE deleted_at IS NULL",
            )
        ),
    ],
    [BRANCHES],
    [
        "ALTER TABLE media ADD COLUMN title_key TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE media ADD COLUMN place INTEGER",
        search.TABLE,
        search.fill,
        "CREATE INDEX media_title ON media (project_id, title_key, id, "
        "owner_id, model, origin, status, media_type, created_at, place) WHERE deleted_at IS NULL",
        "CREATE INDEX media_trash ON media (project_id, created_at DESC, id DESC, owner_id) "
        "WHERE deleted_at IS NOT NULL",
    ],
    BOOKS,
    BY_TYPE,
    [
        "ALTER TABLE media ADD COLUMN favourite INTEGER AS (json_extract(document, '$.favourite')) VIRTUAL",
        "CREATE INDEX media_favourite_title ON media (project_id, title_key, id, "
        "owner_id, model, origin, status, media_type, created_at, place) WHERE deleted_at IS NULL AND favourite = 1",
    ],
    [
        """CREATE TABLE templates (
            id TEXT PRIMARY KEY, project_id TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
            revision INTEGER NOT NULL, seq INTEGER NOT NULL, operation_id TEXT NOT NULL,
            document TEXT NOT NULL
        )""",
        "CREATE INDEX templates_of_project ON templates (project_id, id)",
    ],
]


def is_current(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file needs no step. Raises StoreError for a newer version or another program's database.

    To be asked inside a transaction: another process may be making the tables right now.
    """
    version = _pragma(connection, "user_version")
    if version > len(_STEPS):
        raise StoreError(
            f"The database file {path} is of a newer version of Freshet ({version}; this is {len(_STEPS)})"
        )
    application = _pragma(connection, "application_id")
    if application != APPLICATION_ID and (application or version or _pragma(connection, "schema_version")):
        raise StoreError(f"The database file {path} belongs to another program")
    return version == len(_STEPS)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the file to this version, wholly or not at all; another process may be doing the same.

    It begins a branch in any case, which tells a read-only file now and not at the first commit.
    """
    connection.execute("BEGIN IMMEDIATE")
    is_current(connection, path)
    for step in _STEPS[_pragma(connection, "user_version") :]:
        take(connection, step)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {len(_STEPS)}")
    begin_branch(connection)
    connection.execute("COMMIT")


def take(connection: sqlite3.Connection, step: Sequence[Statement]) -> None:
    for statement in step:
        if isinstance(statement, str):
            connection.execute(statement)
        else:
            statement(connection)


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)
