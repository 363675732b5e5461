"""Counts in the background: which of them run, and with which list they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from services.clock import FakeClock
from services.freshness.counted import Counted
from services.freshness.merge import Held
from services.freshness.totals import Totals
from services.models import Count, MediaQuery, Principal
from tests.support.engine import ADA, ALL, GRACE, IMAGES, until


class Media:
    """Counts as the test says."""

    def __init__(self, *counts: Callable[[], int], exact: bool = True) -> None:
        self._counts, self._exact = list(counts), exact

    def count(self, principal: Principal, query: MediaQuery, *, limit: int | None = None) -> Count:
        return Count(self._counts.pop(0)(), self._exact, documents_read=1)


class List:
    """What is held of any list."""

    def __init__(self) -> None:
        self.version = "v1"
        self.counted = Counted()

    def begin(self, query: MediaQuery, principal: Principal) -> Counted:
        self.counted = Counted(self.version, Held())
        return self.counted

    def moves(self, number: int) -> Callable[[], int]:
        """A count of `number`, while which the list changes."""

        def count() -> int:
            self.version += "+"
            self.counted.lose()
            return number

        return count


def totals(clock: FakeClock, media: Any, listed: List | None = None) -> Totals:
    return Totals(media, clock, (listed or List()).begin, workers=0)


def test_F11_one_count_of_a_question_runs_at_a_time_and_the_last_asked_for_stays(clock: FakeClock) -> None:
    began, let_go = threading.Event(), threading.Event()

    def slow() -> int:
        began.set()
        assert let_go.wait(30)
        return 1

    counts = totals(clock, Media(slow, lambda: 7, lambda: 8, lambda: 2))
    first = counts.ask(ALL, ADA)
    thread = threading.Thread(target=counts.step)
    thread.start()
    assert began.wait(30)
    second = counts.ask(ALL, ADA)
    others = [counts.ask(IMAGES, ADA), counts.ask(ALL, GRACE)]
    assert [counts.step(), counts.step()] == [True, True], "other questions do not wait for it"
    assert [one.count.number for one in others if one.count] == [7, 8]
    assert not counts.step()
    let_go.set()
    thread.join()
    until(lambda: first.done)
    assert counts.step()
    assert (second.count or first.count) == Count(2, True, 1)
    assert counts.known(ALL, ADA) is second


def test_F11_a_count_is_told_with_the_list_as_it_was_and_made_once_more_where_that_moved(clock: FakeClock) -> None:
    listed = List()
    counts = totals(clock, Media(listed.moves(30), lambda: 31), listed)
    counting = counts.ask(ALL, ADA)
    counts.step()
    assert counting.count is not None
    assert (counting.count.number, counting.counted.beside.version) == (31, "v1+")


def test_F11_a_list_that_never_keeps_still_is_counted_twice_and_told_so(clock: FakeClock) -> None:
    listed = List()
    counts = totals(clock, Media(listed.moves(30), listed.moves(31)), listed)
    counting = counts.ask(ALL, ADA)
    counts.step()
    assert counting.counted.beside.version == ""


def test_at_least_so_many_is_as_good_for_a_list_that_moves(clock: FakeClock) -> None:
    listed = List()
    counts = totals(clock, Media(listed.moves(1_000), exact=False), listed)
    counting = counts.ask(ALL, ADA)
    counts.step()
    assert counting.count == Count(1_000, False, 1)
