"""GET /api/runs/progress: how far runs are, for pages that show them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.container import services
from services.identity import can
from services.ids import is_id
from services.models import Principal, RunStatus

router = APIRouter(prefix="/api", tags=["runs"])
MOST_IDS = 50


class RunState(BaseModel):
    """One run. `progress` and `outputs` (by media id) are percentages."""

    status: RunStatus
    progress: int
    outputs: dict[str, int] = {}


class RunStates(BaseModel):
    runs: dict[str, RunState]
    """By run id. Ids that do not exist, or are not the caller's to see, are left out."""


@router.get("/runs/progress")
def progress(request: Request, response: Response, ids: Annotated[str, Query(max_length=2_000)]) -> RunStates:
    """The state of up to 50 runs, `ids` separated by commas."""
    response.headers["Cache-Control"] = "no-store"
    principal = services().principals.resolve(request.headers)
    wanted = [run_id for run_id in dict.fromkeys(ids.split(",")) if is_id(run_id)][:MOST_IDS]
    states = {run_id: _state(principal, run_id) for run_id in wanted}
    return RunStates(runs={run_id: state for run_id, state in states.items() if state is not None})


def _state(principal: Principal, run_id: str) -> RunState | None:
    """From this process's memory if it executes the run, else as stored some seconds ago at most."""
    entry = services().progress.get(run_id)
    if entry is not None:
        if not can(principal, "read", entry.run):
            return None
        return RunState(status=entry.status, progress=entry.percent, outputs=entry.outputs)
    run = services().stored_runs.get(principal, run_id)
    return None if run is None else RunState(status=run.status, progress=run.progress)
