"""A disk that fills while a run is worked on: the run says so, and with room again everything works."""

from __future__ import annotations

import doctest
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from dbos._dbos import _get_dbos_instance
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from services.errors import StorageFull
from services.models import Run
from services.workflows import room
from tests.support.logs import recorded_lines
from tests.support.running import Running
from tests.support.studios import studio

__all__ = ["studio"]

FULL = "There is no room left on the disk: free some space and try again."
NOT_HANDED_OVER = f"The workflow database cannot grow. {FULL}"


@contextmanager
def workflow_database_full() -> Iterator[None]:
    """Meanwhile the workflow engine's database takes no writes, as one on a full disk."""

    def refuse(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorcode, full.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
            raise OperationalError(statement, {}, full)

    engine = _get_dbos_instance()._sys_db.engine
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


def fill_store(studio: Running) -> None:
    studio.store.fail("commit", StorageFull("The database file cannot grow: the disk is full"))


def reasons(studio: Running, run: Run) -> list[str | None]:
    """Of the run and of each output."""
    outputs = [studio.output(run, index) for index in range(len(run.output_ids))]
    return [studio.run(run).error, *(item.error if item else "gone" for item in outputs)]


def works_again(studio: Running, failed: Run) -> None:
    studio.services.studio.retry(studio.principal, failed.output_ids[-1])
    studio.wait_for(lambda: studio.statuses(failed)[-1] == "ready")
    assert studio.finished(studio.begin(1)).status == "succeeded"


def test_a_run_ends_with_the_reason_where_the_engine_cannot_note_a_step(studio: Running) -> None:
    run = studio.begin_held(2)
    with workflow_database_full(), recorded_lines() as lines:
        studio.let_go()
        assert studio.finished(run).status == "failed"
        assert reasons(studio, run) == [FULL, FULL, FULL]
        studio.wait_for(lambda: any(line["event"] == "run.waiting" for line in lines))
    studio.wait_for(studio.idle)
    works_again(studio, run)
    assert not [line for line in lines if line["level"] == "ERROR"]


def test_with_the_store_on_the_same_disk_it_ends_so_once_there_is_room(studio: Running) -> None:
    run = studio.begin_held(2)
    with workflow_database_full(), recorded_lines() as lines:
        fill_store(studio)
        studio.let_go()
        studio.wait_for(lambda: any(line["event"] == "run.waiting" for line in lines))
    studio.store.heal()
    assert studio.finished(run).status == "failed"
    studio.wait_for(studio.idle)
    assert reasons(studio, run) == [FULL, FULL, FULL]
    assert studio.finished(studio.begin(1)).status == "succeeded"


def test_a_run_that_cannot_be_handed_over_says_so_at_once(studio: Running) -> None:
    with workflow_database_full(), pytest.raises(StorageFull, match="no room left on the disk"):
        studio.begin(2)
    [*_, item] = studio.library()
    assert (item.status, item.error) == ("failed", NOT_HANDED_OVER)
    run = studio.services.store.runs.get(studio.principal, item.run_id or "")
    assert (run.status, run.error) == ("failed", NOT_HANDED_OVER)
    works_again(studio, run)


def test_one_that_cannot_even_be_recorded_as_failed_is_so_once_there_is_room(studio: Running) -> None:
    taken: list[bool] = []

    def after_the_first(*_: Any, **__: Any) -> bool:
        taken.append(True)
        return len(taken) > 1

    studio.store.fail("commit", StorageFull("The disk is full"), when=after_the_first)
    with workflow_database_full(), pytest.raises(StorageFull):
        studio.begin(1)
    [item] = studio.library()
    assert item.status == "generating"
    studio.store.heal()
    studio.wait_for(lambda: studio.library()[0].error == NOT_HANDED_OVER)


def test_what_is_not_recorded_when_the_server_stops_is_taken_up_at_the_next_start(studio: Running) -> None:
    run = studio.begin_held(1)
    with workflow_database_full(), recorded_lines() as lines:
        fill_store(studio)
        studio.let_go()
        studio.wait_for(lambda: any(line["event"] == "run.waiting" for line in lines))
        studio.services.engine.stop()
        studio.wait_for(studio.idle)
    studio.stop()
    studio.start()
    assert studio.finished(run).status == "succeeded"


def test_the_examples_are_true() -> None:
    assert doctest.testmod(room).failed == 0
