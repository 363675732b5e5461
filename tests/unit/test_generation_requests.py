"""Requests: every refusal names its field and what to do."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from typing import Any

import pytest

from services.errors import BadInput
from services.generation import requests
from services.generation.catalog import Choice
from services.generation.local.styles import STYLES
from services.generation.requests import (
    ImageRequest,
    Role,
    TryOnRequest,
    VideoRequest,
    told_roles,
    validate_image,
    validate_sources,
    validate_try_on,
    validate_video,
)
from services.generation.seeds import MAX_SEED
from state.create import title_from
from tests.support.models import LOCAL_IMAGE, LOCAL_VIDEO, make_model

A, B = "01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAW"


def image(**changes: Any) -> ImageRequest:
    asked: dict[str, Any] = {"model": LOCAL_IMAGE, "prompt": "a lake", "aspect": "1:1", "count": 1, "seed": 7}
    return validate_image(**asked | changes)


def video(**changes: Any) -> VideoRequest:
    asked: dict[str, Any] = {"model": LOCAL_VIDEO, "prompt": "a lake", "aspect": "16:9", "duration": 4, "seed": 7}
    return validate_video(**asked | changes)


def try_on(**changes: Any) -> TryOnRequest:
    return validate_try_on(**{"person_id": A, "product_id": B} | changes)


@pytest.mark.parametrize("aspect", LOCAL_IMAGE.parameters.aspect.options)
@pytest.mark.parametrize("count", LOCAL_IMAGE.parameters.count.options)
def test_every_offered_choice_of_an_image_is_accepted(aspect: str, count: int) -> None:
    assert image(aspect=aspect, count=count) == ImageRequest("a lake", aspect, count, 7)


@pytest.mark.parametrize("aspect", LOCAL_VIDEO.parameters.aspect.options)
@pytest.mark.parametrize("duration", LOCAL_VIDEO.parameters.duration.options)
def test_every_offered_choice_of_a_video_is_accepted(aspect: str, duration: int) -> None:
    assert video(aspect=aspect, duration=duration) == VideoRequest("a lake", aspect, duration, 7)


@pytest.mark.parametrize(
    ("ask", "changes", "field", "words"),
    [
        (image, {"prompt": ""}, "prompt", "Write a prompt first: a few words"),
        (image, {"prompt": " \n\t\x00 "}, "prompt", "Write a prompt first"),
        (video, {"prompt": ""}, "prompt", "Write a prompt first"),
        (image, {"prompt": "x" * 10_000}, "prompt", "10,000 of 4,000 characters. Shorten by 6,000"),
        (video, {"prompt": "x" * 4_001}, "prompt", "4,001 of 4,000 characters. Shorten by 1"),
        (image, {"aspect": "2:1"}, "aspect", "'2:1' is not a shape this model makes. Choose one of 16:9, 1:1"),
        (video, {"aspect": "4:3"}, "aspect", "'4:3' is not a shape"),
        (image, {"aspect": None}, "aspect", "Choose one of"),
        (image, {"count": 0}, "count", "Choose one of 1, 2, 3, 4"),
        (image, {"count": 5}, "count", "Choose one of 1, 2, 3, 4"),
        (image, {"count": True}, "count", "Choose one of"),
        (image, {"count": "2"}, "count", "Choose one of"),
        (image, {"count": 2.0}, "count", "Choose one of"),
        (video, {"duration": 3}, "duration", "Choose one of 2, 4, 6, 8"),
        (image, {"style": "Oil"}, "style", "'Oil' is not a style this model makes. Choose one of none, Ink, Night"),
        (video, {"style": "ink"}, "style", "'ink' is not a style"),
        (image, {"negative": "x" * 501}, "negative", "501 of 500 characters. Shorten by 1"),
        (video, {"negative": "x" * 501}, "negative", "501 of 500 characters. Shorten by 1"),
        (image, {"seed": -1}, "seed", "whole number from 0 to 2,147,483,647"),
        (image, {"seed": MAX_SEED + 1}, "seed", "whole number"),
        (image, {"seed": 1.5}, "seed", "whole number"),
        (image, {"seed": True}, "seed", "whole number"),
        (video, {"seed": "7"}, "seed", "whole number"),
        (try_on, {"person_id": ""}, "person", "Choose a picture of a person"),
        (try_on, {"person_id": "../etc"}, "person", "Choose a picture of a person"),
        (try_on, {"product_id": "nope"}, "product", "Choose a picture of a product"),
        (try_on, {"product_id": A}, "product", "same picture"),
        (try_on, {"x": 1.01}, "placement", "Move it back"),
        (try_on, {"y": -0.01}, "placement", "Move it back"),
        (try_on, {"y": float("nan")}, "placement", "Move it back"),
        (try_on, {"scale": 0.0}, "placement", "5% to 200%"),
        (try_on, {"scale": float("inf")}, "placement", "5% to 200%"),
        (try_on, {"scale": float("nan")}, "placement", "5% to 200%"),
    ],
)
def test_a_refusal_names_its_field_and_the_remedy(
    ask: Callable[..., object], changes: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(BadInput) as caught:
        ask(**changes)
    assert caught.value.field == field
    assert words in str(caught.value)


def test_the_longest_prompt_fits() -> None:
    assert len(image(prompt="x" * 4_000).prompt) == 4_000


@pytest.mark.parametrize(
    "unseen",
    [
        "\u200b", "\ufeff", "\u200e\u200f \u202a\u202c\u2066\u2069", "\x00", "\x00\u2060", "\u0301", "\u20e3",
        "\ufe0f", "\u200d\u200d", "\u00ad", "\u3164", "\u115f\u1160\uffa0", "\u2800", "\u3000\u00a0\u2028",
        "\U000e0041", "\u034f\u0338",
    ],
    ids=ascii,
)  # fmt: skip
def test_a_prompt_in_which_nothing_can_be_seen_is_no_prompt(unseen: str) -> None:
    with pytest.raises(BadInput, match="Write a prompt first") as caught:
        image(prompt=unseen)
    assert caught.value.field == "prompt"
    assert image(prompt=f"{unseen}a lake").prompt.endswith("a lake")


@pytest.mark.parametrize(
    "seen", ["1", "?", "\U0001f30a", "\u0928\u093f", "\u4f60", "1\ufe0f\u20e3", "\u2605\ufe0f"], ids=ascii
)
def test_a_prompt_of_a_single_sign_that_can_be_seen_is_one(seen: str) -> None:
    assert image(prompt=seen).prompt == seen


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  a lake  ", "a lake"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("a\x00b\x07c\x7fd\x85e", "abcde"),
        ("two\r\nlines\rthree\nfour", "two\nlines\nthree\nfour"),
        ("tab\tstays", "tab\tstays"),
        ("lone \ud83d surrogate", "lone  surrogate"),
        ("\u202eevil\u2066 words\u202c \u2068kept\u2069", "evil words \u2068kept\u2069"),
        ("\u202e a lake", "a lake"),
        ("a family \U0001f468\u200d\U0001f469\u200d\U0001f467", "a family \U0001f468\u200d\U0001f469\u200d\U0001f467"),
        (
            "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d",
            "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d",
        ),
    ],
)
def test_prompts_are_composed_and_freed_of_control_characters(typed: str, kept: str) -> None:
    assert image(prompt=typed).prompt == kept


def test_a_title_cut_from_a_prompt_turns_no_words_around_it() -> None:
    prompt = image(prompt=f"a \u202e{'word ' * 40}\u202c").prompt
    assert title_from(prompt) == f"a {'word ' * 14}word…"


def test_without_a_seed_one_is_drawn_within_range() -> None:
    seeds = {image(seed=None).seed for _ in range(20)}
    assert len(seeds) > 1
    assert all(seed is not None and 0 <= seed <= MAX_SEED for seed in seeds)
    assert image(seed=0).seed == 0
    assert image(seed=MAX_SEED).seed == MAX_SEED


def test_each_model_has_limits_of_its_own() -> None:
    brush = make_model()
    assert image(model=brush, aspect="16:9", count=2, seed=7) == ImageRequest("a lake", "16:9", 2, None)
    for changes, field in (({"aspect": "4:3"}, "aspect"), ({"count": 3}, "count"), ({"prompt": "x" * 201}, "prompt")):
        with pytest.raises(BadInput) as caught:
            image(**{"model": brush, "aspect": "16:9"} | changes)
        assert caught.value.field == field


class TestManner:
    """Style, what is left out, resolution and sound: told where they are given, and where the model takes them."""

    @pytest.mark.parametrize("style", STYLES)
    def test_every_style_of_this_machine_is_offered_by_both_its_models(self, style: str) -> None:
        assert image(style=style).style == video(style=style).style == style
        for model in (LOCAL_IMAGE, LOCAL_VIDEO):
            assert model.parameters.style.options == ("", *STYLES)

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [("", None), (" \n\u200b", None), ("  sun,\x00 people ", "sun, people"), ("x" * 500, "x" * 500)],
    )
    def test_what_is_left_out_is_cleaned_like_a_prompt(self, typed: str, kept: str | None) -> None:
        assert image(negative=typed).negative == video(negative=typed).negative == kept

    def test_a_model_that_takes_none_of_it_is_sent_none_of_it(self) -> None:
        brush = make_model()
        asked = image(model=brush, aspect="16:9", style="Ink", negative="x" * 900, resolution="4K")
        assert asked == ImageRequest("a lake", "16:9", 1, None)
        assert video(resolution="4K", audio=True) == video()

    @pytest.mark.parametrize("audio", [True, False])
    def test_sound_and_resolution_of_a_clip_are_told_where_they_are_a_choice(self, audio: bool) -> None:
        resolution = Choice[str](options=("720p", "1080p"), default="720p")
        loud = LOCAL_VIDEO.model_copy(
            update={"parameters": LOCAL_VIDEO.parameters.model_copy(update={"audio": True, "resolution": resolution})}
        )
        asked = video(model=loud, resolution="1080p", audio=audio)
        assert (asked.audio, asked.resolution) == (audio, "1080p")
        with pytest.raises(BadInput, match="'4K' is not a resolution") as caught:
            video(model=loud, resolution="4K")
        assert caught.value.field == "resolution"


class TestSources:
    @pytest.mark.parametrize(
        ("chosen", "roles", "told"),
        [
            ({}, [], None),
            ({"picture": A}, ["picture"], None),
            ({"last": B, "picture": A}, ["picture", "last"], ["picture", "last"]),
            ({"clip": A, "picture": ""}, ["clip"], ["clip"]),
        ],
    )
    def test_they_come_in_a_fixed_order_and_are_told_where_it_does_not_go_without_saying(
        self, chosen: dict[Role, str], roles: list[Role], told: list[Role] | None
    ) -> None:
        sources = validate_sources(LOCAL_VIDEO, chosen)
        assert [role for role, _ in sources] == roles
        assert dict(sources) == {role: media_id for role, media_id in chosen.items() if media_id}
        assert told_roles(sources) == told

    @pytest.mark.parametrize(
        ("chosen", "field", "words"),
        [
            ({"last": A}, "last", "A last frame needs a first one"),
            ({"clip": A, "picture": B}, "clip", "Clear the clip, or the first and the last frame"),
            ({"clip": A, "last": B}, "clip", "Clear the clip"),
        ],
    )
    def test_those_that_do_not_go_together_are_refused_at_their_field(
        self, chosen: dict[Role, str], field: str, words: str
    ) -> None:
        with pytest.raises(BadInput, match=words) as caught:
            validate_sources(LOCAL_VIDEO, chosen)
        assert caught.value.field == field

    def test_what_the_model_does_not_take_does_not_count(self) -> None:
        assert validate_sources(LOCAL_IMAGE, {"picture": A, "last": B, "clip": B}) == (("picture", A),)
        assert validate_sources(make_model(), {"picture": A}) == ()

    def test_the_examples_hold(self) -> None:
        assert doctest.testmod(requests).failed == 0
