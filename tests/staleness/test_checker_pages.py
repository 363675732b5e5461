"""The checker on pages of several lists, and on edits: each kind of violation is found, and none in a sound history."""

from __future__ import annotations

import pytest

from services.models import MediaQuery
from tests.staleness.history import UNTOLD, Face
from tests.staleness.story import ALL, Story
from tests.support.records import NOON, PROJECT, make_item

A, B, C = (make_item() for _ in range(3))
"""From the oldest to the newest."""


# ── pages of several lists ──


def test_an_item_whose_page_does_not_say_its_revision_is_judged_by_how_it_looks() -> None:
    story = Story(A)
    story.write("ada", A, 2, title="Mine")
    story.show("ada", (A, UNTOLD), faces=(Face(title="Mine"),), answer=True)
    assert story.found() == []
    story.show("ada", (A, UNTOLD), faces=(Face(title=A.title),))
    assert story.found() == [("read-your-writes", A.id)]


def test_an_item_that_looks_on_its_page_as_it_never_was_is_found() -> None:
    story = Story(A)
    story.show("ada", (A, UNTOLD), faces=(Face(title="Nobody's"),))
    assert story.found() == [("altered", A.id)]


def test_B06_of_revisions_that_look_alike_the_latest_is_taken_to_be_shown_and_the_earliest_to_be_seen() -> None:
    story = Story(A)
    story.write("grace", A, 2, status="generating")
    story.show("ada", (A, UNTOLD), faces=(Face(title=A.title),), answer=True)
    story.show("ada", (A, 1))
    assert story.found() == []


def test_a_named_item_belongs_to_its_page_also_from_the_trash() -> None:
    story = Story(A)
    named = MediaQuery(project_id=PROJECT, ids=(A.id,))
    story.write("ada", A, 2, deleted_at=NOON)
    story.show("ada", (A, UNTOLD), faces=(Face(deleted=True),), query=named, answer=True)
    assert story.found() == []
    story.show("ada", query=named, answer=True)
    assert ("missing", A.id) in story.found()


def test_what_was_opened_last_stands_in_that_order_without_what_is_in_the_trash() -> None:
    story = Story(A, B, C)
    opened = MediaQuery(project_id=PROJECT, ids=(B.id, C.id, A.id))
    story.write("ada", C, 2, deleted_at=NOON)
    story.show("ada", (B, 1), (A, 1), query=opened, arrangement="opened", answer=True)
    assert story.found() == []
    story.show("ada", (A, 1), (B, 1), query=opened, arrangement="opened", answer=True)
    assert story.found() == [("order", B.id)]
    story.show("ada", (B, 1), (C, 2), (A, 1), query=opened, arrangement="opened", label="offline")
    assert ("phantom", C.id) in story.found()


def test_favourites_and_what_was_made_from_an_item_are_lists_like_others() -> None:
    favourites = MediaQuery(project_id=PROJECT, favourite=True)
    derived = MediaQuery(project_id=PROJECT, source_id=A.id)
    story = Story(A)
    story.write("grace", B, 1, source_ids=(A.id,))
    story.write("grace", C, 1, favourite=True)
    story.show("ada", (B, 1), query=derived, answer=True)
    story.show("ada", (C, 1), query=favourites, answer=True)
    assert story.found() == []
    story.show("ada", query=derived, answer=True)
    story.show("ada", (A, 1), query=favourites, label="offline")
    assert {("missing", B.id), ("phantom", A.id)} <= set(story.found())


# ── edits ──


def test_F12_a_pending_edit_shows_to_whoever_asked_for_it_on_all_their_screens_and_to_nobody_else() -> None:
    story = Story(A)
    story.ask("ada", "title", "Mine", A)
    story.show("ada", (A, 1), faces=(Face(title="Mine"),))
    story.show("ada", (A, 1), faces=(Face(title=A.title),), tab="2")
    assert story.found() == []
    story.show("grace", (A, 1), faces=(Face(title="Mine"),))
    assert story.found() == [("altered", A.id)]


@pytest.mark.parametrize(("other", "expected"), [("2", []), ("1", [("altered", A.id)])], ids=["two", "one"])
def test_F12_edits_that_two_sessions_ask_for_at_once_show_in_either_order_those_of_one_in_theirs(
    other: str, expected: list[tuple[str, str]]
) -> None:
    story = Story(A)
    story.ask("ada-1", "tag", "sea", A, user="ada")
    story.ask(f"ada-{other}", "tag", "night", A, user="ada")
    story.show("ada", (A, 1), faces=(Face(tags=("sea", "night")),))
    story.show("ada", (A, 1), faces=(Face(tags=("night",)),))
    assert story.found() == []
    story.show("ada", (A, 1), faces=(Face(tags=("night", "sea")),))
    assert story.found() == expected


def test_F12_a_pending_deletion_takes_an_item_out_and_is_no_proof_that_it_has_gone() -> None:
    story = Story(A, B)
    story.show("ada", (B, 1), (A, 1))
    edit = story.ask("ada", "delete", None, A)
    story.show("ada", (B, 1))
    story.tell(edit)
    story.show("ada", (B, 1), (A, 1))
    assert story.found() == []


@pytest.mark.parametrize(
    ("kind", "value", "face"),
    [
        ("favourite", True, Face(favourite=True)),
        ("tag", "sea", Face(tags=("sea",))),
        ("title", "Mine", Face(title="Mine")),
    ],
)
def test_B22_what_a_failed_edit_asked_for_must_be_gone_from_the_screen_that_tells_so(
    kind: str, value: str | bool | None, face: Face
) -> None:
    story = Story(A)
    edit = story.ask("ada", kind, value, A)
    story.show("ada", (A, 1), faces=(face,))
    assert story.found() == []
    story.tell(edit, (A, 1), faces=(face,))
    assert story.found() == [("rollback", A.id)]


def test_B22_the_end_of_one_edit_ends_no_other() -> None:
    story = Story(A, B)
    story.ask("ada", "title", "Mine", A)
    failed = story.ask("ada", "favourite", True, B)
    faces = Face(favourite=False), Face(title="Mine")
    story.tell(failed, (B, 1), (A, 1), faces=faces)
    assert story.found() == []


def test_B22_a_failed_deletion_that_does_not_come_back_is_found() -> None:
    story = Story(A, B)
    story.show("ada", (B, 1), (A, 1))
    edit = story.ask("ada", "delete", None, A)
    story.tell(edit, (B, 1))
    assert story.found() == [("monotonic-reads", A.id)]


def test_B22_a_failed_restoration_that_stays_on_screen_is_found_although_the_screen_says_that_it_is_old() -> None:
    story = Story(A)
    story.write("grace", A, 2, deleted_at=NOON)
    edit = story.ask("ada", "restore", None, A)
    story.show("ada", (A, 2))
    assert story.found() == []
    story.tell(edit, (A, 2), label="offline")
    assert story.found() == [("rollback", A.id)]


def test_B05_the_screen_that_tells_that_an_edit_was_stored_has_to_show_it() -> None:
    story = Story(A)
    edit = story.ask("ada", "title", "Mine", A)
    story.store(edit, A, 2, title="Mine")
    story.tell(edit, (A, 2), faces=(Face(title="Mine"),))
    assert story.found() == []
    story.show("ada", (A, 1), faces=(Face(title=A.title),), told=(edit,), began=0.0)
    assert story.found() == [("read-your-writes", A.id)]


def test_B05_what_was_stored_is_the_sessions_own_from_the_moment_at_which_it_was_told() -> None:
    story = Story(A)
    edit = story.ask("ada", "title", "Mine", A)
    story.store(edit, A, 2, title="Mine")
    story.show("ada", (A, 1), faces=(Face(title=A.title),))
    assert story.found() == []
    story.tell(edit)
    story.show("ada", (A, 1), faces=(Face(title=A.title),), tab="2")
    assert story.found() == [("read-your-writes", A.id)]


@pytest.mark.parametrize("query", [ALL, MediaQuery(project_id=PROJECT, favourite=False)])
def test_what_was_stored_as_deleted_is_shown_in_the_trash_alone(query: MediaQuery) -> None:
    story = Story(A)
    edit = story.ask("ada", "delete", None, A)
    story.store(edit, A, 2, deleted_at=NOON)
    story.tell(edit)
    trash = MediaQuery(project_id=PROJECT, owner_id=A.owner_id, trash=True)
    story.show("ada", (A, 2), query=trash, faces=(Face(deleted=True),), answer=True)
    assert story.found() == []
    story.show("ada", (A, 2), query=query)
    story.show("ada", (A, 1), query=query)
    assert story.found() == [("phantom", A.id), ("read-your-writes", A.id)]


def test_a_tile_that_looks_otherwise_than_its_revision_is_found() -> None:
    story = Story(A)
    story.write("grace", A, 2, title="Hers")
    story.show("ada", (A, 2), faces=(Face(title=A.title),), label="catching up")
    assert story.found() == [("altered", A.id)]
