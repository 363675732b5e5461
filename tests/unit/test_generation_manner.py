"""How local models paint besides the prompt's words: styles, and what is left out. Without either, as ever."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from services.generation.local import palettes
from services.generation.local.canvas import Floats
from services.generation.local.painter import PLAIN, Manner, paint, palette_of, subject_of
from services.generation.local.pictures import covering, repainted
from services.generation.local.render import render_image
from services.generation.local.styles import STYLES
from services.generation.local.subjects import ABSTRACT, NAMES, RECIPES
from services.generation.local.words import words_of
from tests.support.media import decoded, picture

SIZE = (160, 96)
Pixels = npt.NDArray[np.int_]


def pixels(prompt: str, seed: int = 3, seconds: float = 0.0, **manner: str) -> Pixels:
    image = paint(prompt, seed, SIZE, grain=0.0, manner=Manner(**manner)).at(seconds)
    return np.asarray(image).astype(int)


def apart(one: Pixels, other: Pixels) -> float:
    """Mean difference in levels of 255."""
    return float(np.abs(one - other).mean())


class TestStyles:
    @pytest.mark.parametrize("style", STYLES)
    @pytest.mark.parametrize("subject", sorted(RECIPES))
    def test_each_can_be_told_from_the_plain_picture_and_from_the_others(self, subject: str, style: str) -> None:
        made = {name: pixels(subject, style=name) for name in ("", *STYLES)}
        assert made[style].shape == (SIZE[1], SIZE[0], 3)
        assert apart(made[style], pixels(subject, style=style)) == 0
        for name, other in made.items():
            assert name == style or apart(made[style], other) > 6, name

    @pytest.mark.parametrize("style", STYLES)
    @pytest.mark.parametrize("size", [(96, 96), (72, 128), (30, 20)])
    def test_each_fits_every_shape(self, style: str, size: tuple[int, int]) -> None:
        image = paint("hills", 1, size, manner=Manner(style=style)).at(0)
        assert (image.mode, image.size) == ("RGB", size)

    @pytest.mark.parametrize("style", STYLES)
    def test_each_stays_calm_while_a_scene_moves(self, style: str) -> None:
        moments = [pixels("sea", seconds=number / 24, style=style) for number in range(1, 6)]
        assert max(apart(one, other) for one, other in itertools.pairwise(moments)) < 8

    @pytest.mark.parametrize("style", STYLES)
    def test_each_shows_on_a_repainted_picture(self, style: str) -> None:
        given = covering(picture(size=(320, 192)), SIZE)
        plain, styled = (
            np.asarray(repainted(given, "dusk", 1, Manner(style=name))).astype(int) for name in ("", style)
        )
        assert apart(plain, styled) > 6

    def test_night_is_dark_and_pastel_is_light(self) -> None:
        light = {name: pixels("mountains at noon", style=name).mean() for name in ("", "Night", "Pastel")}
        assert light["Night"] + 20 < light[""] + 40 < light["Pastel"] + 40
        assert light["Night"] < 90

    def test_ink_has_no_colour_to_speak_of(self) -> None:
        made = pixels("a red fox in autumn leaves", style="Ink")
        assert (made.max(axis=2) - made.min(axis=2)).mean() < 30

    def test_a_name_that_is_none_changes_nothing(self) -> None:
        assert apart(pixels("hills"), pixels("hills", style="Oil")) == 0


class TestLeavingOut:
    @pytest.mark.parametrize(
        ("prompt", "left_out", "subject"),
        [
            ("waves below the mountains", "waves", "landscape"),
            ("mountains and waves, waves", "sea", "landscape"),
            ("waves and a mountain", "the ocean!", "landscape"),
            ("a lake by a forest", "forest", "landscape"),
            ("a woman in a forest", "people", "landscape"),
            ("two cities by the sea", "city", "sea"),
            ("waves", "seam", "sea"),
            ("waves", "no sun", "sea"),
        ],
    )
    def test_whole_words_call_for_no_subject_and_name_none(self, prompt: str, left_out: str, subject: str) -> None:
        assert subject_of(prompt, frozenset(words_of(left_out))) == subject

    @pytest.mark.parametrize("prompt", ["qwrt" + n * "z" for n in range(12)])
    def test_a_prompt_that_names_nothing_gets_none_of_what_is_left_out(self, prompt: str) -> None:
        words = "paper, shapes, marble, silk, arches, maps"
        assert subject_of(prompt, frozenset(words_of(words))) == "strands"

    def test_where_all_is_left_out_there_is_still_a_picture(self) -> None:
        words = frozenset(word for names in NAMES.values() for word in names)
        assert subject_of("waves", words) in ABSTRACT

    @pytest.mark.parametrize(
        ("prompt", "left_out", "banned"),
        [
            ("sunset over the hills", "red", [palettes.EMBER, palettes.FIRE, palettes.CORAL]),
            (
                "the ocean",
                "blue",
                [palettes.OCEAN, palettes.LAGOON, palettes.INDIGO, palettes.MIDNIGHT, palettes.STORM],
            ),
            ("qwrtz", "red, green", [palettes.EMBER, palettes.FOREST, palettes.JADE]),
        ],
    )
    def test_a_colour_is_used_for_nothing(self, prompt: str, left_out: str, banned: list[Floats]) -> None:
        for seed in range(30):
            used = palette_of(prompt, seed, Manner(negative=left_out))
            assert not any(used is one for one in banned)

    def test_a_word_left_out_names_no_mood(self) -> None:
        for prompt, left_out, word in (("dunes at night", "night", "dune"), ("a harbour", "lake", "harbour")):
            used = palette_of(prompt, 0, Manner(negative=left_out))
            assert any(used is one for one in palettes.palettes_for([word]))

    @pytest.mark.parametrize("prompt", ["hills at sunrise", "waves", "dunes"])
    def test_the_sun_goes_where_it_is_not_wanted_and_the_rest_stays(self, prompt: str) -> None:
        plain, without = pixels(prompt), pixels(prompt, negative="sun, people")
        assert apart(plain, without) > 0.3
        assert apart(plain[-SIZE[1] // 5 :], without[-SIZE[1] // 5 :]) == 0
        assert apart(plain, pixels(prompt, negative="moon")) == 0

    def test_stars_and_the_moon_go_at_night(self) -> None:
        night = "dunes at night"
        assert apart(pixels(night), pixels(night, negative="stars")) > 0
        assert apart(pixels(night), pixels(night, negative="moon")) > 0.3
        assert apart(pixels(night), pixels(night, negative="sun")) == 0

    def test_trees_and_water_go_with_their_word(self) -> None:
        assert apart(pixels("a pine forest"), pixels("a pine forest", negative="trees")) > 1
        assert apart(pixels("a lake"), pixels("a lake", negative="water")) > 1


def test_a_request_says_how_it_is_to_be_painted() -> None:
    assert Manner.of({"prompt": "sea", "negative": None}) == PLAIN
    assert Manner.of({"negative": "sun", "style": "Ink"}) == Manner("sun", "Ink")


def test_a_picture_is_rendered_in_the_manner_of_its_request() -> None:
    def made(**more: Any) -> bytes:
        request = {"prompt": "waves", "aspect": "1:1", "count": 1, "seed": 3} | more
        return render_image(request, 0, None, lambda percent: None)[0].data

    assert made() == made(style=None, negative="")
    assert len({made(), made(style="Ink"), made(negative="sun"), made(style="Ink", negative="sun")}) == 4
    assert decoded(made(style="Ink")).size == (1024, 1024)
