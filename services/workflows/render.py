"""From a run record to rendered files: which function of the pool makes which kind of run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.errors import FileMissing, GenerationError, NotFound
from services.files.rendered import RenderedFile
from services.generation.catalog import find_model
from services.generation.local.render import render_image, render_video
from services.generation.local.tryon import render_try_on
from services.identity import SYSTEM
from services.models import MediaItem, Run
from services.workflows.context import WorkflowContext


@dataclass(frozen=True)
class Made:
    """One output."""

    files: tuple[RenderedFile, ...]
    cost_nano: int | None
    """What making it cost, in nano-dollars; None where that is not known."""


def render_output(ctx: WorkflowContext, run: Run, item: MediaItem, on_progress: Callable[[int], None]) -> Made:
    """Make one output; blocks until that is done.

    Raises GenerationError, also where a source picture is gone, BadInput, and FileError, StoreError.
    """
    model = find_model(run.model)
    files = _render(ctx, run, item, on_progress)
    return Made(files, model.cost_of_one(run.parameters) if model else None)


def _render(
    ctx: WorkflowContext, run: Run, item: MediaItem, on_progress: Callable[[int], None]
) -> tuple[RenderedFile, ...]:
    """In the pool."""
    request = {"prompt": run.prompt, **run.parameters}
    pictures = [_picture(ctx, media_id) for media_id in run.source_ids]
    if run.run_type == "image":
        return ctx.pool.run(render_image, request, item.run_index, _first(pictures), on_progress=on_progress)
    if run.run_type == "video":
        return ctx.pool.run(render_video, request, _first(pictures), on_progress=on_progress)
    person, product = pictures
    return ctx.pool.run(render_try_on, person, product, request, on_progress=on_progress)


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
