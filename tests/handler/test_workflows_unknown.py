"""The database takes a run and its answer is lost, or does not take it: nobody can tell, and nothing waits for ever."""

from __future__ import annotations

import pytest

from services.errors import OutcomeUnknown
from services.identity import SYSTEM
from tests.support.running import Running
from tests.support.studios import studio

__all__ = ["studio"]

LOST = OutcomeUnknown("Firestore did not finish a write")


def test_a_run_whose_answer_was_lost_is_worked_on_once_the_database_tells(studio: Running) -> None:
    studio.store.fail("commit", LOST, times=1, done=True)
    studio.store.fail("runs.get", times=2)
    with pytest.raises(OutcomeUnknown):
        studio.begin(2)
    studio.wait_for(lambda: [item.status for item in studio.library()] == ["ready", "ready"])
    assert studio.rendered() == [0, 1]


def test_a_run_that_was_not_stored_is_begun_by_the_next_press(studio: Running) -> None:
    run_id = studio.services.ids.new()
    studio.store.fail("commit", LOST, times=1)
    with pytest.raises(OutcomeUnknown):
        studio.begin(1, run_id=run_id)
    studio.wait_for(studio.idle)
    assert studio.library() == []
    assert studio.finished(studio.begin(1, run_id=run_id)).status == "succeeded"
    assert studio.rendered() == [0]


def test_a_press_that_finds_its_run_waiting_has_it_worked_on(studio: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first answer was lost together with the process that would have handed it over."""
    run_id = studio.services.ids.new()
    with monkeypatch.context() as patched:
        patched.setattr(studio.services.engine, "look_for", lambda run_id: None)
        studio.store.fail("commit", LOST, times=1, done=True)
        with pytest.raises(OutcomeUnknown):
            studio.begin(1, run_id=run_id)
    assert studio.finished(studio.begin(1, run_id=run_id)).status == "succeeded"
    assert studio.rendered() == [0]
    assert len(studio.library()) == 1


def test_what_is_made_again_is_worked_on_too_where_the_answer_was_lost(studio: Running) -> None:
    failed = studio.finished(studio.begin(1, fails=[0]))
    [item] = studio.library()
    assert item.status == "failed"
    studio.store.fail("commit", LOST, times=1, done=True)
    with pytest.raises(OutcomeUnknown):
        studio.services.studio.retry(studio.principal, item.id)
    studio.wait_for(lambda: not studio.services.store.runs.unfinished(SYSTEM) and studio.idle())
    [again] = studio.library()
    assert (again.id, again.run_id != failed.id) == (item.id, True)
    assert again.status in ("ready", "failed")
    assert studio.rendered() == [0, 0]
