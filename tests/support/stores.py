"""Stores for tests: a fresh database of either kind, opened as often as a test wants."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from services.clock import Clock, FakeClock, SystemClock
from services.store.protocol import Store
from services.store.sqlite import SqliteStore

if TYPE_CHECKING:  # Google's client takes a second to load, which tests without it need not pay
    from tests.support.counting import CountingClient

Kind = Literal["sqlite", "firestore"]
Address = tuple[Kind, str]
"""Where another process finds the database: its kind, and the file or the Google Cloud project."""


class Backend:
    """One fresh database of `kind`. Every `open()` is another store on it, with its own connections and clock.

    The Firestore kind needs the `firestore_emulator` fixture and counts what its clients are billed.
    """

    def __init__(self, kind: Kind, path: Path, clock: FakeClock) -> None:
        self.kind = kind
        self.clock = clock
        self.path = path
        self.project = f"test-{uuid4().hex[:12]}"
        self.clients: list[CountingClient] = []
        self._stores: list[Store] = []

    def open(self, clock: Clock | None = None) -> Store:
        store = self._open(clock or self.clock)
        self._stores.append(store)
        return store

    def client(self) -> CountingClient:
        """A client of the Firestore database itself, to look behind the store's back."""
        from tests.support.counting import CountingClient

        client = CountingClient(project=self.project)
        self.clients.append(client)
        return client

    @property
    def address(self) -> Address:
        return self.kind, str(self.path) if self.kind == "sqlite" else self.project

    def billed_reads(self) -> int:
        """What Firestore has billed all clients so far."""
        return sum(client.tally.reads for client in self.clients)

    def media_documents(self) -> list[Any]:
        """Snapshots of what Firestore holds among the media, but for what tells the database from others."""
        from services.store.firestore.identity import NAME

        return [one for one in self.client().collection("media").get() if one.id != NAME]

    def close(self) -> None:
        for store in self._stores:
            store.close()

    def _open(self, clock: Clock) -> Store:
        if self.kind == "sqlite":
            return SqliteStore(self.path, clock, busy_timeout=30)
        from services.store.firestore import FirestoreStore

        return FirestoreStore(self.client(), clock)


def let_settle(backend: Backend) -> None:
    """Let the window pass in which Firestore tells of a change again: the next deltas begin after it."""
    client = backend.client()
    batch = client.batch()
    for document in backend.media_documents():
        batch.update(document.reference, {"updated_at": document.get("updated_at") - timedelta(minutes=2)})
    batch.commit()


def make_old(backend: Backend, *fields: str) -> None:
    """Take fields out of all of Firestore's documents, as if an earlier version had written them."""
    from google.cloud.firestore import DELETE_FIELD

    from services.store.firestore.identity import NAME

    client = backend.client()
    batch = client.batch()
    for document in backend.media_documents():
        batch.update(document.reference, dict.fromkeys(fields, DELETE_FIELD))
    batch.update(client.collection("media").document(NAME), {"layout": DELETE_FIELD})
    batch.commit()


def reopen(address: Address) -> Store:
    """A store on the database of another process's Backend; on Firestore, FIRESTORE_EMULATOR_HOST says where."""
    kind, name = address
    if kind == "sqlite":
        return SqliteStore(Path(name), SystemClock())
    from services.store.firestore import connect

    return connect(name, clock=SystemClock())
