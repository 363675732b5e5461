"""A project's templates as a process holds them: asked when there is a reason, remembered with their age."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.clock import FakeClock
from services.errors import NotFound, StoreUnavailable
from services.models import Listing, Principal, Template
from services.prompts.lists import TemplateLists
from tests.support.logs import recorded_lines
from tests.support.records import PROJECT, make_principal, make_template

ADA, BOB = make_principal("ada"), make_principal("bob")


class Repository:
    """Answers `answer`, or raises it; does `meanwhile` between a question and its answer."""

    def __init__(self) -> None:
        self.answer: list[Template] | Exception = []
        self.asked = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def list_for(self, principal: Principal, project_id: str) -> Listing[Template]:
        self.asked += 1
        answer = self.answer
        self.meanwhile()
        if isinstance(answer, Exception):
            raise answer
        return Listing(tuple(answer), max(1, len(answer)))


@pytest.fixture
def repository() -> Repository:
    return Repository()


@pytest.fixture
def lists(repository: Any, clock: FakeClock) -> TemplateLists:
    """Without threads: tests do each step."""
    return TemplateLists(repository, clock, "m", workers=0)


def ask(lists: TemplateLists, reason: Any = "open", who: Principal = ADA) -> None:
    lists.submit(who, PROJECT, reason)
    while lists.step():
        pass


def test_F07_what_is_held_and_how_the_last_fetch_went_are_two_facts(
    lists: TemplateLists, repository: Repository, clock: FakeClock
) -> None:
    repository.answer = [make_template(name="Fox")]
    ask(lists)
    as_of, version = clock.now(), lists.held(ADA, PROJECT).version
    clock.advance(60)
    repository.answer = StoreUnavailable("The store did not answer.")
    away: list[None] = []
    lists.on_away = lambda: away.append(None)
    with recorded_lines() as lines:
        ask(lists, "manual")
    held = lists.held(ADA, PROJECT)
    assert (held.version, held.as_of, len(held.items), held.state.running) == (version, as_of, 1, None)
    assert held.state.failure is not None
    assert held.state.failure.offline
    assert len(away) == 1
    assert [(one["event"], one["reason"], one["outcome"], one["documents"]) for one in lines] == [
        ("templates.refresh", "manual", "failed", 0)
    ]


def test_a_version_is_its_owners_and_an_equal_answer_keeps_it(
    lists: TemplateLists, repository: Repository, clock: FakeClock
) -> None:
    fox = make_template(name="Fox")
    repository.answer = [fox]
    ask(lists)
    version = lists.held(ADA, PROJECT).version
    assert lists.at(version, ADA) == (fox,)
    assert lists.at(version, BOB) is None
    assert lists.at("elsewhere-t1", ADA) is None
    clock.advance(60)
    ask(lists, "manual")
    assert lists.held(ADA, PROJECT).version == version
    assert lists.held(ADA, PROJECT).as_of == clock.now()
    repository.answer = []
    ask(lists, "manual")
    assert lists.held(ADA, PROJECT).version != version
    assert lists.at(version, ADA) == (fox,)  # an open tab may still name it
    assert lists.held(BOB, PROJECT).version == ""


def test_R2_06_a_question_that_waits_is_shared_and_one_that_runs_is_not(
    lists: TemplateLists, repository: Repository
) -> None:
    first = lists.submit(ADA, PROJECT, "open")
    assert lists.submit(ADA, PROJECT, "manual") is first
    assert lists.submit(BOB, PROJECT, "open") is not first
    later: list[Any] = []
    repository.meanwhile = lambda: later.append(lists.submit(ADA, PROJECT, "manual")) if not later else None
    assert lists.step()
    assert later[0] is not first
    assert lists.is_asked(ADA, PROJECT)
    while lists.step():
        pass
    assert later[0].done
    assert repository.asked == 3


def test_R2_03_age_asks_once_it_is_over_and_a_return_once_in_five_seconds(
    lists: TemplateLists, clock: FakeClock
) -> None:
    ask(lists)
    for reason in ("ttl", "focus"):
        assert lists.submit(ADA, PROJECT, reason) is None
    clock.advance(5)
    assert lists.submit(ADA, PROJECT, "focus") is not None


def test_F10_an_own_commit_shows_at_once_and_is_not_lost_to_an_answer_from_before_it(
    lists: TemplateLists, repository: Repository, clock: FakeClock
) -> None:
    fox, owl = make_template(name="Fox", revision=1), make_template(name="owl", revision=1)
    repository.answer = [owl]
    ask(lists)
    as_of = lists.held(ADA, PROJECT).as_of
    clock.advance(60)
    lists.note(ADA, PROJECT, put=fox)
    held = lists.held(ADA, PROJECT)
    assert (held.items, held.as_of) == ((fox, owl), as_of)  # by name; of the others nothing newer is known
    lists.note(ADA, PROJECT, removed=fox.id)
    assert lists.held(ADA, PROJECT).items == (owl,)

    def commit() -> None:
        """While the store reads: its answer does not have it."""
        repository.meanwhile = lambda: None
        repository.answer = [fox, owl]
        lists.note(ADA, PROJECT, put=fox)

    repository.meanwhile = commit
    ask(lists, "manual")
    assert lists.held(ADA, PROJECT).items == (fox, owl)


def test_what_is_noted_late_does_not_replace_what_is_newer(lists: TemplateLists, repository: Repository) -> None:
    newer = make_template(name="Fox", revision=3)
    repository.answer = [newer]
    ask(lists)
    lists.note(ADA, PROJECT, put=newer.model_copy(update={"name": "Old fox", "revision": 2}))
    assert lists.held(ADA, PROJECT).items == (newer,)


def test_a_later_question_that_was_answered_first_is_not_replaced(
    lists: TemplateLists, repository: Repository, clock: FakeClock
) -> None:
    old, new = make_template(name="Old"), make_template(name="New")

    def overtake() -> None:
        repository.meanwhile = lambda: None
        repository.answer = [new]
        clock.advance(1)
        lists.read(ADA, PROJECT, "manual")

    repository.answer = [old]
    repository.meanwhile = overtake
    ask(lists)
    assert lists.held(ADA, PROJECT).items == (new,)


def test_what_is_no_longer_theirs_to_see_is_dropped(lists: TemplateLists, repository: Repository) -> None:
    repository.answer = [make_template()]
    ask(lists)
    repository.answer = NotFound("No project studio")
    ask(lists, "manual")
    held = lists.held(ADA, PROJECT)
    assert (held.items, held.version) == ((), "")


def test_whoever_waits_hears_of_the_end_of_a_fault_that_nobody_foresaw(
    lists: TemplateLists, repository: Repository
) -> None:
    repository.answer = ZeroDivisionError()
    asking, heard = lists.submit(ADA, PROJECT, "open"), []
    assert asking is not None
    asking.on_done(lambda: heard.append("ended"))
    assert lists.step()
    assert heard == ["ended"]
    failure = lists.held(ADA, PROJECT).state.failure
    assert failure is not None
    assert failure.message.startswith("Something went wrong (error ")
