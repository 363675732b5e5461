"""Finding things: favourites, tags, words, dates, sources, the trash, in each order, and how many there are."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.errors import BadInput, NotFound, StoreError
from services.identity import SYSTEM
from services.models import MediaItem, MediaQuery, Sort
from services.models.tags import MOST_TAGS, TAG_LENGTH
from services.store.protocol import PAGE_SIZE, SEARCH_STEP, Store
from tests.contract.test_lists import read_all
from tests.support.records import NOON, PROJECT, make_item, make_principal, remove, save
from tests.support.stores import Backend, make_old

ADA, BOB = make_principal("ada"), make_principal("bob")
SORTS: tuple[Sort, ...] = ("newest", "oldest", "title")
TITLES = ("Fox", "fox at sea", "Émile", "emile 2", "海辺の猫", "🦊 fox", "شمس", "שלום", "", "Zoo", "a" * 200, "The end")
STRANGE = ("a\0b", "\0", "\u202eabc", "e\u0301", "😀" * 100, "\U0010ffff", "\u200b", "x" * 200)


def query(**filters: Any) -> MediaQuery:
    return MediaQuery.model_validate({"project_id": PROJECT} | filters)


def ids(items: list[MediaItem] | tuple[MediaItem, ...]) -> list[str]:
    return [item.id for item in items]


def expected(items: list[MediaItem], asked: MediaQuery) -> list[str]:
    return ids(asked.in_order(filter(asked.matches, items)))


def variety(count: int) -> list[MediaItem]:
    """Items of all kinds, several of the same time and the same title."""
    dice = random.Random(9)
    return [
        make_item(
            created_at=NOON + timedelta(seconds=dice.randrange(8), microseconds=dice.randrange(3)),
            title=dice.choice(TITLES),
            prompt=dice.choice(["a red fox", "whales, deep blue", "", "oil on canvas of foxgloves"]),
            tags=tuple(dice.sample(["Sea", "night sky", "été", "🦊"], dice.randrange(3))),
            favourite=dice.random() < 0.3,
            media_type=dice.choice(["image", "video"]),
            status=dice.choice(["ready", "failed"]),
            source_ids=tuple(dice.sample(["one", "two"], dice.randrange(3))),
            deleted_at=NOON if dice.random() < 0.1 else None,
        )
        for _ in range(count)
    ]


FILTERS: tuple[dict[str, Any], ...] = (
    {}, {"favourite": True}, {"favourite": False}, {"tag": "SEA"}, {"tag": "ete"}, {"tag": "nothing"},
    {"text": "fox"}, {"text": "FO"}, {"text": "red fox"}, {"text": "emile"}, {"text": "海"}, {"text": "🦊"},
    {"text": "שלום"}, {"text": "nothing"}, {"text": "canvas oil foxglo"}, {"source_id": "one"},
    {"since": NOON + timedelta(seconds=3)}, {"until": NOON + timedelta(seconds=3, microseconds=1)},
    {"since": NOON + timedelta(seconds=2), "until": NOON + timedelta(seconds=5), "text": "fox"},
    {"tag": "sea", "favourite": True, "text": "fox", "media_type": "image", "status": "ready", "source_id": "two"},
    {"status": "failed"}, {"text": "fox", "favourite": False, "owner_id": "ada"}, {"trash": True},
    {"trash": True, "text": "fox", "owner_id": "ada"}, {"trash": True, "since": NOON + timedelta(seconds=4)},
)  # fmt: skip


class TestEveryFilterInEveryOrder:
    @pytest.mark.parametrize("sort", SORTS)
    def test_a_list_holds_exactly_what_matches_in_its_order(self, store: Store, sort: Sort) -> None:
        items = save(store, *variety(90))
        for filters in FILTERS:
            asked = query(**filters, sort=sort)
            found = read_all(store, asked, limit=7)
            assert ids(found) == expected(items, asked), asked
            count = store.media.count(ADA, asked)
            assert (count.number, count.exact) == (len(found), True), asked

    @pytest.mark.parametrize("sort", SORTS)
    def test_items_that_come_go_and_change_between_pages_neither_repeat_nor_hide_others(
        self, store: Store, sort: Sort
    ) -> None:
        dice, step = random.Random(5), 6
        items = {item.id: item for item in save(store, *variety(50)) if item.deleted_at is None}
        for filters in ({}, {"text": "fox"}, {"favourite": True}):
            asked, seen, touched, cursor = query(**filters, sort=sort), list[str](), set[str](), None
            before = expected(list(items.values()), asked)
            while True:
                page = store.media.get_media_for_page(ADA, asked, cursor=cursor, limit=step)
                seen += ids(page.items)
                cursor = page.next_cursor
                if cursor is None:
                    break
                for victim in dice.sample(sorted(items), 2):
                    remove(store, items.pop(victim))
                    touched.add(victim)
                name = dice.choice(sorted(items))
                [items[name]] = save(store, items[name].model_copy(update={"title": dice.choice(TITLES)}))
                touched.add(name)
                [new] = save(store, make_item(created_at=NOON + timedelta(seconds=dice.randrange(8)), title="fox"))
                items[new.id] = new
            untouched = [name for name in before if name not in touched]
            assert [name for name in seen if name in untouched] == untouched
            assert len([name for name in seen if name not in touched]) == len(set(seen) - touched)

    def test_an_edit_is_found_by_what_is_new_and_no_longer_by_what_was(self, store: Store) -> None:
        [item] = save(store, make_item(title="Fox", tags=("Sea",), source_ids=("one",)))
        new = {"title": "Whale", "tags": ("Night",), "favourite": True, "source_ids": ("two",), "status": "failed"}
        [item] = save(store, item.model_copy(update=new))
        for gone in ({"text": "fox"}, {"tag": "sea"}, {"source_id": "one"}, {"favourite": False}):
            assert read_all(store, query(**gone)) == [], gone
        for there in ({"text": "whale"}, {"tag": "night"}, {"source_id": "two"}, {"favourite": True}):
            assert read_all(store, query(**there)) == [item], there
            assert read_all(store, query(**there, sort="title", status="failed")) == [item], there
        [item] = save(store, item.model_copy(update={"favourite": False}))
        assert read_all(store, query(favourite=True)) == []
        remove(store, item)
        assert read_all(store, query(text="whale")) == []

    def test_another_projects_items_are_not_found_and_follow_a_move(self, store: Store) -> None:
        both = make_principal("ada", PROJECT, "other")
        [item] = save(store, make_item(title="Fox", project_id="other", favourite=True), principal=both)
        for filters in ({"text": "fox"}, {"favourite": True}, {"sort": "title"}):
            assert read_all(store, query(**filters), principal=both) == []
        [moved] = save(store, item.model_copy(update={"project_id": PROJECT}), principal=both)
        for filters in ({"text": "fox"}, {"favourite": True}, {"sort": "title"}):
            assert read_all(store, query(**filters), principal=both) == [moved]
            assert read_all(store, query(**filters, project_id="other"), principal=both) == []


class TestStrangeTexts:
    def test_any_title_and_tag_is_kept_found_and_sorted(self, store: Store) -> None:
        titles = [*STRANGE, *TITLES]
        tags = ["🦊" * TAG_LENGTH, "שלום", "a/b", "..", "__x__", '"quoted"', "x*", "AND", "tag:x"]
        items = save(
            store, *(make_item(title=title, prompt="", tags=(tags[n % len(tags)],)) for n, title in enumerate(titles))
        )
        assert ids(read_all(store, query(sort="title"), limit=3)) == expected(items, query(sort="title"))
        for text in (
            *titles,
            *tags,
            "'; DROP TABLE media; --",
            '" OR 1',
            "NEAR(a b)",
            "-x",
            "^x",
            "tokens:x",
            "(",
            "*",
        ):
            assert ids(read_all(store, query(text=text))) == expected(items, query(text=text)), text
        for tag in tags:
            assert ids(read_all(store, query(tag=tag))) == expected(items, query(tag=tag)) != [], tag

    def test_a_very_long_prompt_is_kept_whole_and_found_by_its_beginning(self, store: Store) -> None:
        prompt = " ".join(f"word{n}" for n in range(2_000))
        [item] = save(store, make_item(prompt=prompt, tags=tuple(f"{'x' * 35}{n}" for n in range(MOST_TAGS))))
        assert store.media.get(ADA, item.id).prompt == prompt
        assert read_all(store, query(text="word9")) == [item]
        assert read_all(store, query(text="word1999")) == []

    def test_words_longer_than_any_index_knows_are_compared_in_full_as_far_as_they_count(self, store: Store) -> None:
        [photograph, photography] = save(store, make_item(title="photographical"), make_item(title="photographically"))
        assert read_all(store, query(text="photographicall")) == [photography]
        assert read_all(store, query(text="photographic")) == [photography, photograph]
        count = store.media.count(ADA, query(text="photographicall"))
        assert (count.number, count.exact) == (1, True)

    @pytest.mark.parametrize("tags", [("a\0b",), ("x" * (TAG_LENGTH + 1),), (" a",), ("a", "A"), ("",)])
    def test_tags_that_are_not_in_order_are_bad_input_and_change_nothing(
        self, store: Store, tags: tuple[str, ...]
    ) -> None:
        [item] = save(store, make_item())
        with pytest.raises(BadInput) as caught:
            save(store, item.model_copy(update={"tags": tags}))
        assert caught.value.field == "tags"
        assert store.media.get(ADA, item.id) == item


class TestTimes:
    def test_items_of_all_times_are_found_in_order(self, store: Store) -> None:
        times = [
            *(datetime(year, 7, 1, tzinfo=UTC) for year in (1, 1899, 1969, 1999, 9999)),
            *(NOON + timedelta(microseconds=n) for n in (-100_001, -1, 0, 0, 0, 1, 99_999, 100_000)),
        ]
        items = save(store, *(make_item(created_at=time, title="fox", favourite=True) for time in times))
        for sort in SORTS:
            for filters in ({"text": "fox"}, {"favourite": True}, {"text": "fox", "since": NOON, "until": times[-2]}):
                asked = query(**filters, sort=sort)
                assert ids(read_all(store, asked, limit=2)) == expected(items, asked), asked

    def test_since_and_until_part_time_without_gap_or_overlap(self, store: Store) -> None:
        items = save(store, *(make_item(created_at=NOON + timedelta(microseconds=n)) for n in range(3)))
        middle = NOON + timedelta(microseconds=1)
        assert ids(read_all(store, query(until=middle))) == ids(items[:1])
        assert ids(read_all(store, query(since=middle))) == ids(items[:0:-1])


class TestCursors:
    @pytest.mark.parametrize(("made_in", "used_in"), itertools.permutations(SORTS, 2))
    def test_a_cursor_of_another_order_is_bad_input(self, store: Store, made_in: Sort, used_in: Sort) -> None:
        save(store, *(make_item() for _ in range(3)))
        cursor = store.media.get_media_for_page(ADA, query(sort=made_in), limit=1).next_cursor
        with pytest.raises(BadInput) as caught:
            store.media.get_media_for_page(ADA, query(sort=used_in), cursor=cursor)
        assert caught.value.field == "cursor"


class TestPermissions:
    def save_private(self, store: Store) -> None:
        mine, theirs = (
            [make_item(title="fox", favourite=True, tags=("sea",), source_ids=("one",), owner_id=owner, visibility=v)
             for v in ("private", "project", "public")]
            for owner in ("ada", "bob")
        )  # fmt: skip
        save(store, *mine)
        save(store, *theirs, principal=BOB)

    @pytest.mark.parametrize(
        "filters", [{}, {"text": "fox"}, {"favourite": True}, {"tag": "sea", "text": "fox"}, {"source_id": "one"}]
    )
    def test_what_may_not_be_read_is_neither_found_nor_counted(self, store: Store, filters: dict[str, Any]) -> None:
        self.save_private(store)
        for sort in SORTS:
            asked = query(**filters, sort=sort)
            for principal, number in ((ADA, 5), (BOB, 5), (SYSTEM, 6)):
                assert len(read_all(store, asked, principal=principal)) == number
                assert store.media.count(principal, asked).number == number
        for owner, number in (("ada", 3), ("bob", 2), ("eve", 0)):
            assert len(read_all(store, query(**filters, owner_id=owner))) == number
            assert store.media.count(ADA, query(**filters, owner_id=owner)).number == number

    def test_a_strangers_project_is_not_found(self, store: Store) -> None:
        stranger = make_principal("eve", "elsewhere")
        for asked in (query(), query(text="fox"), query(sort="title"), query(trash=True)):
            with pytest.raises(NotFound):
                store.media.get_media_for_page(stranger, asked)
            with pytest.raises(NotFound):
                store.media.count(stranger, asked)

    def test_the_trash_shows_and_counts_ones_own_alone(self, store: Store) -> None:
        mine = save(store, make_item(deleted_at=NOON), make_item(deleted_at=NOON, visibility="public"), make_item())
        save(store, make_item(owner_id="bob", deleted_at=NOON), principal=BOB)
        assert ids(read_all(store, query(trash=True))) == ids(mine[1::-1])
        for filters, number in (({}, 2), ({"owner_id": "ada"}, 2), ({"owner_id": "bob"}, 0), ({"text": "item"}, 2)):
            assert store.media.count(ADA, query(trash=True, **filters)).number == number, filters
        assert store.media.count(SYSTEM, query(trash=True)).number == 3
        assert store.media.count(ADA, query()).number == 1


class TestCounting:
    def test_it_ends_at_its_limit_and_says_so(self, store: Store) -> None:
        save(store, *(make_item(visibility="private" if n % 2 else "project") for n in range(12)))
        for limit, number, exact in ((1, 1, False), (11, 11, False), (12, 12, False), (13, 12, True), (None, 12, True)):
            count = store.media.count(ADA, query(), limit=limit)
            assert (count.number, count.exact) == (number, exact), limit

    @pytest.mark.parametrize("limit", [0, -1])
    def test_a_limit_of_nothing_is_bad_input(self, store: Store, limit: int) -> None:
        with pytest.raises(BadInput):
            store.media.count(ADA, query(), limit=limit)

    def test_it_costs_one_read_where_firestore_has_all_filters(self, backend: Backend) -> None:
        store = backend.open()
        save(store, *(make_item(title="fox", favourite=n % 2 == 0) for n in range(30)))
        dated = query(since=NOON, until=NOON + timedelta(days=1), sort="title")
        for asked in (query(), query(text="fox"), query(favourite=True), query(media_type="image"), dated):
            billed = backend.billed_reads()
            count = store.media.count(ADA, asked)
            assert count.exact
            assert count.documents_read == (0 if backend.kind == "sqlite" else 1)
            assert backend.billed_reads() - billed == count.documents_read


class TestCost:
    @pytest.mark.parametrize("sort", SORTS)
    @pytest.mark.parametrize(
        "filters", [{"favourite": True}, {"tag": "sea"}, {"text": "whal"}, {"source_id": "one"}, {"status": "failed"}]
    )
    def test_any_page_of_a_single_filter_costs_what_it_shows_and_is_complete(
        self, backend: Backend, filters: dict[str, Any], sort: Sort
    ) -> None:
        store = backend.open()
        rare = {"favourite": True, "tags": ("sea",), "prompt": "a whale", "source_ids": ("one",), "status": "failed"}
        items = [make_item(**(rare if n % 10 == 0 else {})) for n in range(400)]
        save(store, *items)
        cursor, shown = None, 0
        while shown == 0 or cursor:
            billed = backend.billed_reads()
            page = store.media.get_media_for_page(ADA, query(**filters, sort=sort), cursor=cursor)
            cursor, shown = page.next_cursor, shown + len(page.items)
            assert page.documents_read <= PAGE_SIZE
            assert page.searched_to is None
            if backend.kind == "firestore":
                assert backend.billed_reads() - billed == page.documents_read
        assert shown == 40

    @pytest.mark.parametrize("sort", SORTS)
    def test_what_is_looked_at_after_the_read_has_an_end_says_how_far_it_came_and_goes_on(
        self, backend: Backend, sort: Sort
    ) -> None:
        """On Firestore, which has one of two marks; SQLite finds both."""
        store = backend.open()
        items = save(
            store,
            *(make_item(tags=("sea",), favourite=n in (3, 290), title=f"Title {n:03}") for n in range(300)),
        )
        asked = query(tag="sea", favourite=True, sort=sort)
        page = store.media.get_media_for_page(ADA, asked)
        if backend.kind == "sqlite":
            assert (len(page.items), page.searched_to, page.next_cursor) == (2, None, None)
            return
        assert page.documents_read == SEARCH_STEP
        last = asked.in_order(items)[SEARCH_STEP - 1]
        assert page.searched_to == (last.title.lower() if sort == "title" else last.created_at)
        assert len(page.items) == 1
        rest = store.media.get_media_for_page(ADA, asked, cursor=page.next_cursor)
        assert (len(rest.items), rest.next_cursor, rest.searched_to) == (1, None, None)
        count = store.media.count(ADA, asked)
        assert (count.number, count.exact, count.documents_read) == (1, False, SEARCH_STEP)
        assert store.media.count(ADA, asked, limit=None).number == 2


def test_an_sqlite_file_is_up_to_date_when_it_is_open(sqlite_backend: Backend) -> None:
    assert sqlite_backend.open().upgrade() == 0


class TestFirestoreOfAnEarlierVersion:
    def test_it_says_what_to_do_and_is_complete_afterwards(self, firestore_backend: Backend) -> None:
        backend = firestore_backend
        store = backend.open()
        [item, *_] = items = save(store, *(make_item(title=f"Fox {n}", favourite=True) for n in range(5)))
        save(store, make_item(deleted_at=NOON))
        remove(store, save(store, make_item())[0])
        make_old(backend, "tokens", "title_key")
        old = backend.open()
        for asked in (query(text="fox"), query(sort="title"), query(favourite=True)):
            for ask in (old.media.get_media_for_page, old.media.count):
                with pytest.raises(StoreError, match=r"main\.py upgrade"):
                    ask(ADA, asked)
        assert ids(read_all(old)) == ids(items)[::-1]
        watermark = old.media.get_media_for_page(ADA, query()).watermark
        assert old.upgrade() == 5
        assert old.upgrade() == 0
        for asked in (query(text="fox"), query(sort="title"), query(favourite=True)):
            assert ids(read_all(old, asked)) == expected(items, asked)
        assert old.media.get(ADA, item.id) == item
        with pytest.raises(Exception, match="another database"):
            old.media.changed_since(ADA, PROJECT, watermark)

    def test_a_database_that_others_filled_before_counts_as_one(self, firestore_backend: Backend) -> None:
        firestore_backend.client().collection("media").document("x").set({"project_id": PROJECT})
        with pytest.raises(StoreError, match=r"main\.py upgrade"):
            firestore_backend.open().media.get_media_for_page(ADA, query(text="fox"))
