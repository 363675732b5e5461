"""Push: what a change feed delivers reaches every view it belongs to, at no cost in documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from services.clock import Clock, FakeClock
from services.freshness.snapshots import VERSIONS
from services.models import MediaQuery
from services.store.protocol import Store
from tests.support.engine import ADA, ALL, GRACE, IMAGES, VIDEOS, Engine, ids, newest, until
from tests.support.logs import recorded_lines
from tests.support.records import PROJECT, make_item, make_principal, remove, save


@pytest.fixture
def engine(store: Store, clock: FakeClock) -> Engine:
    return Engine(store, clock)


@pytest.fixture
def followed(engine: Engine) -> Engine:
    """As `engine`, with a feed of the project."""
    engine.freshness.feed(PROJECT, "starting")
    engine.freshness.feed(PROJECT, "live")
    return engine


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    with recorded_lines() as lines:
        yield lines


class TestViews:
    def test_F08_a_commit_reaches_the_views_it_matches_and_no_other(self, engine: Engine, store: Store) -> None:
        save(store, make_item(), make_item(media_type="video"))
        for query in (ALL, IMAGES, VIDEOS):
            engine.ask("open", query)
        videos, reads = engine.latest(VIDEOS), engine.media.reads
        [image] = save(store, make_item())
        assert engine.push(image) == [("ada", ALL), ("ada", IMAGES)]
        assert ids(engine.latest(ALL))[0] == ids(engine.latest(IMAGES))[0] == image.id
        assert engine.latest(VIDEOS).version == videos.version
        assert engine.media.reads == reads

    def test_B08_an_item_that_matches_no_longer_leaves_and_one_that_matches_now_comes(
        self, engine: Engine, store: Store
    ) -> None:
        [item] = save(store, make_item())
        for query in (IMAGES, VIDEOS):
            engine.ask("open", query)
        [video] = save(store, item.model_copy(update={"media_type": "video"}))
        assert engine.push(video) == [("ada", IMAGES), ("ada", VIDEOS)]
        assert engine.latest(IMAGES).items == ()
        assert engine.latest(VIDEOS).items == (video,)

    def test_a_view_of_another_project_hears_nothing(self, engine: Engine, store: Store) -> None:
        elsewhere = MediaQuery(project_id="elsewhere")
        engine.ask("open", elsewhere, make_principal("ada", "elsewhere"))
        assert engine.push(make_item(revision=1)) == []

    def test_each_user_sees_their_own_private_items_and_no_others(self, engine: Engine, store: Store) -> None:
        for principal in (ADA, GRACE):
            engine.ask("open", principal=principal)
        [item] = save(store, make_item(visibility="private"))
        assert engine.push(item) == [("ada", ALL)]
        assert engine.latest(ALL, GRACE).items == ()
        assert engine.freshness.seen.get("ada", item.id) == item
        assert engine.freshness.seen.get("grace", item.id) is None

    def test_an_item_that_becomes_private_leaves_the_others_views_and_its_files_with_it(
        self, engine: Engine, store: Store
    ) -> None:
        [item] = save(store, make_item())
        for principal in (ADA, GRACE):
            engine.ask("open", principal=principal)
        [private] = save(store, item.model_copy(update={"visibility": "private"}))
        assert engine.push(private) == [("ada", ALL), ("grace", ALL)]
        assert engine.latest(ALL, GRACE).items == ()
        assert engine.freshness.seen.get("grace", item.id) is None

    def test_the_pictures_of_a_pushed_item_cost_no_second_read(self, engine: Engine, store: Store) -> None:
        engine.ask("open")
        [item] = save(store, make_item())
        engine.push(item)
        assert engine.freshness.seen.get("ada", item.id) == item

    def test_X_04_the_writes_of_one_operation_make_one_version(self, engine: Engine, store: Store) -> None:
        items = save(store, *(make_item() for _ in range(3)))
        before = engine.ask("open")
        changed = save(store, *(item.model_copy(update={"title": "Renamed"}) for item in items))
        assert engine.push(*changed) == [("ada", ALL)]
        versions = engine.freshness.snapshots
        assert engine.latest().version != before.version
        assert len(versions._by_version) == 2

    def test_R1_05_repeated_and_reordered_batches_do_no_harm(self, engine: Engine, store: Store) -> None:
        [item] = save(store, make_item())
        engine.ask("open")
        [second] = save(store, item.model_copy(update={"title": "Second"}))
        [third] = save(store, second.model_copy(update={"title": "Third"}))
        remove(store, third)
        batches = [engine.batch(third), engine.batch(second), engine.batch(removed=(third,)), engine.batch(third)]
        changed = [len(engine.freshness.apply(batch)) for batch in batches]
        assert changed == [1, 0, 1, 0]
        assert engine.latest().items == ()

    def test_B11_below_the_loaded_part_a_push_opens_no_gap_and_paging_finds_it(
        self, engine: Engine, store: Store
    ) -> None:
        items = save(store, *(make_item() for _ in range(40)))
        engine.ask("open")
        [renamed] = save(store, items[0].model_copy(update={"title": "Renamed"}))
        assert engine.push(renamed) == []
        assert ids(engine.ask("page", loaded=48)) == newest(items)
        assert engine.latest().items[-1] == renamed

    def test_a_push_that_one_view_cannot_take_reaches_the_others_and_that_view_asks_again(
        self, followed: Engine, store: Store, monkeypatch: pytest.MonkeyPatch, lines: list[dict[str, Any]]
    ) -> None:
        for query in (ALL, IMAGES):
            followed.ask("open", query)
        [image] = save(store, make_item())
        with monkeypatch.context() as patch:
            failing = [ALL]
            next_version = followed.freshness.snapshots.next_version

            def broken(query: MediaQuery) -> str:
                if query in failing:
                    raise RuntimeError("a bug")
                return next_version(query)

            patch.setattr(followed.freshness.snapshots, "next_version", broken)
            assert followed.push(image) == [("ada", IMAGES)]
        assert lines[-1]["event"] == "push.failed"
        assert not followed.freshness.entry(ALL, ADA).current
        assert followed.ask("live").items == (image,)


class TestCurrent:
    def test_F11_a_view_that_a_feed_keeps_current_answers_a_push_without_a_read(
        self, followed: Engine, store: Store, lines: list[dict[str, Any]]
    ) -> None:
        followed.ask("open")
        reads = followed.media.reads
        for _ in range(10):
            [item] = save(store, make_item())
            followed.push(item)
            assert followed.ask("live").items[0] == item
        assert followed.media.reads == reads
        assert (lines[-1]["outcome"], lines[-1]["documents"]) == ("held", 0)

    def test_a_view_read_before_the_feed_began_asks_once(self, engine: Engine, store: Store) -> None:
        engine.ask("open")
        [missed] = save(store, make_item())
        engine.freshness.feed(PROJECT, "starting")
        engine.freshness.feed(PROJECT, "live")
        assert engine.ask("live").items == (missed,)
        reads = engine.media.reads
        engine.ask("live")
        assert engine.media.reads == reads

    def test_a_view_that_was_being_read_when_the_feed_began_asks_once_more(self, engine: Engine, store: Store) -> None:
        """Its answer may be from before."""
        engine.media.before_answer = lambda: engine.freshness.feed(PROJECT, "live")
        engine.ask("open")
        engine.media.before_answer = None
        assert not engine.freshness.entry(ALL, ADA).current
        engine.ask("live")
        assert engine.freshness.entry(ALL, ADA).current

    @pytest.mark.parametrize("state", ["down", "ended"])
    def test_without_a_feed_that_delivers_a_push_asks_the_store(
        self, followed: Engine, store: Store, state: Any
    ) -> None:
        followed.ask("open")
        followed.freshness.feed(PROJECT, state)
        assert not followed.freshness.entry(ALL, ADA).current
        [item] = save(store, make_item())
        assert followed.ask("live").items == (item,)

    def test_a_feed_that_polls_keeps_views_current(self, followed: Engine) -> None:
        followed.ask("open")
        followed.freshness.feed(PROJECT, "polling")
        assert followed.freshness.entry(ALL, ADA).current
        followed.freshness.feed(PROJECT, "live")
        assert followed.freshness.entry(ALL, ADA).current

    def test_after_a_feed_was_down_each_view_asks_once(self, followed: Engine) -> None:
        """The database may have come back as a copy of an earlier state."""
        followed.ask("open")
        followed.freshness.feed(PROJECT, "down")
        followed.freshness.feed(PROJECT, "live")
        assert not followed.freshness.entry(ALL, ADA).current
        followed.ask("live")
        assert followed.freshness.entry(ALL, ADA).current

    def test_B18_so_it_does_where_it_was_read_just_before(self, followed: Engine) -> None:
        """A return asks once in five seconds, but this one knows of a reason."""
        followed.ask("open")
        for times in (1, 1):
            followed.ask("online")
            assert followed.media.reads == times
        followed.freshness.feed(PROJECT, "down")
        followed.freshness.feed(PROJECT, "live")
        for times in (2, 2):
            followed.ask("online")
            assert followed.media.reads == times

    def test_another_page_does_not_make_a_view_current(self, engine: Engine, store: Store) -> None:
        save(store, *(make_item() for _ in range(30)))
        engine.ask("open")
        engine.freshness.feed(PROJECT, "live")
        engine.ask("page", loaded=48)
        assert not engine.freshness.entry(ALL, ADA).current

    def test_a_current_list_that_lost_items_is_filled_up_without_reading_changes(
        self, followed: Engine, store: Store
    ) -> None:
        items = save(store, *(make_item() for _ in range(40)))
        followed.ask("open")
        remove(store, items[-1])
        followed.push(removed=(items[-1],))
        assert ids(followed.ask("live"))[:24] == newest(items[:-1])[:24]
        assert followed.media.calls == {"get_media_for_page": 2}

    def test_F07_views_that_a_batch_does_not_touch_are_as_fresh_as_the_feed(
        self, followed: Engine, store: Store, clock: FakeClock
    ) -> None:
        save(store, make_item())
        before = followed.ask("open")
        fetched = clock.now()
        clock.advance(86_400 * 30_000)  # far beyond what a real Firestore says the time is
        [hidden] = save(store, make_item(media_type="video", visibility="private", owner_id="grace"), principal=GRACE)
        followed.push(hidden, watermark=store.media.get_media_for_page(GRACE, ALL).watermark)
        after = followed.latest()
        assert after.version == before.version
        assert after.items is before.items
        assert after.as_of == clock.now()
        entry = followed.freshness.entry(ALL, ADA)
        assert (entry.as_of, entry.fetched_at) == (clock.now(), fetched)

    def test_F07_a_view_that_may_have_missed_something_does_not_get_younger(
        self, engine: Engine, store: Store, clock: FakeClock
    ) -> None:
        engine.ask("open")
        before = engine.latest()
        engine.freshness.feed(PROJECT, "live")
        clock.advance(86_400 * 30_000)
        [item] = save(store, make_item())
        engine.push(item, watermark=store.media.get_media_for_page(ADA, ALL).watermark)
        assert engine.latest().items == (item,)
        assert (engine.latest().as_of, engine.latest().watermark) == (before.as_of, before.watermark)

    def test_B06_a_batch_that_comes_late_brings_nothing_back_that_has_left_since(
        self, engine: Engine, store: Store
    ) -> None:
        [item] = save(store, make_item())
        late = engine.batch(item, watermark=store.media.get_media_for_page(ADA, ALL).watermark)
        remove(store, item)
        engine.ask("open")
        assert engine.freshness.apply(late) == []
        assert engine.latest().items == ()

    def test_R2_11_a_push_touches_updated_at_only(self, followed: Engine, store: Store, clock: FakeClock) -> None:
        followed.ask("open")
        fetched = clock.now()
        clock.advance(60)
        [item] = save(store, make_item())
        followed.push(item)
        entry = followed.freshness.entry(ALL, ADA)
        assert (entry.fetched_at, entry.updated_at) == (fetched, clock.now())
        clock.advance(60)
        followed.ask("manual")
        entry = followed.freshness.entry(ALL, ADA)
        assert entry.fetched_at == clock.now()
        assert entry.updated_at == fetched.replace(minute=fetched.minute + 1), "nothing changed this time"


class TestFeedOfAStore:
    """The real thing: another process commits, `Store.watch` delivers."""

    def test_F08_what_another_process_commits_is_held_without_a_read(
        self, followed: Engine, store: Store, make_store: Callable[[Clock | None], Store]
    ) -> None:
        engine, other = followed, make_store(None)
        watch = store.watch(PROJECT, engine.hear, partial(engine.freshness.feed, PROJECT))
        try:
            until(engine.is_current)
            reads = engine.media.reads
            items = [save(other, make_item())[0] for _ in range(5)]
            until(lambda: ids(engine.latest()) == newest(items))
            assert engine.media.reads == reads
        finally:
            watch.close()
        assert engine.ask("manual").version == engine.latest().version

    def test_F11_after_many_pushes_a_manual_refresh_reads_little(
        self, sqlite_store: Store, clock: FakeClock, lines: list[dict[str, Any]]
    ) -> None:
        """What was pushed need not be read again: the watermark went along."""
        engine = Engine(sqlite_store, clock)
        watch = sqlite_store.watch(PROJECT, engine.hear, partial(engine.freshness.feed, PROJECT))
        try:
            until(engine.is_current)
            items = [save(sqlite_store, make_item())[0] for _ in range(20)]
            until(lambda: ids(engine.latest()) == newest(items))
        finally:
            watch.close()
        engine.ask("manual")
        assert lines[-1]["documents"] <= 1


class TestMemory:
    def test_a_burst_that_nobody_looks_at_makes_one_version(self, engine: Engine, store: Store) -> None:
        engine.ask("open")
        for item in save(store, *(make_item() for _ in range(30))):
            engine.push(item)
        assert len(engine.freshness.snapshots._by_version) == 2
        assert len(engine.latest().items) == 30

    def test_a_version_that_somebody_was_given_stays_until_too_many_came_after(
        self, engine: Engine, store: Store
    ) -> None:
        shown = [engine.ask("open")]
        for item in save(store, *(make_item() for _ in range(VERSIONS))):
            engine.push(item)
            shown.append(engine.latest())
        found = [engine.freshness.snapshots.get(one.version, ADA) for one in shown]
        assert found == [None, *shown[1:]]

    def test_a_version_that_a_refresh_or_a_ticket_returned_stays_too(self, followed: Engine, store: Store) -> None:
        followed.ask("open")

        def push() -> None:
            followed.push(*save(store, make_item()))

        push()
        refreshed = followed.ask("manual")
        push()
        held = followed.submit("live").snapshot
        push()
        push()
        assert held is not None
        for shown in (refreshed, held):
            assert followed.freshness.snapshots.get(shown.version, ADA) is not None
