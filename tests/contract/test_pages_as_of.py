"""A page as of an earlier moment, which Firestore can read: of one time with what was read then, without a delta."""

from __future__ import annotations

import pytest

from services.clock import FakeClock
from services.models import MediaItem, MediaQuery, Page, Put
from services.store.firestore.horizon import PAST
from services.store.protocol import Store
from services.store.watermarks import is_at_least
from tests.support.records import PROJECT, make_item, make_principal, remove, save
from tests.support.stores import Backend

ADA = make_principal("ada", PROJECT)
ALL = MediaQuery(project_id=PROJECT)


def first_and_second(store: Store, first: Page[MediaItem], as_of: str) -> list[str]:
    """Titles of the first page and of the one after it, as of that watermark."""
    second = store.media.get_media_for_page(ADA, ALL, cursor=first.next_cursor, limit=2, as_of=as_of)
    return [item.title for item in (*first.items, *second.items)]


def test_what_changed_since_is_not_on_it(firestore_store: Store) -> None:
    items = save(firestore_store, *(make_item(title=title) for title in "edcba"))
    first = firestore_store.media.get_media_for_page(ADA, ALL, limit=2)
    save(firestore_store, items[2].model_copy(update={"title": "C"}))
    remove(firestore_store, items[1])
    assert first_and_second(firestore_store, first, first.watermark) == ["a", "b", "c", "d"]
    assert first_and_second(firestore_store, first, "") == ["a", "b", "C", "e"]


def test_its_watermark_is_the_one_that_was_asked_for_and_a_delta_from_there_misses_nothing(
    firestore_store: Store,
) -> None:
    items = save(firestore_store, *(make_item() for _ in range(4)))
    first = firestore_store.media.get_media_for_page(ADA, ALL, limit=2)
    [edited] = save(firestore_store, items[0].model_copy(update={"title": "New"}))
    page = firestore_store.media.get_media_for_page(ADA, ALL, cursor=first.next_cursor, limit=2, as_of=first.watermark)
    assert is_at_least(first.watermark, page.watermark)
    assert is_at_least(page.watermark, first.watermark)
    assert edited in firestore_store.media.changed_since(ADA, PROJECT, page.watermark).changed


def test_a_commit_is_on_the_page_as_of_its_own_watermark(firestore_store: Store) -> None:
    [item] = save(firestore_store, make_item())
    for number in range(5):
        wanted = item.model_copy(update={"title": f"Title {number}"})
        done = firestore_store.commit(ADA, [Put(wanted, expect=item.revision)], operation_id=f"rename-{number}")
        [item] = done.records
        page = firestore_store.media.get_media_for_page(ADA, ALL, as_of=done.watermark)
        assert [one.title for one in page.items] == [wanted.title]


def test_an_empty_page_costs_one_read_and_keeps_the_watermark(firestore_backend: Backend) -> None:
    store = firestore_backend.open()
    save(store, make_item(), make_item())
    first = store.media.get_media_for_page(ADA, ALL, limit=2)
    after = store.media.get_media_for_page(ADA, ALL, cursor=first.next_cursor, as_of=first.watermark)
    assert (after.items, after.documents_read) == ((), 1)
    assert is_at_least(first.watermark, after.watermark)


@pytest.mark.parametrize("seconds", [PAST.total_seconds(), -1])
def test_what_is_too_long_ago_is_read_as_of_now(store: Store, clock: FakeClock, seconds: float) -> None:
    items = save(store, *(make_item() for _ in range(3)))
    first = store.media.get_media_for_page(ADA, ALL, limit=2)
    clock.advance(seconds)
    [edited] = save(store, items[0].model_copy(update={"title": "New"}))
    page = store.media.get_media_for_page(ADA, ALL, cursor=first.next_cursor, as_of=first.watermark)
    assert page.items == (edited,)
    assert not is_at_least(first.watermark, page.watermark)


@pytest.mark.parametrize("as_of", ["", "no watermark", "another-5-5"])
def test_what_is_no_watermark_of_this_database_is_read_as_of_now(store: Store, as_of: str) -> None:
    [item] = save(store, make_item())
    assert store.media.get_media_for_page(ADA, ALL, as_of=as_of).items == (item,)


def test_sqlite_reads_as_of_now_and_says_so(sqlite_store: Store) -> None:
    items = save(sqlite_store, *(make_item() for _ in range(3)))
    first = sqlite_store.media.get_media_for_page(ADA, ALL, limit=2)
    [edited] = save(sqlite_store, items[0].model_copy(update={"title": "New"}))
    page = sqlite_store.media.get_media_for_page(ADA, ALL, cursor=first.next_cursor, as_of=first.watermark)
    assert page.items == (edited,)
    assert not is_at_least(first.watermark, page.watermark)
