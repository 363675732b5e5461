"""What people's items take up: asked when there is a reason, remembered with its age, kept for a restart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.clock import FakeClock
from services.errors import StoreUnavailable
from services.freshness.disk import DiskCache
from services.freshness.usages import BY_ITSELF, Usages
from services.models import MEDIA_TYPES, Amount, Principal, Usage
from services.models.usage import DEAR
from tests.support.logs import recorded_lines
from tests.support.records import make_principal

ADA, BOB = make_principal("ada"), make_principal("bob")
A_DAY = 24 * 3600


def usage(images: int, trash: int = 0) -> Usage:
    return Usage(dict.fromkeys(MEDIA_TYPES, Amount()) | {"image": Amount(images, images * 10)}, Amount(trash, trash))


class Upkeep:
    """Answers `answer`, or raises it."""

    def __init__(self) -> None:
        self.answer: Usage | Exception = usage(1)
        self.asked = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def usage(self, principal: Principal) -> Usage:
        self.asked += 1
        self.meanwhile()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def upkeep() -> Upkeep:
    return Upkeep()


def make(upkeep: Any, clock: FakeClock, disk: DiskCache | None = None, heard: Any = lambda principal: None) -> Usages:
    """Without threads: tests do each step."""
    return Usages(upkeep, clock, disk=disk, heard=heard, workers=0)


def test_F07_what_is_held_and_how_the_last_fetch_went_are_two_facts(upkeep: Upkeep, clock: FakeClock) -> None:
    usages = make(upkeep, clock)
    assert usages.held(ADA).usage is None
    usages.submit(ADA, "open", scope="account")
    as_of = clock.now()
    assert usages.step()
    held = usages.held(ADA)
    assert (held.usage, held.as_of, held.state.running) == (usage(1), as_of, None)
    upkeep.answer = StoreUnavailable("The store did not answer.")
    clock.advance(60)
    away: list[None] = []
    usages.on_away = lambda: away.append(None)
    usages.submit(ADA, "manual", scope="account")
    with recorded_lines() as lines:
        usages.step()
    held = usages.held(ADA)
    assert (held.usage, held.as_of) == (usage(1), as_of)
    assert held.state.failure is not None
    assert held.state.failure.offline
    assert len(away) == 1
    assert [(line["event"], line["reason"], line["outcome"]) for line in lines] == [
        ("account.refresh", "manual", "failed")
    ]
    assert usages.held(BOB).usage is None


def test_R2_06_a_question_that_waits_is_shared_and_one_that_runs_is_not(upkeep: Upkeep, clock: FakeClock) -> None:
    usages = make(upkeep, clock)
    first = usages.submit(ADA, "open", scope="account")
    assert usages.submit(ADA, "live", scope="account") is first
    assert usages.submit(BOB, "open", scope="account") is not first
    later: list[Any] = []
    upkeep.meanwhile = lambda: later.append(usages.submit(ADA, "manual", scope="account")) if not later else None
    assert usages.step()
    assert first is not None
    assert first.done
    assert later[0] is not first
    assert not later[0].done
    assert usages.is_asked(ADA)
    while usages.step():
        pass
    assert later[0].done
    assert upkeep.asked == 3


def test_F10_the_questions_of_one_person_are_answered_one_after_the_other(upkeep: Upkeep, clock: FakeClock) -> None:
    """Else a slow answer could replace one to a later question."""
    usages = make(upkeep, clock)
    stepped: list[bool] = []

    def meanwhile() -> None:
        if not stepped:
            usages.submit(ADA, "manual", scope="account")
            stepped.append(usages.step())

    upkeep.meanwhile = meanwhile
    usages.submit(ADA, "open", scope="account")
    assert usages.step()
    assert stepped == [False]
    assert usages.step()
    assert upkeep.asked == 2


def test_R2_03_age_asks_once_it_is_over_and_a_return_once_in_five_seconds(upkeep: Upkeep, clock: FakeClock) -> None:
    usages = make(upkeep, clock)
    assert usages.submit(ADA, "ttl", scope="account") is not None
    usages.step()
    for reason in ("ttl", "focus"):
        assert usages.submit(ADA, reason, scope="account") is None
    clock.advance(5)
    assert usages.submit(ADA, "ttl", scope="account") is None
    assert usages.submit(ADA, "focus", scope="account") is not None
    usages.step()
    clock.advance(timedelta(minutes=30, seconds=1).total_seconds())
    assert usages.submit(ADA, "ttl", scope="account") is not None


def test_F11_a_push_asks_once_the_feeds_have_told_of_something_since_the_question_began(
    upkeep: Upkeep, clock: FakeClock
) -> None:
    told = [1]
    usages = make(upkeep, clock, heard=lambda principal: told[0])
    usages.submit(ADA, "open", scope="account")
    upkeep.meanwhile = lambda: told.__setitem__(0, 2)  # the answer may know of it, or may not
    usages.step()
    assert usages.submit(ADA, "live", scope="account") is not None
    upkeep.meanwhile = lambda: None
    usages.step()
    clock.advance(A_DAY)
    assert [usages.submit(ADA, reason, scope="account") for reason in BY_ITSELF] == [None, None]
    assert usages.submit(ADA, "focus", scope="account") is not None


def test_F11_a_dear_sum_is_made_for_somebody_alone_and_after_a_failure(upkeep: Upkeep, clock: FakeClock) -> None:
    usages = make(upkeep, clock, heard=lambda principal: upkeep.asked)
    upkeep.answer = replace(usage(1), documents_read=DEAR + 1)
    assert usages.submit(ADA, "live", scope="account") is not None, "nothing is held"
    usages.step()
    clock.advance(A_DAY)
    assert [usages.submit(ADA, reason, scope="account") for reason in BY_ITSELF] == [None, None]
    usages.submit(ADA, "focus", scope="account")
    upkeep.answer = StoreUnavailable("The store did not answer.")
    usages.step()
    assert usages.submit(ADA, "live", scope="account") is not None


@pytest.mark.parametrize(("somebody", "sums"), [(False, 1), (True, 2)], ids=["nobody", "somebody"])
def test_F11_a_push_while_the_first_sum_runs_asks_for_no_other_unless_somebody_does(
    upkeep: Upkeep, clock: FakeClock, somebody: bool, sums: int
) -> None:
    usages = make(upkeep, clock, heard=lambda principal: "nothing since")

    def pushed() -> None:
        upkeep.meanwhile = lambda: None
        assert usages.submit(ADA, "live", scope="account") is not None
        if somebody:
            usages.submit(ADA, "manual", scope="account")

    upkeep.meanwhile = pushed
    usages.submit(ADA, "open", scope="account")
    assert usages.step()
    [waiting] = usages._waiting
    assert usages.step()
    assert waiting.done
    assert upkeep.asked == sums
    assert usages.held(ADA).state.running is None


def test_whoever_waits_hears_of_the_end_of_a_fault_that_nobody_foresaw(upkeep: Upkeep, clock: FakeClock) -> None:
    usages, heard = make(upkeep, clock), []
    upkeep.answer = ZeroDivisionError()
    asking = usages.submit(ADA, "open", scope="account")
    assert asking is not None
    asking.on_done(lambda: heard.append("first"))
    usages.step()
    asking.on_done(lambda: heard.append("late"))
    assert heard == ["first", "late"]
    failure = usages.held(ADA).state.failure
    assert failure is not None
    assert failure.message.startswith("Something went wrong (error ")


def test_R2_09_the_last_answer_survives_a_restart_with_its_age_and_is_its_owners(
    upkeep: Upkeep, clock: FakeClock, tmp_path: Path
) -> None:
    disk = DiskCache(tmp_path / "cache.sqlite", source="here")
    usages = make(upkeep, clock, disk)
    upkeep.answer = replace(usage(7, trash=2), documents_read=104)
    usages.submit(ADA, "open", scope="account")
    usages.step()
    as_of = clock.now()
    disk.close()
    clock.advance(3600)
    again = make(upkeep, clock, DiskCache(tmp_path / "cache.sqlite", source="here"))
    held = again.held(ADA)
    assert (held.usage, held.as_of, held.state.fetched_at) == (upkeep.answer, as_of, as_of)
    assert again.held(BOB).usage is None
    elsewhere = make(upkeep, clock, DiskCache(tmp_path / "cache.sqlite", source="elsewhere"))
    assert elsewhere.held(ADA).usage is None


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"by_type": {"image": 3}, "trash": {}}'])
def test_what_cannot_be_read_on_disk_counts_as_nothing(
    upkeep: Upkeep, clock: FakeClock, tmp_path: Path, text: str
) -> None:
    disk = DiskCache(tmp_path / "cache.sqlite", source="here")
    disk.keep_figures("ada", text, clock.now())
    assert make(upkeep, clock, disk).held(ADA).usage is None
