"""From a run's record to a call in the render pool, and what becomes of pictures that are not there any more."""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from services import container
from services.clock import FakeClock
from services.container import Services
from services.errors import GenerationError
from services.files.importer import import_file
from services.generation.local import render, tryon
from services.generation.pool import RenderPool
from services.models import MediaItem, Remove, RunType
from services.settings import load_settings
from services.store.protocol import Store
from services.workflows.asking import Note
from services.workflows.context import WorkflowContext, context
from services.workflows.render import render_output
from tests.support.records import make_item, make_run, operation


class ListeningPool:
    """Takes calls instead of making them; what the real function could not take fails."""

    def __init__(self) -> None:
        self.calls: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []

    def run(self, function: Callable[..., Any], *args: Any, on_progress: Callable[[int], None]) -> tuple[()]:
        inspect.signature(function).bind(*args, on_progress)
        self.calls.append((function, args))
        return ()

    def close(self) -> None:
        pass


@pytest.fixture
def services(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Services]:
    settings = load_settings({"FRESHET_DATA_DIR": str(tmp_path / "data"), "FRESHET_FILES": "memory://"})
    services = container.build(settings, clock=clock, store=sqlite_store)
    yield services
    services.close()


@pytest.fixture
def pool(services: Services) -> ListeningPool:
    return ListeningPool()


@pytest.fixture
def ctx(services: Services, pool: ListeningPool) -> WorkflowContext:
    return replace(context(), pool=pool)  # type: ignore[arg-type]


def picture(services: Services, colour: str, size: tuple[int, int] = (64, 96)) -> MediaItem:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    principal = services.principals.resolve({})
    return import_file(
        services.store,
        services.blobs,
        services.clock,
        services.ids,
        principal,
        services.project.id,
        out.getvalue(),
        "p",
    )


def heard(percent: int) -> None:
    pass


def unclaimed() -> AbstractContextManager[Note]:
    raise AssertionError("Nothing that this machine makes is paid for")


def test_an_image_is_made_from_its_request_and_its_place_in_the_run(ctx: WorkflowContext, pool: ListeningPool) -> None:
    run = make_run(prompt="dunes", parameters={"aspect": "16:9", "count": 3, "seed": 9})
    render_output(ctx, run, make_item(run_index=2), heard, unclaimed)
    assert pool.calls == [
        (render.render_image, ({"prompt": "dunes", "aspect": "16:9", "count": 3, "seed": 9}, 2, None))
    ]


def test_a_video_is_made_from_its_request(ctx: WorkflowContext, pool: ListeningPool) -> None:
    run = make_run(run_type="video", prompt="sea", parameters={"aspect": "16:9", "duration": 4, "seed": 9})
    render_output(ctx, run, make_item(), heard, unclaimed)
    assert pool.calls == [(render.render_video, ({"prompt": "sea", "aspect": "16:9", "duration": 4, "seed": 9}, None))]


@pytest.mark.parametrize("run_type", ["image", "video"])
def test_what_starts_from_a_picture_gets_its_file(
    ctx: WorkflowContext, pool: ListeningPool, services: Services, run_type: RunType
) -> None:
    source = picture(services, "teal")
    render_output(ctx, make_run(run_type=run_type, source_ids=(source.id,)), make_item(), heard, unclaimed)
    [(_, arguments)] = pool.calls
    assert arguments[-1] == services.blobs.get(source.files["original"].key)


def test_a_clip_between_two_pictures_gets_both_files_in_their_order(
    ctx: WorkflowContext, pool: ListeningPool, services: Services
) -> None:
    first, last = picture(services, "teal"), picture(services, "navy")
    run = make_run(
        run_type="video",
        parameters={"aspect": "16:9", "duration": 4, "seed": 9, "sources": ["picture", "last"]},
        source_ids=(first.id, last.id),
    )
    render_output(ctx, run, make_item(), heard, unclaimed)
    [(function, (_, *files))] = pool.calls
    assert function is render.render_passage
    assert files == [services.blobs.get(item.files["original"].key) for item in (first, last)]


def test_a_clip_that_goes_on_from_another_gets_its_file(
    ctx: WorkflowContext, pool: ListeningPool, services: Services
) -> None:
    before = picture(services, "teal")  # whatever it is, its file is handed on
    parameters = {"aspect": "16:9", "duration": 4, "seed": 9, "sources": ["clip"]}
    run = make_run(run_type="video", parameters=parameters, source_ids=(before.id,))
    render_output(ctx, run, make_item(), heard, unclaimed)
    [(function, (_, clip))] = pool.calls
    assert function is render.render_continuation
    assert clip == services.blobs.get(before.files["original"].key)


def test_a_try_on_is_made_from_two_pictures_and_the_placement(
    ctx: WorkflowContext, pool: ListeningPool, services: Services
) -> None:
    person, product = picture(services, "pink"), picture(services, "navy")
    run = make_run(
        run_type="try-on", prompt="", parameters={"x": 0.5, "y": 0.6, "scale": 0.4}, source_ids=(person.id, product.id)
    )
    render_output(ctx, run, make_item(), heard, unclaimed)
    [(function, (person_bytes, product_bytes, placement))] = pool.calls
    assert function is tryon.render_try_on
    assert (person_bytes, product_bytes) == tuple(
        services.blobs.get(item.files["original"].key) for item in (person, product)
    )
    assert {key: placement[key] for key in ("x", "y", "scale")} == {"x": 0.5, "y": 0.6, "scale": 0.4}


def test_a_picture_that_was_deleted_meanwhile_is_named_as_the_reason(ctx: WorkflowContext, services: Services) -> None:
    person, product = picture(services, "pink"), picture(services, "navy")
    services.store.commit(
        services.principals.resolve({}),
        [Remove("media", product.id, expect=product.revision)],
        operation_id=operation(),
    )
    run = make_run(run_type="try-on", source_ids=(person.id, product.id))
    with pytest.raises(GenerationError, match="has been deleted"):
        render_output(ctx, run, make_item(), heard, unclaimed)


def test_a_picture_whose_file_is_lost_is_named_as_the_reason(ctx: WorkflowContext, services: Services) -> None:
    person, product = picture(services, "pink"), picture(services, "navy")
    services.blobs.delete([product.files["original"].key])
    run = make_run(run_type="try-on", source_ids=(person.id, product.id))
    with pytest.raises(GenerationError, match="is lost"):
        render_output(ctx, run, make_item(), heard, unclaimed)


def test_a_try_on_through_the_real_pool_is_the_size_of_the_person(ctx: WorkflowContext, services: Services) -> None:
    person, product = picture(services, "pink", (320, 480)), picture(services, "navy", (200, 200))
    run = make_run(
        run_type="try-on", prompt="", parameters={"x": 0.5, "y": 0.6, "scale": 0.4}, source_ids=(person.id, product.id)
    )
    percentages: list[int] = []
    pool = RenderPool(workers=1)
    try:
        made = render_output(replace(ctx, pool=pool), run, make_item(), percentages.append, unclaimed)
    finally:
        pool.close()
    assert [file.variant for file in made.files] == ["original", "thumb"]
    assert (made.files[0].width, made.files[0].height) == (320, 480)
    assert percentages[-1] == 100
