"""What a session knows, and which held snapshots reach it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.freshness.merge import Held
from services.freshness.session import MOST_ENTRIES, OWN, Sessions, Token, merged, moved
from services.freshness.snapshots import Snapshot
from services.models import MediaQuery
from services.store.watermarks import take
from tests.support.records import make_principal

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
PROJECT = "p"


def mark(position: int) -> str:
    return take("a", position, NOON)


def snapshot(position: int, *, age: float = 0.0) -> Snapshot:
    """What is held as of a place in the history, read `age` seconds before noon."""
    as_of = NOON - timedelta(seconds=age)
    return Snapshot(f"v{position}", MediaQuery(project_id=PROJECT), "ada", Held((), None), mark(position), as_of)


def after_own_edit(token: Token, position: int) -> Token:
    return moved(token, PROJECT + OWN, mark(position))


def sessions() -> Sessions:
    return Sessions(b"secret")


def test_F10_what_was_seen_elsewhere_must_be_reached() -> None:
    assert sessions().covers(snapshot(7), {PROJECT: mark(7)})
    assert not sessions().covers(snapshot(6), {PROJECT: mark(7)})


def test_F10_a_snapshot_that_took_in_an_own_edit_satisfies_who_knows_no_more() -> None:
    known, held = sessions(), snapshot(5)
    token = after_own_edit({PROJECT: mark(5)}, 9)
    assert not known.covers(held, token)
    known.took_in(held, mark(9))
    assert known.covers(held, token)


def test_F10_it_does_not_satisfy_who_has_meanwhile_seen_what_others_wrote_before_that_edit() -> None:
    known, held = sessions(), snapshot(5)
    known.took_in(held, mark(9))
    in_another_tab = {PROJECT: mark(7)}
    assert not known.covers(held, in_another_tab)
    assert not known.covers(held, merged(after_own_edit({PROJECT: mark(5)}, 9), in_another_tab))
    assert not known.covers(held, {PROJECT: mark(9)})


def test_F10_an_edit_that_only_an_older_snapshot_took_in_does_not_count_for_what_was_read_before() -> None:
    known = sessions()
    known.took_in(snapshot(5), mark(9))
    assert not known.covers(snapshot(5, age=60), after_own_edit({}, 9))


def test_F10_several_own_edits_are_known_side_by_side() -> None:
    known, held = sessions(), snapshot(5)
    known.took_in(held, mark(8))
    known.took_in(held, mark(9))
    assert known.covers(held, after_own_edit({}, 8))
    assert known.covers(held, after_own_edit({}, 9))


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


def test_F10_what_was_signed_before_another_secret_was_agreed_on_is_still_believed() -> None:
    ada, known, other = make_principal("ada"), sessions(), Sessions(b"of the database")
    before = known.sign({PROJECT: mark(5)}, ada)
    known.sign_with(b"of the database")
    assert known.read(before, ada) == {PROJECT: mark(5)}
    assert other.read(known.sign({PROJECT: mark(6)}, ada), ada) == {PROJECT: mark(6)}
    assert other.read(before, ada) == {}
