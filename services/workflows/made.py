"""What was made for an output: opened if a provider sent it, and put where files are kept.

What is paid for is not given up because something fails here in passing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from services.errors import ASK_AGAIN, ONCE_MORE, BadInput, FileError, GenerationError, StorageFull, Unsettled
from services.files.keep import store_files
from services.files.rendered import RenderedFile
from services.files.sniff import sniff
from services.generation.pool import PoolClosed
from services.generation.received import open_received
from services.log import log_event
from services.models import FileRef, Run, Variant
from services.workflows.context import WorkflowContext
from services.workflows.records import require_wanted

OPENING_WAITS = (1.0, 4.0, 10.0)
"""Seconds after which something received is opened again, where the process that does it ended."""
PATIENCE = 600.0
"""Seconds for which files of what was paid for are tried to be stored or found."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 20.0
"""Seconds between two attempts at that."""

T = TypeVar("T")
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Made:
    """One output."""

    files: tuple[RenderedFile, ...]
    cost_nano: int | None
    """What making it cost, in nano-dollars; None where that is not known."""


def opened(ctx: WorkflowContext, run: Run, data: bytes, cost: int | None) -> Made:
    """What a provider sent for an output of the run.

    Raises GenerationError for what is no picture, Unsettled for what is no clip (its provider has it, and another one
    would be paid for) and where that could not be found out here, and Interrupted.
    """
    try:
        return _opened_in_time(ctx, run, data, cost)
    except BadInput as error:
        if run.run_type == "video":
            none = f"What Google sent is no clip that can be played. {ONCE_MORE} For another one use Remix."
            raise Unsettled(none, cost_nano=cost) from error
        none = f"What Google sent is no picture that can be opened. {ASK_AGAIN}"
        raise GenerationError(none, cost_nano=cost) from error


def _opened_in_time(ctx: WorkflowContext, run: Run, data: bytes, cost: int | None) -> Made:
    """`_opened`, again after a while where the process that does it ended."""
    for wait in OPENING_WAITS:
        try:
            return _opened(ctx, run, data, cost)
        except Unsettled as error:
            log_event("run.not_opened", logging.WARNING, run_id=run.id, seconds=wait, why=str(error))
        ctx.activity.pause(wait)
    return _opened(ctx, run, data, cost)


def stored(ctx: WorkflowContext, run: Run, media_id: str, made: Made) -> dict[Variant, FileRef]:
    """Put the files of an output under keys of this run's; what was paid for again and again, for a while.

    Raises FileError, StorageFull, Interrupted, and Unwanted for a run that was cancelled meanwhile.
    """

    def store() -> dict[Variant, FileRef]:
        return store_files(ctx.blobs, ctx.clock, ctx.ids, run.project_id, media_id, made.files, key_suffix=_suffix(run))

    return store() if made.cost_nano == 0 else _in_time(ctx, run, store)


def keep_as_sent(ctx: WorkflowContext, run: Run, media_id: str, data: bytes) -> None:
    """Keep what came for an output while the process stops, for `left_behind` to find after the next start.

    At once, and nothing but that: it cannot be opened any more, and there is no time to try again.
    """
    kind = sniff(data)
    if kind is None:
        return  # no picture in any case
    sent = RenderedFile("original", data, kind.content_type, kind.extension)
    try:
        store_files(ctx.blobs, ctx.clock, ctx.ids, run.project_id, media_id, [sent], key_suffix=_suffix(run))
    except (FileError, StorageFull) as error:
        log_event("run.not_kept", logging.WARNING, run_id=run.id, media_id=media_id, why=str(error))
    else:
        log_event("run.kept_as_sent", run_id=run.id, media_id=media_id, bytes=len(data))


def left_behind(ctx: WorkflowContext, run: Run, media_id: str) -> bytes | None:
    """What `stored` or `keep_as_sent` had kept of an output in a step that ended with its process; None for nothing.

    Raises FileError, Interrupted, Unwanted.
    """
    folder = f"media/{run.project_id}/{media_id}"

    def look() -> bytes | None:
        originals = (key for key in ctx.blobs.list(folder) if key.startswith(f"{folder}/original-{_suffix(run)}."))
        key = next(originals, None)
        return ctx.blobs.get(key) if key else None

    return _in_time(ctx, run, look)


def unheard(percent: int) -> None:
    """Of a part that takes no time to speak of."""


def _opened(ctx: WorkflowContext, run: Run, data: bytes, cost: int | None) -> Made:
    clip = run.run_type == "video"
    try:
        return Made(ctx.pool.run(open_received, data, "video" if clip else "image", on_progress=unheard), cost)
    except PoolClosed:
        raise
    except GenerationError as error:
        remedy = "Retry fetches the same clip again, at no further cost." if clip else ASK_AGAIN
        what = f"Google made this, but it could not be opened here. {error}. {remedy}"
        raise Unsettled(what, cost_nano=cost) from error


def _in_time(ctx: WorkflowContext, run: Run, function: Callable[[], T]) -> T:
    """`function()`, again while files cannot be kept or read, for PATIENCE."""
    began, wait = ctx.clock.monotonic(), FIRST_WAIT
    while True:
        try:
            return function()
        except (FileError, StorageFull) as error:
            if ctx.clock.monotonic() - began >= PATIENCE:
                raise
            log_event("run.files_away", logging.WARNING, run_id=run.id, seconds=wait, why=str(error))
        require_wanted(run.id)
        ctx.activity.pause(wait)
        wait = min(2 * wait, LONGEST_WAIT)


def _suffix(run: Run) -> str:
    return f"run-{run.id}"
