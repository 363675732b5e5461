"""Whether a count is right with what has come to its list since."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.freshness.counted import Beside, Counted, Growth, growths, note_unheld
from services.freshness.entries import ViewRecord
from services.freshness.merge import REMEMBERED, Held, append_page, apply_changes, is_within
from services.freshness.snapshots import Snapshot
from services.models import Changes, MediaItem, MediaQuery, Page, Removal, Sort
from services.store import watermarks
from services.store.cursors import encode_cursor, place_of
from tests.support.engine import ADA
from tests.support.records import NOON, PROJECT, make_item

IMAGES = MediaQuery(project_id=PROJECT, media_type="image")


def mark(position: int) -> str:
    return watermarks.take("a", position, NOON) if position else ""


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
UNHELD = {"item-003": 2}
END = place_of(item(7))


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        (item(10), (1, 1)),
        (item(4), (0, 1)),
        (item(10, media_type="video"), (0, 0)),
        (item(10, revision=2), (1, None)),
        (gone(10, 1), (0, 0)),
        (gone(10, 2), (0, None)),
        (item(9, revision=2, title="new"), (0, 0)),
        (item(9, revision=3), (0, None)),
        (item(9), None),
        (gone(9, 2), (-1, -1)),
        (gone(9, 3), (-1, None)),
        (item(9, revision=2, media_type="video"), (-1, -1)),
        (gone(5, 2), (0, -1)),
        (item(8, revision=4), (1, 1)),
        (item(8, revision=5), (1, None)),
        (gone(8, 3), None),
        (item(3, revision=3), (0, 0)),
        (gone(3, 3), (0, -1)),
        (item(3, revision=2), None),
        (item(2, revision=2), (0, None)),
    ],
)
def test_F11_a_list_grows_by_what_a_change_tells_and_by_nothing_where_that_is_not_known(
    news: MediaItem | Removal, expected: tuple[int, int | None] | None
) -> None:
    found = growths(LOADED, UNHELD, IMAGES, delta(news), {news.id: "mark"}, END)
    assert found == ([Growth("mark", *expected)] if expected else [])


def counted(upto: int = 5) -> Counted:
    one = Counted("v1", LOADED)
    assert one.end(mark(upto))
    return one


def take(one: Counted, *news: MediaItem | Removal, at: int) -> None:
    """They come to the list, from one commit."""
    one.take(LOADED, UNHELD, IMAGES, delta(*news), {change.id: mark(at) for change in news})


def test_F11_what_was_committed_after_the_count_goes_on_top_of_it() -> None:
    one = counted()
    take(one, item(10), item(4), at=6)
    assert one.goes_on(exact=True)
    assert one.beside == Beside("v1", 1), "the other one is seen"


def test_F11_what_the_count_had_found_before_the_list_heard_of_it_is_counted_once() -> None:
    one = counted()
    take(one, item(10), item(4), gone(2, 7), at=5)
    assert one.goes_on(exact=True)
    assert one.beside == Beside("v1", -1), "it is seen to come, and was counted"


def test_F11_where_it_is_not_known_when_something_was_committed_nobody_goes_on_from_the_count() -> None:
    one = counted()
    take(one, item(9, revision=2), item(3, revision=3), at=0)
    assert one.goes_on(exact=True), "nothing came or went"
    take(one, item(10), at=0)
    assert not one.goes_on(exact=True)


def test_F11_what_comes_while_it_is_counted_is_judged_by_how_far_the_count_reached() -> None:
    for upto, more in ((7, -1), (5, 1)):
        one = Counted("v1", LOADED)
        take(one, item(10) if upto == 7 else item(4), at=6)
        assert one.end(mark(upto))
        assert one.beside == Beside("v1", more)
        assert one.goes_on(exact=True)


def test_F11_of_what_came_while_it_was_counted_nobody_knows_when_there_is_no_total() -> None:
    one = Counted("v1", LOADED)
    take(one, item(10), at=0)
    assert (one.end(mark(5)), one.beside.version) == (False, "")
    again = Counted("v1", LOADED)
    take(again, item(2, revision=2), at=0)
    assert again.end(mark(5)), "nothing that is seen hangs on it"
    assert not again.goes_on(exact=True)


def test_F11_a_list_that_is_read_anew_while_it_is_counted_has_no_total() -> None:
    one = Counted("v1", LOADED)
    one.lose()
    assert (one.end(mark(5)), one.beside.version) == (False, "")


def test_F11_what_is_not_known_to_have_been_listed_leaves_the_number_and_is_counted_anew() -> None:
    one = counted()
    take(one, item(2, revision=2), at=6)
    assert one.beside == Beside("v1", 0)
    assert not one.goes_on(exact=True)


@pytest.mark.parametrize(("newest", "goes_on"), [(5, True), (6, False), (0, False)])
def test_F11_a_page_of_what_was_there_when_it_was_counted_changes_nothing(newest: int, goes_on: bool) -> None:
    one = counted()
    one.paged(mark(newest))
    assert one.goes_on(exact=True) is goes_on


def test_F11_at_least_so_many_is_right_until_some_leave() -> None:
    one = counted()
    take(one, item(4), at=6)
    assert one.goes_on(exact=False)
    take(one, gone(9, 2), gone(7, 2), at=7)
    assert one.goes_on(exact=True)
    assert not one.goes_on(exact=False)


def test_items_below_what_is_held_are_remembered_within_bounds() -> None:
    unheld: dict[str, int] = {}
    for number in range(REMEMBERED + 20):
        below = item(-number)
        note_unheld(unheld, LOADED, IMAGES, delta(below))
    assert len(unheld) == REMEMBERED
    note_unheld(unheld, LOADED, IMAGES, delta(gone(-100, 2), item(-101, 2, media_type="video")))
    assert len(unheld) == REMEMBERED - 2


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
        self.count()

    @property
    def held(self) -> Held:
        return self.snapshot.held

    def hold(self, held: Held) -> None:
        self.snapshot = Snapshot(f"v{len(self.versions)}", self.query, ADA.user_id, held, "", NOON)
        self.versions[self.snapshot.version] = held

    @rule(
        number=st.integers(0, 12),
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

    def read(self, limit: int) -> None:
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

    @rule()
    def push_all(self) -> None:
        self.push(len(self.world.history), 0)

    @precondition(lambda self: self.heard < len(self.world.history))
    @rule()
    def own(self) -> None:
        """The user's own commit is known before those of others that were made before it."""
        self.take(len(self.world.history) - 1, len(self.world.history))

    def take(self, first: int, last: int) -> None:
        news = {one.id: one for one in self.world.history[first:last]}
        marks = {one.id: mark(first + 1 + number) for number, one in enumerate(self.world.history[first:last])}
        changes, before = delta(*news.values()), self.snapshot
        held = apply_changes(before.held, self.query, changes)
        if held.items != before.held.items:
            self.hold(held)
        else:
            self.snapshot = Snapshot(before.version, self.query, ADA.user_id, held, "", NOON)
        self.record.take(changes, marks, before.held, held)

    @rule(more=st.integers(1, 3), late=st.booleans())
    def page(self, more: int, late: bool) -> None:
        """The next page, as of what has been heard or as of now."""
        if self.held.cursor is None:
            return
        upto = len(self.world.history) if late else self.heard
        items = self.query.in_order(one for one in self.world.at(upto) if self.query.matches(one))
        below = [one for one in items if not is_within(one, self.held.cursor, self.query)]
        cursor = encode_cursor(place_of(below[more - 1], self.query.order)) if len(below) > more else None
        above, shown = {one.id for one in self.held.items}, tuple(below[:more])
        self.hold(append_page(self.held, self.query, Page(shown, cursor, NOON, "", more)))
        if self.record.counted is not None:
            latest = max((self.world.history.index(one) + 1 for one in shown), default=upto)
            self.record.counted.paged("" if any(one.id in above for one in shown) else mark(latest))

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
        version, more = one.beside
        then = self.versions[version].items
        end = place_of(then[-1], self.query.order) if then else None
        above = sum(end.reaches(place_of(held, self.query.order)) for held in self.held.items) if end else 0
        there = sum(map(self.query.matches, self.world.at(len(self.world.history))))
        assert self.number + more + above - len(then) == there


TestCounting = Counting.TestCase
TestCounting.settings = settings(max_examples=400, stateful_step_count=40, deadline=None, derandomize=True)
