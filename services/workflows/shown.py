"""What pages see of a run while it is worked on."""

from __future__ import annotations

from services.errors import StoreError
from services.identity import SYSTEM
from services.log import log_event
from services.models import Run
from services.workflows.context import Unwanted, context


def show(run: Run, *, unless_shown: bool = False) -> None:
    """Put the run on the progress board, with what was made before a restart. Raises StoreError."""
    made = context().store.media.get_many(SYSTEM, run.output_ids).values() if run.progress else ()
    outputs = {item.id: 100 for item in made if item.status != "generating"}
    context().progress.begin(run, outputs, unless_shown=unless_shown)


def on_progress(run_id: str, media_id: str, percent: int) -> None:
    """Note a percentage. Raises Unwanted once the run was cancelled, which ends the rendering."""
    shown = context().progress.get(run_id)
    if shown is not None and shown.run.finished:
        raise Unwanted
    note_progress(run_id, media_id, min(percent, 99))  # 100 tells pages that it is there to be shown


def note_progress(run_id: str, media_id: str, percent: int) -> None:
    ctx = context()
    due = ctx.progress.output(run_id, media_id, percent)
    if due is None:
        return
    try:
        ctx.store.runs.set_progress(SYSTEM, run_id, due)
    except StoreError as error:
        # A percentage is worth no retry: the next one comes within a second.
        log_event("run.progress_not_stored", run_id=run_id, why=str(error))
