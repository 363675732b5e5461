"""Whole runs: from a click to items in the library, through the workflow engine and the render processes."""

from __future__ import annotations

import os
import re
import signal

import pytest

from services.errors import BadInput, NotFound, StorageFull, StoreCorrupt, StoreUnavailable
from services.identity import SYSTEM
from services.models import MediaQuery, Principal, Put, Remove
from tests.support.logs import recorded_lines
from tests.support.renders import REASON
from tests.support.running import Running
from tests.support.studios import studio

__all__ = ["studio"]


class TestStarting:
    def test_a_run_and_its_placeholders_are_one_commit(self, studio: Running) -> None:
        run = studio.begin_held(4)
        assert studio.store.calls["commit"] == 3  # the project, the run with its placeholders, the run's start
        items = studio.library()
        assert {item.run_id for item in items} == {run.id}
        assert len({item.created_at for item in items}) == 1

    def test_the_first_output_stands_first_in_newest_first_order(self, studio: Running) -> None:
        studio.begin_held(4)
        assert [item.run_index for item in studio.library()] == [0, 1, 2, 3]

    def test_R1_03_starting_the_same_id_twice_makes_one_run(self, studio: Running) -> None:
        """A double click: both presses carry the id that the page had on screen."""
        run_id = studio.services.ids.new()
        first = studio.begin(2, run_id=run_id)
        second = studio.begin(2, run_id=run_id)
        assert second.output_ids == first.output_ids
        assert studio.finished(first).status == "succeeded"
        assert len(studio.library()) == 2
        assert studio.rendered() == [0, 1]

    def test_an_id_that_is_none_is_refused(self, studio: Running) -> None:
        with pytest.raises(BadInput, match="Reload"):
            studio.begin(run_id="../../etc")
        assert studio.library() == []

    def test_somebody_elses_run_id_tells_nothing_about_it(self, studio: Running) -> None:
        run = studio.finished(studio.begin())
        studio.principal = Principal(user_id="eve", name="Eve", project_ids=frozenset({studio.services.project.id}))
        private = run.model_copy(update={"visibility": "private"})
        studio.services.store.commit(SYSTEM, [Put(private, expect=run.revision)], operation_id="hide")
        with pytest.raises(NotFound):
            studio.begin(run_id=run.id)

    def test_a_store_that_is_away_starts_nothing(self, studio: Running) -> None:
        studio.store.fail("commit", times=1)
        with pytest.raises(StoreUnavailable):
            studio.begin(2)
        assert studio.library() == []

    def test_a_workflow_engine_that_is_away_leaves_outputs_that_say_so_and_can_be_made_again(
        self, studio: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(run_id: str) -> None:
            raise StoreUnavailable("The workflow database cannot be used: it is locked")

        with monkeypatch.context() as patched:
            patched.setattr(studio.services.engine, "enqueue", refuse)
            with pytest.raises(StoreUnavailable):
                studio.begin(1)
        [item] = studio.library()
        assert (item.status, item.error) == ("failed", "The workflow database cannot be used: it is locked")
        studio.services.studio.retry(studio.principal, item.id)
        studio.wait_for(lambda: studio.library()[0].status == "ready")


class TestMaking:
    def test_R0_12_four_images_become_four_items_that_can_be_used(self, studio: Running) -> None:
        run = studio.finished(studio.begin(4))
        assert (run.status, run.progress, run.error) == ("succeeded", 100, None)
        ready = MediaQuery(project_id=studio.services.project.id, status="ready", media_type="image")
        page = studio.services.store.media.get_media_for_page(studio.principal, ready)
        assert [item.run_index for item in page.items] == [0, 1, 2, 3]
        for item in page.items:
            for file in item.files.values():
                assert studio.services.blobs.get(file.key) == f"picture {item.run_index}".encode()
        assert len(studio.blobs()) == 8
        assert (run.cost_nano, [item.cost_nano for item in page.items]) == (0, [0, 0, 0, 0])

    def test_outputs_become_ready_one_by_one(self, studio: Running) -> None:
        run = studio.begin_held(3, held=1)
        studio.wait_for(lambda: studio.statuses(run) == ["ready", "generating", "generating"])
        assert studio.run(run).status == "running"
        studio.let_go()
        assert studio.finished(run).status == "succeeded"
        assert studio.statuses(run) == ["ready", "ready", "ready"]

    def test_two_runs_are_worked_on_at_the_same_time(self, studio: Running) -> None:
        held = studio.begin_held(2)
        assert studio.finished(studio.begin(1)).status == "succeeded"
        assert not studio.run(held).finished
        studio.let_go()
        studio.finished(held)

    def test_a_retried_output_is_made_in_its_place(self, studio: Running) -> None:
        studio.finished(studio.begin(2, fails=[1]))
        before = studio.library()
        assert [item.status for item in before] == ["ready", "failed"]
        studio.services.studio.retry(studio.principal, before[1].id)
        studio.wait_for(lambda: studio.rendered() == [0, 1, 1])
        studio.wait_for(lambda: studio.library()[1].status == "failed")
        assert [item.id for item in studio.library()] == [item.id for item in before]
        assert studio.library()[1].run_id != before[1].run_id


class TestFailing:
    def test_an_output_that_fails_says_why_and_the_others_are_made(self, studio: Running) -> None:
        run = studio.finished(studio.begin(3, fails=[1]))
        assert (run.status, run.error) == ("succeeded", None)
        assert studio.statuses(run) == ["ready", "failed", "ready"]
        failed = studio.output(run, 1)
        assert failed is not None
        assert (failed.error, failed.files) == (REASON, {})

    def test_R1_10_where_everything_fails_the_run_failed_for_the_first_outputs_reason(self, studio: Running) -> None:
        run = studio.finished(studio.begin(2, breaks=[1], fails=[0]))
        assert (run.status, run.error) == ("failed", REASON)
        assert studio.statuses(run) == ["failed", "failed"]

    def test_a_renderer_that_breaks_is_a_sentence_on_screen(self, studio: Running) -> None:
        run = studio.finished(studio.begin(1, breaks=[0]))
        item = studio.output(run, 0)
        assert item is not None
        assert item.error is not None
        assert re.fullmatch(r"Rendering failed \(error [0-9a-f]{8}\)\. Try again", item.error)

    def test_a_render_process_that_dies_fails_its_output_alone(self, studio: Running) -> None:
        run = studio.begin_held(2, held=0)
        [pid] = studio.services.pool.pids()
        os.kill(pid, signal.SIGKILL)
        studio.let_go()
        run = studio.finished(run)
        assert studio.statuses(run) == ["failed", "ready"]
        failed = studio.output(run, 0)
        assert failed is not None
        assert "SIGKILL" in (failed.error or "")

    def test_a_full_disk_for_files_fails_the_output_with_the_remedy(
        self, studio: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(key: str, data: bytes) -> None:
            raise StorageFull("There is no room left for files: free some space and try again")

        monkeypatch.setattr(studio.services.blobs, "put", full)
        run = studio.finished(studio.begin(1))
        assert run.status == "failed"
        assert "free some space" in (run.error or "")

    def test_a_placeholder_that_its_owner_deletes_stays_deleted_and_leaves_no_file(self, studio: Running) -> None:
        run = studio.begin_held(2)
        item = studio.output(run, 0)
        assert item is not None
        studio.services.store.commit(
            studio.principal, [Remove("media", item.id, expect=item.revision)], operation_id="delete"
        )
        studio.let_go()
        assert studio.finished(run).status == "succeeded"
        assert studio.statuses(run) == ["gone", "ready"]
        assert {key.split("/")[2] for key in studio.blobs()} == {run.output_ids[1]}

    def test_an_error_that_no_step_foresaw_still_ends_the_run(
        self, studio: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        studio.store.fail("media.get", StoreCorrupt("A record in the table media cannot be read"), times=1)
        with recorded_lines() as lines:
            run = studio.finished(studio.begin(2))
        assert run.status == "failed"
        assert (run.error or "").startswith("Something went wrong (error ")
        assert studio.statuses(run) == ["failed", "failed"]
        [broke] = [line for line in lines if line["event"] == "run.broke"]
        assert isinstance(broke["error"], StoreCorrupt)
        assert broke["error_id"] in (run.error or "")


class TestWaitingForTheStore:
    @pytest.fixture(autouse=True)
    def _hurry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("services.workflows.generate.FIRST_WAIT", 0.01)
        monkeypatch.setattr("services.workflows.generate.LONGEST_WAIT", 0.02)

    def test_a_store_that_is_away_while_an_output_is_published_does_not_make_it_render_again(
        self, studio: Running
    ) -> None:
        def publishing(principal: Principal, writes: list[object], operation_id: str) -> bool:
            return "ready" in str(writes)

        with recorded_lines() as lines:
            studio.store.fail("commit", times=30, when=publishing)
            run = studio.finished(studio.begin(2))
        assert studio.statuses(run) == ["ready", "ready"]
        assert studio.rendered() == [0, 1]
        assert len([line for line in lines if line["event"] == "run.waiting"]) == 30

    def test_a_store_that_is_away_for_long_in_the_middle_of_a_run_fails_nothing(self, studio: Running) -> None:
        run = studio.begin_held(2)
        with recorded_lines() as lines:
            studio.store.fail("*")
            studio.let_go()
            studio.wait_for(lambda: len([line for line in lines if line["event"] == "run.waiting"]) > 20)
            studio.store.heal()
        assert studio.finished(run).status == "succeeded"
        assert studio.statuses(run) == ["ready", "ready"]
        assert studio.rendered() == [0, 1]

    def test_a_database_without_room_is_waited_for_too(self, studio: Running) -> None:
        studio.store.fail("commit", StorageFull("The disk is full"), times=5, when=lambda *a, **o: "ready" in str(a))
        run = studio.finished(studio.begin(1))
        assert run.status == "succeeded"
