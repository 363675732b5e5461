"""Questions beside the views: shared, bounded, each person's own, and told of when they end."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from services.clock import FakeClock
from services.errors import NotFound, StoreError, StoreUnavailable
from services.freshness import asides as module
from services.freshness.asides import Aside, Asides
from services.models import Principal
from tests.support.engine import ADA, GRACE


def begin(clock: FakeClock, mark: str = "a") -> Asides:
    return Asides(clock, mark, workers=0)


def ask(asides: Asides, key: str = "x", read: Callable[[], str] = lambda: "answer", who: Principal = ADA) -> Aside[str]:
    return asides.ask(who, key, read, scope="look", reason="permalink")


def fail(error: Exception) -> Callable[[], str]:
    def read() -> str:
        raise error

    return read


def test_a_question_that_has_not_begun_is_shared_and_none_of_somebody_else(clock: FakeClock) -> None:
    asides = begin(clock)
    one = ask(asides)
    assert ask(asides) is one
    assert ask(asides, "y") is not one
    assert ask(asides, who=GRACE) is not one
    assert asides.find(one.name, ADA) is one
    assert asides.find(one.name, GRACE) is None


def test_one_that_runs_is_not_shared_and_its_like_waits_for_its_end(clock: FakeClock) -> None:
    asides = begin(clock)
    later: list[Aside[str]] = []

    def read() -> str:
        later.append(ask(asides, read=lambda: "newer"))
        assert asides.step() is False
        return "older"

    first = ask(asides, read=read)
    assert asides.step()
    assert (first.answer, later[0].done) == ("older", False)
    assert asides.step()
    assert later[0].answer == "newer"
    assert asides.step() is False


def test_answers_are_remembered_by_name_the_latest_and_another_process_knows_none(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 2)
    asides, other = begin(clock), begin(clock, "b")
    names = [ask(asides, key).name for key in "xyz"]
    assert other.find(names[2], ADA) is None
    assert ask(other).name not in names
    while asides.step():
        pass
    assert [asides.find(name, ADA) is not None for name in names] == [False, True, True]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NotFound("no"), NotFound),
        (StoreUnavailable("away"), StoreUnavailable),
        (ValueError("a fault of ours"), StoreError),
    ],
)
def test_whatever_happens_it_ends_and_says_why(
    clock: FakeClock, caplog: pytest.LogCaptureFixture, error: Exception, kind: type[Exception]
) -> None:
    caplog.set_level(logging.INFO, "freshet")
    asides, away, heard = begin(clock), [], []
    asides.on_away = lambda: away.append(True)
    aside = ask(asides, read=fail(error))
    aside.on_done(lambda: heard.append(True))
    assert asides.step()
    assert aside.answer is None
    assert type(aside.error) is kind
    assert heard == [True]
    assert away == ([True] if kind is StoreUnavailable else [])
    (line,) = [record.fields for record in caplog.records if record.getMessage() == "look.read"]  # type: ignore[attr-defined]
    assert line["documents"] == 0


def test_nothing_begins_after_the_end(clock: FakeClock) -> None:
    asides = begin(clock)
    ask(asides)
    asides.close()
    assert asides.step() is False
