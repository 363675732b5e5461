"""Trials at a small part of their full length (`make soak` runs the rest), and proof that they would find fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.staleness.trial import FAULTS, Outcome, Plan, Trial
from tests.support.stores import Backend

OPERATIONS = {"sqlite": 600, "firestore": 400}
CONTROL = 200


def run(backend: Backend, folder: Path, plan: Plan) -> Outcome:
    return Trial(backend, folder, plan).run()


def test_B05_B06_in_bad_weather_no_screen_falls_behind_what_its_session_or_its_question_knows(
    backend: Backend, tmp_path: Path
) -> None:
    outcome = run(backend, tmp_path, Plan(OPERATIONS[backend.kind], seed=20_26))
    assert [str(violation) for violation in outcome.violations] == []
    assert set(outcome.faults) == set(FAULTS)


def test_B18_when_the_weather_clears_every_tab_catches_up_by_itself(backend: Backend, tmp_path: Path) -> None:
    assert run(backend, tmp_path, Plan(150, seed=7)).caught_up is not None


@pytest.mark.parametrize("seed", [1])
def test_without_invalidation_the_same_trial_is_full_of_violations(backend: Backend, tmp_path: Path, seed: int) -> None:
    found = {violation.kind for violation in run(backend, tmp_path, Plan(CONTROL, seed, control=True)).violations}
    assert found >= {"read-your-writes", "monotonic-reads", "missing", "stale"}
