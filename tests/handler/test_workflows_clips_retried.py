"""Clips by Google that were not got, and are retried: fetched by their names, and begun anew only if there is none."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from services.clock import FakeClock
from services.errors import StorageFull
from services.generation.google.client import Google
from services.models import MediaItem, Run
from services.workflows.generate import abandon
from tests.support.google_clips import COST, WORKING, by_omni, for_ever, name_of, order, output
from tests.support.google_stub import (
    OPERATION,
    GoogleStub,
    Reply,
    a_clip,
    began,
    failed,
    finished,
    interaction,
)
from tests.support.google_studios import hurry, keyed, stub, studio
from tests.support.renders import ended_opening
from tests.support.running import Running

__all__ = ["hurry", "keyed", "stub", "studio"]

SECOND = OPERATION.replace("op-1", "op-2")


def given_up(studio: Running, stub: GoogleStub, clock: FakeClock, reply: Reply = WORKING, source: str = "") -> Run:
    """A clip that was begun, answered so until it was not waited for any longer."""
    stub.will(began())
    let_go = for_ever(reply, stub)
    run = order(studio, *[source] * bool(source))
    studio.wait_for(lambda: len(stub.requests) > 2)
    clock.advance(Google.patience + 1)
    studio.finished(run)
    let_go()
    stub.script.clear()
    return run


def retried(studio: Running, run: Run) -> MediaItem:
    """The output of a run, once what was retried has come to its end."""
    studio.services.studio.retry(studio.principal, run.output_ids[0])
    studio.wait_for(lambda: output(studio, run).status != "generating" and studio.idle())
    return output(studio, run)


def asked_for(stub: GoogleStub) -> list[str]:
    """The names that Google was asked about, each once for as long as it was."""
    names = [one["body"].get("operationName", "") for one in stub.requests]
    return [name for name, last in zip(names, ["", *names], strict=False) if name and name != last]


@pytest.mark.parametrize("reply", [WORKING, failed(403), failed(503), failed(404)])
def test_one_that_is_there_by_then_is_fetched_and_not_paid_for_again(
    studio: Running, stub: GoogleStub, clock: FakeClock, reply: Reply
) -> None:
    run = given_up(studio, stub, clock, reply)
    item = retried(studio, run)
    assert (item.status, item.cost_nano, item.earlier_cost_nano) == ("ready", COST, 0)
    assert studio.services.blobs.get(item.files["original"].key) == a_clip()
    assert len(stub.paid()) == 1


def test_one_that_google_still_works_on_is_waited_for(studio: Running, stub: GoogleStub, clock: FakeClock) -> None:
    run = given_up(studio, stub, clock)
    stub.will(WORKING, WORKING)
    assert retried(studio, run).status == "ready"
    assert len(stub.paid()) == 1


def test_without_google_at_the_next_start_it_is_fetched_once_google_is_set_up_again(
    studio: Running, stub: GoogleStub
) -> None:
    stub.will(began())
    let_go = for_ever(WORKING, stub)
    run = order(studio)
    studio.wait_for(lambda: len(stub.requests) > 2)
    settings = studio.settings
    for studio.settings in ({}, settings):
        studio.stop()
        let_go()
        studio.start()
        assert "not set up here any more. Press Retry once they are" in (
            (studio.finished(run) and output(studio, run).error) or ""
        )
    item = retried(studio, run)
    assert (item.status, item.cost_nano) == ("ready", COST)
    assert len(stub.paid()) == 1


def test_one_that_could_not_be_kept_here_is_fetched_again(
    studio: Running, stub: GoogleStub, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, refused = studio.services.blobs.put, []

    def full(key: str, data: bytes) -> None:
        refused.append(key)
        raise StorageFull("There is no room left for files: free some space and try again")

    monkeypatch.setattr("services.workflows.made.FIRST_WAIT", 0.01)
    monkeypatch.setattr(studio.services.blobs, "put", full)
    run = order(studio)
    studio.wait_for(lambda: len(refused) > 2)
    clock.advance(600)
    run = studio.finished(run)
    assert (run.cost_nano, "no room left" in (output(studio, run).error or "")) == (COST, True)
    monkeypatch.setattr(studio.services.blobs, "put", put)
    assert retried(studio, run).status == "ready"
    assert len(stub.paid()) == 1


def test_one_that_could_not_be_opened_here_is_fetched_again(
    studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.workflows.made.OPENING_WAITS", ())
    monkeypatch.setattr("services.workflows.made.open_received", partial(ended_opening, str(studio.log), 1))
    run = studio.finished(order(studio))
    assert "Retry fetches the same clip again, at no further cost." in (output(studio, run).error or "")
    assert retried(studio, run).status == "ready"
    assert len(stub.paid()) == 1


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (finished(b"plain words"), "no clip that can be played"),
        (finished(videos=[{"gcsUri": "gs://bucket/clip.mp4"}]), "left it at gs://bucket/clip.mp4"),
    ],
)
def test_one_that_google_has_and_that_is_of_no_use_here_is_asked_for_again_and_not_paid_for_again(
    studio: Running, stub: GoogleStub, reply: Reply, words: str
) -> None:
    stub.will(began(), reply, reply)
    run = studio.finished(order(studio))
    first = output(studio, run).error or ""
    assert words in first
    assert "Retry asks for it once more, and for a new one only if Google says that there is none." in first
    again = retried(studio, run)
    assert (again.status, again.error) == ("failed", first)
    assert len(stub.paid()) == 1
    assert retried(studio, run).status == "ready"  # should it be another one by then
    assert len(stub.paid()) == 1


def test_nor_is_one_that_turns_out_to_be_of_no_use_only_once_it_is_retried(
    studio: Running, stub: GoogleStub, clock: FakeClock
) -> None:
    run = given_up(studio, stub, clock)
    stub.will(finished(b"plain words"))
    assert "no clip that can be played" in (retried(studio, run).error or "")
    assert len(stub.paid()) == 1


def test_one_that_failed_is_begun_anew(studio: Running, stub: GoogleStub) -> None:
    odd = finished(error={"code": 3, "message": "Odd"})
    stub.will(began(), odd, odd, began(SECOND))
    run = studio.finished(order(studio))
    item = retried(studio, run)
    assert (item.status, item.cost_nano) == ("ready", COST)
    assert len(stub.paid()) == 2
    assert asked_for(stub) == [OPERATION, SECOND]


def test_one_that_google_does_not_know_of_is_begun_anew_once_it_goes_on_saying_so(
    studio: Running, stub: GoogleStub, clock: FakeClock
) -> None:
    def later(handler: Any) -> None:
        clock.advance(40)
        failed(404)(handler)

    run = given_up(studio, stub, clock)
    before = len(stub.requests)
    stub.will(later, later, began(SECOND))
    item = retried(studio, run)
    assert (item.status, item.cost_nano) == ("ready", None), "the first may have been made"
    assert len(stub.paid()) == 2
    assert [one["body"].get("operationName") for one in stub.requests[before:]] == [OPERATION, OPERATION, None, SECOND]


def test_one_that_is_not_got_again_keeps_its_name(studio: Running, stub: GoogleStub, clock: FakeClock) -> None:
    run = given_up(studio, stub, clock)
    let_go = for_ever(WORKING, stub)
    before = len(stub.requests)
    studio.services.studio.retry(studio.principal, run.output_ids[0])
    studio.wait_for(lambda: len(stub.requests) > before + 3)
    clock.advance(Google.patience + 1)
    studio.wait_for(lambda: output(studio, run).status == "failed" and studio.idle())
    let_go()
    assert retried(studio, run).status == "ready"
    assert len(stub.paid()) == 1


def test_what_is_begun_anew_keeps_its_own_name_over_a_restart(studio: Running, stub: GoogleStub) -> None:
    odd = finished(error={"code": 3, "message": "Odd"})
    stub.will(began(), odd, odd, began(SECOND))
    run = studio.finished(order(studio))
    let_go = for_ever(WORKING, stub)
    studio.services.studio.retry(studio.principal, run.output_ids[0])
    studio.wait_for(lambda: asked_for(stub)[-1:] == [SECOND])
    studio.stop()
    studio.start(launch=False)
    let_go()
    studio.services.launch_workflows()
    studio.wait_for(lambda: output(studio, run).status == "ready")
    again = studio.services.store.runs.get(studio.principal, output(studio, run).run_id or "")
    assert name_of(studio, again) == SECOND
    assert len(stub.paid()) == 2


def test_one_whose_model_was_shut_down_meanwhile_is_fetched_and_not_begun_anew(
    studio: Running, stub: GoogleStub, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = given_up(studio, stub, clock)
    monkeypatch.setattr(studio.services.offers, "_models", ())
    stub.will(finished(error={"code": 3, "message": "Odd"}))
    assert retried(studio, run).status == "failed"
    assert retried(studio, run).status == "ready"
    assert len(stub.paid()) == 1


def test_a_run_that_was_given_up_here_lets_go_of_nothing_that_a_retry_may_fetch(
    keyed: Running, stub: GoogleStub
) -> None:
    """Its step is repeated after a crash although its end is recorded already."""
    stub.will(interaction("in_progress"))
    let_go = for_ever(interaction("in_progress"), stub)
    run = by_omni(keyed)
    keyed.wait_for(lambda: len(stub.requests) > 2)
    keyed.stop()
    keyed.start(launch=False)
    abandon(run.id, "There is no room left on the disk")
    let_go()
    keyed.services.launch_workflows()
    assert retried(keyed, run).status == "ready"
    assert not [one for one in stub.requests if one["path"].endswith("/cancel")]
    assert len(stub.paid()) == 1
