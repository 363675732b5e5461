"""Trials at a small part of their full length (`make soak` runs the rest), and proof that they would find fault."""

from __future__ import annotations

from pathlib import Path

from tests.staleness.trial import FAULTS, Plan, Trial
from tests.support.stores import Backend

OPERATIONS = {"sqlite": 500, "firestore": 300}
CONTROL = 200


def test_B05_B06_B18_in_bad_weather_no_screen_falls_behind_and_afterwards_every_tab_catches_up_by_itself(
    backend: Backend, tmp_path: Path
) -> None:
    """Behind what its session wrote or saw, and behind what was committed before it asked."""
    outcome = Trial(backend, tmp_path, Plan(OPERATIONS[backend.kind], seed=20_26)).run()
    assert [str(violation) for violation in outcome.violations] == []
    assert outcome.caught_up is not None
    assert set(outcome.faults) == set(FAULTS)


def test_without_invalidation_the_same_trial_is_full_of_violations(backend: Backend, tmp_path: Path) -> None:
    outcome = Trial(backend, tmp_path, Plan(CONTROL, control=True)).run()
    assert {violation.kind for violation in outcome.violations} >= {"read-your-writes", "missing", "stale"}
