"""Items with real blobs behind them, for tests of what keeps both together."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from services.clock import FakeClock
from services.files.blobs import Blobs
from services.models import FileRef, MediaItem, Principal, Variant
from services.store.protocol import Store
from tests.support.records import PROJECT, make_item, make_principal, save

DATA = b"pixels" * 20


def ref(blobs: Blobs, clock: FakeClock, key: str, data: bytes = DATA) -> FileRef:
    """A stored blob and the reference to it."""
    blobs.put(key, data)
    kind = {"webp": "image/webp", "png": "image/png"}[key.rpartition(".")[2]]
    sha256 = hashlib.sha256(data).hexdigest()
    return FileRef(key=key, content_type=kind, size=len(data), sha256=sha256, updated_at=clock.now())


def keep(store: Store, blobs: Blobs, clock: FakeClock, owner: Principal | None = None, **fields: Any) -> MediaItem:
    """A committed item with an original and a thumbnail in its own folder."""
    owner = owner or make_principal()
    item = make_item(owner_id=owner.user_id, **fields)
    names: tuple[tuple[Variant, str], ...] = (("original", "png"), ("thumb", "webp"))
    files = {
        variant: ref(blobs, clock, f"media/{item.project_id}/{item.id}/{variant}-x.{extension}")
        for variant, extension in names
    }
    return saved(store, item.model_copy(update={"files": files}), owner)


def share(store: Store, blobs: Blobs, clock: FakeClock, count: int) -> list[MediaItem]:
    """Committed items whose original is one and the same."""
    file = ref(blobs, clock, f"shared/batch-{store.upkeep.usage(make_principal()).total.bytes}/0-original.webp")
    return [saved(store, make_item(files={"original": file})) for _ in range(count)]


def saved(store: Store, item: MediaItem, owner: Principal | None = None) -> MediaItem:
    [stored] = save(store, item, principal=owner)
    assert isinstance(stored, MediaItem)
    return stored


def trash(store: Store, item: MediaItem, clock: FakeClock, owner: Principal | None = None) -> MediaItem:
    return saved(store, item.model_copy(update={"deleted_at": clock.now()}), owner)


def keys_of(*items: MediaItem) -> set[str]:
    return {file.key for item in items for file in item.files.values()}


def age(clock: FakeClock, days: float) -> None:
    """Let time pass for the records; the files are as old as the machine says."""
    clock.advance(timedelta(days=days).total_seconds())


__all__ = ["DATA", "PROJECT", "age", "keep", "keys_of", "ref", "saved", "share", "trash"]
