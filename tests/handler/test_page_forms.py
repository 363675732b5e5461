"""The Create forms follow the parameters of their model: what shows, what is sent, and what is kept meanwhile."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.generation.catalog import MODELS, Choice, Extension, ModelSpec, Parameters
from services.generation.offers import Offers
from services.generation.prices import Price, Rate
from services.models import MediaItem
from tests.handler.test_page_create import LABEL, field, outputs, type_into
from tests.handler.test_page_media_item import fact, open_item
from tests.handler.test_page_models import choose_model, dialog_words
from tests.handler.test_page_try_on import choose, open_chooser
from tests.support.mesop_client import MesopClient
from tests.support.models import make_model
from tests.support.records import make_file
from tests.support.studio import Studio, ids_shown

FILM = make_model(
    "film-1",
    run_type="video",
    parameters=Parameters(
        prompt=200,
        aspect=Choice[str](options=("16:9", "9:16"), default="16:9"),
        duration=Choice[int](options=(4, 8), default=8),
        resolution=Choice[str](options=("720p", "1080p"), default="720p"),
        audio=True,
    ),
    price=Price(unit="second", usd=Decimal("0.10"), source="a price list", as_of=date(2026, 11, 1)),
)
REEL = FILM.model_copy(
    update={
        "id": "reel-1",
        "name": "Reel 1",
        "parameters": FILM.parameters.model_copy(
            update={"extends": True, "extension": Extension(seconds=7, resolution=False, longest=30)}
        ),
    }
)
"""It goes on from a clip by seconds and in a resolution of its own."""
OILS = make_model(
    "oils-1",
    parameters=Parameters(
        prompt=200,
        aspect=Choice[str](options=("16:9", "1:1"), default="16:9"),
        style=Choice[str](options=("Oil", "Ink"), default="Oil"),
    ),
)


def offer(studio: Studio, *models: ModelSpec) -> None:
    studio.services.offers = Offers(studio.clock, (*MODELS, *models))


def choose_style(tab: MesopClient, style: str) -> None:
    tab.fire("freshet-choice", "chooseEvent", {"value": style}, label="Style")


def choose_shape(tab: MesopClient, value: str) -> None:
    tab.fire("freshet-segments", "selectEvent", {"value": value}, label="Shape")


def fields(tab: MesopClient) -> list[str]:
    return [one["fieldId"] for one in tab.elements("freshet-field")]


def labels(tab: MesopClient) -> list[str]:
    return [one["label"] for one in tab.elements("freshet-segments")]


def options(tab: MesopClient, label: str) -> list[str]:
    return [option["label"] for option in tab.element("freshet-choice", label=label)["options"]]


def footage(studio: Studio, **more: Any) -> MediaItem:
    """A finished clip, with the picture that stands for it."""
    files = {
        "original": make_file(content_type="video/mp4", width=720, height=1280, duration=4.0),
        "poster": make_file(key="p/poster.webp", width=720, height=1280),
    }
    return studio.add(**{"media_type": "video", "origin": "import", "files": files} | more)[0]


def purposes(tab: MesopClient) -> list[str]:
    """What the choosers are for; not the dialog of templates."""
    return [word for word in dialog_words(tab) if word and word not in ("for images", "for videos")]


def run_of(studio: Studio) -> Any:
    return studio.services.store.runs.get(studio.principal, studio.engine.enqueued[-1])


class TestWhatShows:
    def test_this_machines_models_take_a_style_and_words_to_leave_out(self, studio: Studio) -> None:
        for kind in ("image", "video"):
            tab = studio.open(f"/create/{kind}")
            assert fields(tab) == ["prompt", "negative", "seed"]
            assert options(tab, "Style") == ["None", "Watercolour", "Ink", "Paper-cut", "Pastel", "Night"]
            assert tab.element("freshet-choice", label="Style")["value"] == ""
            assert (field(tab, "negative")["label"], field(tab, "negative")["limit"]) == ("Leave out", 500)
            assert field(tab, "negative")["draftKey"] == f"create-{kind}-negative"
            assert tab.elements("freshet-toggle") == []

    def test_a_clip_can_have_a_first_frame_a_last_one_or_a_clip_to_go_on_from(self, studio: Studio) -> None:
        assert purposes(studio.open("/create/image")) == ["for Picture to repaint"]
        assert purposes(studio.open("/create/video")) == [
            "for First frame", "for Last frame", "for Clip to go on from",
        ]  # fmt: skip

    def test_a_model_that_takes_other_things_has_other_fields(self, studio: Studio) -> None:
        offer(studio, FILM, OILS)
        tab = studio.open("/create/video")
        assert labels(tab) == ["Shape", "Length"]
        choose_model(tab, "film-1")
        assert (fields(tab), labels(tab)) == (["prompt"], ["Shape", "Resolution", "Length"])
        assert [menu["label"] for menu in tab.elements("freshet-choice")] == ["Model"]
        assert purposes(tab) == []
        assert tab.element("freshet-toggle")["active"]
        tab = studio.open("/create/image")
        choose_model(tab, "oils-1")
        assert options(tab, "Style") == ["Oil", "Ink"]
        assert tab.element("freshet-choice", label="Style")["value"] == "Oil"

    def test_the_estimate_follows_length_and_model(self, studio: Studio) -> None:
        offer(studio, FILM)
        tab = studio.open("/create/video")
        choose_model(tab, "film-1")
        tab.fire("freshet-segments", "selectEvent", {"value": "8"}, label="Length")
        assert any(text.endswith("about $0.8000") and text.startswith("8 s of video") for text in tab.text)


class TestWhatIsSent:
    @pytest.mark.parametrize("kind", ["image", "video"])
    def test_style_and_what_is_left_out_are_told_with_what_is_made(self, studio: Studio, kind: str) -> None:
        tab = studio.open(f"/create/{kind}")
        type_into(tab, "prompt", "Hills")
        type_into(tab, "negative", "  sun,\x00 people ")
        choose_style(tab, "Ink")
        tab.press(LABEL[kind])
        (item,) = outputs(studio, tab)
        assert run_of(studio).parameters == item.parameters
        assert {"style": "Ink", "negative": "sun, people"}.items() <= item.parameters.items()
        page = open_item(studio, item)
        assert (fact(page, "Style"), fact(page, "Left out")) == ("Ink", "sun, people")
        told = studio.open("/library", {"item": item.id}).element("freshet-look")["facts"]
        assert told[4:6] == ["Ink", "without “sun, people”"]
        assert any(" · Ink · without “sun, people” · seed " in text for text in tab.text)

    def test_without_any_of_it_nothing_is_told(self, studio: Studio) -> None:
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Hills")
        type_into(tab, "seed", "7")
        tab.press("Generate Image")
        assert run_of(studio).parameters == {"aspect": "1:1", "count": 1, "seed": 7}

    @pytest.mark.parametrize("audio", [True, False])
    def test_sound_and_resolution_are_told(self, studio: Studio, audio: bool) -> None:
        offer(studio, FILM)
        tab = studio.open("/create/video")
        choose_model(tab, "film-1")
        type_into(tab, "prompt", "Surf")
        tab.fire("freshet-segments", "selectEvent", {"value": "1080p"}, label="Resolution")
        if not audio:
            tab.fire("freshet-toggle", "toggleEvent", {"active": False})
            assert not tab.element("freshet-toggle")["active"]
        tab.press("Generate Video")
        (item,) = outputs(studio, tab)
        assert item.parameters == {"aspect": "16:9", "duration": 4, "resolution": "1080p", "audio": audio}
        assert fact(open_item(studio, item), "Sound") == ("On" if audio else "Off")
        told = studio.open("/library", {"item": item.id}).element("freshet-look")["facts"]
        assert ("with sound" if audio else "silent") in told

    @pytest.mark.parametrize(("name", "value"), [("Style", "Oil"), ("Style", "<b>")])
    def test_a_style_forged_in_the_browser_is_refused(self, studio: Studio, name: str, value: str) -> None:
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Hills")
        choose_style(tab, value)
        tab.press("Generate Image")
        assert any("is not a style" in text for text in tab.text)
        assert studio.engine.enqueued == []

    def test_too_much_to_leave_out_is_named_at_its_field_and_kept(self, studio: Studio) -> None:
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Hills")
        type_into(tab, "negative", "x" * 600)
        tab.press("Generate Image")
        assert field(tab, "negative")["error"] == "600 of 500 characters. Shorten by 100"
        assert field(tab, "negative")["value"] == "x" * 600
        assert studio.engine.enqueued == []
        type_into(tab, "negative", "sun")
        assert field(tab, "negative")["error"] == ""


class TestFrames:
    def test_first_and_last_are_its_sources_by_their_roles(self, studio: Studio) -> None:
        first, last = studio.add(2, origin="import")
        tab = studio.open("/create/video", {"from": first.id})
        open_chooser(tab, "create-video-last")
        choose(tab, last)
        type_into(tab, "prompt", "From one to the other")
        tab.press("Generate Video")
        (item,) = outputs(studio, tab)
        run = run_of(studio)
        assert run.source_ids == item.source_ids == (first.id, last.id)
        assert run.parameters["sources"] == ["picture", "last"]
        assert fact(open_item(studio, item), "Made from") == "First frame, last frame"
        told = studio.open("/library", {"item": item.id}).element("freshet-look")["facts"]
        assert "from first frame, last frame" in told

    def test_a_last_frame_needs_a_first_one(self, studio: Studio) -> None:
        (last,) = studio.add(origin="import", title="The end")
        tab = studio.open("/create/video")
        open_chooser(tab, "create-video-last")
        choose(tab, last)
        type_into(tab, "prompt", "Nowhere to begin")
        tab.press("Generate Video")
        told = "A last frame needs a first one. Choose a first frame, too, or clear the last frame"
        assert told in tab.text
        assert studio.engine.enqueued == []
        tab.press("Clear last frame")
        assert told not in tab.text
        assert "The end" not in tab.text
        tab.press("Generate Video")
        assert len(studio.engine.enqueued) == 1

    def test_a_last_frame_that_goes_before_the_press_is_named_at_its_field(self, studio: Studio) -> None:
        first, last = studio.add(2, origin="import")
        tab = studio.open("/create/video", {"from": first.id})
        open_chooser(tab, "create-video-last")
        choose(tab, last)
        type_into(tab, "prompt", "Gone")
        studio.change(last, deleted_at=studio.clock.now())
        tab.press("Generate Video")
        assert errors_of(tab, "Last frame") == [
            "This picture was deleted. Restore it in the library, or choose another one."
        ]
        assert errors_of(tab, "First frame") == []
        assert studio.engine.enqueued == []


class TestGoingOn:
    def test_its_chooser_lists_videos_alone(self, studio: Studio) -> None:
        studio.add(2, origin="import")
        clip = footage(studio, title="Harbour")
        tab = open_chooser(studio.open("/create/video"), "create-video-clip")
        assert ids_shown(tab) == [clip.id]

    def test_a_clip_is_its_source_and_sets_the_shape(self, studio: Studio) -> None:
        clip = footage(studio, title="Harbour")
        tab = open_chooser(studio.open("/create/video"), "create-video-clip")
        choose(tab, clip)
        assert "Harbour" in tab.text
        assert tab.element("freshet-segments", label="Shape")["value"] == "9:16"
        type_into(tab, "prompt", "The boats leave")
        tab.press("Generate Video")
        (item,) = [one for one in outputs(studio, tab) if one.run_id]
        assert (item.source_ids, item.parameters["sources"]) == ((clip.id,), ["clip"])
        assert fact(open_item(studio, item), "Made from") == "Clip to go on from"

    def test_what_the_model_settles_itself_is_neither_shown_nor_told_nor_estimated_by(self, studio: Studio) -> None:
        clip = footage(studio, title="Harbour")
        offer(studio, REEL)
        tab = studio.open("/create/video")
        choose_model(tab, "reel-1")
        tab.fire("freshet-segments", "selectEvent", {"value": "1080p"}, label="Resolution")
        assert any(text.startswith("4 s of video") and text.endswith("about $0.4000") for text in tab.text)
        choose(open_chooser(tab, "create-video-clip"), clip)
        assert labels(tab) == ["Shape"]
        hint = "At most 30 s. It adds 7 s. The resolution is the model's own."
        assert any(text.endswith(hint) for text in tab.text)
        assert any(text.startswith("7 s of video · about 8 s") and text.endswith("about $0.7000") for text in tab.text)
        type_into(tab, "prompt", "The boats leave")
        tab.press("Generate Video")
        assert run_of(studio).parameters == {"aspect": "9:16", "audio": True, "sources": ["clip"]}
        tab.press("Clear clip to go on from")
        assert labels(tab) == ["Shape", "Resolution", "Length"]
        assert tab.element("freshet-segments", label="Resolution")["value"] == "1080p"

    def test_where_resolutions_cost_otherwise_nobody_knows_what_going_on_costs(self, studio: Studio) -> None:
        clip = footage(studio)
        assert isinstance(REEL.price, Price)
        price = REEL.price.model_copy(update={"resolutions": {"1080p": Rate(usd=Decimal("0.12"))}})
        offer(studio, REEL.model_copy(update={"price": price}))
        tab = studio.open("/create/video")
        choose_model(tab, "reel-1")
        choose(open_chooser(tab, "create-video-clip"), clip)
        assert any(text.startswith("7 s of video") and text.endswith("cost unknown") for text in tab.text)

    def test_a_clip_that_is_too_long_for_the_model_is_refused_with_the_remedy(self, studio: Studio) -> None:
        files = {"original": make_file(content_type="video/mp4", width=720, height=1280, duration=31.2)}
        clip = footage(studio, files=files)
        offer(studio, REEL)
        tab = studio.open("/create/video")
        choose_model(tab, "reel-1")
        choose(open_chooser(tab, "create-video-clip"), clip)
        type_into(tab, "prompt", "The boats leave")
        tab.press("Generate Video")
        told = "This clip lasts 31 s. Choose one of at most 30 s, or another model"
        assert errors_of(tab, "Clip to go on from") == [told]
        assert studio.engine.enqueued == []
        choose_model(tab, "local-video-1")
        tab.press("Generate Video")
        assert run_of(studio).source_ids == (clip.id,)

    def test_a_clip_and_frames_together_are_refused(self, studio: Studio) -> None:
        clip = footage(studio)
        (first,) = studio.add(origin="import")
        tab = studio.open("/create/video", {"from": first.id})
        open_chooser(tab, "create-video-clip")
        choose(tab, clip)
        type_into(tab, "prompt", "Both")
        tab.press("Generate Video")
        assert errors_of(tab, "Clip to go on from") == [
            "A clip goes on from its own end. Clear the clip, or the first and the last frame"
        ]
        assert studio.engine.enqueued == []
        tab.press("Clear first frame")
        tab.press("Generate Video")
        assert run_of(studio).source_ids == (clip.id,)

    def test_a_picture_forged_into_its_place_is_refused(self, studio: Studio) -> None:
        footage(studio)
        (picture,) = studio.add(origin="import", title="No clip")
        tab = open_chooser(studio.open("/create/video"), "create-video-clip")
        tile = tab.tiles()[0]["mediaId"]
        tab.fire("freshet-tile", "activateEvent", {"id": picture.id}, mediaId=tile)
        assert errors_of(tab, "Clip to go on from") == ["Only finished clips can be used here. Choose another one."]
        assert "No clip" not in tab.text


class TestChangingTheModel:
    """Nothing that was typed or chosen is lost; what the model does not take is not sent."""

    def test_what_it_does_not_take_comes_back_with_one_that_does(self, studio: Studio) -> None:
        offer(studio, FILM)
        first, last = studio.add(2, origin="import")
        tab = studio.open("/create/video", {"from": first.id})
        open_chooser(tab, "create-video-last")
        choose(tab, last)
        type_into(tab, "prompt", "Kept")
        type_into(tab, "negative", "sun")
        type_into(tab, "seed", "5")
        choose_style(tab, "Night")
        choose_shape(tab, "1:1")
        tab.fire("freshet-segments", "selectEvent", {"value": "2"}, label="Length")
        choose_model(tab, "film-1")
        tab.fire("freshet-segments", "selectEvent", {"value": "1080p"}, label="Resolution")
        tab.press("Generate Video")
        run = run_of(studio)
        assert run.parameters == {"aspect": "16:9", "duration": 8, "resolution": "1080p", "audio": True}
        assert run.source_ids == ()
        choose_model(tab, "local-video-1")
        assert (field(tab, "negative")["value"], field(tab, "seed")["value"]) == ("sun", "5")
        assert tab.element("freshet-choice", label="Style")["value"] == "Night"
        tab.press("Generate Video")
        run = run_of(studio)
        assert run.source_ids == (first.id, last.id)
        told = {"aspect": "1:1", "duration": 2, "seed": 5, "style": "Night", "negative": "sun"}
        assert run.parameters == told | {"sources": ["picture", "last"]}
        choose_model(tab, "film-1")
        assert tab.element("freshet-segments", label="Resolution")["value"] == "1080p"

    def test_none_that_was_chosen_is_a_choice_too(self, studio: Studio) -> None:
        offer(studio, OILS)
        tab = studio.open("/create/image")
        choose_style(tab, "Ink")
        choose_model(tab, "oils-1")
        assert tab.element("freshet-choice", label="Style")["value"] == "Ink"
        choose_model(tab, "local-image-1")
        choose_style(tab, "")
        choose_model(tab, "oils-1")
        assert tab.element("freshet-choice", label="Style")["value"] == "Oil"
        choose_model(tab, "local-image-1")
        assert tab.element("freshet-choice", label="Style")["value"] == ""


def errors_of(tab: MesopClient, label: str) -> list[str]:
    """The texts read as alerts in the field of that name."""

    def is_named(node: Any) -> bool:
        return any(_aria(tab, child).get("label") == label for child in node.children)

    def alerts(node: Any) -> list[str]:
        found = []
        if any(_aria(tab, child).get("boxRole") == "alert" for child in node.children):
            found += [text for child in node.children if (text := tab._words(child)) is not None]
        return found + [text for child in node.children for text in alerts(child)]

    (group,) = [node for node in tab._walk() if is_named(node)]
    return alerts(group)


def _aria(tab: MesopClient, node: Any) -> dict[str, Any]:
    is_aria = node.type.name.fn_name == "<web>freshet-aria"
    return dict(tab._web(node)["properties"]) if is_aria else {}
