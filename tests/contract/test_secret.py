"""The secret that the servers on a database share."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import get_args

import pytest

from services.errors import Forbidden
from services.identity import SYSTEM
from services.models import RecordKind
from services.store.protocol import Store
from tests.support.records import make_principal
from tests.support.stores import Backend


def test_only_the_system_may_ask_for_it(store: Store) -> None:
    with pytest.raises(Forbidden):
        store.shared_secret(make_principal(), "a secret of somebody's own")


def test_an_sqlite_file_is_one_servers_whose_own_holds(sqlite_store: Store) -> None:
    assert sqlite_store.shared_secret(SYSTEM, "one") == "one"


def test_F10_of_servers_that_come_at_once_one_proposes_what_all_of_them_use(firestore_backend: Backend) -> None:
    stores = [firestore_backend.open() for _ in range(4)]
    ready, agreed = threading.Barrier(len(stores)), list[str]()

    def agree(number: int) -> None:
        ready.wait()
        agreed.append(stores[number].shared_secret(SYSTEM, f"proposal {number}"))

    servers = [threading.Thread(target=agree, args=[number]) for number in range(len(stores))]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert len(agreed) == len(stores)
    assert len(set(agreed)) == 1
    assert firestore_backend.open().shared_secret(SYSTEM, "too late") == agreed[0]


def test_it_costs_one_read_and_stands_among_no_records(firestore_backend: Backend) -> None:
    store = firestore_backend.open()
    store.ping()
    store.shared_secret(SYSTEM, "the first")
    before = firestore_backend.billed_reads()
    assert store.shared_secret(SYSTEM, "another") == "the first"
    assert firestore_backend.billed_reads() - before == 1
    for kind in get_args(RecordKind):
        assert list(store.upkeep.records(SYSTEM, kind)) == []


def test_clients_of_the_database_may_read_nothing() -> None:
    root = Path(__file__).resolve().parents[2]
    rules = [line.strip() for line in (root / "firestore.rules").read_text().splitlines()]
    assert [line for line in rules if line.startswith("allow")] == ["allow read, write: if false;"]
    assert "match /{document=**} {" in rules
    assert "secrets" not in json.dumps(json.loads((root / "firestore.indexes.json").read_text()))
