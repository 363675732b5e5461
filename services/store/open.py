"""Opening the configured store."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from services.clock import Clock
from services.store.protocol import Store


def open_store(
    *,
    kind: Literal["sqlite", "firestore"],
    sqlite_path: Path,
    clock: Clock,
    firestore_project: str | None = None,
    reach: bool = True,
) -> Store:
    """The store of the given kind, reached once. Raises StoreError where it cannot be used.

    Without `reach` a database elsewhere is not asked yet: what is wrong with it shows at the first read.
    Only the chosen back end is imported: Google's client takes a second to load, which an embedded start need not pay.
    """
    if kind == "sqlite":
        from services.store.sqlite import SqliteStore

        return SqliteStore(sqlite_path, clock)
    from services.store.firestore import connect

    return connect(firestore_project, clock=clock, reach=reach)
