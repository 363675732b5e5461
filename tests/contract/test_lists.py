"""Lists: order, paging and filters."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.errors import BadInput
from services.models import MediaItem, MediaQuery, Principal, Put
from services.store.protocol import PAGE_SIZE, SEARCH_STEP, Store
from tests.support.records import NOON, PROJECT, make_item, make_principal, remove, save
from tests.support.stores import Backend

ME = make_principal()
ALL = MediaQuery(project_id=PROJECT)


def read_all(
    store: Store, query: MediaQuery = ALL, *, principal: Principal = ME, limit: int = PAGE_SIZE
) -> list[MediaItem]:
    """Every page after another, in one list."""
    items: list[MediaItem] = []
    cursor: str | None = None
    while True:
        page = store.media.get_media_for_page(principal, query, cursor=cursor, limit=limit)
        items += page.items
        cursor = page.next_cursor
        if cursor is None:
            return items


def newest_first(items: list[Any]) -> list[str]:
    return [item.id for item in sorted(items, key=lambda item: (item.created_at, item.id), reverse=True)]


class TestOrder:
    def test_R0_04_equal_old_and_imported_times_keep_the_right_order_and_none_is_dropped(self, store: Store) -> None:
        equal = [make_item(created_at=NOON) for _ in range(30)]
        microseconds = [make_item(created_at=NOON + timedelta(microseconds=n)) for n in range(-3, 4)]
        imported = [
            make_item(created_at=datetime(year, 7, 1, tzinfo=UTC), origin="import") for year in (1, 1899, 1969, 1999)
        ]
        ahead = [make_item(created_at=datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))]
        items = [*equal, *microseconds, *imported, *ahead]
        random.Random(4).shuffle(items)
        save(store, *items)
        assert [item.id for item in read_all(store, limit=7)] == newest_first(items)

    def test_an_edit_moves_nothing(self, store: Store) -> None:
        items = save(store, *(make_item() for _ in range(5)))
        save(store, items[0].model_copy(update={"title": "edited"}))
        assert [item.id for item in read_all(store)] == newest_first(items)


class TestPaging:
    def test_every_page_is_full_but_the_last_and_only_the_last_has_no_cursor(self, store: Store) -> None:
        items = save(store, *(make_item() for _ in range(2 * PAGE_SIZE - 1)))
        first = store.media.get_media_for_page(ME, ALL)
        second = store.media.get_media_for_page(ME, ALL, cursor=first.next_cursor)
        assert (len(first.items), len(second.items)) == (PAGE_SIZE, PAGE_SIZE - 1)
        assert first.next_cursor is not None
        assert second.next_cursor is None
        assert [item.id for item in (*first.items, *second.items)] == newest_first(items)

    def test_a_first_page_that_is_not_full_is_the_last(self, store: Store) -> None:
        save(store, *(make_item() for _ in range(PAGE_SIZE - 1)))
        assert store.media.get_media_for_page(ME, ALL).next_cursor is None

    def test_a_page_reads_no_document_more_than_it_shows_and_the_end_may_be_an_empty_one(self, store: Store) -> None:
        save(store, *(make_item() for _ in range(2 * PAGE_SIZE)))
        first = store.media.get_media_for_page(ME, ALL)
        second = store.media.get_media_for_page(ME, ALL, cursor=first.next_cursor)
        assert (len(second.items), second.documents_read) == (PAGE_SIZE, PAGE_SIZE)
        end = store.media.get_media_for_page(ME, ALL, cursor=second.next_cursor)
        assert (end.items, end.next_cursor) == ((), None)

    def test_items_that_come_and_go_between_pages_neither_repeat_nor_skip_others(self, store: Store) -> None:
        items = save(store, *(make_item(created_at=NOON + timedelta(minutes=n // 3)) for n in range(40)))
        in_order = {item.id: item for item in items}
        dice = random.Random(8)
        seen: list[str] = []
        removed: set[str] = set()
        cursor: str | None = None
        while True:
            page = store.media.get_media_for_page(ME, ALL, cursor=cursor, limit=7)
            seen += [item.id for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
            victims = [page.items[-1].id, dice.choice([name for name in in_order if name not in seen] or seen)]
            for victim in set(victims) - removed:
                remove(store, in_order[victim])
                removed.add(victim)
            save(store, make_item(created_at=NOON + timedelta(minutes=dice.randrange(14))))
        assert len(seen) == len(set(seen))
        survivors = [name for name in newest_first(items) if name not in removed]
        assert [name for name in seen if name in survivors] == survivors

    def test_a_loaded_extent_is_read_again_in_one_go(self, store: Store) -> None:
        items = save(store, *(make_item() for _ in range(SEARCH_STEP + 60)))
        page = store.media.get_media_for_page(ME, ALL, limit=SEARCH_STEP + 50)
        assert [item.id for item in page.items] == newest_first(items)[: SEARCH_STEP + 50]
        assert page.next_cursor is not None
        assert page.documents_read == SEARCH_STEP + 50

    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "x",
            "12",
            "12.",
            ".a",
            "1_0.a",
            "٣.a",
            "1.a/b",
            "99999999999999999999.a",
            "999999999999999999.a",
            "1.\ud800",
        ],
    )
    def test_a_malformed_cursor_is_bad_input(self, store: Store, cursor: str) -> None:
        with pytest.raises(BadInput) as caught:
            store.media.get_media_for_page(ME, ALL, cursor=cursor)
        assert caught.value.field == "cursor"

    @pytest.mark.parametrize("limit", [0, -1])
    def test_a_page_of_nothing_is_bad_input(self, store: Store, limit: int) -> None:
        with pytest.raises(BadInput):
            store.media.get_media_for_page(ME, ALL, limit=limit)

    def test_an_empty_list_is_one_empty_page(self, store: Store) -> None:
        page = store.media.get_media_for_page(ME, ALL)
        assert (page.items, page.next_cursor) == ((), None)


class TestCost:
    def test_a_page_reads_no_document_more_than_it_shows_wherever_it_lies(self, backend: Backend) -> None:
        store = backend.open()
        variety = itertools.cycle(itertools.product(("image", "video"), ("ready", "failed")))
        items = [
            make_item(media_type=media_type, status=status) for media_type, status in itertools.islice(variety, 300)
        ]
        save(store, *items)
        for query in (ALL, MediaQuery(project_id=PROJECT, media_type="video", status="ready")):
            cursor, pages = None, 0
            while pages == 0 or cursor:
                billed = backend.billed_reads()
                page = store.media.get_media_for_page(ME, query, cursor=cursor)
                cursor, pages = page.next_cursor, pages + 1
                assert page.documents_read == max(1, len(page.items))
                if backend.kind == "firestore":
                    assert backend.billed_reads() - billed == page.documents_read
            assert pages == (13 if query == ALL else 4)


class TestFilters:
    VALUES: dict[str, tuple[str, ...]] = {
        "media_type": ("image", "video"),
        "status": ("ready", "failed"),
        "owner_id": ("ada", "bob"),
        "model": ("m1", "m2"),
        "origin": ("import", "try-on"),
    }

    def test_each_filter_and_each_combination_finds_exactly_what_matches(self, store: Store) -> None:
        combinations = [
            dict(zip(self.VALUES, values, strict=True)) for values in itertools.product(*self.VALUES.values())
        ]
        items = [make_item(**fields) for fields in combinations]
        bob = make_principal("bob")
        save(store, *(item for item in items if item.owner_id == "ada"))
        save(store, *(item for item in items if item.owner_id == "bob"), principal=bob)
        choices = [(None, values[0]) for values in self.VALUES.values()]
        for chosen in itertools.product(*choices):
            query = MediaQuery(project_id=PROJECT, **dict(zip(self.VALUES, chosen, strict=True)))
            expected = newest_first([item for item in items if query.matches(item)])
            assert [item.id for item in read_all(store, query, limit=5)] == expected, query

    def test_an_item_is_found_by_its_new_values_and_no_longer_by_its_old_ones(self, store: Store) -> None:
        [item] = save(store, make_item(status="generating", files={}))
        store.commit(ME, [Put(item.model_copy(update={"status": "ready"}), 1)], operation_id="op")
        generating, ready = (MediaQuery(project_id=PROJECT, status=status) for status in ("generating", "ready"))
        assert read_all(store, generating) == []
        assert [found.id for found in read_all(store, ready)] == [item.id]

    def test_another_projects_items_are_in_no_list(self, store: Store) -> None:
        both = make_principal("ada", PROJECT, "other")
        [mine, _] = save(store, make_item(), make_item(project_id="other"), principal=both)
        assert read_all(store, principal=both) == [mine]
