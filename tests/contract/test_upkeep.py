"""What keeping a library in order asks of a store."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from services.clock import FakeClock
from services.errors import Forbidden, StoreError
from services.identity import SYSTEM
from services.models import Amount, MediaItem, Principal
from services.store.firestore import upkeep as firestore_upkeep
from services.store.protocol import Store
from services.store.sqlite import upkeep as sqlite_upkeep
from services.store.sqlite.store import SqliteStore
from tests.support.records import (
    NOON,
    PROJECT,
    make_file,
    make_item,
    make_principal,
    make_project,
    make_run,
    remove,
    save,
)
from tests.support.stores import Backend, make_old

ADA, BOB, EVE = make_principal("ada"), make_principal("bob"), make_principal("eve", "elsewhere")


def trashed(item: MediaItem, hours: float) -> MediaItem:
    return item.model_copy(update={"deleted_at": NOON + timedelta(hours=hours)})


def with_key(key: str, variant: str = "original") -> MediaItem:
    return make_item(files={variant: make_file(key=key)})


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sqlite_upkeep, firestore_upkeep):
        monkeypatch.setattr(module, "PORTION", 2)


def test_expired_trash_is_the_oldest_of_all_projects_and_costs_nothing_while_there_is_none(backend: Backend) -> None:
    store = backend.open()
    save(store, *(make_item() for _ in range(5)))
    billed = backend.billed_reads()
    assert store.upkeep.expired_trash(SYSTEM, NOON, 10) == []
    assert backend.billed_reads() - billed <= 1
    [second, young] = save(store, trashed(make_item(), 2), trashed(make_item(), 30))
    [first] = save(store, trashed(make_item(project_id="elsewhere", owner_id="eve"), 1), principal=EVE)
    before = NOON + timedelta(hours=29)
    assert store.upkeep.expired_trash(SYSTEM, before, 10) == [first, second]
    assert store.upkeep.expired_trash(SYSTEM, before, 1) == [first]
    assert store.upkeep.expired_trash(SYSTEM, NOON + timedelta(hours=31), 10) == [first, second, young]
    assert store.upkeep.expired_trash(EVE, before, 10) == [first]
    assert store.upkeep.expired_trash(BOB, before, 10) == []


def test_a_file_is_referenced_while_its_own_item_names_it(store: Store) -> None:
    item = make_item()
    key = f"media/{PROJECT}/{item.id}/original-x.png"
    [kept] = save(store, item.model_copy(update={"files": {"original": make_file(key=key)}}))
    assert store.upkeep.is_referenced(SYSTEM, key)
    assert not store.upkeep.is_referenced(SYSTEM, key.replace("-x", "-y"))
    assert not store.upkeep.is_referenced(SYSTEM, f"media/{PROJECT}/nobody/original-x.png")
    [kept] = save(store, trashed(kept, 1))
    assert store.upkeep.is_referenced(SYSTEM, key)
    remove(store, kept)
    assert not store.upkeep.is_referenced(SYSTEM, key)


def test_a_shared_file_is_referenced_while_any_item_names_it(store: Store) -> None:
    key = "shared/batch/0-thumb.webp"
    [one, two] = save(store, with_key(key, "thumb"), with_key(key))
    [one] = save(store, one.model_copy(update={"files": {"thumb": make_file(key="shared/batch/1.webp")}}))
    assert store.upkeep.is_referenced(SYSTEM, key)
    [two] = save(store, trashed(two, 1))
    assert store.upkeep.is_referenced(SYSTEM, key)
    [two] = save(store, two.model_copy(update={"title": "Still there", "deleted_at": None}))
    assert store.upkeep.is_referenced(SYSTEM, key)
    remove(store, two)
    assert not store.upkeep.is_referenced(SYSTEM, key)
    assert store.upkeep.is_referenced(SYSTEM, "shared/batch/1.webp")


def test_an_item_that_refers_into_the_folder_of_another_is_found_as_well(store: Store) -> None:
    [owner] = save(store, make_item())
    key = f"media/{PROJECT}/{owner.id}/original-x.png"
    [borrower] = save(store, with_key(key))
    assert store.upkeep.is_referenced(SYSTEM, key)
    remove(store, borrower)
    assert not store.upkeep.is_referenced(SYSTEM, key)


def test_who_uses_a_file_is_the_systems_to_ask(store: Store) -> None:
    with pytest.raises(Forbidden):
        store.upkeep.is_referenced(ADA, "shared/batch/0.webp")


def test_records_are_all_that_one_may_read_by_id_in_portions(store: Store) -> None:
    mine = save(store, *(make_item() for _ in range(5)))
    [gone] = save(store, trashed(make_item(), 1))
    [private] = save(store, make_item(owner_id="bob", visibility="private"), principal=BOB)
    [foreign] = save(store, make_item(project_id="elsewhere", owner_id="eve"), principal=EVE)
    [removed] = save(store, make_item())
    remove(store, removed)
    everything = sorted([*mine, gone, private, foreign], key=lambda item: item.id)
    assert list(store.upkeep.records(SYSTEM, "media")) == everything
    assert list(store.upkeep.records(ADA, "media")) == [*mine, gone]
    assert list(store.upkeep.records(ADA, "media", owner_id="ada")) == [*mine, gone]
    assert list(store.upkeep.records(ADA, "media", owner_id="bob")) == []
    assert list(store.upkeep.records(BOB, "media", owner_id="bob")) == [private]


def test_records_of_the_other_kinds_come_the_same_way(store: Store) -> None:
    [project] = save(store, make_project())
    runs = save(store, *(make_run() for _ in range(3)))
    assert list(store.upkeep.records(ADA, "project", owner_id="ada")) == [project]
    assert list(store.upkeep.records(ADA, "run")) == runs
    assert list(store.upkeep.records(EVE, "run")) == []


def stored(store: Store, *people: Principal) -> list[int]:
    """Bytes."""
    return [store.upkeep.usage(who).total.bytes for who in people]


def test_what_is_stored_follows_every_change_of_a_record(backend: Backend) -> None:
    store = backend.open()
    both = {"original": make_file(key="a/1.png", size=1000), "thumb": make_file(key="a/2.webp", size=30)}
    assert stored(store, ADA) == [0]
    [one, two] = save(store, make_item(files=both), make_item(files={"original": make_file(size=500)}))
    [bobs] = save(store, make_item(owner_id="bob", files=both), principal=BOB)
    assert stored(store, ADA, BOB, EVE) == [1530, 1030, 0]
    [one] = save(store, one.model_copy(update={"title": "Renamed"}))
    [two] = save(store, trashed(two, 1))
    assert stored(store, ADA) == [1530]
    [one] = save(store, one.model_copy(update={"files": {"original": make_file(size=7)}}))
    assert stored(store, ADA) == [507]
    [one] = save(store, one.model_copy(update={"owner_id": "bob"}), principal=SYSTEM)
    assert stored(store, ADA, BOB) == [500, 1037]
    for gone in (two, bobs):
        remove(store, gone, SYSTEM)
    assert stored(store, ADA, BOB) == [0, 7]


def test_types_and_the_trash_are_told_apart_over_all_projects(backend: Backend) -> None:
    store = backend.open()
    ada = make_principal("ada", PROJECT, "elsewhere")
    sizes = {"image": 100, "video": 2000, "audio": 30}
    items = save(
        store,
        *(make_item(media_type=kind, files={"original": make_file(size=size)}) for kind, size in sizes.items()),
        make_item(project_id="elsewhere", files={"original": make_file(size=5)}),
        make_item(status="generating", files={}),
        principal=ada,
    )
    save(store, make_item(owner_id="bob"), principal=BOB)
    before = backend.billed_reads()
    usage = store.upkeep.usage(ada)
    by_type = {"image": Amount(3, 105), "video": Amount(1, 2000), "audio": Amount(1, 30), "combined": Amount()}
    assert (usage.by_type, usage.trash, usage.total) == (by_type, Amount(), Amount(5, 2135))
    assert backend.billed_reads() - before == (0 if backend.kind == "sqlite" else 5)
    image, video = save(store, trashed(items[0], 1), trashed(items[1], 2), principal=ada)
    usage = store.upkeep.usage(ada)
    assert (usage.by_type, usage.trash) == (by_type, Amount(2, 2100))
    save(store, image.model_copy(update={"deleted_at": None}), principal=ada)
    assert store.upkeep.usage(ada).trash == Amount(1, 2000)
    remove(store, video, ada)
    usage = store.upkeep.usage(ada)
    assert (usage.by_type["video"], usage.trash) == (Amount(), Amount())


def test_a_commit_that_fails_moves_no_figure(store: Store) -> None:
    [item] = save(store, with_key("shared/batch/0.webp"))
    with pytest.raises(Exception, match="changed meanwhile"):
        save(store, make_item(), item.model_copy(update={"files": {}, "revision": 7}))
    assert stored(store, ADA) == [1234]
    assert store.upkeep.is_referenced(SYSTEM, "shared/batch/0.webp")


def test_the_books_of_an_older_file_are_drawn_up_when_it_is_opened(sqlite_backend: Backend, clock: FakeClock) -> None:
    store = sqlite_backend.open()
    save(store, make_item(), make_item(files={}), trashed(make_item(files={"thumb": make_file(size=6)}), 1))
    store.close()
    with closing(sqlite3.connect(sqlite_backend.path)) as connection, connection:
        for name in ("usage", "shared_files", "templates"):
            connection.execute(f"DROP TABLE {name}")
        for index in ("media_expired", "media_favourite_title"):
            connection.execute(f"DROP INDEX {index}")
        connection.execute("ALTER TABLE media DROP COLUMN favourite")
        connection.execute("PRAGMA user_version = 4")
    with closing(SqliteStore(sqlite_backend.path, clock)) as opened:
        usage = opened.upkeep.usage(ADA)
        assert (usage.total, usage.trash) == (Amount(3, 1240), Amount(1, 6))


def test_a_firestore_of_an_earlier_version_is_summed_up_after_an_upgrade(firestore_backend: Backend) -> None:
    """And not before: half of it would be worse than nothing."""
    backend = firestore_backend
    store = backend.open()
    shared = "shared/batch/0-thumb.webp"
    save(store, with_key(shared, "thumb"), make_item(files={}), trashed(make_item(), 1))
    remove(store, save(store, make_item())[0])
    make_old(backend, "stored_bytes", "shared_files")
    old = backend.open()
    with pytest.raises(StoreError, match=r"main\.py upgrade"):
        old.upkeep.usage(ADA)
    assert old.upgrade() == 3
    usage = old.upkeep.usage(ADA)
    assert (usage.total, usage.trash) == (Amount(3, 2468), Amount(1, 1234))
    assert old.upkeep.is_referenced(SYSTEM, shared)
    assert not old.upkeep.is_referenced(SYSTEM, "shared/batch/1.webp")
    assert old.upgrade() == 0
