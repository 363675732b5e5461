"""Watermarks tell whether a read has seen a commit: what session guarantees rest on."""

from __future__ import annotations

import pytest

from services.models import MediaQuery, Put, Remove
from services.store.protocol import Store
from services.store.watermarks import is_at_least
from tests.support.records import PROJECT, make_item, make_principal, operation, save

ALL = MediaQuery(project_id=PROJECT)


def test_B05_a_read_after_a_commit_is_at_least_its_watermark_and_one_before_is_not(store: Store) -> None:
    ada = make_principal()
    (first,) = save(store, make_item())
    before = store.media.get_media_for_page(ada, ALL)
    commit = store.commit(ada, [Put(first, expect=1)], operation_id=operation())
    assert not is_at_least(before.watermark, commit.watermark)
    changes = store.media.changed_since(ada, PROJECT, before.watermark)
    assert [item.revision for item in changes.changed] == [2]
    assert is_at_least(changes.watermark, commit.watermark)
    assert is_at_least(store.media.get_media_for_page(ada, ALL).watermark, commit.watermark)


def test_B05_a_removal_has_a_watermark_too(store: Store) -> None:
    ada = make_principal()
    (item,) = save(store, make_item())
    before = store.media.get_media_for_page(ada, ALL)
    commit = store.commit(ada, [Remove("media", item.id, expect=1)], operation_id=operation())
    assert not is_at_least(before.watermark, commit.watermark)
    assert is_at_least(store.media.changed_since(ada, PROJECT, before.watermark).watermark, commit.watermark)


def test_a_repeated_commit_is_covered_by_the_watermark_it_returns(store: Store) -> None:
    ada, item, operation_id = make_principal(), make_item(), operation()
    first = store.commit(ada, [Put(item, expect=0)], operation_id=operation_id)
    again = store.commit(ada, [Put(item, expect=0)], operation_id=operation_id)
    assert is_at_least(again.watermark, first.watermark)


def test_a_commit_of_nothing_has_no_watermark(store: Store) -> None:
    assert not is_at_least(store.commit(make_principal(), [], operation_id=operation()).watermark, "")


@pytest.mark.parametrize(
    ("watermark", "other", "expected"),
    [("a-7-1", "a-7-5", True), ("a-10-0", "a-9-0", True), ("a-6-0", "a-7-0", False), ("b-7-0", "a-7-0", False),
     ("", "a-7-0", False), ("a-7-0", "", False), ("nonsense", "a-7-0", False), ("a-7-0", "a-７-0", False)],
)  # fmt: skip
def test_watermarks_are_compared_by_position_within_one_database(watermark: str, other: str, expected: bool) -> None:
    assert is_at_least(watermark, other) is expected
