"""One consistency trial in a process of its own: `python -m bench.soak.trials` runs it and prints how it went."""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.server import ROOT
from services.clock import FakeClock
from services.log import logger
from tests.staleness.trial import Outcome, Plan, Trial
from tests.support.stores import Backend, Kind

PATIENCE = 600.0
"""Seconds after which a trial that has not ended counts as failed."""
_NAMED = 5
"""Violations that are told in words."""


@dataclass(frozen=True)
class Result:
    """What a trial came to. `caught_up` as in Outcome; `notes` name the first violations."""

    operations: dict[str, int]
    faults: dict[str, int]
    screens: int
    violations: dict[str, int]
    caught_up: float | None
    notes: list[str]


class TrialFailed(Exception):
    """A trial broke off; `str(error)` ends with its last words."""


class Trials:
    """Starts trials; used from several threads. `stop` ends those that run."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def run(self, kind: Kind, plan: Plan) -> Result:
        """Raises TrialFailed."""
        command = [sys.executable, "-m", "bench.soak.trials", kind, str(plan.operations), str(plan.seed)]
        command += ["--control"] if plan.control else []
        with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            self._running.add(process)
            try:
                if self._stopped:
                    process.kill()
                out, err = process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired as error:
                raise TrialFailed(f"it did not end within {PATIENCE:.0f} s") from error
            finally:
                process.kill()
                self._running.discard(process)
        if process.returncode:
            raise TrialFailed(err.strip().rpartition("\n")[2] or f"exit status {process.returncode}")
        return Result(**json.loads(out))

    def stop(self) -> None:
        self._stopped = True
        for process in list(self._running):
            process.kill()


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.soak.trials", description=__doc__)
    parser.add_argument("kind", choices=("sqlite", "firestore"))
    parser.add_argument("operations", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--control", action="store_true", help="switch invalidation off")
    options = parser.parse_args(arguments)
    logger.addHandler(logging.NullHandler())  # faults are what it is about: not a line for each
    with TemporaryDirectory() as folder:
        backend = Backend(options.kind, Path(folder) / "freshet.db", FakeClock())
        plan = Plan(options.operations, options.seed, control=options.control)
        with closing(backend):
            outcome = Trial(backend, Path(folder), plan).run()
    print(json.dumps(asdict(_result(outcome))))


def _result(outcome: Outcome) -> Result:
    history, violations = outcome.history, outcome.violations
    return Result(
        operations={kind: count for kind, count in history.counts.items() if kind != "cookie"},
        faults=dict(outcome.faults),
        screens=len(history.shown),
        violations=dict(Counter(violation.kind for violation in violations)),
        caught_up=outcome.caught_up,
        notes=[str(violation) for violation in violations[:_NAMED]],
    )


if __name__ == "__main__":
    main(sys.argv[1:])
