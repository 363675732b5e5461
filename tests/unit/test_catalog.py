"""The models there are: every entry of models.toml holds together, and those that were shut down are never offered."""

from __future__ import annotations

import doctest
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import cast, get_args

import pytest

from services.clock import FakeClock
from services.errors import BadInput
from services.generation import prices
from services.generation.apis import Platform
from services.generation.catalog import (
    HELPERS,
    MODELS,
    ModelSpec,
    display_name,
    is_free,
    read_helpers,
    read_models,
    retirement,
    successor_of,
)
from services.generation.google.client import Google
from services.generation.offers import Offers
from services.generation.prices import Price, Rate
from services.models import RunType
from tests.support.models import LOCAL_IMAGE, LOCAL_VIDEO, make_model

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 20)
OLD = make_model("old-1", name="Old 1", shutdown=date(2026, 8, 17), successor="mid-1")
MID = make_model("mid-1", name="Mid 1", shutdown=TODAY, successor="new-1")
NEW = make_model("new-1", name="New 1", launched=TODAY)

ENTRY = """
[[model]]
id = "brush-1"
name = "Brush 1"
provider = "local"
run_type = "image"
seconds_each = 3
launched = 2026-10-07
[model.parameters]
prompt = 800
aspect = { options = ["1:1", "4:3"], default = "4:3" }
[model.price]
unit = "output"
usd = 0.0336
source = "https://example.org/prices"
as_of = 2026-11-20
"""


def offers(*models: ModelSpec, day: date = TODAY, platform: Platform | None = None) -> Offers:
    """With `platform`, Google is asked by that way; else not at all."""
    clock, google = FakeClock(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)), cast(Google, object())
    return Offers(clock, models, google=google, platform=platform) if platform else Offers(clock, models)


class TestReading:
    def test_an_entry_is_all_that_a_model_needs(self) -> None:
        (model,) = read_models(ENTRY)
        assert offers(model).models("image", TODAY) == (model,)
        assert (model.parameters.prompt, model.parameters.aspect.default) == (800, "4:3")
        assert model.parameters.count.options == (1,)
        assert model.cost_of_one({}) == 33_600_000

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (('default = "4:3"', 'default = "16:9"'), "the default '16:9' is none of the options"),
            (("prompt = 800", "prompts = 800"), "prompts"),
            (('run_type = "image"', 'run_type = "video"'), "needs the parameter duration"),
            (("prompt = 800", ""), "needs the parameters prompt and aspect"),
            (("usd = 0.0336", "usd = -1"), "usd"),
            (("usd = 0.0336", "usd = 0.00000000001"), "usd"),
            (("as_of = 2026-11-20", ""), "as_of"),
            (('provider = "local"', 'provider = "elsewhere"'), "provider"),
            (("launched = 2026-10-07", 'successor = "brush-2"'), "no model brush-2 to succeed another"),
            (("launched = 2026-10-07", 'launched = "soon"'), "launched"),
            (('id = "brush-1"', 'id = "Brush 1"'), "id"),
            (("prompt = 800", "prompt = 800\nlast_picture = true"), "makes no videos"),
            (("prompt = 800", "prompt = 800\naudio = true"), "makes no videos"),
        ],
    )
    def test_an_entry_that_does_not_hold_together_is_refused_with_the_reason(
        self, change: tuple[str, str], words: str
    ) -> None:
        with pytest.raises(ValueError, match=words):
            read_models(ENTRY.replace(*change))

    def test_a_clip_that_can_end_with_a_picture_can_begin_with_one(self) -> None:
        film = ENTRY.replace('run_type = "image"', 'run_type = "video"').replace("prompt = 800", "prompt = 800\nFILM")
        takes = "duration = { options = [4], default = 4 }\nlast_picture = true"
        with pytest.raises(ValueError, match="needs the parameter picture, to begin with one"):
            read_models(film.replace("FILM", takes))
        with pytest.raises(ValueError, match="brush-1 has an extension: it needs extends = true"):
            read_models(film.replace("FILM", f"{takes}\npicture = true\nextension = {{ seconds = 7 }}"))
        (model,) = read_models(film.replace("FILM", f"{takes}\npicture = true\nextends = true\naudio = true"))
        assert (model.parameters.last_picture, model.parameters.extends, model.parameters.audio) == (True, True, True)

    @pytest.mark.parametrize(
        ("provider", "words"),
        [
            ("google", r"brush-1 is one of Google's: it needs an api \(gemini, veo, omni, try-on\)"),
            ('local"\napi = "gemini', "brush-1 is none of Google's: remove its api"),
            ('local"\nlocations = ["us-central1"]\nname = "', "brush-1 is none of Google's: remove its locations"),
            ('google"\napi = "painter', "api"),
            ('google"\napi = "omni', 'brush-1 has the api omni: set run_type = "video", what it makes'),
        ],
    )
    def test_one_of_googles_says_by_which_api_it_is_asked_and_others_do_not(self, provider: str, words: str) -> None:
        entry = ENTRY.replace('provider = "local', f'provider = "{provider}')
        with pytest.raises(ValueError, match=words):
            read_models(entry.replace('name = "Brush 1"\n', "") if "name" in provider else entry)

    @pytest.mark.parametrize(
        ("api", "needs", "parameter", "words"),
        [
            (
                "gemini",
                "key",
                "seed = true",
                "brush-1 has the api gemini, which cannot be sent seed: remove seed .type",
            ),
            ("omni", "key", "seed = true", r"cannot be sent seed: remove seed, or ask by another api \(veo\)"),
            ("omni", "key", "audio = true", r"cannot be sent audio: remove audio, or ask by another api \(veo\)"),
            ("veo", "vertex", "count = { options = [1, 2], default = 1 }", "cannot be sent count: remove count .type"),
            ("veo", "key", "", 'brush-1 has the api veo: set needs = "vertex", the only way to it'),
            ("omni", "vertex", "", 'brush-1 has the api omni: set needs = "key", the only way to it'),
            ("try-on", "vertex", "picture = true", "cannot be sent prompt"),
        ],
    )
    def test_what_its_api_cannot_be_sent_is_refused_with_the_remedy(
        self, api: str, needs: str, parameter: str, words: str
    ) -> None:
        makes = {"gemini": "image", "try-on": "try-on"}.get(api, "video")
        length = "duration = { options = [4], default = 4 }" if makes == "video" else ""
        entry = ENTRY.replace('"local"', f'"google"\napi = "{api}"\nneeds = "{needs}"').replace('"image"', f'"{makes}"')
        with pytest.raises(ValueError, match=words):
            read_models(entry.replace("prompt = 800", f"prompt = 800\n{length}\n{parameter}"))

    def test_a_model_is_asked_for_where_it_is(self) -> None:
        near = make_model(provider="google", locations=("us-central1", "europe-west4"))
        assert [near.location_for(own) for own in ("global", "europe-west4", "asia-east1")] == [
            "us-central1", "europe-west4", "us-central1",
        ]  # fmt: skip
        assert make_model(provider="google").location_for("asia-east1") == "asia-east1"
        with pytest.raises(ValueError, match="locations"):
            make_model(provider="google", locations=("Iowa!",))

    def test_an_id_stands_for_one_model(self) -> None:
        with pytest.raises(ValueError, match="more than one entry has the id brush-1"):
            read_models(ENTRY + ENTRY)

    def test_every_kind_of_run_has_a_model_of_this_machine_which_costs_nothing(self) -> None:
        for run_type in get_args(RunType):
            (first, *_) = offers(*MODELS).models(run_type, TODAY)
            assert first.provider == "local"
            assert is_free(first.id)


class TestOffering:
    def test_a_model_is_offered_from_its_launch_until_its_shutdown(self) -> None:
        assert offers().models("image", TODAY) == ()
        assert offers(OLD, MID, NEW).models("image", TODAY) == (NEW,)
        assert offers(OLD, MID, NEW).models("image", date(2026, 11, 19)) == (MID,)
        assert offers(OLD, MID, NEW).models("image", date(2026, 8, 16)) == (OLD, MID)

    def test_a_model_of_a_provider_that_is_not_set_up_is_not_offered(self) -> None:
        elsewhere = NEW.model_copy(update={"provider": "google"})
        assert offers(elsewhere).models("image", TODAY) == ()
        with pytest.raises(BadInput, match=r"New 1 cannot be used here\. Choose another model"):
            offers(elsewhere).require("new-1", "image")

    def test_a_model_that_needs_the_other_way_to_google_is_not_offered_and_says_what_it_needs(self) -> None:
        by_project = make_model("project-1", name="Project 1", provider="google", needs="vertex")
        by_key = make_model("key-1", name="Key 1", provider="google", needs="key")
        by_any = make_model("any-1", provider="google")
        keyed, project = (offers(by_project, by_key, by_any, platform=way) for way in get_args(Platform))
        assert keyed.models("image", TODAY) == (by_key, by_any)
        assert project.models("image", TODAY) == (by_project, by_any)
        assert project.require("project-1", "image") is by_project
        with pytest.raises(BadInput, match=r"Project 1 needs a project of Google Cloud \(GOOGLE_CLOUD_PROJECT"):
            keyed.require("project-1", "image")
        with pytest.raises(BadInput, match=r"Key 1 needs an API key \(GOOGLE_API_KEY\)"):
            project.require("key-1", "image")
        with pytest.raises(BadInput, match="cannot be used here"):
            offers(by_key).require("key-1", "image")

    @pytest.mark.parametrize(
        ("platform", "video", "try_on"),
        [
            (None, "local-video-1", "local-try-on-1"),
            ("key", "gemini-omni-1.1-flash", "local-try-on-1"),
            ("vertex", "veo-3.1-fast-generate-001", "virtual-try-on-001"),
        ],
    )
    def test_the_first_of_googles_that_can_be_asked_is_the_default(
        self, platform: Platform | None, video: str, try_on: str
    ) -> None:
        there = offers(*MODELS, platform=platform)
        assert (there.models("video", TODAY)[0].id, there.models("try-on", TODAY)[0].id) == (video, try_on)

    def test_virtual_try_on_ends_and_the_preview_of_this_machine_takes_its_place(self) -> None:
        end = date(2027, 3, 15)
        assert offers(*MODELS, day=end, platform="vertex").models("try-on", end)[0].id == "local-try-on-1"

    def test_of_a_try_on_model_that_was_shut_down_nobody_is_sent_to_a_menu_that_is_not_there(self) -> None:
        end = date(2027, 3, 15)
        with pytest.raises(BadInput) as caught:
            offers(*MODELS, day=end, platform="vertex").require("virtual-try-on-001", "try-on")
        assert str(caught.value) == "Virtual Try-On was shut down on 15 Mar 2027. Remix makes it by another way."

    def test_one_that_was_shut_down_is_refused_with_what_takes_its_place(self) -> None:
        with pytest.raises(BadInput) as caught:
            offers(OLD, MID, NEW).require("old-1", "image")
        assert caught.value.field == "model"
        assert str(caught.value) == "Old 1 was shut down on 17 Aug 2026. New 1 takes its place."

    def test_one_whose_successors_are_gone_too_says_to_choose_another(self) -> None:
        assert retirement(OLD, TODAY, [OLD, MID]) == "Old 1 was shut down on 17 Aug 2026. Choose another model."
        circle = MID.model_copy(update={"successor": "old-1"})
        assert successor_of(OLD, TODAY, [OLD, circle]) is None

    def test_what_was_made_is_made_again_with_its_model_or_what_succeeds_it_or_the_default(self) -> None:
        assert offers(MID, NEW, day=date(2026, 11, 19)).instead_of("mid-1", "image", date(2026, 11, 19)) == (MID, "")
        assert offers(OLD, MID, NEW).instead_of("old-1", "image", TODAY) == (
            NEW,
            "Old 1 was shut down on 17 Aug 2026. New 1 takes its place.",
        )
        gone = OLD.model_copy(update={"successor": None})
        assert offers(NEW, gone).instead_of("old-1", "image", TODAY) == (
            NEW,
            "Old 1 was shut down on 17 Aug 2026. New 1 is chosen instead.",
        )
        elsewhere = MID.model_copy(update={"provider": "google", "shutdown": None})
        for model_id, name in (("mid-1", "Mid 1"), ("nobodys-3", "nobodys-3")):
            told = f"{name} cannot be used here. New 1 is chosen instead."
            assert offers(NEW, elsewhere).instead_of(model_id, "image", TODAY) == (NEW, told)

    def test_where_a_picture_is_to_be_the_source_the_model_takes_one(self) -> None:
        sighted, why = offers(NEW, LOCAL_IMAGE).instead_of("new-1", "image", TODAY, picture=True)
        assert (sighted, why) == (LOCAL_IMAGE, "New 1 cannot begin with a picture. Local Image 1 is chosen instead.")

    @pytest.mark.parametrize(
        ("model_id", "run_type", "remedy"),
        [
            ("imagen-3", "image", "Choose another model"),
            ("local-video-1", "image", "Choose another model"),
            ("", "try-on", "Remix makes it by another way"),
        ],
    )
    def test_an_unknown_model_is_refused(self, model_id: str, run_type: RunType, remedy: str) -> None:
        with pytest.raises(BadInput, match=remedy) as caught:
            offers(*MODELS).require(model_id, run_type)
        assert caught.value.field == "model"

    def test_a_model_that_is_none_of_ours_is_called_by_its_id(self) -> None:
        assert display_name("local-image-1") == "Local Image 1"
        assert display_name("somebody-elses-2") == "somebody-elses-2"


class TestPrices:
    def test_the_examples_hold(self) -> None:
        assert doctest.testmod(prices).failed == 0

    def test_what_runs_on_this_machine_costs_nothing(self) -> None:
        assert LOCAL_IMAGE.cost_of_one({}) == 0
        assert LOCAL_VIDEO.cost_of_one({"duration": 8}) == 0

    def test_seconds_are_counted(self) -> None:
        film = Price(unit="second", usd=Decimal("0.40"), source="a price list", as_of=TODAY)
        assert film.of_one({"duration": 8}) == 3_200_000_000
        assert film.of_one({}) is None

    def test_resolution_and_sound_may_have_prices_of_their_own(self) -> None:
        film = Price(
            unit="second",
            usd=Decimal("0.10"),
            silent_usd=Decimal("0.08"),
            resolutions={"1080p": Rate(usd=Decimal("0.12"))},
            source="a price list",
            as_of=TODAY,
        )
        asked = {"duration": 8}
        usual = asked | {"resolution": "720p"}
        assert film.of_one(usual) == film.of_one(usual | {"audio": True}) == 800_000_000
        assert film.of_one(usual | {"audio": False}) == 640_000_000
        assert film.of_one(asked) is None
        assert film.of_one(asked | {"resolution": "1080p"}) == 960_000_000
        assert film.of_one(asked | {"resolution": "1080p", "audio": False}) == 960_000_000
        assert film.of_one(asked | {"resolution": "4k"}) == 800_000_000

    def test_a_model_without_a_price_costs_nobody_knows_what(self) -> None:
        assert make_model(price=None).cost_of_one({}) is None
        assert not is_free("somebody-elses-2")


HELPER = """
[[helper]]
id = "pen-1"
name = "Pen 1"
provider = "google"
[[helper.price]]
since = 2026-09-01
input_usd = 0.75
text_usd = 3.75
source = "https://example.org/prices"
as_of = 2026-11-20
[[helper.price]]
since = 2027-01-01
input_usd = 1.50
text_usd = 7.50
source = "https://example.org/prices"
as_of = 2026-11-20
"""


class TestHelpers:
    def test_a_price_holds_from_its_day_on(self) -> None:
        (pen,) = read_helpers(ENTRY + HELPER)
        costs = [pen.price_on(day) for day in (date(2026, 8, 31), TODAY, date(2026, 12, 31), date(2027, 1, 1))]
        assert [cost and cost.of_tokens(1_000, 100) for cost in costs] == [None, 1_125_000, 1_125_000, 2_250_000]

    def test_it_is_no_model_that_a_form_offers(self) -> None:
        assert [model.id for model in read_models(ENTRY + HELPER)] == ["brush-1"]

    def test_the_first_that_is_offered_helps_and_none_where_google_is_not_asked(self) -> None:
        first, second = HELPERS[0].model_copy(update={"shutdown": TODAY}), HELPERS[1]
        clock, google = FakeClock(datetime(2026, 11, 19, tzinfo=UTC)), cast(Google, object())
        there = Offers(clock, google=google, helpers=(first, second))
        assert there.helper() is first
        clock.advance(24 * 3600)
        assert there.helper() is second
        assert Offers(clock, helpers=(first, second)).helper() is None


def test_the_entry_that_the_documentation_shows_is_one() -> None:
    text = (ROOT / "docs" / "models.md").read_text()
    shown = [line for line in text.splitlines() if line.startswith("    ")]
    following = ENTRY.replace("brush-1", "brush-3")
    model, _ = read_models("\n".join(shown) + following)
    assert read_helpers("\n".join(shown) + following)[0].price_on(TODAY) is not None
    assert (model.id, model.successor, model.parameters.count.options) == ("brush-2", "brush-3", (1, 2, 4))
    assert set(ModelSpec.model_fields) == set(model.model_fields_set)
