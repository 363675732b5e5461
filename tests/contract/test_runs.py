"""Runs: progress, and what a starting server takes up again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from services.errors import BadInput, Forbidden, NotFound
from services.identity import SYSTEM
from services.models import RunStatus
from services.store.protocol import Store
from tests.support.records import NOON, make_principal, make_run, save
from tests.support.stores import Backend

ME, BOB = make_principal(), make_principal("bob")


class TestUnfinished:
    def test_queued_and_running_runs_are_taken_up_oldest_first(self, store: Store) -> None:
        statuses: list[RunStatus] = ["running", "succeeded", "queued", "failed", "running", "cancelled"]
        runs = [make_run(status=status, created_at=NOON - timedelta(hours=age)) for age, status in enumerate(statuses)]
        stored = {run.id: run for run in save(store, *runs)}
        assert store.runs.unfinished(SYSTEM) == [stored[runs[age].id] for age in (4, 2, 0)]

    def test_a_run_that_finishes_is_no_longer_unfinished(self, store: Store) -> None:
        [run] = save(store, make_run())
        save(store, run.model_copy(update={"status": "succeeded", "finished_at": NOON}))
        assert store.runs.unfinished(ME) == []


class TestProgress:
    def test_progress_is_stored_without_touching_the_revision_or_the_time(self, store: Store) -> None:
        [run] = save(store, make_run(status="running"))
        store.runs.set_progress(ME, run.id, 40)
        assert store.runs.get(ME, run.id) == run.model_copy(update={"progress": 40})
        assert store.runs.unfinished(ME) == [run.model_copy(update={"progress": 40})]

    def test_a_commit_is_not_disturbed_by_progress_stored_meanwhile(self, store: Store) -> None:
        [run] = save(store, make_run(status="running"))
        store.runs.set_progress(ME, run.id, 40)
        [run] = save(store, run.model_copy(update={"status": "succeeded", "progress": 100}))
        assert store.runs.get(ME, run.id) == run
        assert (run.revision, run.progress) == (2, 100)

    @pytest.mark.parametrize("status", ["succeeded", "failed", "cancelled"])
    def test_a_finished_run_stays_as_it_is(self, store: Store, status: str) -> None:
        [run] = save(store, make_run(status=status, progress=100))
        store.runs.set_progress(ME, run.id, 40)
        assert store.runs.get(ME, run.id) == run

    @pytest.mark.parametrize("progress", [-1, 101])
    def test_progress_is_a_percentage(self, store: Store, progress: int) -> None:
        [run] = save(store, make_run())
        with pytest.raises(BadInput):
            store.runs.set_progress(ME, run.id, progress)

    def test_a_run_that_is_missing_or_anothers_gets_no_progress(self, store: Store) -> None:
        [run] = save(store, make_run())
        with pytest.raises(Forbidden):
            store.runs.set_progress(BOB, run.id, 40)
        for missing in ("missing", "a/b", ""):
            with pytest.raises(NotFound):
                store.runs.set_progress(ME, missing, 40)
            with pytest.raises(NotFound):
                store.runs.get(ME, missing)
        assert store.runs.get(ME, run.id).progress == 0


class TestOperations:
    def test_the_names_of_what_a_provider_works_on_come_back_as_they_were(self, store: Store) -> None:
        names = {"01J": "projects/studio/locations/global/publishers/google/models/veo/operations/a.b-c", "01K": "v1_x"}
        [run] = save(store, make_run(status="running", asked=("01J", "01K"), operations=names))
        assert store.runs.get(SYSTEM, run.id).operations == names
        assert store.runs.unfinished(SYSTEM)[0].operations == names

    def test_a_name_can_be_added_and_taken_away(self, store: Store) -> None:
        [run] = save(store, make_run(status="running", operations={"01J": "v1_x"}))
        [run] = save(store, run.model_copy(update={"operations": {"01J": "v1_x", "01K": "v1_y"}}))
        [run] = save(store, run.model_copy(update={"operations": {"01K": "v1_y"}}))
        assert store.runs.get(SYSTEM, run.id).operations == {"01K": "v1_y"}

    def test_a_run_from_before_they_were_kept_has_none(self, store: Store, backend: Backend) -> None:
        [run] = save(store, make_run(status="running", operations={"01J": "v1_x"}))
        forget_operations(backend)
        assert store.runs.get(SYSTEM, run.id).operations == {}
        [again] = save(store, run.model_copy(update={"progress": 5}))
        assert store.runs.get(SYSTEM, run.id) == again


def forget_operations(backend: Backend) -> None:
    """Leave the runs as an earlier version wrote them."""
    if backend.kind == "sqlite":
        with closing(sqlite3.connect(backend.path, isolation_level=None)) as connection:
            connection.execute("UPDATE runs SET document = json_remove(document, '$.operations')")
        return
    from google.cloud import firestore

    for document in backend.client().collection("runs").stream():
        document.reference.update({"operations": firestore.DELETE_FIELD})
