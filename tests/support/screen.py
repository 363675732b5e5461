"""A screen without pages: asks `Freshness` as a page does, and measures what each question cost."""

from __future__ import annotations

from typing import Any

from services.clock import FakeClock
from services.freshness import Freshness, Reason, Snapshot, SnapshotStore
from services.models import MediaItem, MediaQuery, Principal
from services.store.protocol import PAGE_SIZE, Store
from tests.support.records import PROJECT, make_item, make_principal, save
from tests.support.stores import Backend
from tests.support.unreliable import UnreliableStore

ADA, GRACE = make_principal("ada"), make_principal("grace")
ALL = MediaQuery(project_id=PROJECT)
IMAGES = MediaQuery(project_id=PROJECT, media_type="image")


class Screen:
    def __init__(self, backend: Backend, clock: FakeClock, lines: list[dict[str, Any]]) -> None:
        self.backend = backend
        self.lines = lines
        self.shaky = UnreliableStore(backend.open())
        self.shaky.ping()  # as a server does at its start
        self.freshness = Freshness(self.shaky.media, clock, SnapshotStore("m"))
        self.cost = 0
        """Documents: as billed by Firestore, as reported by the store on SQLite."""

    @property
    def line(self) -> dict[str, Any]:
        """The last line logged."""
        return self.lines[-1]

    def ask(
        self, reason: Reason = "manual", query: MediaQuery = ALL, loaded: int = PAGE_SIZE, principal: Principal = ADA
    ) -> Snapshot:
        billed = self.backend.billed_reads()
        try:
            return self.freshness.revalidate(query, reason, principal, scope="library", loaded=loaded)
        finally:
            self.cost = self.line["documents"]
            if self.backend.kind == "firestore":
                self.cost = self.backend.billed_reads() - billed


def ids(snapshot: Snapshot) -> list[str]:
    return [item.id for item in snapshot.items]


def newest(items: list[MediaItem]) -> list[str]:
    return [item.id for item in reversed(items)]


def populate(store: Store, count: int, **fields: Any) -> list[MediaItem]:
    """`count` items, the newest last."""
    made: list[MediaItem] = save(store, *(make_item(**fields) for _ in range(count)))
    return made
