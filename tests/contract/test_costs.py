"""Costs are kept to the nano-dollar, and what was written before they were kept is read as before."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from services.models import MediaQuery
from services.store.protocol import Store
from tests.support.records import PROJECT, make_item, make_principal, make_run, save
from tests.support.stores import Backend

ME = make_principal()
KEPT_SINCE = ("cost_nano", "earlier_cost_nano", "first_run_id")


@pytest.mark.parametrize("cost", [None, 0, 33_600_000, 2**53])
def test_what_something_cost_comes_back_as_it_was(store: Store, cost: int | None) -> None:
    item, run = save(store, make_item(cost_nano=cost), make_run(cost_nano=cost))
    assert store.media.get(ME, item.id).cost_nano == cost
    assert store.runs.get(ME, run.id).cost_nano == cost


def test_a_library_from_before_costs_were_kept_is_read_with_costs_that_nobody_knows(
    store: Store, backend: Backend
) -> None:
    tried = {"cost_nano": 5, "earlier_cost_nano": None, "first_run_id": "01J"}
    item, run = save(store, make_item(**tried), make_run(cost_nano=5))
    kept = store.media.get(ME, item.id)
    assert (kept.cost_nano, kept.earlier_cost_nano, kept.first_run_id) == (5, None, "01J")
    forget_costs(backend)
    read = store.media.get(ME, item.id)
    assert (read.cost_nano, read.earlier_cost_nano, read.first_run_id) == (None, 0, None)
    assert store.runs.get(ME, run.id).cost_nano is None
    page = store.media.get_media_for_page(ME, MediaQuery(project_id=PROJECT))
    assert [(one.id, one.cost_nano) for one in page.items] == [(item.id, None)]
    assert [one.id for one in save(store, item)] == [item.id]


def forget_costs(backend: Backend) -> None:
    """Leave the records as an earlier version wrote them."""
    if backend.kind == "sqlite":
        with closing(sqlite3.connect(backend.path, isolation_level=None)) as connection:
            paths = ", ".join(f"'$.{name}'" for name in KEPT_SINCE)
            for table in ("media", "runs"):
                connection.execute(f"UPDATE {table} SET document = json_remove(document, {paths})")
        return
    from google.cloud import firestore

    client = backend.client()
    for collection in ("media", "runs"):
        for document in client.collection(collection).stream():
            if held := [name for name in KEPT_SINCE if name in document.to_dict()]:
                document.reference.update(dict.fromkeys(held, firestore.DELETE_FIELD))
