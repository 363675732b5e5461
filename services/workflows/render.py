"""From a run record to rendered files: which function of the pool, or which provider, makes which kind of run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from services.errors import BadInput, FileMissing, GenerationError, NotFound, ProviderUnavailable
from services.files.rendered import RenderedFile
from services.generation.catalog import ModelSpec
from services.generation.local.render import render_continuation, render_image, render_passage, render_video
from services.generation.local.tryon import render_try_on
from services.generation.pool import PoolClosed
from services.generation.received import open_received, to_send
from services.generation.requests import roles_of
from services.identity import SYSTEM
from services.log import log_event
from services.models import MediaItem, Run
from services.workflows.context import WorkflowContext

ATTEMPTS = 4
"""How often a provider is asked for one output, as long as it says that it made nothing."""
FIRST_WAIT, LONGEST_WAIT = 2.0, 20.0
"""Seconds between two of them."""

Progress = Callable[[int], None]
Claim = Callable[[], AbstractContextManager[None]]
"""Entered around each request that may cost something."""


@dataclass(frozen=True)
class Made:
    """One output."""

    files: tuple[RenderedFile, ...]
    cost_nano: int | None
    """What making it cost, in nano-dollars; None where that is not known."""


def render_output(ctx: WorkflowContext, run: Run, item: MediaItem, on_progress: Progress, claim: Claim) -> Made:
    """Make one output; blocks until that is done.

    Raises GenerationError, also where a source picture is gone, BadInput, also for a model that cannot be used any
    more, and FileError, StoreError.
    """
    model = ctx.offers.require(run.model, run.run_type)
    pictures = [_picture(ctx, media_id) for media_id in run.source_ids]
    if model.provider == "google":
        return _ask_google(ctx, model, run, _first(pictures), on_progress, claim)
    return Made(_render(ctx, run, item, pictures, on_progress), model.cost_of_one(run.parameters))


def _render(
    ctx: WorkflowContext, run: Run, item: MediaItem, pictures: list[bytes], on_progress: Progress
) -> tuple[RenderedFile, ...]:
    """On this machine, in the pool."""
    request = {"prompt": run.prompt, **run.parameters}
    if run.run_type == "image":
        return ctx.pool.run(render_image, request, item.run_index, _first(pictures), on_progress=on_progress)
    if run.run_type == "video" and roles_of(run.parameters, len(pictures)) == ("clip",):
        return ctx.pool.run(render_continuation, request, *pictures, on_progress=on_progress)
    if run.run_type == "video" and len(pictures) > 1:
        return ctx.pool.run(render_passage, request, *pictures, on_progress=on_progress)
    if run.run_type == "video":
        return ctx.pool.run(render_video, request, _first(pictures), on_progress=on_progress)
    person, product = pictures
    return ctx.pool.run(render_try_on, person, product, request, on_progress=on_progress)


def _ask_google(
    ctx: WorkflowContext, model: ModelSpec, run: Run, source: bytes | None, on_progress: Progress, claim: Claim
) -> Made:
    google = ctx.offers.google
    if google is None:
        raise ProviderUnavailable("Google's models are not set up here. Choose another model.")
    if source is not None:
        source = ctx.pool.run(to_send, source, on_progress=_unheard)
    on_progress(10)

    def ask() -> Made:
        with claim():
            answer = google.picture(model, run.prompt, run.parameters, source)
        on_progress(90)
        try:
            return Made(ctx.pool.run(open_received, answer.data, on_progress=_unheard), answer.cost_nano)
        except PoolClosed:
            raise
        except (GenerationError, BadInput) as error:
            what = "What Google sent is no picture that can be opened. Press Retry to ask again."
            raise GenerationError(what, cost_nano=answer.cost_nano) from error

    return _asked_again(ctx, run, ask)


def _asked_again(ctx: WorkflowContext, run: Run, ask: Callable[[], Made]) -> Made:
    """`ask()`, again after a while if it failed in passing. The one place where a provider is asked twice."""
    wait = FIRST_WAIT
    for _ in range(ATTEMPTS - 1):
        try:
            return ask()
        except GenerationError as error:
            if not error.again:
                raise
            log_event("run.asking_again", logging.WARNING, run_id=run.id, seconds=wait, why=str(error))
        ctx.activity.pause(wait)
        wait = min(2 * wait, LONGEST_WAIT)
    return ask()


def _unheard(percent: int) -> None:
    """Of a part that takes no time to speak of."""


def _first(pictures: list[bytes]) -> bytes | None:
    return pictures[0] if pictures else None


def _picture(ctx: WorkflowContext, media_id: str) -> bytes:
    try:
        file = ctx.store.media.get(SYSTEM, media_id).file("original")
    except NotFound as error:
        raise GenerationError("A picture this was to be made from has been deleted. Choose another one.") from error
    if file is None:
        raise GenerationError("A picture this was to be made from is not ready. Choose another one.")
    try:
        return ctx.blobs.get(file.key)
    except FileMissing as error:
        raise GenerationError("The file of a picture this was to be made from is lost. Choose another one.") from error
