"""The Create pages: nothing typed is lost, one press makes one run, results stand beside the form."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.errors import OutcomeUnknown, StorageFull, StoreUnavailable
from services.models import MediaItem
from tests.handler.test_page_try_on import choose, open_chooser
from tests.support.mesop_client import MesopClient
from tests.support.records import make_file
from tests.support.studio import Studio, ids_shown

LABEL = {"image": "Generate Image", "video": "Generate Video"}
CLEAR = {"image": "Clear picture to repaint", "video": "Clear first frame"}
KINDS = ["image", "video"]


def type_into(tab: MesopClient, name: str, value: str) -> None:
    tab.fire("freshet-field", "changeEvent", {"value": value}, fieldId=name)


def field(tab: MesopClient, name: str) -> dict[str, Any]:
    return tab.element("freshet-field", fieldId=name)


def outputs(studio: Studio, tab: MesopClient) -> list[MediaItem]:
    return [studio.services.store.media.get(studio.principal, media_id) for media_id in ids_shown(tab)]


@pytest.mark.parametrize("kind", KINDS)
def test_generating_shows_its_placeholders_at_once_and_keeps_the_form(studio: Studio, kind: str) -> None:
    tab = studio.open(f"/create/{kind}")
    type_into(tab, "prompt", "Lantern boats leaving the harbour")
    tab.press(LABEL[kind])
    assert [tile["status"] for tile in tab.tiles()] == ["generating"]
    assert tab.tiles()[0]["label"] == "Lantern boats leaving the harbour"
    assert field(tab, "prompt")["value"] == "Lantern boats leaving the harbour"
    assert tab.element("freshet-run-watch")["runIds"] == studio.engine.enqueued


@pytest.mark.parametrize("kind", KINDS)
def test_R1_03_a_double_click_makes_one_run_and_a_later_press_another(studio: Studio, kind: str) -> None:
    tab = studio.open(f"/create/{kind}")
    type_into(tab, "prompt", "Two quick clicks")
    token = tab.element("freshet-button", label=LABEL[kind])["token"]
    for _ in range(2):
        tab.fire("freshet-button", "pressEvent", {"token": token}, label=LABEL[kind])
    assert studio.engine.enqueued == [token]
    tab.press(LABEL[kind])
    assert len(set(studio.engine.enqueued)) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_R1_03_ctrl_enter_pressed_twice_makes_one_run(studio: Studio, kind: str) -> None:
    tab = studio.open(f"/create/{kind}")
    type_into(tab, "prompt", "Two quick presses")
    token = field(tab, "prompt")["token"]
    for _ in range(2):  # the second was sent before the first was answered
        tab.fire("freshet-field", "submitEvent", {"value": "Two quick presses", "token": token}, fieldId="prompt")
    assert studio.engine.enqueued == [token]


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("", "Write a prompt first: a few words on what you want to see"),
        ("   \n ", "Write a prompt first: a few words on what you want to see"),
        ("\u200b\ufeff\u202e\x00\u0301", "Write a prompt first: a few words on what you want to see"),
        ("x" * 10_000, "10,000 of 4,000 characters. Shorten by 6,000"),
    ],
)
def test_a_prompt_that_cannot_be_used_is_named_at_its_field_and_kept(studio: Studio, prompt: str, message: str) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", prompt)
    tab.press("Generate Image")
    assert field(tab, "prompt")["error"] == message
    assert field(tab, "prompt")["value"] == prompt
    assert studio.engine.enqueued == []
    assert tab.tiles() == []
    type_into(tab, "prompt", "A short one")
    assert field(tab, "prompt")["error"] == ""


def test_a_prompt_loses_its_nul_and_keeps_its_words(studio: Studio) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "half\x00 a lake\x00")
    tab.press("Generate Image")
    (item,) = outputs(studio, tab)
    assert (item.prompt, item.title) == ("half a lake", "half a lake")


@pytest.mark.parametrize("seed", ["-1", "1.5", "seven", "99999999999", "1" * 400])
def test_a_seed_that_is_no_whole_number_in_range_is_named(studio: Studio, seed: str) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "A short one")
    type_into(tab, "seed", seed)
    tab.press("Generate Image")
    assert "whole number" in field(tab, "seed")["error"]
    assert studio.engine.enqueued == []


def test_a_shape_forged_in_the_browser_is_refused(studio: Studio) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "A short one")
    tab.fire("freshet-segments", "selectEvent", {"value": "21:9"}, label="Shape")
    tab.press("Generate Image")
    assert studio.engine.enqueued == []
    assert any("is not a shape" in text for text in tab.text)


@pytest.mark.parametrize("run_id", ["", "../../x", "01ARZ3NDEKTSV4RRFFQ69G5FAVX"])
def test_a_forged_run_id_starts_nothing(studio: Studio, run_id: str) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "A short one")
    tab.fire("freshet-button", "pressEvent", {"token": run_id}, label="Generate Image")
    assert studio.engine.enqueued == []
    assert any("Reload it and try again" in text for text in tab.text)


def test_R0_14_a_store_that_is_away_starts_nothing_says_so_and_keeps_what_was_typed(studio: Studio) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "Kept through the storm")
    studio.store.fault = StoreUnavailable("The store did not answer.")
    tab.press("Generate Image")
    assert any(text.startswith("Nothing was started: The store did not answer.") for text in tab.text)
    assert field(tab, "prompt")["value"] == "Kept through the storm"
    studio.store.fault = None
    tab.press("Generate Image")
    assert len(studio.engine.enqueued) == 1
    assert not any("Nothing was started" in text for text in tab.text)


@pytest.mark.parametrize("kind", KINDS)
def test_what_could_not_be_handed_over_is_begun_anew_by_the_next_press(studio: Studio, kind: str) -> None:
    tab = studio.open(f"/create/{kind}")
    type_into(tab, "prompt", "Room for one more")
    studio.engine.fault = StorageFull("The workflow database cannot grow.")
    tab.press(LABEL[kind])
    assert any(text.startswith("Nothing was started: The workflow database cannot grow.") for text in tab.text)
    [failed] = outputs(studio, tab)
    studio.engine.fault = None
    tab.press(LABEL[kind])
    [run_id] = studio.engine.enqueued
    assert run_id != failed.run_id
    assert field(tab, "prompt")["value"] == "Room for one more"
    assert [tile["status"] for tile in tab.tiles()] == ["generating", "failed"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_start_whose_answer_was_lost_says_so_and_pressed_again_it_is_the_same_run(studio: Studio, kind: str) -> None:
    tab = studio.open(f"/create/{kind}")
    type_into(tab, "prompt", "Perhaps begun")
    token = tab.element("freshet-button", label=LABEL[kind])["token"]
    studio.store.lost = OutcomeUnknown("Firestore did not finish a write")
    tab.press(LABEL[kind])
    assert any(text.startswith("It is not known whether this was started") for text in tab.text)
    assert studio.engine.looked_for == [token]
    studio.store.lost = None
    tab.press(LABEL[kind])
    assert [item.run_id for item in outputs(studio, tab)] == [token]
    assert set(studio.engine.looked_for) == {token}
    assert not any(text.startswith("It is not known") for text in tab.text)


def test_R0_12_four_images_are_four_tiles_with_the_first_output_first(studio: Studio) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "Four of a kind")
    tab.fire("freshet-segments", "selectEvent", {"value": "4"}, label="How many")
    tab.press("Generate Image")
    assert [item.run_index for item in outputs(studio, tab)] == [0, 1, 2, 3]
    library = studio.open("/library")
    assert ids_shown(library) == ids_shown(tab)


def test_a_finished_run_shows_when_the_watch_reports_it(studio: Studio) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "Done soon")
    tab.press("Generate Image")
    (item,) = outputs(studio, tab)
    studio.change(item, status="ready", files=studio.add()[0].files)
    tab.fire("freshet-run-watch", "completeEvent", {"ids": studio.engine.enqueued})
    shown = {tile["mediaId"]: tile["status"] for tile in tab.tiles()}
    assert shown[item.id] == "ready"
    assert tab.element("freshet-run-watch")["runIds"] == []


def test_leaving_and_returning_changes_nothing(studio: Studio) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "Still here")
    tab.press("Generate Image")
    before = ids_shown(tab)
    tab.navigate("/library").navigate("/create/image")
    assert ids_shown(tab) == before
    assert field(tab, "prompt")["value"] == "Still here"
    assert tab.element("freshet-run-watch")["runIds"] == studio.engine.enqueued


def test_cancelling_removes_what_was_waited_for(studio: Studio) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "Never mind")
    tab.press("Generate Image")
    tab.press("Cancel")
    assert tab.tiles() == []
    run = studio.services.store.runs.get(studio.principal, studio.engine.enqueued[0])
    assert run.status == "cancelled"


def test_remix_fills_the_form_with_everything_that_made_an_item(studio: Studio) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "Once more")
    type_into(tab, "seed", "77")
    tab.fire("freshet-segments", "selectEvent", {"value": "9:16"}, label="Shape")
    tab.press("Generate Image")
    (item,) = outputs(studio, tab)
    studio.change(item, status="ready")
    type_into(tab, "prompt", "Something else")
    type_into(tab, "seed", "")
    tab.fire("freshet-segments", "selectEvent", {"value": "1:1"}, label="Shape")
    tab.fire("freshet-status", "refreshEvent")
    tab.press("Remix")
    assert field(tab, "prompt")["value"] == "Once more"
    assert field(tab, "seed")["value"] == "77"
    assert tab.element("freshet-segments", label="Shape")["value"] == "9:16"


def test_only_this_persons_results_of_this_page_are_listed(studio: Studio) -> None:
    studio.add(2, origin="import")
    studio.add(1, media_type="video", origin="create-video")
    (mine,) = studio.add(1, origin="create-image", run_id=studio.services.ids.new())
    assert ids_shown(studio.open("/create/image")) == [mine.id]


class TestStartingFromAPicture:
    """A picture of the library, repainted or as a clip's first frame."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_address_puts_it_into_the_form_once_in_the_shape_nearest_to_its_own(
        self, studio: Studio, kind: str
    ) -> None:
        (tall,) = studio.add(title="Tower", origin="import", files={"original": make_file(width=700, height=1200)})
        tab = studio.open(f"/create/{kind}", {"from": tall.id})
        assert "Tower" in tab.text
        assert tab.element("freshet-segments", label="Shape")["value"] == "9:16"
        tab.press(CLEAR[kind])
        assert "Tower" not in tab.text
        tab.navigate("/library").navigate(f"/create/{kind}")
        assert "Tower" not in tab.text

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_is_made_remembers_it_as_its_source(self, studio: Studio, kind: str) -> None:
        (source,) = studio.add(origin="import")
        tab = studio.open(f"/create/{kind}", {"from": source.id})
        type_into(tab, "prompt", "At dusk")
        tab.press(LABEL[kind])
        (item,) = outputs(studio, tab)
        run = studio.services.store.runs.get(studio.principal, studio.engine.enqueued[0])
        assert item.source_ids == run.source_ids == (source.id,)

    def test_the_chooser_puts_it_into_the_form(self, studio: Studio) -> None:
        (source,) = studio.add(title="Pier", origin="import")
        tab = studio.open("/create/video")
        open_chooser(tab, "create-video")
        choose(tab, source)
        assert "Pier" in tab.text
        assert not tab.element("freshet-dialog", words=["for First frame", ""])["isOpen"]

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"status": "generating", "files": {}}, "Only finished pictures can be used here."),
            ({"media_type": "video"}, "Only finished pictures can be used here."),
            ({"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)}, "This picture was deleted."),
        ],
    )
    def test_one_that_cannot_be_used_is_named_and_nothing_typed_is_lost(
        self, studio: Studio, fields: dict[str, Any], message: str
    ) -> None:
        (source,) = studio.add(**{"title": "Unusable", "origin": "import"} | fields)
        tab = studio.open("/create/image", {"from": source.id})
        assert any(message in text for text in tab.text)
        assert "Unusable" not in tab.text

    def test_one_that_is_not_there_is_named(self, studio: Studio) -> None:
        tab = studio.open("/create/image", {"from": "01ARZ3NDEKTSV4RRFFQ69G5FAV"})
        assert "This picture is no longer in the library. Choose another one." in tab.text

    def test_one_that_goes_before_the_press_is_named_and_nothing_typed_is_lost(self, studio: Studio) -> None:
        (source,) = studio.add(title="Short-lived", origin="import")
        tab = studio.open("/create/image", {"from": source.id})
        type_into(tab, "prompt", "Kept")
        studio.change(source, deleted_at=studio.clock.now())
        tab.press("Generate Image")
        assert any("This picture was deleted." in text for text in tab.text)
        assert field(tab, "prompt")["value"] == "Kept"
        assert studio.engine.enqueued == []

    def test_remix_puts_it_back_with_the_shape_that_was_chosen(self, studio: Studio) -> None:
        (source,) = studio.add(title="Again", origin="import")
        tab = studio.open("/create/image", {"from": source.id})
        type_into(tab, "prompt", "Once more")
        tab.fire("freshet-segments", "selectEvent", {"value": "9:16"}, label="Shape")
        tab.press("Generate Image")
        (item,) = outputs(studio, tab)
        studio.change(item, status="ready")
        tab.press(CLEAR["image"])
        tab.fire("freshet-status", "refreshEvent")
        tab.press("Remix")
        assert "Again" in tab.text
        assert tab.element("freshet-segments", label="Shape")["value"] == "9:16"


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("image", "The same seed and prompt make the same picture, the next ones by the seeds after it"),
        ("video", "The same seed and prompt make the same clip"),
    ],
)
def test_the_hint_of_the_seed_names_what_the_page_makes(studio: Studio, kind: str, hint: str) -> None:
    assert field(studio.open(f"/create/{kind}"), "seed")["hint"] == hint


@pytest.mark.parametrize("path", ["/create/image", "/create/video", "/try-on"])
def test_that_a_local_model_costs_nothing_is_told_in_one_word(studio: Studio, path: str) -> None:
    told = studio.open(path).text
    assert any("Free" in text for text in told)
    assert not any(word in text for text in told for word in ("free", "$0", "no cost"))
