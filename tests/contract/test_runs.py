"""Runs: progress, and what a starting server takes up again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.errors import BadInput, Forbidden, NotFound
from services.identity import SYSTEM
from services.models import RunStatus
from services.store.protocol import Store
from tests.support.records import NOON, make_principal, make_run, save

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
