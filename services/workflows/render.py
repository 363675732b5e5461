"""From a run record to rendered files: which function of the pool, or which provider, makes which kind of run."""

from __future__ import annotations

from services.errors import FileMissing, GenerationError, NotFound
from services.files.rendered import RenderedFile
from services.generation.catalog import ModelSpec, find_model
from services.generation.local.render import render_continuation, render_image, render_passage, render_video
from services.generation.local.tryon import render_try_on
from services.generation.requests import roles_of
from services.identity import SYSTEM
from services.models import MediaItem, Run
from services.workflows.asking import Asked, Claim, ask_google
from services.workflows.context import WorkflowContext
from services.workflows.made import Made, Progress


def render_output(ctx: WorkflowContext, run: Run, item: MediaItem, on_progress: Progress, claim: Claim) -> Made:
    """Make one output; blocks until that is done.

    Raises GenerationError, also where a source picture is gone, BadInput, also for a model that cannot be used any
    more, FileError, StoreError, and Unwanted for a run that was cancelled meanwhile.
    """
    model = _model(ctx, run, item)

    def sources() -> list[bytes]:
        return [_picture(ctx, media_id) for media_id in run.source_ids]

    if model.provider == "google":
        return ask_google(Asked(ctx, model, run, item.id, sources, on_progress, claim))
    return Made(_render(ctx, run, item, sources(), on_progress), model.cost_of_one(run.parameters))


def _model(ctx: WorkflowContext, run: Run, item: MediaItem) -> ModelSpec:
    """What makes it, if it can be used now; of what a provider was asked for already, that does not count any more."""
    known = find_model(run.model) if item.id in (*run.asked, *run.operations) else None
    return known or ctx.offers.require(run.model, run.run_type)


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
