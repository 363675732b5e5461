"""What a view asks for: which items match, in which order, under which key."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from services.errors import BadInput
from services.models import MediaQuery, Sort
from services.models.query import TEXT_LENGTH
from services.store.cursors import decode_cursor, encode_cursor, place_of
from services.store.times import EARLIEST, from_micros
from tests.support.records import NOON, PROJECT, make_item


def query(**filters: Any) -> MediaQuery:
    return MediaQuery.model_validate({"project_id": PROJECT} | filters)


class TestMatches:
    ITEM = make_item(
        created_at=NOON, title="Fox at Dusk", prompt="A red fox, oil on canvas", tags=("Night sky", "Été"),
        source_ids=("one", "two"), favourite=True,
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("filters", "fits"),
        [
            ({}, True), ({"project_id": "other"}, False), ({"media_type": "video"}, False), ({"status": "ready"}, True),
            ({"favourite": True}, True), ({"favourite": False}, False),
            ({"tag": "night SKY"}, True), ({"tag": " ete "}, True), ({"tag": "night"}, False), ({"tag": ""}, True),
            ({"source_id": "two"}, True), ({"source_id": "three"}, False),
            ({"since": NOON}, True), ({"since": NOON + timedelta(microseconds=1)}, False),
            ({"until": NOON}, False), ({"until": NOON + timedelta(microseconds=1)}, True),
            ({"trash": True}, False),
        ],
    )  # fmt: skip
    def test_each_filter_lets_through_what_it_should(self, filters: dict[str, Any], fits: bool) -> None:
        assert query(**filters).matches(self.ITEM) == fits

    @pytest.mark.parametrize(
        ("text", "fits"),
        [
            ("", True), ("fox", True), ("FOX dusk", True), ("dusk oil night", True), ("ca", True), ("ete", True),
            ("fo oi", True), ("ox", False), ("fox whale", False), ("foxes", False), ("!?", True), ("\0fox\0", True),
            ("🦊", False),
        ],
    )  # fmt: skip
    def test_every_word_of_a_search_has_to_begin_a_word_of_title_tags_or_prompt(self, text: str, fits: bool) -> None:
        assert query(text=text).matches(self.ITEM) == fits

    def test_the_trash_shows_what_is_in_it_alone(self) -> None:
        gone = self.ITEM.model_copy(update={"deleted_at": NOON})
        assert query(trash=True, text="fox").matches(gone)
        assert not query(trash=True, text="whale").matches(gone)
        assert not query(text="fox").matches(gone)

    def test_a_search_has_an_end_and_a_time_a_zone(self) -> None:
        assert len(query(text="x y" * 10_000).text) <= TEXT_LENGTH
        assert query(tag="\0 \t").tag is None
        with pytest.raises(ValidationError):
            query(since=datetime(2026, 1, 1))


class TestKey:
    def test_queries_from_before_there_were_more_filters_keep_their_keys(self) -> None:
        assert query(media_type="image").key == f'{{"project_id":"{PROJECT}","media_type":"image"}}'

    def test_equal_queries_have_equal_keys_and_a_key_reads_back(self) -> None:
        here = query(since=NOON.astimezone(timezone(timedelta(hours=5))), text="  a   b ", tag="Sea ", sort="newest")
        there = query(since=NOON, text="a b", tag="Sea")
        assert here == there
        assert here.key == there.key
        full = query(
            favourite=False,
            tag="Sea",
            text="a \0 “b” \\ 🦊",
            since=NOON,
            until=NOON,
            source_id="x",
            sort="title",
            trash=True,
        )
        assert MediaQuery.model_validate_json(full.key) == full
        assert len({query(favourite=False).key, query(favourite=True).key, query().key, query(trash=True).key}) == 4


class TestOrder:
    ITEMS = [
        make_item(id=name, title=title, created_at=time)
        for name, title, time in [
            ("a", "Zoo", NOON), ("b", "émile", NOON), ("c", "Emile", NOON + timedelta(microseconds=1)),
            ("d", "", NOON), ("e", "🦊", from_micros(EARLIEST)), ("f", "海", datetime(9999, 12, 31, tzinfo=UTC)),
            ("g", "x" * 200, NOON), ("h", "x" * 199, NOON), ("i", "\uffff", NOON), ("j", "\U00010000", NOON),
        ]
    ]  # fmt: skip

    @pytest.mark.parametrize(
        ("sort", "order"), [("newest", "fcjihgdbae"), ("oldest", "eabdghijcf"), ("title", "dbcghafije")]
    )
    def test_each_sort_orders_by_its_field_and_then_the_id(self, sort: Sort, order: str) -> None:
        shuffled = random.Random(3).sample(self.ITEMS, len(self.ITEMS))
        assert "".join(item.id for item in query(sort=sort).in_order(shuffled)) == order

    @pytest.mark.parametrize("sort", ["newest", "oldest", "title"])
    def test_a_cursor_is_a_place_in_its_order_and_in_no_other(self, sort: Sort) -> None:
        ordered = query(sort=sort).in_order(self.ITEMS)
        places = [place_of(item, sort) for item in ordered]
        for number, place in enumerate(places):
            assert decode_cursor(encode_cursor(place), sort) == place
            assert [place.reaches(other) for other in places] == [n <= number for n in range(len(places))]
            for other in {"newest", "oldest", "title"} - {sort}:
                with pytest.raises(BadInput):
                    decode_cursor(encode_cursor(place), other)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "cursor", ["", "t", "t.", "t!.a", "tYQ", "t.a/b", "t_w.a", f"t{'YWFh' * 30}.a", "YQ.a", "tY.a"]
    )
    def test_a_malformed_title_cursor_is_bad_input(self, cursor: str) -> None:
        with pytest.raises(BadInput):
            decode_cursor(cursor, "title")

    def test_the_trash_is_newest_first_whatever_is_asked(self) -> None:
        assert query(trash=True, sort="title").order == "newest"
