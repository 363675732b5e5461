"""Remix and Variations: the form as an item was made, or for others like it, and back again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.errors import StoreUnavailable
from services.generation.catalog import Choice
from services.models import MediaItem
from tests.handler.test_page_create import LABEL, field, outputs, type_into
from tests.handler.test_page_edits import edit, look_at
from tests.handler.test_page_forms import FILM, errors_of, footage, offer, run_of
from tests.handler.test_page_home import add_as
from tests.handler.test_page_media_item import open_item
from tests.handler.test_page_try_on import filled
from tests.support.mesop_client import MesopClient
from tests.support.models import make_model
from tests.support.studio import Studio, ids_shown

NOBODY = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
NOT_THERE = "Not remixed: this item does not exist, or it is not yours to see."
ELSEWHERE = "Not remixed: this item was not made on this page, which has no settings for it."
EVERYTHING = {
    "image": {"aspect": "9:16", "count": 3, "seed": 77, "style": "Ink", "negative": "sun"},
    "video": {"aspect": "9:16", "duration": 6, "seed": 77, "style": "Ink", "negative": "sun"},
}
AMOUNT = {"image": "How many", "video": "Length"}


def made(studio: Studio, kind: str = "image", **fields: Any) -> MediaItem:
    """A finished item of a Create page."""
    run = {"run_id": studio.services.ids.new(), "model": f"local-{kind}-1", "parameters": EVERYTHING[kind]}
    defaults = {"media_type": kind, "origin": f"create-{kind}", "title": "Once", "prompt": "Once more"}
    return studio.add(**defaults | run | fields)[0]


def toast(tab: MesopClient) -> tuple[str, bool]:
    told = tab.element("freshet-toast")
    return told["message"], told["undo"]


def undo(tab: MesopClient) -> None:
    edit(tab, "undo")


class TestTheForm:
    @pytest.mark.parametrize("kind", ["image", "video"])
    def test_a_link_fills_it_with_all_that_made_an_item_and_is_taken_once(self, studio: Studio, kind: str) -> None:
        item = made(studio, kind)
        tab = studio.open(f"/create/{kind}", {"remix": item.id})
        assert "remix" not in tab.query
        told = {name: field(tab, name)["value"] for name in ("prompt", "negative", "seed")}
        assert told == {"prompt": "Once more", "negative": "sun", "seed": "77"}
        assert tab.element("freshet-choice", label="Style")["value"] == "Ink"
        assert tab.element("freshet-segments", label="Shape")["value"] == "9:16"
        assert tab.element("freshet-segments", label=AMOUNT[kind])["value"] == ("6" if kind == "video" else "3")
        assert field(tab, "prompt")["given"]
        tab.press(LABEL[kind])
        assert (run_of(studio).parameters, run_of(studio).prompt) == (item.parameters, item.prompt)
        tab.navigate("/library").navigate(f"/create/{kind}")
        assert not field(tab, "prompt")["given"]

    def test_each_of_several_pictures_is_made_again_by_its_own_seed(self, studio: Studio) -> None:
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Four boats")
        type_into(tab, "seed", "7")
        tab.fire("freshet-segments", "selectEvent", {"value": "4"}, label="How many")
        tab.press(LABEL["image"])
        items = [studio.change(item, status="ready") for item in outputs(studio, tab)]
        assert [(item.run_index, item.parameters["seed"]) for item in items] == [(0, 7), (1, 8), (2, 9), (3, 10)]
        tab = studio.open("/create/image", {"remix": items[2].id})
        assert field(tab, "seed")["value"] == "9"

    def test_sources_come_back_in_their_roles(self, studio: Studio) -> None:
        first, last = studio.add(2, origin="import")
        parameters = EVERYTHING["video"] | {"sources": ["picture", "last"]}
        item = made(studio, "video", source_ids=(first.id, last.id), parameters=parameters)
        tab = studio.open("/create/video", {"remix": item.id})
        tab.press("Generate Video")
        assert (run_of(studio).source_ids, run_of(studio).parameters) == (item.source_ids, item.parameters)

    def test_so_does_a_clip_to_go_on_from_and_sound(self, studio: Studio) -> None:
        clip = footage(studio, title="Harbour")
        parameters = EVERYTHING["video"] | {"sources": ["clip"], "audio": False}
        item = made(studio, "video", source_ids=(clip.id,), parameters=parameters)
        tab = studio.open("/create/video", {"remix": item.id})
        assert "Harbour" in tab.text
        tab.press("Generate Video")
        assert run_of(studio).source_ids == (clip.id,)

    def test_what_was_chosen_before_and_is_not_part_of_it_leaves(self, studio: Studio) -> None:
        (source,) = studio.add(origin="import", title="Pier")
        item = made(studio, parameters={"aspect": "1:1", "count": 1, "seed": 5})
        tab = studio.open("/create/image", {"from": source.id})
        type_into(tab, "negative", "people")
        tab.fire("freshet-choice", "chooseEvent", {"value": "Night"}, label="Style")
        tab.navigate("/create/image", {"remix": item.id})
        assert "Pier" not in tab.text
        assert field(tab, "negative")["value"] == ""
        assert tab.element("freshet-choice", label="Style")["value"] == ""

    def test_what_it_does_not_have_becomes_the_models_default(self, studio: Studio) -> None:
        sizes = Choice[str](options=("1K", "4K"), default="1K")
        parameters = make_model().parameters.model_copy(update={"resolution": sizes})
        offer(studio, make_model("brush-1", parameters=parameters))
        item = made(studio, model="brush-1", parameters={"aspect": "1:1", "count": 1})
        tab = studio.open("/create/image")
        tab.fire("freshet-choice", "chooseEvent", {"value": "brush-1"}, label="Model")
        tab.fire("freshet-segments", "selectEvent", {"value": "4K"}, label="Resolution")
        tab.navigate("/create/image", {"remix": item.id})
        assert tab.element("freshet-segments", label="Resolution")["value"] == "1K"

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)}, "Left out: this picture was deleted."),
            ({"status": "failed", "files": {}}, "Left out: only finished pictures can be used here."),
        ],
    )
    def test_a_source_that_cannot_be_used_is_left_out_and_told(
        self, studio: Studio, change: dict[str, Any], why: str
    ) -> None:
        gone, last = studio.add(2, origin="import")
        parameters = EVERYTHING["video"] | {"sources": ["picture", "last"]}
        item = made(studio, "video", source_ids=(gone.id, last.id), parameters=parameters)
        studio.change(gone, **change)
        tab = studio.open("/create/video", {"remix": item.id})
        (told,) = errors_of(tab, "First frame")
        assert told.startswith(why)
        assert field(tab, "prompt")["value"] == "Once more"
        assert last.title in tab.text

    def test_a_source_that_is_somebody_elses_is_left_out_and_told(self, studio: Studio) -> None:
        theirs = add_as(studio, "eve", visibility="private", title="Secret")
        item = made(studio, source_ids=(theirs.id,))
        tab = studio.open("/create/image", {"remix": item.id})
        assert errors_of(tab, "Picture to repaint") == [
            "Left out: this picture is no longer in the library. Choose another one."
        ]
        assert "Secret" not in tab.text

    @pytest.mark.parametrize("asked", ["remix", "vary"])
    @pytest.mark.parametrize("which", ["nobody", "nonsense", "theirs", "video", "imported"])
    def test_what_cannot_be_remixed_says_so_and_leaves_the_form_alone(
        self, studio: Studio, which: str, asked: str
    ) -> None:
        media_id, told = {
            "nobody": (NOBODY, NOT_THERE),
            "nonsense": ("../../etc", NOT_THERE),
            "theirs": (add_as(studio, "eve", visibility="private").id, NOT_THERE),
            "video": (made(studio, "video").id, ELSEWHERE),
            "imported": (studio.add(origin="import")[0].id, ELSEWHERE),
        }[which]
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Mine")
        type_into(tab, "seed", "4")
        tab.navigate("/create/image", {asked: media_id})
        assert told in tab.text
        assert (field(tab, "prompt")["value"], field(tab, "seed")["value"]) == ("Mine", "4")
        assert toast(tab) == ("", False)
        type_into(tab, "prompt", "Mine again")
        assert not any(text.startswith("Not remixed") for text in tab.text)

    def test_a_store_that_is_away_changes_nothing(self, studio: Studio) -> None:
        item = made(studio)
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Mine")
        studio.store.fault = StoreUnavailable("The store did not answer.")
        tab.navigate("/create/image", {"remix": item.id})
        assert "Not remixed: The store did not answer." in tab.text
        assert field(tab, "prompt")["value"] == "Mine"


class TestTheModel:
    def test_one_that_was_shut_down_is_replaced_by_what_succeeds_it(self, studio: Studio) -> None:
        end = (studio.clock.now() - timedelta(days=1)).date()
        old = make_model("brush-1", shutdown=end, successor="brush-2")
        offer(studio, old, make_model("brush-2"))
        tab = studio.open("/create/image", {"remix": made(studio, model="brush-1").id})
        assert tab.element("freshet-choice", label="Model")["value"] == "brush-2"
        (told,) = [text for text in tab.text if "Brush 2 takes its place. Brush 2 makes it with shape" in text]
        assert "without style Ink" in told

    def test_one_that_cannot_be_used_here_is_replaced_by_the_default(self, studio: Studio) -> None:
        tab = studio.open("/create/image", {"remix": made(studio, model="gemini-3-pro-image").id})
        why = "Nano Banana Pro cannot be used here. Local Image 1 is chosen instead."
        assert why in tab.text  # and nothing else is otherwise
        assert field(tab, "prompt")["value"] == "Once more"
        tab.press("Generate Image")
        assert run_of(studio).model == "local-image-1"

    def test_sources_and_lengths_that_it_does_not_take_are_named(self, studio: Studio) -> None:
        offer(studio, FILM)
        first, last = studio.add(2, origin="import")
        parameters = {"aspect": "16:9", "duration": 6, "sources": ["picture", "last"], "audio": False}
        item = made(studio, "video", model="film-1", source_ids=(first.id, last.id), parameters=parameters)
        tab = studio.open("/create/video", {"remix": item.id})
        told = "Film 1 makes it with length 8 s instead of 6 s and without its first frame and its last frame."
        assert told in tab.text
        tab.fire("freshet-choice", "chooseEvent", {"value": "local-video-1"}, label="Model")
        assert told not in tab.text

    def test_what_it_made_then_counts_as_far_as_the_model_takes_it(self, studio: Studio) -> None:
        offer(studio, make_model("brush-1"))
        tab = studio.open("/create/image", {"remix": made(studio, model="brush-1").id})
        told = "Brush 1 makes it with shape 16:9 instead of 9:16 and number 2 instead of 3 and without "
        assert f"{told}style Ink, what to leave out and seed 77." in tab.text
        assert tab.element("freshet-segments", label="Shape")["value"] == "16:9"  # not 9:16
        tab.press("Generate Image")
        assert run_of(studio).parameters == {"aspect": "16:9", "count": 2}


class TestUndo:
    def test_what_was_typed_comes_back_and_goes_again(self, studio: Studio) -> None:
        (source,) = studio.add(origin="import", title="Pier")
        item = made(studio)
        tab = studio.open("/create/image", {"from": source.id})
        type_into(tab, "prompt", "Mine")
        type_into(tab, "negative", "people")
        tab.fire("freshet-segments", "selectEvent", {"value": "4:3"}, label="Shape")
        tab.navigate("/create/image", {"remix": item.id})
        assert toast(tab) == ("Remixed “Once”", True)
        undo(tab)
        assert toast(tab) == ("The form is as it was before", True)
        assert (field(tab, "prompt")["value"], field(tab, "negative")["value"]) == ("Mine", "people")
        assert tab.element("freshet-segments", label="Shape")["value"] == "4:3"
        assert tab.element("freshet-choice", label="Style")["value"] == ""
        assert "Pier" in tab.text
        undo(tab)
        assert (field(tab, "prompt")["value"], field(tab, "seed")["value"]) == ("Once more", "77")

    def test_an_empty_form_has_nothing_to_bring_back(self, studio: Studio) -> None:
        tab = studio.open("/create/image", {"remix": made(studio).id})
        assert toast(tab) == ("Remixed “Once”", False)
        undo(tab)
        assert field(tab, "prompt")["value"] == "Once more"

    def test_one_that_changes_nothing_has_nothing_to_bring_back_either(self, studio: Studio) -> None:
        item = made(studio)
        tab = studio.open("/create/image", {"remix": item.id}).navigate("/create/image", {"remix": item.id})
        assert toast(tab) == ("Remixed “Once”", False)

    def test_once_something_is_made_with_it_it_stays(self, studio: Studio) -> None:
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Mine")
        tab.navigate("/create/image", {"remix": made(studio).id})
        tab.press("Generate Image")
        undo(tab)
        assert field(tab, "prompt")["value"] == "Once more"

    def test_a_deletion_that_came_after_it_is_undone_first(self, studio: Studio) -> None:
        item, other = made(studio), made(studio, title="Other")
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Mine")
        tab.navigate("/create/image", {"remix": item.id})
        edit(tab, "delete", other)
        undo(tab)
        assert other.id in ids_shown(tab)
        assert field(tab, "prompt")["value"] == "Once more"
        undo(tab)
        assert field(tab, "prompt")["value"] == "Mine"

    def test_a_deletion_that_came_before_it_is_undone_after_it(self, studio: Studio) -> None:
        item, other = made(studio), made(studio, title="Other")
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Mine")
        edit(tab, "delete", other)
        tab.navigate("/create/image", {"remix": item.id})
        undo(tab)
        assert field(tab, "prompt")["value"] == "Mine"
        assert other.id not in ids_shown(tab)

    def test_it_can_be_pressed_on_another_page(self, studio: Studio) -> None:
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Mine")
        tab.navigate("/create/image", {"remix": made(studio).id}).navigate("/library")
        undo(tab)
        tab.navigate("/create/image")
        assert field(tab, "prompt")["value"] == "Mine"


class TestVariations:
    def test_the_picture_becomes_the_source_and_the_seed_is_drawn_anew(self, studio: Studio) -> None:
        (source,) = studio.add(origin="import")
        item = made(studio, source_ids=(source.id,))
        tab = studio.open("/create/image", {"vary": item.id})
        assert toast(tab)[0] == "Variations of “Once”"
        assert (field(tab, "prompt")["value"], field(tab, "seed")["value"]) == ("Once more", "")
        tab.press("Generate Image")
        run = run_of(studio)
        assert (run.source_ids, run.prompt) == ((item.id,), item.prompt)
        assert run.parameters["seed"] != item.parameters["seed"]
        assert run.parameters | {"seed": 77} == item.parameters

    def test_where_the_model_takes_no_picture_another_one_is_chosen(self, studio: Studio) -> None:
        offer(studio, make_model("brush-1"))
        tab = studio.open("/create/image", {"vary": made(studio, model="brush-1").id})
        assert "Brush 1 cannot begin with a picture. Local Image 1 is chosen instead." in tab.text
        assert tab.element("freshet-choice", label="Model")["value"] == "local-image-1"


class TestWhereItIsOffered:
    def test_each_item_that_was_made_here_has_it_and_an_imported_one_has_not(self, studio: Studio) -> None:
        clip, (tried_on,), (imported,) = made(studio, "video"), studio.add(origin="try-on"), studio.add(origin="import")
        failed = made(studio, status="failed", files={}, error="Refused")
        for item, kind, varies in (
            (made(studio), "image", True),
            (clip, "video", False),
            (failed, "image", False),
            (tried_on, "try-on", False),
        ):
            (links,) = open_item(studio, item).elements("freshet-again")
            assert links == {"mediaId": item.id, "kind": kind, "varies": varies}
            look = studio.open("/library", {"item": item.id}).element("freshet-look")
            assert look["more"].get("again", look["kind"]) == kind
        assert open_item(studio, imported).elements("freshet-again") == []
        assert studio.open("/library", {"item": imported.id}).element("freshet-look")["more"]["again"] == ""

    def test_the_button_of_a_run_does_the_same(self, studio: Studio) -> None:
        item = made(studio)
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Mine")
        tab.press("Remix")
        assert toast(tab) == ("Remixed “Once”", True)
        assert field(tab, "negative")["value"] == "sun"
        look_at(tab, item)
        undo(tab)
        assert field(tab, "prompt")["value"] == "Mine"


class TestTryOn:
    def test_person_product_and_place_come_back(self, studio: Studio) -> None:
        person, product = studio.add(2, origin="import")
        placed = {"x": 0.25, "y": 0.4, "scale": 0.3}
        (item,) = studio.add(origin="try-on", source_ids=(person.id, product.id), parameters=placed)
        tab = studio.open("/try-on", {"remix": item.id})
        assert "remix" not in tab.query
        assert filled(tab) == {"person": person.id, "product": product.id}
        stage = tab.element("freshet-place")
        assert {name: stage[name] for name in placed} == placed

    def test_what_is_gone_is_told_and_the_other_stands_there(self, studio: Studio) -> None:
        person, product = studio.add(2, origin="import")
        (item,) = studio.add(origin="try-on", source_ids=(person.id, product.id))
        studio.change(person, deleted_at=studio.clock.now())
        tab = studio.open("/try-on", {"remix": item.id})
        assert filled(tab) == {"person": "", "product": product.id}
        assert any(text.startswith("Person: This picture was deleted.") for text in tab.text)

    def test_an_item_that_is_none_of_its_own_changes_nothing(self, studio: Studio) -> None:
        (person,) = studio.add(origin="import")
        tab = studio.open("/try-on", {"person": person.id})
        tab.navigate("/try-on", {"remix": made(studio).id})
        assert filled(tab)["person"] == person.id
        assert ELSEWHERE in tab.text


def test_outputs_of_a_remix_are_new_items(studio: Studio) -> None:
    item = made(studio)
    tab = studio.open("/create/image", {"remix": item.id})
    tab.press("Generate Image")
    assert len([one for one in outputs(studio, tab) if one.id != item.id]) == 3
