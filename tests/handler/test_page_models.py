"""Models on the pages: forms follow them, what things cost is told before and after, and retired ones are named."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from services.generation.catalog import MODELS, ModelSpec
from services.generation.google.client import Google
from services.generation.offers import Offers
from services.generation.prices import Price
from services.models import MediaItem, Put
from tests.handler.test_page_create import field, outputs, type_into
from tests.handler.test_page_media_item import fact, open_item
from tests.support.mesop_client import MesopClient
from tests.support.models import make_model
from tests.support.records import operation
from tests.support.studio import Studio


def offer(studio: Studio, *models: ModelSpec) -> None:
    """Have the studio know these besides its own."""
    studio.services.offers = Offers(studio.clock, (*MODELS, *models))


def choose_model(tab: MesopClient, model_id: str) -> None:
    tab.fire("freshet-choice", "chooseEvent", {"value": model_id}, label="Model")


def menus(tab: MesopClient) -> list[str]:
    return [menu["label"] for menu in tab.elements("freshet-choice")]


def shapes(tab: MesopClient) -> list[str]:
    return [option["value"] for option in tab.element("freshet-segments", label="Shape")["options"]]


def dialog_words(tab: MesopClient) -> list[str]:
    return [word for dialog in tab.elements("freshet-dialog") for word in dialog.get("words", [])]


class TestTheForm:
    def test_one_model_is_named_with_its_price_and_time(self, studio: Studio) -> None:
        tab = studio.open("/create/image")
        assert menus(tab) == ["Style"]
        assert "Local Image 1" in tab.text
        assert "Free · about 2 s each" in tab.text
        assert "1 image · about 2 s · Free" in tab.text
        assert "4 s of video · about 6 s to make · Free" in studio.open("/create/video").text

    def test_of_several_one_is_chosen_and_the_form_follows_it(self, studio: Studio) -> None:
        offer(studio, make_model("brush-1"))
        tab = studio.open("/create/image")
        menu = tab.element("freshet-choice", label="Model")
        assert [option["label"] for option in menu["options"]] == ["Local Image 1", "Brush 1"]
        assert menu["value"] == "local-image-1"
        assert "for Picture to repaint" in dialog_words(tab)
        type_into(tab, "seed", "-5")
        choose_model(tab, "brush-1")
        assert shapes(tab) == ["16:9", "1:1"]
        assert tab.element("freshet-segments", label="How many")["value"] == "1"
        assert "about $0.0400 · about 9 s each" in tab.text
        assert "1 image · about 9 s · about $0.0400" in tab.text
        assert field(tab, "prompt")["limit"] == 200
        assert [one["fieldId"] for one in tab.elements("freshet-field")] == ["prompt"]
        assert "for Picture to repaint" not in dialog_words(tab)

    def test_what_is_made_is_made_with_it_and_has_its_parameters_alone(self, studio: Studio) -> None:
        offer(studio, make_model("brush-1"))
        tab = studio.open("/create/image")
        choose_model(tab, "brush-1")
        tab.fire("freshet-segments", "selectEvent", {"value": "16:9"}, label="Shape")
        tab.fire("freshet-segments", "selectEvent", {"value": "2"}, label="How many")
        assert "2 images · about 18 s · about $0.0800" in tab.text
        type_into(tab, "prompt", "Dunes")
        tab.press("Generate Image")
        run = studio.services.store.runs.get(studio.principal, studio.engine.enqueued[0])
        assert (run.model, run.parameters) == ("brush-1", {"aspect": "16:9", "count": 2})
        assert {item.model for item in outputs(studio, tab)} == {"brush-1"}

    def test_a_shape_that_the_new_model_does_not_make_becomes_its_default(self, studio: Studio) -> None:
        offer(studio, make_model("brush-1"))
        tab = studio.open("/create/image")
        tab.fire("freshet-segments", "selectEvent", {"value": "3:4"}, label="Shape")
        tab.fire("freshet-segments", "selectEvent", {"value": "4"}, label="How many")
        choose_model(tab, "brush-1")
        assert tab.element("freshet-segments", label="Shape")["value"] == "16:9"
        assert tab.element("freshet-segments", label="How many")["value"] == "2"

    def test_a_model_without_a_price_costs_nobody_knows_what(self, studio: Studio) -> None:
        offer(studio, make_model("brush-1", price=None))
        tab = studio.open("/create/image")
        choose_model(tab, "brush-1")
        assert "1 image · about 9 s · cost unknown" in tab.text

    @pytest.mark.parametrize("model_id", ["local-video-1", "nobody-s-3", ""])
    def test_a_model_forged_in_the_browser_is_refused_and_nothing_typed_is_lost(
        self, studio: Studio, model_id: str
    ) -> None:
        offer(studio, make_model("brush-1"))
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Kept")
        choose_model(tab, model_id)
        assert any("cannot be used here. Local Image 1 is chosen instead." in text for text in tab.text)
        assert tab.element("freshet-choice", label="Model")["value"] == "local-image-1"
        assert field(tab, "prompt")["value"] == "Kept"

    @pytest.mark.parametrize("day", [None, 9999, "9999", "[[[[", "NaN"])
    def test_a_day_forged_in_the_browser_breaks_no_page(
        self, studio: Studio, day: object, caplog: pytest.LogCaptureFixture
    ) -> None:
        tab = studio.open("/create/image")
        for state in tab.states.states:
            held = json.loads(state.data)
            if "day" in held:
                state.data = json.dumps(held | {"day": day})
        type_into(tab, "prompt", "Kept")
        assert field(tab, "prompt")["value"] == "Kept"
        assert not [line for line in caplog.records if line.levelname == "ERROR"]

    def test_one_that_is_shut_down_while_the_form_is_open_is_named_with_its_successor(self, studio: Studio) -> None:
        end = (studio.clock.now() + timedelta(days=1)).date()
        offer(studio, make_model("brush-1", shutdown=end, successor="brush-2"), make_model("brush-2"))
        tab = studio.open("/create/image")
        choose_model(tab, "brush-1")
        type_into(tab, "prompt", "Too late")
        studio.clock.advance(24 * 3600)
        tab.press("Generate Image")
        assert any(text.startswith("Brush 1 was shut down on") for text in tab.text)
        assert any(text.endswith("Brush 2 takes its place.") for text in tab.text)
        assert studio.engine.enqueued == []
        menu = tab.element("freshet-choice", label="Model")
        assert [option["value"] for option in menu["options"]] == ["local-image-1", "brush-2"]
        assert menu["value"] == "brush-2"
        tab.press("Generate Image")
        run = studio.services.store.runs.get(studio.principal, studio.engine.enqueued[0])
        assert run.model == "brush-2"

    def test_one_that_is_shut_down_is_replaced_by_its_successor_whatever_is_done_next(self, studio: Studio) -> None:
        end = (studio.clock.now() + timedelta(days=1)).date()
        dear = Price(unit="output", usd=Decimal("0.07"), source="a price list", as_of=end)
        offer(studio, make_model("brush-1", shutdown=end, successor="brush-2"), make_model("brush-2", price=dear))
        tab = studio.open("/create/image")
        choose_model(tab, "brush-1")
        kept = tab.element("freshet-keep")["values"]
        studio.clock.advance(24 * 3600)
        type_into(tab, "prompt", "Too late")
        again = studio.open("/create/image").fire("freshet-keep", "restoreEvent", {"values": kept})
        for form in (tab, again):
            assert form.element("freshet-choice", label="Model")["value"] == "brush-2"
            assert any("about $0.0700" in text for text in form.text)
        assert any(text.endswith("Brush 2 takes its place.") for text in again.text)

    def test_one_whose_successor_cannot_be_used_here_is_replaced_by_the_default(self, studio: Studio) -> None:
        tab = studio.open("/create/image")
        tab.fire("freshet-keep", "restoreEvent", {"values": {"model": "imagen-4.0-generate-001"}})
        assert "Imagen 4 was shut down on 17 Aug 2026. Local Image 1 is chosen instead." in tab.text
        assert "Local Image 1" in tab.text

    def test_remix_brings_the_model_back_or_says_why_it_cannot(self, studio: Studio) -> None:
        end = (studio.clock.now() + timedelta(days=1)).date()
        offer(studio, make_model("brush-1", shutdown=end))
        (item,) = studio.add(origin="create-image", run_id=studio.services.ids.new(), model="brush-1")
        tab = studio.open("/create/image")
        tab.press("Remix")
        assert tab.element("freshet-choice", label="Model")["value"] == "brush-1"
        studio.clock.advance(24 * 3600)
        tab.press("Remix")
        assert menus(tab) == ["Style"]
        assert any(text.startswith("Brush 1 was shut down on") for text in tab.text)
        assert field(tab, "prompt")["value"] == item.prompt


class TestCosts:
    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"cost_nano": 33_600_000}, "$0.0336"),
            ({"cost_nano": 0}, "Free"),
            ({"cost_nano": None}, "Free"),  # of before costs were kept, by a model that costs nothing
            ({"cost_nano": None, "model": "somebody-elses-2"}, "unknown"),
            ({"cost_nano": 500, "status": "failed", "files": {}, "error": "Refused"}, "under $0.0001"),
        ],
    )
    def test_an_items_page_tells_its_cost(self, studio: Studio, fields: dict[str, Any], told: str) -> None:
        (item,) = studio.add(**fields)
        assert fact(open_item(studio, item), "Cost") == told

    @pytest.mark.parametrize("fields", [{"model": ""}, {"status": "generating", "files": {}}])
    def test_what_was_not_made_has_no_cost(self, studio: Studio, fields: dict[str, Any]) -> None:
        (item,) = studio.add(**fields)
        names = [name for name, _ in open_item(studio, item).element("freshet-details")["facts"]]
        assert "Cost" not in names

    def test_a_closer_look_tells_it_too(self, studio: Studio) -> None:
        items = [*studio.add(cost_nano=134_400_000), *studio.add(model="somebody-elses-2")]
        for item, words in zip(items, ("$0.1344", "cost unknown"), strict=True):
            tab = studio.open("/library", {"item": item.id})
            assert tab.element("freshet-look")["facts"][-1] == words


class TestGoogle:
    """Where Google's models are set up, as far as a form can tell."""

    @pytest.fixture
    def tab(self, studio: Studio) -> MesopClient:
        studio.services.offers = Offers(studio.clock, google=cast(Google, object()))
        return studio.open("/create/image")

    def test_its_models_come_first_and_this_machines_are_there_too(self, tab: MesopClient) -> None:
        menu = tab.element("freshet-choice", label="Model")
        assert [option["label"] for option in menu["options"]] == [
            "Nano Banana 2.1", "Nano Banana Pro", "Local Image 1",
        ]  # fmt: skip
        assert menu["value"] == "gemini-nano-banana-2.1"
        assert "about $0.0336 · about 12 s each" in tab.text
        assert "Optional. Your words say what is to change in it." in tab.text

    def test_the_estimate_follows_resolution_and_number(self, tab: MesopClient) -> None:
        choose_model(tab, "gemini-3-pro-image")
        tab.fire("freshet-segments", "selectEvent", {"value": "4"}, label="How many")
        assert "4 images · about 100 s · about $0.5376" in tab.text
        tab.fire("freshet-segments", "selectEvent", {"value": "4K"}, label="Resolution")
        assert "4 images · about 100 s · about $0.9600" in tab.text
        choose_model(tab, "gemini-nano-banana-2.1")
        assert "4 images · about 48 s · cost unknown" in tab.text

    def test_what_is_ordered_has_the_resolution_and_no_seed(self, studio: Studio, tab: MesopClient) -> None:
        type_into(tab, "prompt", "Dunes")
        tab.fire("freshet-segments", "selectEvent", {"value": "2K"}, label="Resolution")
        tab.press("Generate Image")
        (item,) = outputs(studio, tab)
        assert (item.model, item.parameters) == (
            "gemini-nano-banana-2.1", {"aspect": "1:1", "count": 1, "resolution": "2K"},
        )  # fmt: skip
        assert fact(open_item(studio, item), "Resolution") == "2K"

    def test_a_resolution_forged_in_the_browser_is_refused(self, studio: Studio, tab: MesopClient) -> None:
        type_into(tab, "prompt", "Dunes")
        tab.fire("freshet-segments", "selectEvent", {"value": "64K"}, label="Resolution")
        tab.press("Generate Image")
        assert any("is not a resolution" in text for text in tab.text)
        assert studio.engine.enqueued == []

    def test_where_it_is_not_set_up_the_page_says_why_and_offers_what_there_is(self, studio: Studio) -> None:
        studio.services.offers = Offers(studio.clock, note="Google's models cannot be used: no key.")
        tab = studio.open("/create/image")
        assert "Google's models cannot be used: no key." in tab.text
        assert "Local Image 1" in tab.text
        assert "Google's models cannot be used: no key." in studio.open("/try-on").text


class TestRetired:
    def test_an_item_keeps_the_name_of_its_model_with_what_takes_its_place(self, studio: Studio) -> None:
        (item,) = studio.add(model="imagen-4.0-generate-001", run_id=studio.services.ids.new())
        told = "Imagen 4 was shut down on 17 Aug 2026. Nano Banana 2.1 takes its place."
        assert fact(open_item(studio, item), "Model") == told
        assert any(text.startswith("Imagen 4 (retired) · 1:1") for text in studio.open("/create/image").text)
        look = studio.open("/library", {"item": item.id}).element("freshet-look")
        assert look["facts"][2] == "Imagen 4 (retired)"

    def test_retry_leads_to_remix_and_what_takes_its_place(self, studio: Studio) -> None:
        tab, failed = self._failed_before_the_end(studio)
        tab.fire("freshet-tile", "retryEvent", {"id": failed.id, "scrolled": False}, mediaId=failed.id)
        told = tab.element("freshet-toast")["message"]
        assert told.startswith("Brush 1 was shut down on ")
        assert told.endswith(". Press Remix to make it with Brush 2.")
        assert studio.services.store.media.get(studio.principal, failed.id).error == "Quota"
        assert len(studio.engine.enqueued) == 1
        tab.press("Remix")
        assert tab.element("freshet-choice", label="Model")["value"] == "brush-2"

    def test_what_a_provider_had_begun_with_it_is_still_asked_for(self, studio: Studio) -> None:
        tab, failed = self._failed_before_the_end(studio)
        run = studio.services.store.runs.get(studio.principal, failed.run_id or "")
        begun = run.model_copy(update={"operations": {failed.id: "op-1"}})
        studio.services.store.commit(studio.principal, [Put(begun, expect=run.revision)], operation_id=operation())
        tab.fire("freshet-tile", "retryEvent", {"id": failed.id, "scrolled": False}, mediaId=failed.id)
        assert len(studio.engine.enqueued) == 2

    @staticmethod
    def _failed_before_the_end(studio: Studio) -> tuple[MesopClient, MediaItem]:
        """The form and its one output, which failed on the last day of its model."""
        end = (studio.clock.now() + timedelta(days=1)).date()
        offer(studio, make_model("brush-1", shutdown=end, successor="brush-2"), make_model("brush-2"))
        tab = studio.open("/create/image")
        choose_model(tab, "brush-1")
        type_into(tab, "prompt", "Too late")
        tab.fire("freshet-segments", "selectEvent", {"value": "1"}, label="How many")
        tab.press("Generate Image")
        (item,) = outputs(studio, tab)
        failed = studio.change(item, status="failed", error="Quota", cost_nano=0)
        studio.clock.advance(24 * 3600)
        return studio.open("/create/image"), failed

    def test_the_library_finds_what_it_made(self, studio: Studio) -> None:
        (item,) = studio.add(model="imagen-4.0-generate-001")
        studio.add()
        tab = studio.open("/library", {"model": "imagen-4.0-generate-001"})
        assert [tile["mediaId"] for tile in tab.tiles()] == [item.id]
        models = dict(tab.element("freshet-filters")["models"])
        assert models["imagen-4.0-generate-001"] == "Imagen 4 (retired), now Nano Banana 2.1"
        assert models["gemini-nano-banana-2.1"] == "Nano Banana 2.1"

    def test_until_its_last_day_it_is_like_any_other(self, studio: Studio) -> None:
        (item,) = studio.add(model="gemini-3.1-flash-image")
        studio.clock._now = studio.clock.now().replace(month=10, day=28)
        assert fact(open_item(studio, item), "Model") == "Nano Banana 2"
