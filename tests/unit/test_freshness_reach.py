"""How far a view reaches, and what a session has seen that was shown it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import flask
import pytest

from services.freshness.merge import Held
from services.freshness.reach import Reach, is_old
from services.freshness.session import Token, wrote_own
from services.freshness.snapshots import MOST_OWN, Snapshot
from services.models import Batch, MediaQuery
from services.store.watermarks import take
from state.session import saw

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
PROJECT = "p"


def mark(position: int) -> str:
    return take("a", position, NOON)


def reach(watermark: int, newest: int = 0, own: tuple[int, ...] = ()) -> Reach:
    return Reach(mark(watermark), NOON, mark(newest or watermark), tuple(map(mark, own)))


def batch(upto: int = 0, newest: int = 0) -> Batch:
    at = NOON + timedelta(seconds=1)
    return Batch(PROJECT, (), (), frozenset(), mark(upto) if upto else "", at, mark(newest) if newest else "")


def test_a_batch_takes_further_only_who_has_missed_none() -> None:
    followed = reach(5).after(batch(upto=7), follows=True, is_own=False)
    assert followed == Reach(mark(7), NOON + timedelta(seconds=1), mark(7), ())
    assert reach(5).after(batch(upto=7), follows=False, is_own=False) == reach(5, newest=7)


def test_what_comes_out_of_turn_is_known_and_proves_nothing() -> None:
    assert reach(5).after(batch(newest=9), follows=True, is_own=False) == reach(5, newest=9)


def test_own_edits_are_known_apart_from_what_others_did() -> None:
    stored = reach(5, newest=7).after(batch(newest=9), follows=True, is_own=True)
    assert stored == reach(5, newest=7, own=(9,))
    assert stored.after(batch(newest=8), follows=True, is_own=True) == reach(5, newest=7, own=(9, 8))
    assert stored.after(batch(newest=9), follows=True, is_own=True) == stored
    assert stored.after(batch(), follows=True, is_own=True) == stored, "nothing had to be stored"
    assert stored.after(batch(newest=10), follows=True, is_own=False) == reach(5, newest=10, own=(9,))


def test_of_own_edits_the_last_ones_are_known() -> None:
    held = reach(5)
    for position in range(10, 10 + MOST_OWN + 1):
        held = held.after(batch(newest=position), follows=False, is_own=True)
    assert held == reach(5, own=tuple(range(11, 11 + MOST_OWN)))


def test_what_the_watermark_covers_is_old() -> None:
    assert is_old(batch(newest=5), mark(5))
    assert is_old(batch(upto=5), mark(6))
    assert not is_old(batch(newest=7), mark(6))


@pytest.fixture
def handled() -> Iterator[None]:
    """A request is being handled, of a session that has seen everything up to 5."""
    with flask.Flask(__name__).app_context():
        flask.g.freshet_token = {PROJECT: mark(5)}
        yield


def session_sees(held: Reach) -> Token:
    query = MediaQuery(project_id=PROJECT)
    saw(Snapshot("v", query, "ada", Held((), None), held.watermark, held.as_of, held.newest, held.own))
    known: Token = flask.g.freshet_token
    return known


@pytest.mark.usefixtures("handled")
def test_F10_ones_own_edit_says_nothing_of_what_others_wrote_before_it() -> None:
    flask.g.freshet_token = wrote_own({PROJECT: mark(5)}, PROJECT, mark(9))
    assert session_sees(reach(5, own=(9,)))[PROJECT] == mark(5)


@pytest.mark.usefixtures("handled")
def test_F10_what_another_session_had_read_beneath_ones_own_edit_counts_as_seen() -> None:
    flask.g.freshet_token = wrote_own({PROJECT: mark(5)}, PROJECT, mark(9))
    assert session_sees(reach(5, newest=7, own=(9,)))[PROJECT] == mark(7)


@pytest.mark.usefixtures("handled")
def test_F10_an_edit_of_another_session_of_the_same_person_counts_as_seen() -> None:
    assert session_sees(reach(5, own=(9,)))[PROJECT] == mark(9)
