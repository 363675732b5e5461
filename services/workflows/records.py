"""Changes to the records of a run, made again where somebody else changed them meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from services.errors import Conflict, FileError, NotFound, StoreError
from services.identity import SYSTEM
from services.log import log_event
from services.models import MediaItem, Put, Run
from services.workflows.context import Unwanted, context

CLASHES = 20
"""How often a write is repeated on a record that others keep changing."""


def change_run(run_id: str, change: Callable[[Run], Run]) -> Run | None:
    """Commit `change` to the run, again if it clashes; None once the run is finished."""
    store = context().store
    for _ in range(CLASHES):
        run = store.runs.get(SYSTEM, run_id)
        if run.finished:
            return None
        try:
            commit = store.commit(SYSTEM, [Put(change(run), expect=run.revision)], operation_id=run_id)
        except Conflict:
            continue
        stored = commit.records[0]
        assert isinstance(stored, Run)
        return stored
    raise Conflict(f"Run {run_id} kept changing")


def require_wanted(run_id: str) -> None:
    """Raises Unwanted once the run is finished: it may have been cancelled by way of another server.

    A store that does not answer just then is no reason to stop.
    """
    with suppress(StoreError):
        if context().store.runs.get(SYSTEM, run_id).finished:
            raise Unwanted


def find_item(media_id: str) -> MediaItem | None:
    try:
        return context().store.media.get(SYSTEM, media_id)
    except NotFound:
        return None


def awaits(item: MediaItem, run_id: str) -> bool:
    """A failed output may be made again by another run while the first one still works on its others."""
    return item.status == "generating" and item.run_id == run_id


def discard_leftovers(run: Run, media_id: str) -> None:
    """Delete what a step stored that ended with its process, for an output that was removed since."""
    blobs = context().blobs
    try:
        blobs.delete(blobs.list(f"media/{run.project_id}/{media_id}"))
    except FileError as error:
        log_event("run.files_left_behind", logging.WARNING, run_id=run.id, media_id=media_id, why=str(error))
