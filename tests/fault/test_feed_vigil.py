"""How soon a dead listener is found out, and what the finding costs, in time that the test moves."""

from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st

from services.store.firestore import vigil
from services.store.firestore.vigil import PACE, Vigil


def watch_over(news: list[float], died_at: float, until: float) -> tuple[int, float]:
    """(canaries written, when the listener was taken for dead), with `news` at these times and answers at once."""
    over, now, asked = Vigil(PACE, 0.0), 0.0, 0
    pending = sorted(time for time in news if time < died_at)
    while now < until:
        arriving = pending[0] if pending else until
        if arriving <= over.due:
            now = max(now, arriving)
            pending = pending[1:]
            if now < until:
                over.heard(now)
            continue
        now = over.due
        if over.is_unanswered(now):
            return asked, now
        if over.is_old(now):
            over = Vigil(PACE, now)
        elif over.should_ask(now):
            asked += 1
            over.asked(now)
            if now < died_at:
                over.heard(now)
    return asked, until


def test_the_examples_are_right() -> None:
    assert doctest.testmod(vigil).failed == 0


def test_B14_an_idle_hour_takes_120_canaries_at_most() -> None:
    asked, _ = watch_over([], died_at=1e9, until=3600)
    assert asked <= 120


def test_while_news_keep_coming_no_canary_is_written() -> None:
    assert watch_over([float(time) for time in range(0, 3600, 4)], died_at=1e9, until=3600)[0] == 0


@given(news=st.lists(st.floats(0, 600), max_size=30), died_at=st.floats(0, 600))
def test_B19_whenever_a_listener_dies_that_is_found_out_within_a_minute(news: list[float], died_at: float) -> None:
    _, found = watch_over(news, died_at, until=10_000)
    assert died_at <= found < died_at + 60


@given(news=st.lists(st.floats(0, 3600), max_size=30))
def test_a_listener_that_lives_is_never_taken_for_dead(news: list[float]) -> None:
    assert watch_over(news, died_at=1e9, until=10_000)[1] == 10_000
