"""The library's filters as an address has them: what is known is kept, what is not is named and left out."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.models import MediaQuery
from state.filters import Reader, changed, chips, from_spec, nothing, read, sort_name, to_query, to_spec
from state.zone import ZONE_COOKIE, zone_of

READER = Reader("ada", "p", frozenset({"p", "q"}))
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
ALL_ON = {
    "type": "video", "owner": "me", "status": "failed", "favourite": "1", "date": "7d", "model": "local-video-1",
    "tag": "Night sky", "project": "q", "q": "dunes at dawn", "sort": "title",
}  # fmt: skip


def query(filters: dict[str, str], zone: str = "UTC") -> MediaQuery:
    return to_query(to_spec(filters, NOON, ZoneInfo(zone)), READER)


def test_R0_06_every_filter_in_an_address_becomes_part_of_the_query() -> None:
    assert read(ALL_ON, READER) == (ALL_ON, "")
    assert query(ALL_ON) == MediaQuery(
        project_id="q", media_type="video", owner_id="ada", status="failed", favourite=True, model="local-video-1",
        tag="Night sky", text="dunes at dawn", since=datetime(2026, 11, 22, tzinfo=UTC), sort="title",
    )  # fmt: skip


def test_the_trash_is_a_filter_and_its_owners_alone() -> None:
    assert read({"trash": "1", "sort": "title"}, READER)[0] == {"trash": "1", "sort": "title"}
    assert query({"trash": "1"}) == MediaQuery(project_id="p", owner_id="ada", trash=True)
    assert chips({"trash": "1"}, {}) == [("trash", "In the trash")]
    assert (nothing({"trash": "1"}), nothing({"trash": "1", "q": "fox"})) == ("trash", "search")
    assert sort_name({"trash": "1", "sort": "title"}) == "Newest first"
    assert changed({"trash": "1", "type": "image"}, {"clear": True}) == {"type": "image"}


def test_an_address_without_filters_asks_for_everything_newest_first() -> None:
    for params in ({}, {"type": "all", "sort": "newest", "owner": "all", "q": "   "}):
        filters, note = read(params, READER)
        assert (filters, note) == ({}, "")
        assert query(filters) == MediaQuery(project_id="p")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "hologram"), ("owner", "eve"), ("status", "ready"), ("favourite", "yes"), ("date", "90d"),
        ("from", "yesterday"), ("to", "2026-02-30"), ("model", "gpt"), ("tag", "x" * 41), ("tag", "a\0b"),
        ("project", "somebody-elses"), ("sort", "random"), ("type", "\u202e" + "x" * 300),
    ],
)  # fmt: skip
def test_what_is_unknown_in_an_address_is_left_out_and_named(name: str, value: str) -> None:
    filters, note = read({name: value, "q": "dunes"}, READER)
    assert filters == {"q": "dunes"}
    assert note.startswith(f"Left out of the filters: {name} “")
    assert len(note) < 100


def test_a_first_day_after_the_last_one_is_left_out_and_said() -> None:
    filters, note = read({"from": "2026-11-05", "to": "2026-11-01"}, READER)
    assert filters == {"to": "2026-11-01"}
    assert note == "Left out of the filters: from “2026-11-05”, which is after to “2026-11-01”."


@pytest.mark.parametrize(
    ("filters", "since", "until"),
    [
        ({"date": "today"}, "2026-11-28T00:00", None),
        ({"date": "30d"}, "2026-10-30T00:00", None),
        ({"from": "2026-03-29"}, "2026-03-29T00:00", None),
        ({"to": "2026-03-29"}, None, "2026-03-30T00:00"),
        ({"from": "2026-03-29", "to": "2026-03-29"}, "2026-03-29T00:00", "2026-03-30T00:00"),
        ({"to": "9999-12-31"}, None, None),
    ],
)
def test_days_begin_and_end_where_their_reader_is(filters: dict[str, str], since: str, until: str) -> None:
    zone = ZoneInfo("Europe/Berlin")  # where the 29th of March 2026 has 23 hours
    asked = query(filters, "Europe/Berlin")
    for instant, expected in ((asked.since, since), (asked.until, until)):
        assert instant == (datetime.fromisoformat(expected).replace(tzinfo=zone) if expected else None)


@pytest.mark.parametrize("name", ["", "Atlantis/Nowhere", "../../etc/passwd", "x" * 5_000])
def test_a_zone_that_is_none_is_utc(name: str) -> None:
    assert zone_of({ZONE_COOKIE: name}) is UTC
    assert zone_of({}) is UTC
    assert str(zone_of({ZONE_COOKIE: "Europe%2FBerlin"})) == "Europe/Berlin"


@pytest.mark.parametrize("spec", ["", "since=nonsense&until=2026-11-28T00:00", "type=x&project=theirs&=&&", "q=%00"])
def test_a_spec_that_a_browser_made_up_asks_for_nothing_foreign(spec: str) -> None:
    assert to_query(spec, READER) == MediaQuery(project_id="p")
    assert from_spec(spec, READER) == {}


def test_a_choice_of_days_replaces_the_other_kind() -> None:
    days = changed({"date": "7d", "tag": "sea"}, {"date": "", "from": "2026-11-01", "to": ""})
    assert days == {"tag": "sea", "from": "2026-11-01"}
    assert changed(days, {"date": "today"}) == {"tag": "sea", "date": "today"}
    assert changed(days, {"tag": "", "nonsense": "x"}) == {"from": "2026-11-01"}


def test_chips_say_what_is_on_in_words() -> None:
    words = dict(chips(ALL_ON, {"q": "Spring"}))
    assert words == {
        "q": "“dunes at dawn”", "owner": "Mine", "status": "Failed", "favourite": "Favourites", "date": "Last 7 days",
        "model": "Local Video 1", "tag": "Tag: Night sky", "project": "Project: Spring",
    }  # fmt: skip
    for filters, told in (
        ({"from": "2026-11-01"}, "Since 1 Nov 2026"),
        ({"to": "2026-11-05"}, "Until 5 Nov 2026"),
        ({"from": "2026-11-01", "to": "2026-11-05"}, "1 Nov 2026 – 5 Nov 2026"),
        ({"from": "2026-11-01", "to": "2026-11-01"}, "1 Nov 2026"),
    ):
        assert chips(filters, {}) == [("date", told)]


def test_an_empty_list_has_one_of_four_reasons() -> None:
    assert (nothing({"q": "!?"}), nothing({"q": "!?", "tag": "sea"})) == ("empty", "filters"), "it searches nothing"
    reasons = [nothing(on) for on in ({}, {"sort": "title"}, {"type": "video"}, {"tag": "sea"}, {"q": "x", "tag": "y"})]
    assert reasons == ["empty", "empty", "type", "filters", "search"]
