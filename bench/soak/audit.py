"""What a studio's data must look like after any trial, read from its store and its disk beside the server."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from services.clock import SystemClock
from services.errors import NotFound
from services.identity import SYSTEM, local_principal
from services.library import DEFAULT_PROJECT_ID
from services.models import MediaItem, MediaQuery, Run
from services.settings import Settings
from services.store.sqlite import SqliteStore


@dataclass(frozen=True)
class Ordered:
    """One run that somebody asked for."""

    run_id: str
    outputs: int


@dataclass
class Audit:
    """What is wrong; every count of a sound studio is 0. `notes` name the first cases."""

    missing: int = 0
    """Ordered pictures that are not there, or not ready."""
    surplus: int = 0
    """Items that nobody ordered, an output made twice among them."""
    unfinished: int = 0
    """Runs that have not ended, or not well."""
    damaged: int = 0
    """Files that a record names and that are absent or have other bytes."""
    orphans: int = 0
    """Files that no record names."""
    notes: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.missing or self.surplus or self.unfinished or self.damaged or self.orphans)


def audit(settings: Settings, orders: Iterable[Ordered]) -> Audit:
    """Compare everything that is stored with what was ordered."""
    found = Audit()
    with closing(SqliteStore(settings.sqlite_path, SystemClock())) as store:
        items = _all_items(store)
        wanted: list[str] = []
        for order in orders:
            run = find_run(store, order.run_id)
            if run is None or run.status != "succeeded":
                found.unfinished += 1
                found.notes.append(f"run {order.run_id}: {run.status if run else 'not there'}")
            outputs = run.output_ids if run else ()
            found.missing += max(0, order.outputs - len(outputs))
            wanted += outputs
        found.unfinished += len(store.runs.unfinished(SYSTEM))
    ready = Counter(item.id for item in items if item.status == "ready")
    found.missing += sum(1 for media_id in wanted if not ready[media_id])
    found.surplus += sum((Counter(item.id for item in items) - Counter(set(wanted))).values())
    _check_files(settings, items, found)
    return found


def find_run(store: SqliteStore, run_id: str) -> Run | None:
    try:
        return store.runs.get(SYSTEM, run_id)
    except NotFound:
        return None


def _all_items(store: SqliteStore) -> list[MediaItem]:
    me, query = local_principal(frozenset({DEFAULT_PROJECT_ID})), MediaQuery(project_id=DEFAULT_PROJECT_ID)
    items: list[MediaItem] = []
    cursor: str | None = None
    while True:
        page = store.media.get_media_for_page(me, query, cursor=cursor)
        items += page.items
        cursor = page.next_cursor
        if cursor is None:
            return items


def _check_files(settings: Settings, items: Iterable[MediaItem], found: Audit) -> None:
    """The disk itself is walked: a listing would leave out what an interrupted write has left."""
    folder = Path(settings.files_url.removeprefix("file://"))
    on_disk = {os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names}
    named = {file.key: file.sha256 for item in items for file in item.files.values()}
    for key, sha256 in named.items():
        if key not in on_disk or hashlib.sha256((folder / key).read_bytes()).hexdigest() != sha256:
            found.damaged += 1
            found.notes.append(f"damaged: {key}")
    for key in sorted(on_disk - named.keys()):
        found.orphans += 1
        found.notes.append(f"orphan: {key}")
