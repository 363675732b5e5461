"""Sets of results on the Create pages: what was asked for together stands together, with what all of it did cost."""

from __future__ import annotations

import pytest

from services.generation.catalog import Choice
from services.models import MediaItem
from tests.handler.test_page_create import outputs, type_into
from tests.handler.test_page_media_item import fact, open_item
from tests.handler.test_page_models import choose_model, offer
from tests.support.mesop_client import MesopClient
from tests.support.models import make_model
from tests.support.studio import Studio, ids_shown

NAMES = ("Local", "somebody", "brush")


def facts(studio: Studio) -> list[str]:
    """Of the one set that there is."""
    (told,) = [text for text in studio.open("/create/image").text if text.startswith(NAMES) and " · " in text]
    return told.split(" · ")


def asked_for(studio: Studio, count: int) -> list[MediaItem]:
    """Placeholders of one set, by a model that costs something."""
    takes = make_model().parameters.model_copy(update={"count": Choice[int](options=(count,), default=count)})
    offer(studio, make_model("brush-1", parameters=takes))
    tab = studio.open("/create/image")
    choose_model(tab, "brush-1")
    type_into(tab, "prompt", "Alike")
    tab.press("Generate Image")
    return sorted(outputs(studio, tab), key=lambda item: item.run_index)


def ready(studio: Studio, item: MediaItem) -> MediaItem:
    files = studio.add(origin="import")[0].files
    return studio.change(item, status="ready", files=files, error=None, cost_nano=40_000_000)


def retried(studio: Studio, item: MediaItem) -> MesopClient:
    """The page, after a press on that tile's Retry."""
    tab = studio.open("/create/image")
    return tab.fire("freshet-tile", "retryEvent", {"id": item.id, "scrolled": False}, mediaId=item.id)


def test_what_is_of_no_run_stands_by_itself_with_its_own_words(studio: Studio) -> None:
    for prompt in ("A pier", "A mill"):
        studio.add(origin="create-image", prompt=prompt, run_id=None)
    headings = studio.open("/create/image").text
    assert [text for text in headings if text in ("A pier", "A mill")] == ["A mill", "A pier"]


def test_a_set_tells_what_it_cost_together_once_all_of_it_is_there(studio: Studio) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "Two of a kind")
    tab.fire("freshet-segments", "selectEvent", {"value": "2"}, label="How many")
    tab.press("Generate Image")
    first, second = outputs(studio, tab)
    made = ready(studio, first)
    assert facts(studio) == ["Local Image 1", "1:1", f"seed {first.parameters['seed']}"]
    ready(studio, second)
    assert facts(studio)[-1] == "$0.0800"
    studio.change(made, cost_nano=None, model="somebody-elses-2")
    assert facts(studio)[-1] == "cost unknown"


@pytest.mark.parametrize(
    ("before", "own", "together"),
    [(None, "unknown", "cost unknown"), (10_000_000, "$0.0500", "$0.1300"), (0, "$0.0400", "$0.1200")],
)
def test_an_output_that_is_retried_stays_in_its_set_and_keeps_what_it_cost_before(
    studio: Studio, before: int | None, own: str, together: str
) -> None:
    first, second, third = asked_for(studio, 3)
    for item in (first, third):
        ready(studio, item)
    lost = studio.change(second, status="failed", error="Outcome unknown", cost_nano=before)
    tab = retried(studio, lost)
    assert "2 of 3" in tab.text
    assert ids_shown(tab) == [first.id, second.id, third.id]
    again = studio.services.store.media.get(studio.principal, lost.id)
    assert [lost.run_id, again.run_id] == studio.engine.enqueued
    ready(studio, again)
    assert facts(studio)[-1] == together
    assert fact(open_item(studio, again), "Cost") == own


def test_what_was_paid_before_is_kept_over_any_number_of_retries(studio: Studio) -> None:
    (item,) = asked_for(studio, 1)
    for _ in range(3):
        failed = studio.change(item, status="failed", error="Refused", cost_nano=1_000_000)
        retried(studio, failed)
        item = studio.services.store.media.get(studio.principal, item.id)
    assert (item.cost_nano, item.earlier_cost_nano) == (None, 3_000_000)
    assert item.first_run_id == studio.engine.enqueued[0]


def test_cancelling_what_is_retried_ends_all_of_that_and_nothing_else(studio: Studio) -> None:
    first, *others = asked_for(studio, 3)
    ready(studio, first)
    failed = [studio.change(item, status="failed", error="Refused", cost_nano=0) for item in others]
    tabs = [retried(studio, item) for item in failed]
    tabs[-1].press("Cancel")
    assert ids_shown(tabs[-1]) == [first.id]
    runs = [studio.services.store.runs.get(studio.principal, run_id) for run_id in studio.engine.enqueued[1:]]
    assert [run.status for run in runs] == ["cancelled", "cancelled"]
    assert facts(studio)[-1] == "cost unknown"


def test_a_set_of_which_something_is_gone_costs_nobody_knows_what(studio: Studio) -> None:
    first, second = (ready(studio, item) for item in asked_for(studio, 2))
    assert facts(studio)[-1] == "$0.0800"
    studio.change(second, deleted_at=studio.clock.now())
    assert facts(studio)[-1] == "cost unknown"
    studio.change(first, model="local-image-1", cost_nano=0)
    assert facts(studio)[-1] == "Free"
