"""The trash: what is in it keeps its record and its files, and costs and shows nothing anywhere else."""

from __future__ import annotations

import itertools
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.clock import FakeClock
from services.errors import Forbidden, NotFound
from services.models import MediaItem, MediaQuery, Put, Removal
from services.store.protocol import PAGE_SIZE, Store
from services.store.sqlite import SqliteStore, schema
from tests.contract.test_deltas import watermark_of
from tests.contract.test_lists import read_all
from tests.support.records import NOON, PROJECT, make_item, make_principal, save
from tests.support.stores import Backend

ADA, BOB = make_principal("ada"), make_principal("bob")
ALL = MediaQuery(project_id=PROJECT)
NEW_FIELDS = {"favourite", "deleted_at"}


def trashed(item: MediaItem) -> MediaItem:
    return item.model_copy(update={"deleted_at": NOON + timedelta(hours=1)})


def restored(item: MediaItem) -> MediaItem:
    return item.model_copy(update={"deleted_at": None})


def test_a_trashed_item_reads_back_whole_and_comes_back_in_its_place(store: Store) -> None:
    items = save(store, *(make_item() for _ in range(5)))
    [gone] = save(store, trashed(items[2]))
    assert gone == trashed(items[2]).model_copy(update={"revision": 2, "updated_at": gone.updated_at})
    assert store.media.get(ADA, gone.id) == gone
    assert store.media.get_many(ADA, [gone.id]) == {gone.id: gone}
    assert read_all(store) == [items[place] for place in (4, 3, 1, 0)]
    [back] = save(store, restored(gone))
    assert back == items[2].model_copy(update={"revision": 3, "updated_at": back.updated_at})
    assert read_all(store, limit=2) == [items[4], items[3], back, items[1], items[0]]


def test_an_item_can_be_made_changed_and_changed_again_in_the_trash(store: Store) -> None:
    [item] = save(store, trashed(make_item(status="generating", files={})))
    [ready] = save(store, item.model_copy(update={"status": "ready", "title": "b"}))
    assert read_all(store) == []
    assert store.media.get(ADA, item.id) == ready
    [back] = save(store, restored(ready))
    assert read_all(store) == [back]


def test_no_filter_shows_what_is_in_the_trash(store: Store) -> None:
    [kept, item] = save(store, make_item(origin="import"), make_item())
    save(store, trashed(item))
    filters: dict[str, Any] = {
        "media_type": "image", "status": "ready", "owner_id": "ada", "model": item.model, "origin": "create-image",
    }  # fmt: skip
    for size in range(1, len(filters) + 1):
        for names in itertools.combinations(filters, size):
            query = MediaQuery.model_validate({"project_id": PROJECT} | {name: filters[name] for name in names})
            assert read_all(store, query) == ([] if "origin" in names else [kept]), names


def test_the_trash_costs_lists_nothing(backend: Backend) -> None:
    store = backend.open()
    shown = save(store, *(make_item() for _ in range(PAGE_SIZE)))
    gone = save(store, *(make_item() for _ in range(100)))
    save(store, *(trashed(item) for item in gone))
    billed = backend.billed_reads()
    page = store.media.get_media_for_page(ADA, ALL)
    assert page.items == tuple(reversed(shown))
    assert page.documents_read == PAGE_SIZE
    if backend.kind == "firestore":
        assert backend.billed_reads() - billed == PAGE_SIZE


def test_the_trash_is_its_owners_alone(store: Store) -> None:
    [item] = save(store, make_item(visibility="public"))
    watermark = watermark_of(store)
    [gone] = save(store, trashed(item))
    with pytest.raises(NotFound):
        store.media.get(BOB, item.id)
    assert store.media.changed_since(ADA, PROJECT, watermark).changed == (gone,)
    changes = store.media.changed_since(BOB, PROJECT, watermark)
    assert (changes.changed, changes.removed) == ((), (Removal("media", item.id, 2),))
    [back] = save(store, restored(gone))
    assert store.media.changed_since(BOB, PROJECT, watermark).changed == (back,)
    assert store.media.get(BOB, item.id) == back


def test_whoever_may_not_delete_may_neither_trash_nor_bring_back(store: Store) -> None:
    [item] = save(store, make_item())
    with pytest.raises(Forbidden, match="delete"):
        store.commit(BOB, [Put(trashed(item), 1)], operation_id="op")
    [gone] = save(store, trashed(item))
    with pytest.raises(NotFound):
        store.commit(BOB, [Put(restored(gone), 2)], operation_id="op")
    assert store.media.get(ADA, item.id) == gone


def test_a_favourite_is_stored_and_taken_back(store: Store) -> None:
    [item] = save(store, make_item())
    assert item.favourite is False
    [liked] = save(store, item.model_copy(update={"favourite": True}))
    assert liked.favourite is True
    assert read_all(store) == [liked] == [store.media.get(ADA, item.id)]
    [plain] = save(store, liked.model_copy(update={"favourite": False}))
    assert store.media.get(ADA, item.id) == plain


def test_records_from_before_there_were_favourites_and_a_trash_are_listed_and_can_be_changed(backend: Backend) -> None:
    item = make_item(updated_at=NOON, revision=1)
    if backend.kind == "sqlite":
        _write_old_row(backend.path, item)
    else:
        _write_old_document(backend, item)
    store = backend.open()
    assert read_all(store) == [item] == [store.media.get(ADA, item.id)]
    [gone] = save(store, trashed(item))
    assert read_all(store) == []
    [back] = save(store, restored(gone.model_copy(update={"favourite": True})))
    assert read_all(store) == [back]


def _write_old_row(path: Path, item: MediaItem) -> None:
    """A database file as the first version made it, with one row."""
    micros = int(NOON.timestamp()) * 1_000_000
    with closing(sqlite3.connect(path)) as connection, connection:
        schema.take(connection, schema._STEPS[0])
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.execute(
            "INSERT INTO media VALUES (?, ?, ?, ?, 1, 1, 'op', ?, ?, ?, ?, ?, ?)",
            (
                item.id, PROJECT, int(item.created_at.timestamp()) * 1_000_000, micros, item.owner_id, item.model,
                item.origin, item.status, item.media_type,
                item.model_dump_json(exclude=NEW_FIELDS),
            ),
        )  # fmt: skip


def _write_old_document(backend: Backend, item: MediaItem) -> None:
    fields = item.model_dump(exclude=NEW_FIELDS) | {"parameters": json.dumps(item.parameters), "operation_id": "op"}
    backend.client().collection("media").document(item.id).set(fields)


def test_a_file_of_the_first_version_is_brought_up_to_date_once(tmp_path: Path, clock: FakeClock) -> None:
    path, item = tmp_path / "freshet.db", make_item(updated_at=NOON, revision=1)
    _write_old_row(path, item)
    for _ in range(2):
        with closing(SqliteStore(path, clock)) as store:
            assert read_all(store) == [item]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(schema._STEPS),)
