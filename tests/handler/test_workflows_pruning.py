"""What the workflow engine remembers of finished runs is forgotten after a week, in portions and in the background."""

from __future__ import annotations

from datetime import timedelta

import pytest
from dbos import DBOS
from dbos._dbos import _get_dbos_instance
from sqlalchemy import text

from services.errors import StoreUnavailable
from services.models import Run
from services.routine import Routine
from services.workflows import pruning
from services.workflows.pruning import KEPT, prune
from tests.support.logs import recorded_lines
from tests.support.running import Running
from tests.support.studios import studio

__all__ = ["studio"]


def remembered() -> set[str]:
    return {status.workflow_id for status in DBOS.list_workflows(load_input=False, load_output=False)}


def rows() -> int:
    """In every table of the engine that knows a workflow."""
    with _get_dbos_instance()._sys_db.engine.connect() as connection:
        tables = ("workflow_status", "operation_outputs", "workflow_input", "workflow_output")
        return sum(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables)


def finished(studio: Running, *, days_ago: float) -> Run:
    """A run whose workflow ended so long ago by the engine's clock, which is not ours to move."""
    run = studio.finished(studio.begin(1))
    studio.wait_for(lambda: any(one.workflow_id == run.id for one in DBOS.list_workflows(status="SUCCESS")))
    ended = studio.clock.now() - timedelta(days=days_ago)
    with _get_dbos_instance()._sys_db.engine.begin() as connection:
        change = "UPDATE workflow_status SET completed_at = :ended WHERE workflow_uuid = :id"
        connection.execute(text(change), {"ended": int(ended.timestamp() * 1000), "id": run.id})
    return run


def test_finished_workflows_are_forgotten_after_a_week_and_runs_are_not(studio: Running) -> None:
    before = rows()
    old = finished(studio, days_ago=7.1)
    assert rows() > before
    prune(studio.clock.now())
    assert rows() == before
    young = finished(studio, days_ago=6.9)
    prune(studio.clock.now())
    assert remembered() == {young.id}
    assert studio.run(old).status == "succeeded"
    assert studio.statuses(old) == ["ready"]


def test_what_is_not_finished_stays_however_old(studio: Running) -> None:
    run = studio.begin_held(1)
    prune(studio.clock.now() + timedelta(days=400))
    assert remembered() == {run.id}
    studio.let_go()
    assert studio.finished(run).status == "succeeded"


def test_many_are_forgotten_in_portions(studio: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "PORTION", 2)
    for _ in range(5):
        finished(studio, days_ago=8)
    assert prune(studio.clock.now()) == 5
    assert remembered() == set()


def test_a_start_prunes_in_the_background(studio: Running) -> None:
    old = finished(studio, days_ago=8)
    studio.stop()
    with recorded_lines() as lines:
        studio.start()
        studio.wait_for(lambda: old.id not in remembered())
        studio.wait_for(lambda: any(line["event"] == "workflows.pruned" for line in lines))
    assert [line["forgotten"] for line in lines if line["event"] == "workflows.pruned"] == [1]


def test_a_failed_attempt_is_logged_and_the_next_one_made() -> None:
    attempts: list[int] = []

    def fail() -> None:
        attempts.append(1)
        raise (RuntimeError if len(attempts) == 1 else StoreUnavailable)("database is locked")

    with recorded_lines() as lines:
        routine = Routine("pruning", fail, every=0.01)
        routine.begin()
        Running.wait_for(lambda: len(attempts) > 2)
        routine.close()
    assert {line["event"] for line in lines} == {"pruning.failed", "pruning.waits"}
    assert timedelta(days=7) == KEPT
