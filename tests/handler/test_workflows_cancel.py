"""Cancelling: what is made stays, what is not leaves no trace."""

from __future__ import annotations

import pytest

from services.errors import Forbidden, NotFound
from services.ids import UlidIds
from services.models import MediaItem
from tests.support.records import make_principal
from tests.support.running import Running
from tests.support.studios import studio

__all__ = ["studio"]


def folders(studio: Running) -> set[str]:
    """The media ids that files are kept for."""
    return {key.split("/")[2] for key in studio.blobs()}


def test_cancelling_keeps_what_is_made_and_removes_what_is_not(studio: Running) -> None:
    run = studio.begin_held(3, held=1)
    studio.wait_for(lambda: studio.statuses(run)[0] == "ready")
    cancelled = studio.services.studio.cancel(studio.principal, run.id)
    assert (cancelled.status, cancelled.finished_at) == ("cancelled", studio.clock.now())
    assert studio.statuses(run) == ["ready", "gone", "gone"]
    studio.wait_for(studio.idle)
    assert studio.run(run).status == "cancelled"
    assert folders(studio) == {run.output_ids[0]}
    assert studio.rendered() == [0, 1]


def test_a_cancelled_picture_is_not_rendered_to_its_end(studio: Running) -> None:
    """Its script would wait for ever: the render process is free again all the same."""
    first, second = studio.begin_held(1), studio.begin(1, hold=str(studio.hold))
    studio.wait_for(lambda: len(studio.rendered()) == 2)
    for run in (first, second):
        studio.services.studio.cancel(studio.principal, run.id)
    assert studio.finished(studio.begin(1)).status == "succeeded"


def test_cancelling_before_anything_is_made_leaves_nothing(studio: Running) -> None:
    run = studio.begin_held(2)
    studio.services.studio.cancel(studio.principal, run.id)
    studio.wait_for(studio.idle)
    assert studio.library() == []
    assert studio.blobs() == []


def test_a_picture_that_is_finished_just_when_the_run_is_cancelled_leaves_no_file(
    studio: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = studio.services.blobs.put

    def cancel_then_put(key: str, data: bytes) -> None:
        studio.services.studio.cancel(studio.principal, run.id)
        put(key, data)

    monkeypatch.setattr(studio.services.blobs, "put", cancel_then_put)
    run = studio.begin_held(1)
    studio.let_go()
    studio.wait_for(lambda: studio.run(run).finished and studio.idle())
    assert studio.library() == []
    assert studio.blobs() == []


def test_an_output_published_while_cancelling_stays(studio: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit that removes the placeholders clashes with the publication; a second look finds it made."""
    run = studio.begin_held(2, held=1)
    studio.wait_for(lambda: studio.statuses(run)[0] == "ready")
    known = studio.services.store.media.get_many(studio.principal, run.output_ids)
    stale: dict[str, MediaItem] = {
        media_id: item.model_copy(update={"status": "generating", "revision": 1}) for media_id, item in known.items()
    }
    answers = [stale]
    part = studio.store.media._part

    def get_many(*args: object) -> dict[str, MediaItem]:
        return answers.pop() if answers else type(part).get_many(part, *args)

    monkeypatch.setattr(part, "get_many", get_many)
    studio.services.studio.cancel(studio.principal, run.id)
    assert studio.statuses(run) == ["ready", "gone"]


def test_a_finished_run_stays_as_it_is(studio: Running) -> None:
    run = studio.finished(studio.begin(1))
    assert studio.services.studio.cancel(studio.principal, run.id) == run
    assert studio.statuses(run) == ["ready"]


def test_cancelling_twice_is_cancelling_once(studio: Running) -> None:
    run = studio.begin_held(1)
    first = studio.services.studio.cancel(studio.principal, run.id)
    assert studio.services.studio.cancel(studio.principal, run.id) == first


def test_an_output_that_another_run_makes_again_is_not_removed_with_the_first_run(studio: Running) -> None:
    run = studio.begin(3, fails=[0], hold=str(studio.hold), held=1)
    studio.wait_for(lambda: studio.statuses(run)[0] == "failed")
    item = studio.output(run, 0)
    assert item is not None
    studio.services.studio.retry(studio.principal, item.id)
    studio.services.studio.cancel(studio.principal, run.id)
    studio.wait_for(lambda: studio.rendered().count(0) == 2)
    studio.wait_for(lambda: studio.statuses(run)[0] == "failed")
    assert studio.statuses(run) == ["failed", "gone", "gone"]


def test_nobody_else_cancels_a_run(studio: Running) -> None:
    run = studio.begin_held(1)
    with pytest.raises(Forbidden):
        studio.services.studio.cancel(make_principal("eve", studio.services.project.id), run.id)
    with pytest.raises(NotFound):
        studio.services.studio.cancel(make_principal("eve", "elsewhere"), run.id)
    with pytest.raises(NotFound):
        studio.services.studio.cancel(studio.principal, UlidIds(studio.clock).new())
    studio.let_go()
    assert studio.finished(run).status == "succeeded"
