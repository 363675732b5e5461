"""The `generate` workflow: one run record in, its media items made, each step done once.

    begin            the run is running
    render (each)    files made in the pool and stored under keys of their own: repeating it overwrites its own blobs
    publish (each)   the placeholder becomes a ready or a failed item
    finish           the run succeeded or failed

The store is the truth about runs. A crash between two steps resumes at the next one; a crash inside a step repeats
that step, and each of them is written to come to the same end. A process that stops leaves no outcome behind, so its
steps are taken up again, too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from dbos import DBOS
from pydantic import TypeAdapter

from services.errors import (
    ASK_AGAIN,
    BadInput,
    Conflict,
    FileError,
    FreshetError,
    GenerationError,
    NotFound,
    StorageFull,
    StoreError,
    StoreUnavailable,
)
from services.files.keep import discard_files
from services.generation.catalog import is_free
from services.generation.pool import PoolClosed
from services.generation.prices import total
from services.identity import SYSTEM
from services.log import log_event, log_failure
from services.models import FileRef, Put, Run, RunStatus, Variant
from services.workflows.asking import Note, let_go
from services.workflows.context import Interrupted, Unwanted, context
from services.workflows.made import stored
from services.workflows.records import CLASHES, awaits, change_run, discard_leftovers, find_item
from services.workflows.render import render_output
from services.workflows.room import FULL, is_out_of_room
from services.workflows.shown import note_progress, on_progress, show

FIRST_WAIT, LONGEST_WAIT = 0.5, 5.0
"""Seconds between two attempts of a step while the store is away or full."""
LOST = f"Outcome unknown: this may have been made, and charged. {ASK_AGAIN}"

_files = TypeAdapter(dict[Variant, FileRef])
_P = ParamSpec("_P")
_T = TypeVar("_T")


def _patient(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """`function`, which outlasts a store that is away or full, for as long as that takes. Raises Interrupted."""

    @wraps(function)
    def patiently(*args: _P.args, **options: _P.kwargs) -> _T:
        wait, activity = FIRST_WAIT, context().activity
        activity.pause()
        while True:
            try:
                return function(*args, **options)
            except (StoreUnavailable, StorageFull) as error:
                log_event("run.waiting", logging.WARNING, step=function.__name__, seconds=wait, why=str(error))
            activity.pause(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    return patiently


def _step(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """A durable step; the one layer that retries.

    Not the engine's own retries: they give up, and the run could not even be recorded as failed.
    """
    return DBOS.step()(_patient(function))


@DBOS.workflow(name="generate")
def generate(run_id: str) -> None:
    """Make every output of `run_id`. Whatever goes wrong, the run comes to an end that can be seen."""
    with context().activity.running():
        try:
            for media_id in begin(run_id):
                publish(run_id, media_id, render(run_id, media_id))
            finish(run_id)
        except Exception as error:  # noqa: BLE001 - what no step foresaw must not leave a run that never ends
            if is_out_of_room(error):  # the engine could not note what was done
                _give_up_without_room(run_id)
                return
            error_id = log_failure("run.broke", error, run_id=run_id)
            give_up(run_id, f"Something went wrong (error {error_id}). Try again.")


@_step
def begin(run_id: str) -> list[str]:
    """Mark the run as running and return the media ids to make; none if it was finished or cancelled meanwhile."""
    run = change_run(
        run_id, lambda run: run.model_copy(update={"status": "running", "started_at": context().clock.now()})
    )
    if run is None:
        return []
    show(run)
    return list(run.output_ids)


@_step
def render(run_id: str, media_id: str) -> dict[str, Any]:
    """Make one output's files. Returns {"files": FileRefs as JSON}, {"error": sentence}, or {} if nobody wants it.

    Both come with the "cost" in nano-dollars, None for an unknown one.
    """
    ctx = context()
    run = ctx.store.runs.get(SYSTEM, run_id)
    item = find_item(media_id)
    if item is None:  # else another run may be waiting for what this one had begun
        discard_leftovers(run, media_id)
        let_go(ctx, run, media_id)
    if run.finished or item is None or not awaits(item, run_id):
        return {}
    if ctx.progress.get(run_id) is None:
        show(run)
    cost: int | None = None if media_id in run.asked else 0
    try:
        heard, claim = partial(on_progress, run_id, media_id), partial(_claimed, run_id, media_id)
        made = render_output(ctx, run, item, heard, claim)
        cost = made.cost_nano
        files = stored(ctx, run, media_id, made)
    except PoolClosed as closing:
        raise Interrupted from closing
    except Unwanted:
        return {}
    except (GenerationError, BadInput, NotFound, FileError, StorageFull) as error:
        return _as_failed(run_id, media_id, error, cost)
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a renderer raises, the others of the run are still made
        error_id = log_failure("run.output_broke", error, run_id=run_id, media_id=media_id)
        remedy = "Try again." if is_free(run.model) else LOST  # nobody knows how far it had come
        return {"error": f"Something went wrong while making this (error {error_id}). {remedy}", "cost": None}
    return {"files": _files.dump_python(files, mode="json"), "cost": cost}


def _as_failed(run_id: str, media_id: str, error: FreshetError, cost: int | None = 0) -> dict[str, Any]:
    if isinstance(error, GenerationError):
        cost = error.cost_nano
    log_event("run.output_failed", run_id=run_id, media_id=media_id, kind=type(error).__name__, why=str(error))
    return {"error": str(error), "cost": cost}


@contextmanager
def _claimed(run_id: str, media_id: str) -> Iterator[Note]:
    """Have the run know that an output is being asked for, before it is, and under which name once there is one.

    The note stays for good, so that a step that is repeated after a crash does not pay twice: with a name it goes on
    asking what became of it. It goes where it is known that nothing came of it and the same is about to be asked again.
    Raises Unwanted once the run was cancelled.
    """
    _patient(_note_asked)(run_id, media_id, asked=True)
    try:
        yield partial(_note_operation, run_id, media_id)
    except GenerationError as error:
        if error.again:
            _at_once(_note_asked, run_id, media_id, asked=False)
        raise


def _at_once(note: Callable[_P, _T], *args: _P.args, **options: _P.kwargs) -> _T:
    """`note`, also while the process is stopping: what a provider answered is known now or never. Raises Interrupted
    where the store does not take it now.
    """
    try:
        return note(*args, **options)
    except (StoreUnavailable, StorageFull):
        return _patient(note)(*args, **options)


def _note_asked(run_id: str, media_id: str, *, asked: bool) -> None:
    """Whatever was asked for before has come to its end: its name goes in the same commit."""

    def noted(run: Run) -> Run:
        others = tuple(one for one in run.asked if one != media_id)
        names = {one: name for one, name in run.operations.items() if one != media_id}
        return run.model_copy(update={"asked": (*others, media_id) if asked else others, "operations": names})

    if change_run(run_id, noted) is None:
        raise Unwanted


def _note_operation(run_id: str, media_id: str, name: str) -> None:
    """What is begun is paid for, and the name is all there is of it."""

    def noted(run: Run) -> Run:
        return run.model_copy(update={"operations": run.operations | {media_id: name}})

    if _at_once(change_run, run_id, noted) is None:
        raise Unwanted


@_step
def publish(run_id: str, media_id: str, result: dict[str, Any]) -> None:
    """Turn the placeholder into what was made; drop the files of one that was removed meanwhile."""
    cost = {"cost_nano": result.get("cost")}
    if "error" in result:
        _settle(run_id, media_id, {"status": "failed", "error": result["error"], **cost})
    elif result:
        files = _files.validate_python(result["files"])
        if not _settle(run_id, media_id, {"status": "ready", "files": files, **cost}):
            discard_files(context().blobs, files.values())


@_step
def finish(run_id: str) -> None:
    """Close the run: it succeeded if anything was made."""
    ctx = context()
    run = ctx.store.runs.get(SYSTEM, run_id)
    items = ctx.store.media.get_many(SYSTEM, run.output_ids)
    outputs = [items[media_id] for media_id in run.output_ids if media_id in items and items[media_id].run_id == run_id]
    made = any(item.status == "ready" for item in outputs)
    error = None if made else next((item.error for item in outputs if item.error), "Nothing was made")
    known = len(outputs) == len(run.output_ids)  # what a removed one cost is told nowhere
    cost = 0 if is_free(run.model) else total(item.cost_nano for item in outputs) if known else None
    _close(run_id, "succeeded" if made else "failed", error, cost)


@_step
def give_up(run_id: str, reason: str) -> None:
    """`abandon`, as the workflow's own last step."""
    abandon(run_id, reason)


def _give_up_without_room(run_id: str) -> None:
    """Say why at once, and go on until the engine can note that, too: then it can note the end of the workflow."""
    wait = FIRST_WAIT
    while True:
        try:
            give_up(run_id, FULL)
        except Exception as error:
            if not is_out_of_room(error):
                raise
            log_event("run.waiting", logging.WARNING, step="give_up", seconds=wait, why=FULL)
        else:
            return
        context().activity.pause(wait)
        wait = min(2 * wait, LONGEST_WAIT)


@_patient
def abandon_in_time(run_id: str, reason: str) -> None:
    """`abandon`, as soon as the store takes it. Raises Interrupted."""
    abandon(run_id, reason)


@_patient
def find_in_time(run_id: str) -> Run | None:
    """The run, as soon as the store tells; None if there is none. Raises Interrupted."""
    try:
        return context().store.runs.get(SYSTEM, run_id)
    except NotFound:
        return None


def abandon(run_id: str, reason: str) -> None:
    """Record a run as failed that nothing works on, and its placeholders with it. Raises NotFound, StoreError.

    What a provider was asked for and has given no name, nobody can ask about any more: of that the outcome is unknown.
    """
    run = context().store.runs.get(SYSTEM, run_id)
    for media_id in run.output_ids:
        cost = None if media_id in (*run.asked, *run.operations) else 0
        lost = media_id in run.asked and media_id not in run.operations
        why = f"{LOST} {reason}" if lost else reason
        _settle(run_id, media_id, {"status": "failed", "error": why, "cost_nano": cost})
    _close(run_id, "failed", reason, 0 if is_free(run.model) else None)


def _settle(run_id: str, media_id: str, change: dict[str, Any]) -> bool:
    """Commit `change` to an output that still waits for it; False if it was removed, or is made by another run now."""
    ctx = context()
    for _ in range(CLASHES):
        item = find_item(media_id)
        if item is None or not awaits(item, run_id):
            return item is not None and item.run_id == run_id
        try:
            ctx.store.commit(SYSTEM, [Put(item.model_copy(update=change), expect=item.revision)], operation_id=run_id)
        except (Conflict, NotFound):
            continue
        note_progress(run_id, media_id, 100)
        return True
    raise Conflict(f"Media item {media_id} kept changing while its files were published")


def _close(run_id: str, status: RunStatus, error: str | None, cost: int | None) -> None:
    ctx = context()
    now = ctx.clock.now()
    change = {"status": status, "error": error, "progress": 100, "finished_at": now, "cost_nano": cost}
    run = change_run(run_id, lambda run: run.model_copy(update=change))
    ctx.progress.finish(run or ctx.store.runs.get(SYSTEM, run_id))
    if run is not None:
        log_event("run.finished", run_id=run_id, status=status, run_type=run.run_type, cost_nano=cost)
