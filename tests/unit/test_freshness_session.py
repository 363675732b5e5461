"""What a session knows, and which held snapshots reach it."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime

from services.freshness import session
from services.freshness.merge import Held
from services.freshness.session import MOST_ENTRIES, Sessions, Token, merged, moved, own_of, wrote_own
from services.freshness.snapshots import MOST_OWN, Snapshot
from services.models import MediaQuery
from services.store.watermarks import take
from tests.support.records import make_principal

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
PROJECT = "p"


def mark(position: int) -> str:
    return take("a", position, NOON)


def snapshot(position: int, *own: int) -> Snapshot:
    """What is held as of a place in the history, with edits that were taken in as soon as they were stored."""
    query = MediaQuery(project_id=PROJECT)
    return Snapshot(f"v{position}", query, "ada", Held(), mark(position), NOON, own=tuple(map(mark, own)))


def after_own_edit(token: Token, position: int) -> Token:
    return wrote_own(token, PROJECT, mark(position))


def sessions() -> Sessions:
    return Sessions(b"secret")


def test_the_examples_in_docstrings_run() -> None:
    assert doctest.testmod(session).failed == 0


def test_F10_what_was_seen_elsewhere_must_be_reached() -> None:
    assert sessions().covers(snapshot(7), {PROJECT: mark(7)})
    assert not sessions().covers(snapshot(6), {PROJECT: mark(7)})


def test_F10_a_snapshot_that_took_in_an_own_edit_satisfies_who_knows_no_more() -> None:
    token = after_own_edit({PROJECT: mark(5)}, 9)
    assert not sessions().covers(snapshot(5), token)
    assert sessions().covers(snapshot(5, 9), token)


def test_F10_it_does_not_satisfy_who_has_meanwhile_seen_what_others_wrote_before_that_edit() -> None:
    known, held = sessions(), snapshot(5, 9)
    in_another_tab = {PROJECT: mark(7)}
    assert not known.covers(held, in_another_tab)
    assert not known.covers(held, merged(after_own_edit({PROJECT: mark(5)}, 9), in_another_tab))
    assert not known.covers(held, {PROJECT: mark(9)})


def test_F10_several_own_edits_are_known_side_by_side() -> None:
    held = snapshot(5, 8, 9)
    assert sessions().covers(held, after_own_edit({}, 8))
    assert sessions().covers(held, after_own_edit({}, 9))
    assert sessions().covers(held, after_own_edit(after_own_edit({}, 8), 9))


def test_F10_edits_of_two_tabs_by_way_of_two_processes_are_both_known() -> None:
    """The later one must not stand for the earlier one, which the process that stored it has not heard of."""
    token = merged(after_own_edit({PROJECT: mark(5)}, 8), after_own_edit({PROJECT: mark(5)}, 9))
    assert not sessions().covers(snapshot(5, 8), token)
    assert not sessions().covers(snapshot(5, 9), token)
    assert sessions().covers(snapshot(5, 8, 9), token)
    assert sessions().covers(snapshot(9), token)


def test_F10_an_own_edit_is_known_by_itself_until_everything_up_to_it_has_been_seen() -> None:
    token = after_own_edit(after_own_edit({PROJECT: mark(5)}, 9), 7)
    assert own_of(token, PROJECT) == [mark(7), mark(9)]
    token = moved(token, PROJECT, mark(8))
    assert own_of(token, PROJECT) == [mark(9)]
    assert moved(token, PROJECT, mark(9)) == {PROJECT: mark(9)}


def test_F10_of_too_many_own_edits_the_first_ones_must_be_reached_with_all_that_came_before() -> None:
    token: Token = {PROJECT: mark(5)}
    for position in range(10, 10 + MOST_OWN + 2):
        token = after_own_edit(token, position)
    assert token[PROJECT] == mark(11)
    assert own_of(token, PROJECT) == [mark(position) for position in range(12, 12 + MOST_OWN)]


def test_F10_an_answer_to_a_later_question_holds_all_that_was_known() -> None:
    known, held = sessions(), snapshot(5)
    token = after_own_edit({PROJECT: mark(7)}, 9)
    known.answered(held, token)
    assert known.covers(held, token)
    assert not known.covers(held, {PROJECT: mark(10)})


def test_a_token_stays_small() -> None:
    token: Token = {}
    for number in range(3 * MOST_ENTRIES):
        token = moved(token, f"project-{number}", mark(1))
    assert len(token) == MOST_ENTRIES
    assert f"project-{3 * MOST_ENTRIES - 1}" in token
    for number in range(MOST_OWN * MOST_ENTRIES):
        last = take("a" * 16, 10**15 + number, NOON, "b" * 16)
        token = wrote_own(token, f"{number % MOST_ENTRIES:026}", last)
    assert len(sessions().sign(token, make_principal("ada"))) < 2_000, "the cookie, and what POST /api/session takes"
    assert own_of(token, f"{MOST_ENTRIES - 1:026}")[-1] == last


def test_F10_what_was_signed_before_another_secret_was_agreed_on_is_still_believed() -> None:
    ada, known, other = make_principal("ada"), sessions(), Sessions(b"of the database")
    before = known.sign({PROJECT: mark(5)}, ada)
    known.sign_with(b"of the database")
    assert known.read(before, ada) == {PROJECT: mark(5)}
    assert other.read(known.sign({PROJECT: mark(6)}, ada), ada) == {PROJECT: mark(6)}
    assert other.read(before, ada) == {}
