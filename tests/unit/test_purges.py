"""Deletions for good in the background: bounded, told to whoever asked, and no fault without an end."""

from __future__ import annotations

from typing import Any

import pytest

from services.errors import Busy, StoreUnavailable
from services.ids import SequentialIds
from services.keeping import purges as purges_module
from services.keeping.purges import Purges
from services.models import Principal
from tests.support.records import PROJECT, make_principal

ADA, BOB = make_principal("ada"), make_principal("bob")


class Trash:
    def __init__(self) -> None:
        self.done: list[tuple[str, Any]] = []
        self.fault: Exception | None = None

    def discard(self, principal: Principal, media_ids: tuple[str, ...]) -> int:
        return self._do(principal, media_ids, len(media_ids))

    def empty(self, principal: Principal, project_id: str) -> int:
        return self._do(principal, project_id, 40)

    def _do(self, principal: Principal, what: Any, count: int) -> int:
        if self.fault is not None:
            raise self.fault
        self.done.append((principal.user_id, what))
        return count


@pytest.fixture
def trash() -> Trash:
    return Trash()


def make(trash: Any, ids: SequentialIds) -> Purges:
    return Purges(trash, ids, workers=0)


def test_each_is_done_as_whoever_asked_and_known_to_them_alone(trash: Trash, ids: SequentialIds) -> None:
    purges = make(trash, ids)
    some, everything = purges.begin(ADA, PROJECT, ["one", "two"]), purges.begin(BOB, PROJECT)
    assert not some.done
    while purges.step():
        pass
    assert trash.done == [("ada", ("one", "two")), ("bob", PROJECT)]
    assert [(one.done, one.gone, one.error) for one in (some, everything)] == [(True, 2, ""), (True, 40, "")]
    assert purges.find(some.name, ADA) is some
    assert purges.find(some.name, BOB) is None
    assert purges.find("nothing", ADA) is None


def test_none_named_is_none_and_not_all(trash: Trash, ids: SequentialIds) -> None:
    purges = make(trash, ids)
    purge = purges.begin(ADA, PROJECT, [])
    purges.step()
    assert (trash.done, purge.gone) == ([("ada", ())], 0)


@pytest.mark.parametrize(
    ("fault", "told"),
    [(StoreUnavailable("The store did not answer."), "The store did not answer."), (ZeroDivisionError(), "(error ")],
)
def test_one_that_fails_says_why_and_the_next_is_done(
    trash: Trash, ids: SequentialIds, fault: Exception, told: str
) -> None:
    purges, heard = make(trash, ids), []
    trash.fault = fault
    failed, next_one = purges.begin(ADA, PROJECT, ["one"]), purges.begin(ADA, PROJECT, ["two"])
    failed.on_done(lambda: heard.append("failed"))
    purges.step()
    trash.fault = None
    purges.step()
    assert heard == ["failed"]
    assert told in failed.error
    assert (next_one.gone, next_one.error) == (1, "")


def test_more_than_can_wait_is_refused(trash: Trash, ids: SequentialIds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purges_module, "WAITING", 2)
    purges = make(trash, ids)
    for _ in range(2):
        purges.begin(ADA, PROJECT)
    with pytest.raises(Busy, match="Try again in a moment"):
        purges.begin(ADA, PROJECT)
    purges.close()
    assert not purges.step()
