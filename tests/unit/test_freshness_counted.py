"""Whether a count is right with what has come to its list since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.freshness.counted import Counted, Growth, Span, growth, note_beneath
from services.freshness.entries import ViewRecord
from services.freshness.merge import REMEMBERED, Held, append_page, apply_changes, is_within
from services.freshness.snapshots import Snapshot
from services.models import Changes, MediaItem, MediaQuery, Page, Removal, Sort
from services.store.cursors import encode_cursor, place_of
from services.store.watermarks import take
from tests.support.engine import ADA
from tests.support.records import NOON, PROJECT, make_item

IMAGES = MediaQuery(project_id=PROJECT, media_type="image")


def mark(position: int) -> str:
    return take("a", position, NOON) if position else ""


def item(number: int, revision: int = 1, **fields: Any) -> MediaItem:
    """Item `number`, made at second `number`."""
    made = NOON + timedelta(seconds=number)
    return make_item(id=f"item-{number:03}", created_at=made, revision=revision, **({"title": ""} | fields))


def gone(number: int, revision: int) -> Removal:
    return Removal("media", f"item-{number:03}", revision)


def delta(*news: MediaItem | Removal) -> Changes[MediaItem]:
    changed = tuple(one for one in news if isinstance(one, MediaItem))
    return Changes(changed, tuple(one for one in news if isinstance(one, Removal)), NOON, "", len(news))


LOADED = Held((item(9), item(7), item(5)), encode_cursor(place_of(item(5))), {"item-008": 3})
"""Three of a longer list, counted when the last one was not held yet; 3 lies below it, and 8 has left."""
BENEATH = {"item-003": 2}
END = place_of(item(7))


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        (item(10), Growth(1, 0)),
        (item(4), Growth(0, 1)),
        (item(10, media_type="video"), Growth()),
        (item(10, revision=2), None),
        (gone(10, 1), Growth()),
        (gone(10, 2), None),
        (item(9, revision=2, title="new"), Growth()),
        (item(9, revision=3), None),
        (item(9), Growth()),
        (gone(9, 2), Growth(-1, 0)),
        (item(9, revision=2, media_type="video"), Growth(-1, 0)),
        (gone(5, 2), Growth(0, -1)),
        (item(8, revision=4), Growth(1, 0)),
        (item(8, revision=5), None),
        (gone(8, 3), Growth()),
        (item(3, revision=3), Growth()),
        (gone(3, 3), Growth(0, -1)),
        (item(3, revision=2), Growth()),
        (item(2, revision=2), None),
    ],
)
def test_F11_a_list_grows_by_what_a_change_tells_and_by_nothing_where_that_is_not_known(
    news: MediaItem | Removal, expected: Growth | None
) -> None:
    assert growth(LOADED, BENEATH, IMAGES, delta(news), END) == expected


def counted(upto: int, held: Held = LOADED) -> Counted:
    one = Counted("v1", held)
    assert one.end(mark(upto))
    return one


MORE = Growth(1, 1)


def test_F11_what_was_committed_after_the_count_goes_on_top_of_it() -> None:
    one = counted(5)
    one.take(Span(mark(8), mark(6)), MORE, "v2", LOADED)
    assert (one.goes_on(exact=True), one.version, one.below) == (True, "v1", 1)


def test_F11_what_the_count_had_found_before_the_list_heard_of_it_is_counted_once() -> None:
    one = counted(5)
    before = one.stamp
    one.take(Span(mark(5), mark(4)), MORE, "v2", LOADED)
    assert (one.goes_on(exact=True), one.version, one.below) == (True, "v2", 0)
    assert one.stamp not in ("", before)


@pytest.mark.parametrize("span", [Span(mark(6), mark(5)), Span(mark(6)), Span("", ""), Span(take("b", 4, NOON))])
def test_F11_where_only_a_part_may_be_in_the_count_nobody_goes_on_from_it(span: Span) -> None:
    one = counted(5)
    one.take(span, Growth(), "v1", LOADED)
    assert one.goes_on(exact=True), "nothing came or went"
    one.take(span, MORE, "v2", LOADED)
    assert not one.goes_on(exact=True)


def test_F11_what_the_count_had_found_cannot_be_told_apart_from_what_is_on_top_already() -> None:
    one = counted(5)
    one.take(Span(mark(6), mark(6)), MORE, "v2", LOADED)
    one.take(Span(mark(4), mark(4)), MORE, "v3", LOADED)
    assert not one.goes_on(exact=True)


def test_F11_a_list_that_changes_while_it_is_counted_has_no_version() -> None:
    one = Counted("v1", LOADED)
    one.take(Span(mark(6), mark(6)), MORE, "v2", LOADED)
    assert (one.end(mark(7)), one.version, one.stamp) == (False, "", "")
    assert not one.goes_on(exact=True)


def test_F11_at_least_so_many_is_right_until_some_leave() -> None:
    one = counted(5)
    one.take(Span(mark(6), mark(6)), Growth(0, 1), "v2", LOADED)
    assert one.goes_on(exact=False)
    one.take(Span(mark(7), mark(7)), Growth(-2, 0), "v3", LOADED)
    assert one.goes_on(exact=True)
    assert not one.goes_on(exact=False)


def test_items_below_what_is_held_are_remembered_within_bounds() -> None:
    beneath: dict[str, int] = {}
    for number in range(REMEMBERED + 20):
        below = item(-number)
        note_beneath(beneath, LOADED, IMAGES, delta(below))
    assert len(beneath) == REMEMBERED
    note_beneath(beneath, LOADED, IMAGES, delta(gone(-100, 2), item(-101, 2, media_type="video")))
    assert len(beneath) == REMEMBERED - 2


@dataclass
class World:
    """All that was committed, in order."""

    history: list[MediaItem | Removal] = field(default_factory=list)

    def at(self, sequence: int) -> list[MediaItem]:
        """The items there are after so many commits."""
        items = {one.id: one for one in self.history[:sequence]}
        return [one for one in items.values() if isinstance(one, MediaItem)]

    def latest(self, media_id: str) -> MediaItem | Removal | None:
        return next((one for one in reversed(self.history) if one.id == media_id), None)


ORDERS: tuple[Sort, ...] = ("newest", "oldest", "title")


class Counting(RuleBasedStateMachine):
    """Commits, which a list hears of sooner or later and some of them again; wherever the count is said to go on, what
    a screen makes of it is how many there are."""

    @initialize(sort=st.sampled_from(ORDERS), first=st.integers(0, 12))
    def begin(self, sort: Sort, first: int) -> None:
        self.world, self.heard = World(), 0
        self.query = IMAGES.model_copy(update={"sort": sort})
        self.record = ViewRecord(ADA, self.query)
        self.number, self.then = 0, Held()
        for number in range(first):
            self.commit(number * 2, "put", "image", str(number % 4))
        self.read(3)

    @property
    def held(self) -> Held:
        return self.snapshot.held

    def hold(self, held: Held) -> None:
        self.snapshot = Snapshot(f"v{len(self.versions)}", self.query, ADA.user_id, held, "", NOON)
        self.versions[self.snapshot.version] = held

    @rule(
        number=st.integers(0, 25),
        what=st.sampled_from(["put", "put", "remove"]),
        media_type=st.sampled_from(["image", "image", "video"]),
        title=st.sampled_from("abcd"),
    )
    def commit(self, number: int, what: str, media_type: Literal["image", "video"], title: str) -> None:
        before = self.world.latest(f"item-{number:03}")
        revision = before.revision + 1 if before else 1
        if what == "put":
            self.world.history.append(item(number, revision, media_type=media_type, title=title))
        elif isinstance(before, MediaItem):
            self.world.history.append(gone(number, revision))

    @rule(limit=st.integers(1, 6))
    def read(self, limit: int) -> None:
        """The list is read anew."""
        self.versions: dict[str, Held] = {}
        items = self.query.in_order(one for one in self.world.at(len(self.world.history)) if self.query.matches(one))
        last = encode_cursor(place_of(items[limit - 1], self.query.order)) if len(items) > limit else None
        self.record.lose_count()
        self.heard = len(self.world.history)
        self.hold(Held(items[:limit], last))

    @rule(commits=st.integers(1, 3), again=st.integers(0, 3))
    def push(self, commits: int, again: int) -> None:
        """The next commits come in one batch, which may begin with some that have come before."""
        first, last = max(self.heard - again, 0), min(self.heard + commits, len(self.world.history))
        self.take(first, last)
        self.heard = max(self.heard, last)

    @precondition(lambda self: self.heard < len(self.world.history))
    @rule()
    def own(self) -> None:
        """The user's own commit is known before those of others that were made before it."""
        self.take(len(self.world.history) - 1, len(self.world.history))

    def take(self, first: int, last: int) -> None:
        news = {one.id: one for one in self.world.history[first:last]}
        changes, before = delta(*news.values()), self.snapshot
        held = apply_changes(before.held, self.query, changes)
        if held.items != before.held.items:
            self.hold(held)
        else:
            self.snapshot = Snapshot(before.version, self.query, ADA.user_id, held, "", NOON)
        self.record.take(changes, Span(mark(last), mark(first + 1)), before, self.snapshot)

    @rule(more=st.integers(1, 3))
    def page(self, more: int) -> None:
        """The next page, as of what has been heard."""
        if self.held.cursor is None:
            return
        items = self.query.in_order(one for one in self.world.at(self.heard) if self.query.matches(one))
        below = [one for one in items if not is_within(one, self.held.cursor, self.query)]
        cursor = encode_cursor(place_of(below[more - 1], self.query.order)) if len(below) > more else None
        self.hold(append_page(self.held, self.query, Page(tuple(below[:more]), cursor, NOON, "", more)))

    @rule()
    def count(self) -> None:
        self.record.counted = Counted(self.snapshot.version, self.held)
        self.number = sum(map(self.query.matches, self.world.at(len(self.world.history))))
        assert self.record.counted.end(mark(len(self.world.history)))

    @invariant()
    def a_count_that_goes_on_is_right(self) -> None:
        one = self.record.counted
        if one is None or self.heard < len(self.world.history) or not one.goes_on(exact=True):
            return
        then = self.versions[one.version].items
        end = place_of(then[-1], self.query.order) if then else None
        above = sum(end.reaches(place_of(held, self.query.order)) for held in self.held.items) if end else 0
        there = sum(map(self.query.matches, self.world.at(len(self.world.history))))
        assert self.number + one.below + above - len(then) == there


TestCounting = Counting.TestCase
TestCounting.settings = settings(max_examples=300, stateful_step_count=30, deadline=None, derandomize=True)
