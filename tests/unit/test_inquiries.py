"""Questions in the background: bounded in number and time, and nobody's but who asked."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from services.clock import FakeClock
from services.errors import Busy, GenerationError
from services.generation import inquiries as module
from services.generation.inquiries import KEPT, OF_ONE, WAITING, Inquiries
from services.ids import SequentialIds
from tests.support.advice import BETTER, FakeAdviser, Told
from tests.support.records import make_principal

ADA, EVE = make_principal("ada", "p"), make_principal("eve", "p")


def asking(clock: FakeClock, *told: Told, workers: int = 0) -> tuple[Inquiries, FakeAdviser]:
    nothing: Any = None
    inquiries = Inquiries(nothing, nothing, nothing, clock, SequentialIds(), workers=workers)
    adviser = FakeAdviser(*told)
    inquiries.adviser = adviser  # type: ignore[assignment]
    return inquiries, adviser


def test_an_answer_is_told_to_who_asked_and_to_nobody_else(clock: FakeClock) -> None:
    inquiries, adviser = asking(clock, BETTER)
    asked = inquiries.rewrite(ADA, "p", "a lighthouse")
    assert (inquiries.find(asked.name, ADA), asked.done) == (asked, False)
    inquiries.forget(asked.name, EVE)
    assert inquiries.step()
    assert adviser.asked == [("ada", "p", "a lighthouse")]
    assert inquiries.find(asked.name, EVE) is None
    assert (asked.done, asked.told, asked.error, asked.cost_nano) == (True, BETTER, "", BETTER.cost_nano)
    assert not inquiries.step()


@pytest.mark.parametrize(
    ("error", "cost"), [(GenerationError("No.", cost_nano=None), None), (GenerationError("No.", cost_nano=7), 7)]
)
def test_a_failure_is_told_with_what_it_cost(clock: FakeClock, error: GenerationError, cost: int | None) -> None:
    inquiries, _ = asking(clock, error)
    asked = inquiries.critique(ADA, "p", "m")
    inquiries.step()
    assert (asked.done, asked.told, asked.error, asked.cost_nano) == (True, None, "No.", cost)


def test_what_nobody_foresaw_ends_it_too_without_its_words(clock: FakeClock) -> None:
    inquiries, _ = asking(clock, RuntimeError("secret"))
    asked = inquiries.rewrite(ADA, "p", "a lighthouse")
    inquiries.step()
    assert asked.error.startswith("Something went wrong (error ")
    assert "secret" not in asked.error
    assert asked.cost_nano is None


def test_one_that_nobody_waits_for_any_more_is_not_asked(clock: FakeClock) -> None:
    inquiries, adviser = asking(clock)
    asked = inquiries.rewrite(ADA, "p", "a lighthouse")
    inquiries.forget(asked.name, ADA)
    assert inquiries.find(asked.name, ADA) is None
    assert not inquiries.step()
    assert adviser.asked == []


def test_one_person_and_all_together_have_so_many_under_way_and_no_more(clock: FakeClock) -> None:
    inquiries, _ = asking(clock)
    for _ in range(OF_ONE):
        inquiries.rewrite(ADA, "p", "a lighthouse")
    with pytest.raises(Busy, match="Your last questions"):
        inquiries.rewrite(ADA, "p", "a lighthouse")
    for place in range(WAITING - OF_ONE):
        inquiries.rewrite(make_principal(f"person-{place}", "p"), "p", "a lighthouse")
    with pytest.raises(Busy, match="Too many people"):
        inquiries.rewrite(EVE, "p", "a lighthouse")


def test_one_that_is_asked_already_counts_although_nobody_waits_for_it(clock: FakeClock) -> None:
    inquiries, adviser = asking(clock, *[BETTER] * OF_ONE, workers=4)
    adviser.hold()
    try:
        for _ in range(OF_ONE):
            asked = inquiries.rewrite(ADA, "p", "a lighthouse")
            while asked in inquiries._waiting:
                threading.Event().wait(0.005)
            inquiries.forget(asked.name, ADA)
        with pytest.raises(Busy):
            inquiries.rewrite(ADA, "p", "a lighthouse")
    finally:
        adviser.let_go()
        inquiries.close(30.0)


def test_answers_are_forgotten_after_a_while_and_beyond_a_number(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 2)
    inquiries, _ = asking(clock, *[BETTER] * 3)
    names = []
    for _ in range(3):
        names.append(inquiries.rewrite(ADA, "p", "a lighthouse").name)
        inquiries.step()
    assert [inquiries.find(name, ADA) is not None for name in names] == [False, True, True]
    clock.advance(KEPT + 1)
    assert [inquiries.find(name, ADA) for name in names] == [None] * 3


def test_it_is_asked_in_a_thread_and_leaves_none(clock: FakeClock) -> None:
    inquiries, _ = asking(clock, BETTER, workers=1)
    asked = inquiries.rewrite(ADA, "p", "a lighthouse")
    assert asked.wait(30)
    inquiries.close(30.0)
    assert not [one for one in threading.enumerate() if one.name == "inquiries"]
