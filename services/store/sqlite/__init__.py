"""The embedded store: one SQLite file in WAL mode, shared by any number of threads and processes."""

from services.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
