"""The checker finds each kind of violation in a history written by hand, and nothing in a sound one."""

from __future__ import annotations

import pytest

from services.models import MediaQuery, Visibility
from tests.staleness.history import Version
from tests.staleness.story import Story
from tests.support.records import PROJECT, make_item

IMAGES = MediaQuery(project_id=PROJECT, media_type="image")
A, B, C = (make_item() for _ in range(3))
"""From the oldest to the newest."""


def test_a_sound_history_has_no_violation() -> None:
    story = Story(A, B)
    story.show("ada", (B, 1), (A, 1), answer=True)
    story.write("ada", C, 1)
    story.write("ada", A, 2, title="Another title")
    story.show("ada", (C, 1), (B, 1), (A, 2), answer=True)
    story.write("grace", B, 2, gone=True)
    story.show("ada", (C, 1), (A, 2), tab="2")
    story.show("grace", (C, 1), (A, 2), query=IMAGES)
    assert story.found() == []


def test_B05_an_older_revision_than_the_sessions_own_is_found() -> None:
    story = Story(A)
    story.write("ada", A, 2, title="Mine")
    story.show("ada", (A, 1))
    assert story.found() == [("read-your-writes", A.id)]


def test_B05_an_own_item_that_is_not_there_is_found() -> None:
    story = Story(A)
    story.write("ada", B, 1)
    story.show("ada", (A, 1))
    assert story.found() == [("read-your-writes", B.id)]


def test_B05_an_own_removal_that_is_undone_on_screen_is_found() -> None:
    story = Story(A)
    story.write("ada", A, 2, gone=True)
    story.show("ada", (A, 1))
    assert story.found() == [("read-your-writes", A.id)]


def test_B05_a_write_that_ended_after_the_screen_was_sent_for_may_be_missing() -> None:
    story = Story(A)
    story.show("ada", (A, 1))
    shown = story.history.shown[0]
    story.history.wrote("ada", shown.began - 1, shown.began + 0.5, [Version(B.id, 1, B)])
    assert story.found() == []


def test_B06_an_older_revision_than_another_tab_showed_is_found() -> None:
    story = Story(A)
    story.write("grace", A, 2, title="Hers")
    story.show("ada", (A, 2))
    story.show("ada", (A, 1), tab="2")
    assert story.found() == [("monotonic-reads", A.id)]


def test_B06_an_item_that_was_seen_and_is_not_there_any_more_though_nobody_touched_it_is_found() -> None:
    story = Story(A, B)
    story.show("ada", (B, 1), (A, 1))
    story.show("ada", (A, 1))
    assert story.found() == [("monotonic-reads", B.id)]


def test_B06_an_item_that_comes_back_after_its_departure_was_seen_is_found() -> None:
    story = Story(A, B)
    story.show("ada", (B, 1), (A, 1))
    story.write("grace", B, 2, gone=True)
    story.show("ada", (A, 1))
    story.show("ada", (B, 1), (A, 1))
    assert story.found() == [("monotonic-reads", B.id)]


def test_B06_two_screens_sent_for_at_the_same_time_may_disagree() -> None:
    story = Story(A)
    story.write("grace", A, 2, title="Hers")
    story.show("ada", (A, 2))
    story.show("ada", (A, 1), tab="2", began=story.history.shown[0].began)
    assert story.found() == []


def test_B06_sessions_are_judged_apart() -> None:
    story = Story(A)
    story.write("grace", A, 2, title="Hers")
    story.show("grace", (A, 2))
    story.show("ada", (A, 1))
    assert story.found() == []


@pytest.mark.parametrize("label", ["catching up", "offline", "failed"])
def test_what_a_screen_says_is_old_may_be_old(label: str) -> None:
    story = Story(A)
    story.write("ada", A, 2, title="Mine")
    story.write("ada", B, 1)
    story.show("ada", (A, 1), label=label)
    assert story.found() == []


def test_B03_an_answer_without_what_was_committed_before_the_question_is_found() -> None:
    story = Story(A)
    story.write("grace", B, 1)
    story.show("ada", (A, 1), answer=True)
    assert story.found() == [("missing", B.id)]


def test_B03_an_answer_with_an_older_revision_is_found() -> None:
    story = Story(A)
    story.write("grace", A, 2, title="Hers")
    story.show("ada", (A, 1), answer=True)
    assert story.found() == [("stale", A.id)]


def test_B03_an_answer_with_what_was_removed_before_the_question_is_found() -> None:
    story = Story(A, B)
    story.write("grace", B, 2, gone=True)
    story.show("ada", (B, 1), (A, 1), answer=True)
    assert story.found() == [("stale", B.id)]


def test_an_answer_need_not_hold_what_may_not_have_been_committed() -> None:
    story = Story(A)
    story.write("grace", B, 1, heard=False)
    story.show("ada", (A, 1), answer=True)
    story.show("ada", (B, 1), (A, 1), answer=True)
    assert story.found() == []


def test_an_answer_need_not_hold_what_lies_below_the_loaded_part() -> None:
    story = Story(A, B, C)
    story.show("ada", (C, 1), (B, 1), answer=True, more=True)
    assert story.found() == []
    story.show("ada", (C, 1), (B, 1), answer=True)
    assert story.found() == [("missing", A.id)]


def test_B09_new_items_may_be_announced_instead_of_shown_and_each_of_them_is() -> None:
    story = Story(A)
    story.write("grace", B, 1)
    story.write("grace", C, 1)
    story.show("ada", (A, 1), answer=True, held_back=2)
    assert story.found() == []
    story.show("ada", (A, 1), answer=True, held_back=1)
    assert sorted(story.found()) == sorted([("missing", B.id), ("missing", C.id)])


def test_B08_an_item_that_does_not_match_the_view_is_a_phantom() -> None:
    story = Story(A)
    story.write("grace", B, 1, media_type="video")
    story.show("ada", (B, 1), (A, 1), query=IMAGES)
    assert story.found() == [("phantom", B.id)]


@pytest.mark.parametrize(("visibility", "phantom"), [("private", True), ("project", False), ("public", False)])
def test_B08_an_item_that_may_not_be_seen_is_a_phantom(visibility: Visibility, phantom: bool) -> None:
    story = Story()
    story.write("grace", A, 1, visibility=visibility, owner_id="grace")
    story.show("ada", (A, 1))
    assert story.found() == ([("phantom", A.id)] if phantom else [])


def test_a_revision_that_nobody_wrote_is_a_phantom_even_on_a_screen_that_says_it_is_old() -> None:
    story = Story(A)
    story.show("ada", (A, 2), label="offline")
    assert story.found() == [("phantom", A.id)]


def test_B11_an_item_shown_twice_is_found() -> None:
    story = Story(A, B)
    story.show("ada", (B, 1), (A, 1), (B, 1), label="catching up")
    assert ("duplicate", B.id) in story.found()


def test_R0_04_an_item_below_an_older_one_is_found() -> None:
    story = Story(A, B)
    story.show("ada", (A, 1), (B, 1))
    assert story.found() == [("order", B.id)]


def test_a_removed_item_that_was_made_again_has_to_be_shown_again() -> None:
    story = Story(A)
    story.write("ada", A, 2, gone=True)
    story.write("ada", A, 3)
    story.show("ada", (A, 3))
    assert story.found() == []
    story.show("ada")
    assert story.found() == [("read-your-writes", A.id)]
