"""How far runs are: shown at once, stored at most once a second, never going back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.clock import FakeClock
from services.workflows import progress as progress_module
from services.workflows.progress import ProgressBoard, RunProgress
from tests.support.records import make_run
from tests.support.running import Running

RUN = make_run(output_ids=("a", "b"), status="running")


@pytest.fixture
def board(clock: FakeClock) -> ProgressBoard:
    board = ProgressBoard(clock)
    board.begin(RUN)
    return board


def shown(board: ProgressBoard) -> RunProgress:
    entry = board.get(RUN.id)
    assert entry is not None
    return entry


class TestBoard:
    def test_a_runs_percentage_is_the_mean_of_its_outputs(self, board: ProgressBoard) -> None:
        board.output(RUN.id, "a", 100)
        board.output(RUN.id, "b", 30)
        assert (shown(board).percent, shown(board).outputs) == (65, {"a": 100, "b": 30})

    def test_it_is_due_to_be_stored_once_a_second(self, board: ProgressBoard, clock: FakeClock) -> None:
        assert board.output(RUN.id, "a", 10) == 5
        clock.advance(0.999)
        assert board.output(RUN.id, "a", 20) is None
        clock.advance(0.001)
        assert board.output(RUN.id, "a", 30) == 15
        assert board.output(RUN.id, "a", 40) is None
        assert shown(board).percent == 20

    def test_R1_05_it_never_goes_back(self, board: ProgressBoard) -> None:
        board.output(RUN.id, "a", 60)
        board.output(RUN.id, "a", 20)
        assert shown(board).outputs == {"a": 60}

    def test_only_the_end_is_a_hundred(self, board: ProgressBoard) -> None:
        for media_id in ("a", "b"):
            board.output(RUN.id, media_id, 100)
        assert shown(board).percent == 99
        board.finish(RUN.model_copy(update={"status": "succeeded"}))
        assert (shown(board).percent, shown(board).status) == (100, "succeeded")

    def test_a_finished_run_takes_no_more_progress(self, board: ProgressBoard) -> None:
        board.finish(RUN.model_copy(update={"status": "cancelled"}))
        assert board.output(RUN.id, "a", 50) is None
        assert shown(board).outputs == {}

    def test_an_unknown_run_has_none(self, board: ProgressBoard) -> None:
        assert board.get("unknown") is None
        assert board.output("unknown", "a", 50) is None

    def test_a_run_taken_up_again_shows_what_is_made_already(self, clock: FakeClock) -> None:
        board = ProgressBoard(clock)
        board.begin(RUN, {"a": 100})
        assert shown(board).percent == 50

    def test_a_run_taken_up_again_that_ended_meanwhile_stays_as_it_ended(self, board: ProgressBoard) -> None:
        board.finish(RUN.model_copy(update={"status": "succeeded"}))
        board.begin(RUN, unless_shown=True)
        assert (shown(board).percent, shown(board).status) == (100, "succeeded")

    def test_it_forgets_the_runs_that_were_begun_first(
        self, board: ProgressBoard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(progress_module, "KEPT", 2)
        others = [make_run(), make_run()]
        for other in others:
            board.begin(other)
        assert board.get(RUN.id) is None
        assert board.get(others[1].id) is not None


class TestRunning:
    @pytest.fixture
    def studio(self, tmp_path: Path, clock: FakeClock) -> Iterator[Running]:
        studio = Running(tmp_path / "data", clock)
        yield studio
        studio.stop()

    def test_it_is_stored_once_a_second_and_changes_nothing_else(self, studio: Running, clock: FakeClock) -> None:
        """Rendering reports every few milliseconds; the clock stands still until it is moved."""
        run = studio.begin_held(1)
        studio.wait_for(lambda: _percent(studio, run.id) > 20)
        before = studio.run(run)
        assert studio.store.calls["runs.set_progress"] == 1
        assert before.progress == 10
        clock.advance(1)
        studio.wait_for(lambda: studio.run(run).progress > 10)
        after = studio.run(run)
        assert studio.store.calls["runs.set_progress"] == 2
        assert (after.revision, after.updated_at) == (before.revision, before.updated_at)

    def test_progress_that_cannot_be_stored_stops_nothing(self, studio: Running) -> None:
        studio.store.fail("runs.set_progress")
        assert studio.finished(studio.begin(2)).status == "succeeded"


def _percent(studio: Running, run_id: str) -> int:
    entry = studio.services.progress.get(run_id)
    return entry.percent if entry else 0
