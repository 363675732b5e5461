"""Stopping in the middle, and starting again on the same data: every run is finished once."""

from __future__ import annotations

import threading

import pytest

from services.errors import SettingsError, StoreCorrupt
from services.identity import SYSTEM
from services.models import Put, Run
from services.workflows import engine
from services.workflows.lock import DataDirLock
from tests.support.logs import recorded_lines
from tests.support.processes import alive
from tests.support.records import make_item, make_run
from tests.support.running import Running
from tests.support.studios import studio

__all__ = ["studio"]


def restart(studio: Running) -> None:
    studio.stop()
    studio.start()


def all_ready(studio: Running, run: Run) -> bool:
    items = [item for item in studio.library() if item.run_id == run.id]
    return [(item.run_index, item.status) for item in items] == [(i, "ready") for i in range(len(run.output_ids))]


class TestStopping:
    def test_R1_21_a_run_in_the_middle_of_an_output_goes_on_there_after_a_restart(self, studio: Running) -> None:
        run = studio.begin_held(4, held=2)
        studio.wait_for(lambda: studio.statuses(run)[1] == "ready")
        studio.stop()
        studio.let_go()
        studio.start(launch=False)
        assert studio.statuses(run) == ["ready", "ready", "generating", "generating"]
        assert studio.run(run).status == "running"
        studio.services.launch_workflows()
        assert studio.finished(run).status == "succeeded"
        assert all_ready(studio, run)
        assert studio.rendered() == [0, 1, 2, 2, 3]

    def test_stopping_leaves_no_thread_and_no_process(self, studio: Running) -> None:
        threads = set(threading.enumerate())
        restart(studio)
        threads &= set(threading.enumerate())
        studio.begin_held(2)
        workers = studio.services.pool.pids()
        assert workers
        studio.stop()
        try:
            assert not [pid for pid in workers if alive(pid)]
            assert set(threading.enumerate()) <= threads
        finally:
            studio.start()

    def test_runs_that_wait_in_the_queue_are_worked_on_after_a_restart(self, studio: Running) -> None:
        runs = [studio.begin(1, hold=str(studio.hold)) for _ in range(4)]
        studio.wait_for(lambda: len(studio.rendered()) == 2)
        studio.stop()
        studio.let_go()
        studio.start()
        for run in runs:
            assert studio.finished(run).status == "succeeded"
            assert all_ready(studio, run)
        assert len(studio.library()) == 4

    def test_an_output_that_waits_for_the_store_to_be_published_is_not_rendered_again(self, studio: Running) -> None:
        with recorded_lines() as lines:
            studio.store.fail("commit", when=lambda principal, writes, **options: "ready" in str(writes))
            run = studio.begin(2)
            studio.wait_for(lambda: any(line["event"] == "run.waiting" for line in lines))
            restart(studio)
        assert studio.finished(run).status == "succeeded"
        assert all_ready(studio, run)
        assert studio.rendered() == [0, 1]

    def test_stopping_twice_is_stopping_once(self, studio: Running) -> None:
        studio.services.close()


class TestTakingUp:
    def test_a_run_that_was_committed_but_never_handed_over_is_taken_up_at_the_next_start(
        self, studio: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class PowerCut(BaseException):
            pass

        def cut(run_id: str) -> None:
            raise PowerCut

        with monkeypatch.context() as patched:
            patched.setattr(studio.services.engine, "enqueue", cut)
            with pytest.raises(PowerCut):
                studio.begin(2)
        [run] = studio.services.store.runs.unfinished(SYSTEM)
        assert run.status == "queued"
        restart(studio)
        assert studio.finished(run).status == "succeeded"
        assert all_ready(studio, run)

    def test_another_engines_unfinished_run_is_left_alone(self, studio: Running) -> None:
        project = studio.services.project.id
        ids = [studio.services.ids.new() for _ in range(2)]
        run = make_run(id=ids[0], project_id=project, output_ids=(ids[1],), engine_id="somebody-else")
        item = make_item(id=ids[1], project_id=project, status="generating", run_id=run.id, files={})
        studio.services.store.commit(SYSTEM, [Put(run, expect=0), Put(item, expect=0)], operation_id=run.id)
        restart(studio)
        mine = studio.finished(studio.begin(1))
        assert mine.status == "succeeded"
        assert studio.services.store.runs.get(SYSTEM, run.id).status == "queued"
        assert studio.services.store.media.get(SYSTEM, item.id).status == "generating"

    def test_a_run_whose_workflow_gave_up_is_recorded_as_failed_at_the_next_start(self, studio: Running) -> None:
        """The store broke so badly in the middle that not even the failure could be recorded."""
        run = studio.begin_held(2)
        studio.store.fail("*", StoreCorrupt("The database file is damaged"))
        studio.let_go()
        studio.wait_for(studio.idle)
        studio.store.heal()
        assert not studio.run(run).finished
        restart(studio)
        run = studio.finished(run)
        assert (run.status, run.error) == ("failed", "This run was interrupted and could not be resumed. Try again.")
        assert studio.statuses(run) == ["failed", "failed"]

    def test_a_run_of_an_older_version_of_the_workflow_is_recorded_as_failed(
        self, studio: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = studio.begin_held(3, held=1)
        studio.wait_for(lambda: studio.statuses(run)[0] == "ready")
        studio.stop()
        monkeypatch.setattr(engine, "APPLICATION_VERSION", "2")
        studio.start()
        assert studio.finished(run).status == "failed"
        assert studio.statuses(run) == ["ready", "failed", "failed"]

    def test_a_lost_workflow_database_costs_no_run(self, studio: Running) -> None:
        run = studio.begin_held(3, held=1)
        studio.wait_for(lambda: studio.statuses(run)[0] == "ready")
        studio.stop()
        for file in studio.data_dir.glob("workflows.sqlite*"):
            file.unlink()
        studio.let_go()
        studio.start()
        assert studio.finished(run).status == "succeeded"
        assert all_ready(studio, run)
        assert studio.rendered() == [0, 1, 1, 2]

    def test_what_an_interrupted_step_stored_for_a_run_cancelled_since_is_deleted(self, studio: Running) -> None:
        run = studio.begin_held(1)
        studio.stop()
        studio.start(launch=False)
        folder = f"media/{run.project_id}/{run.output_ids[0]}"
        studio.services.blobs.put(f"{folder}/original-run-{run.id}.webp", b"left behind")
        studio.services.studio.cancel(studio.principal, run.id)
        studio.services.launch_workflows()
        studio.wait_for(lambda: studio.blobs() == [])
        assert studio.library() == []

    def test_progress_goes_on_where_it_was(self, studio: Running) -> None:
        run = studio.begin_held(4, held=2)
        studio.wait_for(lambda: studio.statuses(run)[1] == "ready")
        studio.services.store.runs.set_progress(SYSTEM, run.id, 52)
        restart(studio)
        studio.wait_for(lambda: studio.rendered() == [0, 1, 2, 2])
        shown = studio.services.progress.get(run.id)
        assert shown is not None
        assert shown.percent >= 50

    def test_a_run_is_on_the_progress_board_before_it_is_worked_on_again(self, studio: Running) -> None:
        """Else each page that shows it would have the store asked, for as long as it waits in the queue."""
        runs = [studio.begin(1, hold=str(studio.hold)) for _ in range(4)]
        studio.wait_for(lambda: len(studio.rendered()) == 2)
        restart(studio)
        assert all(studio.services.progress.get(run.id) is not None for run in runs)


class TestOneEngine:
    def test_the_engine_of_a_data_directory_keeps_its_name(self, studio: Running) -> None:
        before = studio.services.engine.engine_id
        restart(studio)
        assert studio.services.engine.engine_id == before != ""

    def test_a_name_that_was_never_written_is_made_again(self, studio: Running) -> None:
        studio.stop()
        (studio.data_dir / "engine-id").write_text("")
        studio.start()
        assert len(studio.services.engine.engine_id) == 26

    def test_a_second_server_on_the_same_data_directory_is_refused(self, studio: Running) -> None:
        second = DataDirLock(studio.data_dir)
        with pytest.raises(SettingsError, match=r"in use by another Freshet server \(process \d+\)"):
            second.acquire()
        studio.services.lock.release()
        second.acquire()
        second.release()
