"""The `generate` workflow: one run record in, its media items made, each step done once.

    begin            the run is running
    render (each)    files made in the pool and stored under keys of their own: repeating it overwrites its own blobs
    publish (each)   the placeholder becomes a ready or a failed item
    finish           the run succeeded or failed

The store is the truth about runs. A crash between two steps resumes at the next one; a crash inside a step repeats
that step, and each of them is written to come to the same end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from dbos import DBOS
from pydantic import TypeAdapter

from services.errors import (
    BadInput,
    Conflict,
    FileError,
    GenerationError,
    NotFound,
    StorageFull,
    StoreError,
    StoreUnavailable,
)
from services.files.keep import discard_files, store_files
from services.generation.pool import PoolClosed
from services.identity import SYSTEM
from services.log import log_event, log_failure
from services.models import FileRef, MediaItem, Put, Run, RunStatus, Variant
from services.workflows.context import WorkflowContext, context
from services.workflows.render import render_output

CLASHES = 20
"""How often a write is repeated on a record that others keep changing."""


class Interrupted(BaseException):
    """The process is stopping. Not an Exception, so that the engine records no outcome and resumes the step later."""


_files = TypeAdapter(dict[Variant, FileRef])
_F = TypeVar("_F", bound=Callable[..., Any])


def _worth_repeating(error: BaseException) -> bool:
    return isinstance(error, StoreUnavailable)


def _step(function: _F) -> _F:
    """A durable step that outlasts a store that is away for up to about two minutes: the one layer that retries."""
    decorate = DBOS.step(
        retries_allowed=True, interval_seconds=0.5, backoff_rate=2.0, max_attempts=9, should_retry=_worth_repeating
    )
    return decorate(function)  # type: ignore[return-value]


@DBOS.workflow(name="generate")
def generate(run_id: str) -> None:
    """Make every output of `run_id`."""
    for media_id in begin(run_id):
        publish(run_id, media_id, render(run_id, media_id))
    finish(run_id)


@_step
def begin(run_id: str) -> list[str]:
    """Mark the run as running and return the media ids to make; none if it was finished or cancelled meanwhile."""
    run = _change_run(
        run_id, lambda run: run.model_copy(update={"status": "running", "started_at": context().clock.now()})
    )
    if run is None:
        return []
    context().progress.begin(run)
    return list(run.output_ids)


@_step
def render(run_id: str, media_id: str) -> dict[str, Any]:
    """Make one output's files. Returns {"files": FileRefs as JSON}, {"error": sentence}, or {} if nobody wants it."""
    ctx = context()
    run = ctx.store.runs.get(SYSTEM, run_id)
    item = _item(media_id)
    if run.finished or item is None or item.status != "generating":
        return {}
    if ctx.progress.get(run_id) is None:
        ctx.progress.begin(run)
    try:
        rendered = render_output(ctx, run, item, lambda percent: _note_progress(ctx, run_id, media_id, percent))
        files = store_files(
            ctx.blobs, ctx.clock, ctx.ids, run.project_id, media_id, rendered, key_suffix=f"run-{run_id}"
        )
    except PoolClosed as closing:
        raise Interrupted from closing
    except (GenerationError, BadInput, NotFound, FileError, StorageFull) as error:
        log_event("run.output_failed", run_id=run_id, media_id=media_id, why=str(error))
        return {"error": str(error)}
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a renderer raises, the run must come to an end that can be seen
        error_id = log_failure("run.output_broke", error, run_id=run_id, media_id=media_id)
        return {"error": f"Something went wrong while making this (error {error_id}). Try again."}
    return {"files": _files.dump_python(files, mode="json")}


@_step
def publish(run_id: str, media_id: str, result: dict[str, Any]) -> None:
    """Turn the placeholder into what was made; drop the files of one that was removed meanwhile."""
    if not result:
        return
    ctx = context()
    files = _files.validate_python(result.get("files", {}))
    change = (
        {"status": "failed", "error": result["error"]} if "error" in result else {"status": "ready", "files": files}
    )
    for _ in range(CLASHES):
        item = _item(media_id)
        if item is None:
            discard_files(ctx.blobs, files.values())
            return
        if item.status != "generating":
            return
        try:
            ctx.store.commit(SYSTEM, [Put(item.model_copy(update=change), expect=item.revision)], operation_id=run_id)
        except (Conflict, NotFound):
            continue
        _note_progress(ctx, run_id, media_id, 100)
        return
    raise Conflict(f"Media item {media_id} kept changing while its files were published")


@_step
def finish(run_id: str) -> None:
    """Close the run: it succeeded if anything was made."""
    ctx = context()
    run = ctx.store.runs.get(SYSTEM, run_id)
    items = ctx.store.media.get_many(SYSTEM, run.output_ids).values()
    made = any(item.status == "ready" for item in items)
    error = None if made else next((item.error for item in items if item.error), "Nothing was made")
    _close(run_id, "succeeded" if made else "failed", error)


def abandon(run_id: str) -> None:
    """Record a run as failed whose workflow ended without finishing it, placeholders included."""
    ctx = context()
    reason = "This run was interrupted and could not be resumed. Try again."
    run = ctx.store.runs.get(SYSTEM, run_id)
    for media_id in run.output_ids:
        publish(run_id, media_id, {"error": reason})
    _close(run_id, "failed", reason)


def _close(run_id: str, status: RunStatus, error: str | None) -> None:
    ctx = context()
    change = {"status": status, "error": error, "progress": 100, "finished_at": ctx.clock.now()}
    run = _change_run(run_id, lambda run: run.model_copy(update=change))
    if run is not None:
        ctx.progress.finish(run)
        log_event("run.finished", run_id=run_id, status=status, run_type=run.run_type)


def _change_run(run_id: str, change: Callable[[Run], Run]) -> Run | None:
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


def _item(media_id: str) -> MediaItem | None:
    try:
        return context().store.media.get(SYSTEM, media_id)
    except NotFound:
        return None


def _note_progress(ctx: WorkflowContext, run_id: str, media_id: str, percent: int) -> None:
    due = ctx.progress.output(run_id, media_id, percent)
    if due is None:
        return
    try:
        ctx.store.runs.set_progress(SYSTEM, run_id, due)
    except StoreError as error:
        # A percentage is worth no retry: the next one comes within a second.
        log_event("run.progress_not_stored", run_id=run_id, why=str(error))
