"""Clips by Google that somebody cancels, or that a server leaves and takes up again: one paid request in any case."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from services.generation.google.client import Google
from tests.support.google_clips import COST, IN_PROGRESS, WORKING, by_omni, for_ever, imported, name_of, order, output
from tests.support.google_stub import INTERACTION, OPERATION, GoogleStub, began, interaction
from tests.support.google_studios import hurry, keyed, stub, studio
from tests.support.logs import recorded_lines
from tests.support.media import picture
from tests.support.running import Running, cancel_elsewhere

__all__ = ["hurry", "keyed", "stub", "studio"]


class TestCancelling:
    def test_a_cancelled_one_is_asked_about_no_more(self, studio: Running, stub: GoogleStub) -> None:
        stub.will(began())
        let_go = for_ever(WORKING, stub)
        run = order(studio)
        studio.wait_for(lambda: len(stub.requests) > 3)
        studio.services.studio.cancel(studio.principal, run.id)
        studio.wait_for(studio.idle)
        asked = len(stub.requests)
        let_go()
        assert studio.library() == []
        assert studio.blobs() == []
        assert len(stub.paid()) == 1
        assert len(stub.requests) == asked

    def test_an_interaction_is_told_to_stop(self, keyed: Running, stub: GoogleStub) -> None:
        stub.will(IN_PROGRESS)
        let_go = for_ever(IN_PROGRESS, stub)
        run = by_omni(keyed)
        keyed.wait_for(lambda: len(stub.requests) > 3)
        with recorded_lines() as lines:
            keyed.services.studio.cancel(keyed.principal, run.id)
            keyed.wait_for(keyed.idle)
        let_go()
        assert stub.requests[-1]["path"] == f"/v1/interactions/{INTERACTION}/cancel"
        assert [line["stopped"] for line in lines if line["event"] == "run.let_go"] == [True]

    @pytest.mark.parametrize("answering", [True, False])
    def test_one_that_is_cancelled_by_way_of_another_server_is_told_to_stop(
        self, keyed: Running, stub: GoogleStub, answering: bool
    ) -> None:
        stub.will(IN_PROGRESS)
        let_go = for_ever(IN_PROGRESS, stub)
        run = by_omni(keyed)
        keyed.wait_for(lambda: len(stub.requests) > 3)
        if not answering:  # a store that is away for a while ends nothing
            keyed.store.fail("runs.get", times=3)
            asked = len(stub.requests)
            keyed.wait_for(lambda: len(stub.requests) > asked + 6)
        cancel_elsewhere(keyed, run)
        keyed.wait_for(keyed.idle)
        let_go()
        assert stub.requests[-1]["path"] == f"/v1/interactions/{INTERACTION}/cancel"
        assert keyed.library() == []

    def test_one_that_is_cancelled_while_google_takes_it_on_is_told_to_stop(
        self, keyed: Running, stub: GoogleStub
    ) -> None:
        ordered = threading.Event()

        def cancel(handler: Any) -> None:
            ordered.wait(20)
            keyed.services.studio.cancel(keyed.principal, run.id)
            IN_PROGRESS(handler)

        stub.will(cancel)
        run = by_omni(keyed)
        ordered.set()
        keyed.wait_for(lambda: len(stub.requests) == 2 and keyed.idle())
        assert stub.requests[-1]["path"] == f"/v1/interactions/{INTERACTION}/cancel"

    def test_one_that_is_cancelled_while_no_server_runs_is_told_to_stop_at_the_next_start(
        self, keyed: Running, stub: GoogleStub
    ) -> None:
        stub.will(IN_PROGRESS)
        let_go = for_ever(IN_PROGRESS, stub)
        run = by_omni(keyed)
        keyed.wait_for(lambda: len(stub.requests) > 2)
        keyed.stop()
        keyed.start(launch=False)
        keyed.services.studio.cancel(keyed.principal, run.id)
        keyed.services.launch_workflows()
        keyed.wait_for(lambda: stub.requests[-1]["path"].endswith("/cancel"))
        let_go()
        assert len(stub.paid()) == 1


class TestStopping:
    @pytest.mark.parametrize("kind", ["studio", "keyed"])
    def test_a_server_that_stops_while_it_waits_goes_on_waiting_after_its_restart(
        self, kind: str, request: pytest.FixtureRequest, stub: GoogleStub
    ) -> None:
        studio: Running = request.getfixturevalue(kind)
        working = WORKING if kind == "studio" else IN_PROGRESS
        stub.will(began() if kind == "studio" else interaction("queued"))
        let_go = for_ever(working, stub)
        run = order(studio) if kind == "studio" else by_omni(studio)
        studio.wait_for(lambda: len(stub.requests) > 2)
        studio.stop()
        studio.start(launch=False)
        assert name_of(studio, run) == (OPERATION if kind == "studio" else INTERACTION)
        studio.services.launch_workflows()
        asked = len(stub.requests)
        studio.wait_for(lambda: len(stub.requests) > asked)
        let_go()
        run = studio.finished(run)
        assert (run.status, run.cost_nano) == ("succeeded", COST)
        assert len(stub.paid()) == 1

    def test_a_stop_is_not_held_up_by_the_time_between_two_questions(
        self, studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Google, "interval", 3600.0)
        monkeypatch.setattr("services.workflows.engine.PATIENCE", 60.0)
        stub.will(began(), WORKING)
        run = order(studio)
        studio.wait_for(lambda: len(stub.requests) == 2)
        began_to_stop = time.monotonic()
        studio.stop()
        assert time.monotonic() - began_to_stop < 30
        studio.start()
        assert studio.finished(run).status == "succeeded"
        assert len(stub.paid()) == 1

    def test_a_name_that_comes_while_the_server_is_stopping_is_kept(self, studio: Running, stub: GoogleStub) -> None:
        def stop_and_answer(handler: Any) -> None:
            studio.services.engine.stop()
            began()(handler)

        stub.will(stop_and_answer)
        run = order(studio)
        studio.wait_for(lambda: name_of(studio, run) is not None and studio.idle())
        studio.stop()
        studio.start()
        assert studio.finished(run).status == "succeeded"
        assert len(stub.paid()) == 1

    def test_a_name_that_comes_while_the_store_is_away_is_kept_once_it_is_back(
        self, studio: Running, stub: GoogleStub
    ) -> None:
        def answer_and_break(handler: Any) -> None:
            studio.store.fail("commit")
            began()(handler)

        stub.will(answer_and_break)
        with recorded_lines() as lines:
            run = order(studio)
            studio.wait_for(lambda: any(line["event"] == "run.waiting" for line in lines))
        studio.store.heal()
        assert studio.finished(run).status == "succeeded"
        assert len(stub.paid()) == 1

    def test_one_that_was_asked_for_but_has_no_name_yet_says_that_its_outcome_is_unknown(
        self, studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.workflows.engine.PATIENCE", 0.1)
        stub.will(stub.hang)
        run = order(studio)
        studio.wait_for(lambda: len(stub.requests) == 1)
        studio.stop()
        studio.start()
        run = studio.finished(run)
        assert (output(studio, run).error or "").startswith("Outcome unknown")
        assert run.cost_nano is None
        assert len(stub.requests) == 1

    def test_what_it_was_made_from_may_be_gone_by_then(self, studio: Running, stub: GoogleStub) -> None:
        source = imported(studio, picture(), "p")
        stub.will(began())
        let_go = for_ever(WORKING, stub)
        run = order(studio, source)
        studio.wait_for(lambda: len(stub.requests) > 2)
        studio.stop()
        studio.start(launch=False)
        item = studio.services.store.media.get(studio.principal, source)
        studio.services.blobs.delete([item.files["original"].key])
        let_go()
        studio.services.launch_workflows()
        assert studio.finished(run).status == "succeeded"

    def test_one_whose_model_was_shut_down_meanwhile_is_still_fetched(
        self, studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stub.will(began())
        let_go = for_ever(WORKING, stub)
        run = order(studio)
        studio.wait_for(lambda: len(stub.requests) > 2)
        studio.stop()
        studio.start(launch=False)
        monkeypatch.setattr(studio.services.offers, "_models", ())
        let_go()
        studio.services.launch_workflows()
        assert studio.finished(run).status == "succeeded"

    def test_without_google_at_the_next_start_it_may_have_cost_something(
        self, studio: Running, stub: GoogleStub
    ) -> None:
        stub.will(began())
        let_go = for_ever(WORKING, stub)
        run = order(studio)
        studio.wait_for(lambda: len(stub.requests) > 2)
        studio.stop()
        let_go()
        studio.settings = {}
        studio.start()
        run = studio.finished(run)
        assert "not set up here" in (output(studio, run).error or "")
        assert run.cost_nano is None
