"""Help with words on this machine: prompts get what they leave open, pictures are measured and not understood."""

from __future__ import annotations

import doctest
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from services.errors import BadInput
from services.generation.local import judging, rewriting
from services.generation.local.judging import BY, judged
from services.generation.local.measures import Measures, measure
from services.generation.local.painter import subject_of
from services.generation.local.palettes import MOODS
from services.generation.local.rewriting import PARTS, rewritten
from services.generation.local.subjects import VOCABULARY
from services.generation.local.words import words_of
from services.generation.opinions import Critique
from tests.support.media import tone

PROMPTS = ("a woman in a red coat", "two lemons", "dunes", "a harbour in Norway", "xylophone", "Ein Haus am See")
GOOD = Measures(1344, 768, 400.0, 0.5, 0.02, 0.02, 0.7, (("teal", 0.5), ("sand", 0.3), ("white", 0.2)))


@pytest.mark.parametrize("module", [rewriting, judging])
def test_the_examples_hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


class TestRewriting:
    @pytest.mark.parametrize("prompt", PROMPTS)
    def test_a_prompt_keeps_its_words_and_gets_composition_light_and_material(self, prompt: str) -> None:
        better = rewritten(prompt)
        assert better.startswith(f"{prompt}. ")
        for part in PARTS:
            assert not part.named_by.isdisjoint(words_of(better))

    @pytest.mark.parametrize("prompt", PROMPTS)
    def test_equal_prompts_give_equal_ones_and_a_second_time_adds_nothing(self, prompt: str) -> None:
        assert rewritten(prompt) == rewritten(prompt)
        assert rewritten(rewritten(prompt)) == rewritten(prompt)

    def test_what_a_prompt_says_already_is_not_said_again(self) -> None:
        assert rewritten("Dunes, low sun, wide view.").count(".") == 2
        assert rewritten("Wide view of dunes in low sun, rough sand") == "Wide view of dunes in low sun, rough sand"

    def test_different_prompts_get_different_words(self) -> None:
        added = {rewritten(f"lemon number {'x' * n}").partition(". ")[2] for n in range(40)}
        assert len(added) == 8

    @pytest.mark.parametrize("prompt", PROMPTS[:4])
    def test_this_machine_paints_the_same_subject_of_it(self, prompt: str) -> None:
        assert subject_of(rewritten(prompt)) == subject_of(prompt)

    def test_nothing_that_is_added_names_a_subject_or_a_mood(self) -> None:
        called = frozenset().union(*VOCABULARY.values(), *(names for names, _ in MOODS))
        for part in PARTS:
            for sentence in (one for choices in part.said.values() for one in choices):
                assert called.isdisjoint(words_of(sentence)), sentence
                assert not part.named_by.isdisjoint(words_of(sentence)), sentence


def encoded(pixels: Any) -> bytes:
    out = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(np.asarray(pixels, np.uint8))
    image.save(out, "PNG")
    return out.getvalue()


def noise(size: tuple[int, int] = (800, 900)) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (*size, 3), np.uint8))


def measured(data: bytes) -> Measures:
    return measure(data, lambda percent: None)


class TestMeasuring:
    def test_size_is_as_displayed(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        out = io.BytesIO()
        Image.new("RGB", (80, 40)).save(out, "JPEG", exif=exif)
        assert (measured(out.getvalue()).width, measured(out.getvalue()).height) == (40, 80)

    def test_a_blurred_picture_is_less_sharp(self) -> None:
        soft = measured(encoded(noise().filter(ImageFilter.GaussianBlur(12))))
        assert soft.sharpness < judging.SOFT < judging.SHARP < measured(encoded(noise())).sharpness

    def test_light_and_dark_are_counted(self) -> None:
        halves = np.zeros((100, 100, 3))
        halves[:, 50:] = 255
        found = measured(encoded(halves))
        assert (found.brightness, found.dark, found.bright, found.contrast) == pytest.approx(
            (0.5, 0.5, 0.5, 1.0), abs=0.01
        )

    def test_colours_are_named_with_their_shares(self) -> None:
        flag = np.zeros((100, 100, 3))
        flag[:, :60], flag[:, 60:] = (42, 138, 140), (246, 246, 244)
        assert [(name, round(share, 1)) for name, share in measured(encoded(flag)).colours] == [
            ("teal", 0.6), ("white", 0.4),
        ]  # fmt: skip

    @pytest.mark.parametrize("size", [(1, 1), (2, 500), (3, 3)])
    def test_the_smallest_pictures_can_be_measured(self, size: tuple[int, int]) -> None:
        assert measured(encoded(Image.new("RGB", size))).sharpness == 0

    @pytest.mark.parametrize("data", [b"plain words", tone()])
    def test_what_is_no_picture_is_refused(self, data: bytes) -> None:
        with pytest.raises(BadInput):
            measured(data)


def changed(**fields: Any) -> Critique:
    return judged(Measures(**{**GOOD.__dict__, **fields}), "Dunes", "16:9")


class TestJudging:
    def test_a_good_one_has_nothing_to_change_and_says_who_looked(self) -> None:
        told = changed()
        assert told.problems == ()
        assert told.prompt == ""
        assert (told.by, told.cost_nano) == (BY, 0)
        assert "does not see what the picture shows" in told.by
        assert "Its colours are balanced: teal (50%), sand (30%) and white (20%)." in told.strengths

    @pytest.mark.parametrize(
        "fields",
        [
            {"colours": (("teal", 0.6), ("sand", 0.4))},
            {"colours": (("teal", 0.4),)},
            {"colours": ()},
        ],
    )
    def test_what_is_a_plain_fact_is_no_strength(self, fields: dict[str, Any]) -> None:
        said = " ".join(changed(**fields).strengths)
        assert "colour" not in said
        assert "pixels" not in said

    def test_a_large_one_fills_a_screen(self) -> None:
        told = changed(width=1920, height=1080)
        assert "It is large enough to fill a screen: 1,920 × 1,080 pixels." in told.strengths

    @pytest.mark.parametrize(
        ("fields", "problem", "remedy"),
        [
            ({"sharpness": 5.0}, "hardly any fine edges", "in sharp focus"),
            ({"brightness": 0.1}, "It is dark (mean brightness 10%)", "brightly lit"),
            ({"brightness": 0.9}, "It is very bright (mean brightness 90%)", "in softer light"),
            ({"dark": 0.4}, "40% of it is nearly black", "detail in the shadows"),
            ({"bright": 0.4}, "40% of it is nearly white", "detail in the highlights"),
            ({"contrast": 0.1}, "close together (10% of the range)", "strong contrast"),
            ({"colours": (("grey", 0.9), ("teal", 0.1))}, "One colour takes most of it: grey (90%)", "as an accent"),
        ],
    )
    def test_what_is_measured_to_be_wrong_is_named_and_asked_for_otherwise(
        self, fields: dict[str, Any], problem: str, remedy: str
    ) -> None:
        told = changed(**fields)
        assert problem in " ".join(told.problems)
        assert told.prompt.startswith("Dunes. ")
        assert remedy in told.prompt.lower()

    def test_what_was_asked_for_in_no_words_gets_none(self) -> None:
        told = judged(Measures(**{**GOOD.__dict__, "brightness": 0.1}), "", "16:9")
        assert told.problems
        assert told.prompt == ""

    def test_a_small_one_and_one_of_another_shape_are_named(self) -> None:
        told = changed(width=640, height=640)
        assert told.problems == ("It is small: 640 × 640 pixels.", "Its shape is not the 16:9 that was asked for.")
        assert told.prompt == ""

    @pytest.mark.parametrize("aspect", ["", "odd", "0:0", "16:9"])
    def test_a_shape_that_nobody_asked_for_is_not_missed(self, aspect: str) -> None:
        assert judged(GOOD, "", aspect).problems == ()
