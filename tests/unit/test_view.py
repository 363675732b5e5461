"""A view's two facts, what it holds and whether a fetch runs, step by step through its loader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.clock import FakeClock
from services.errors import StoreUnavailable
from services.freshness import Reason
from services.models import MediaItem, MediaQuery, Remove
from services.store.protocol import PAGE_SIZE, Store
from state.loading import load_view
from state.view import MOST_LOADED, ViewState, cursor, first_load, has_more, held_items, recover, show_held
from tests.support.records import operation
from tests.support.studio import Studio


@pytest.fixture
def studio(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Studio]:
    studio = Studio(sqlite_store, clock, tmp_path / "data")
    with studio.app.test_request_context("/"):
        yield studio
    studio.close()


@pytest.fixture
def query(studio: Studio) -> MediaQuery:
    return MediaQuery(project_id=studio.services.project.id)


def load(view: ViewState, query: MediaQuery, reason: Reason = "manual", until: str = "") -> None:
    for _ in load_view(view, query, reason, scope="library", until=until):
        pass


def ids(items: tuple[MediaItem, ...] | list[MediaItem]) -> list[str]:
    return [item.id for item in items]


class TestLoading:
    def test_R0_09_it_yields_while_it_fetches_and_again_when_it_has_ended(
        self, studio: Studio, query: MediaQuery
    ) -> None:
        [item] = studio.add()
        view = ViewState()
        steps = load_view(view, query, "open", scope="library")
        next(steps)
        assert (view.fetching, first_load(view), held_items(view)) == ("open", True, ())
        next(steps)
        assert (view.fetching, first_load(view), held_items(view)) == ("", False, (item,))
        assert view.as_of_ms == int(studio.clock.now().timestamp() * 1000)
        with pytest.raises(StopIteration):
            next(steps)

    def test_R0_09_opening_shows_what_was_held_until_the_answer_is_there(
        self, studio: Studio, query: MediaQuery
    ) -> None:
        view = ViewState()
        [old] = studio.add()
        load(view, query)
        [new] = studio.add()
        steps = load_view(view, query, "open", scope="library")
        next(steps)
        assert (view.fetching, held_items(view)) == ("open", (old,))
        next(steps)
        assert held_items(view) == (new, old)

    @pytest.mark.parametrize("reason", ["manual", "page", "complete", "focus", "live", "ttl"])
    def test_what_begins_without_anything_to_see_is_one_step(
        self, studio: Studio, query: MediaQuery, reason: Reason
    ) -> None:
        view = ViewState()
        studio.add()
        load(view, query)
        assert len(list(load_view(view, query, reason, scope="library"))) == 1
        assert view.fetching == ""

    def test_R2_10_a_repeated_attempt_shows_that_it_is_under_way(self, studio: Studio, query: MediaQuery) -> None:
        view = ViewState()
        studio.store.fault = StoreUnavailable("The database is away")
        load(view, query)
        studio.store.fault = None
        steps = load_view(view, query, "manual", scope="library")
        next(steps)
        assert (view.fetching, view.error) == ("manual", "The database is away")
        next(steps)
        assert (view.fetching, view.error) == ("", "")

    def test_B20_a_failure_keeps_what_is_held_and_says_why(self, studio: Studio, query: MediaQuery) -> None:
        view = ViewState()
        items = studio.add(2)
        load(view, query)
        before = ViewState(**vars(view))
        studio.store.fault = StoreUnavailable("The database is away")
        load(view, query)
        assert view == ViewState(**{**vars(before), "error": "The database is away", "offline": True})
        assert ids(held_items(view)) == ids(items[::-1])
        studio.store.fault = None
        load(view, query)
        assert view.error == ""

    def test_R0_14_a_first_load_that_fails_is_neither_loading_nor_empty(
        self, studio: Studio, query: MediaQuery
    ) -> None:
        view = ViewState()
        studio.store.fault = StoreUnavailable("The database is away")
        load(view, query, "open")
        assert (first_load(view), view.version, view.fetching) == (False, "", "")
        assert view.error == "The database is away"

    def test_B21_an_unchanged_refresh_changes_only_the_time(
        self, studio: Studio, query: MediaQuery, clock: FakeClock
    ) -> None:
        view = ViewState()
        studio.add(3)
        load(view, query)
        before = ViewState(**vars(view))
        clock.advance(60)
        load(view, query)
        assert view == ViewState(**{**vars(before), "as_of_ms": before.as_of_ms + 60_000})


class TestFilters:
    def test_another_filter_shows_what_is_known_of_it_at_once(self, studio: Studio, query: MediaQuery) -> None:
        studio.add(2)
        videos = query.model_copy(update={"media_type": "video"})
        [video] = studio.add(media_type="video")
        view = ViewState()
        load(view, videos)
        load(view, query, "filter")
        steps = load_view(view, videos, "filter", scope="library")
        next(steps)
        assert held_items(view) == (video,)

    def test_another_filter_of_which_nothing_is_known_shows_nothing_old(
        self, studio: Studio, query: MediaQuery
    ) -> None:
        studio.add(30)
        view = ViewState()
        load(view, query)
        load(view, query, "page", cursor(view))
        steps = load_view(view, query.model_copy(update={"media_type": "video"}), "filter", scope="library")
        next(steps)
        assert (held_items(view), first_load(view), view.loaded) == ((), True, PAGE_SIZE)

    def test_painting_what_is_held_reads_nothing(self, studio: Studio, query: MediaQuery) -> None:
        studio.add(2)
        load(ViewState(), query)
        before, view = studio.store.reads, ViewState(error="old")
        show_held(view, query)
        assert (len(held_items(view)), view.error, studio.store.reads) == (2, "", before)


class TestPaging:
    def test_the_next_page_follows_the_end_that_was_seen(self, studio: Studio, query: MediaQuery) -> None:
        items = studio.add(60)
        view = ViewState()
        load(view, query)
        assert (len(held_items(view)), has_more(view)) == (24, True)
        for shown in (48, 60):
            load(view, query, "page", cursor(view))
            assert ids(held_items(view)) == ids(items[::-1][:shown])
        assert not has_more(view)

    def test_the_same_page_asked_for_twice_is_loaded_once(self, studio: Studio, query: MediaQuery) -> None:
        studio.add(80)
        view = ViewState()
        load(view, query)
        seen = cursor(view)
        load(view, query, "page", seen)
        load(view, query, "page", seen)
        assert len(held_items(view)) == 48

    def test_R0_07_a_view_keeps_its_extent_although_another_one_has_loaded_more(
        self, studio: Studio, query: MediaQuery
    ) -> None:
        studio.add(60)
        short, long = ViewState(), ViewState()
        load(short, query)
        load(long, query)
        load(long, query, "page", cursor(long))
        load(short, query)
        assert (len(held_items(short)), len(held_items(long))) == (24, 48)
        assert has_more(short)

    def test_R0_07_an_extent_whose_tail_is_gone_clamps(self, studio: Studio, query: MediaQuery) -> None:
        items = studio.add(40)
        view = ViewState()
        load(view, query)
        load(view, query, "page", cursor(view))
        removals = [Remove("media", item.id, expect=item.revision) for item in items[:30]]
        studio.store.commit(studio.principal, removals, operation_id=operation())
        load(view, query)
        assert ids(held_items(view)) == ids(items[:29:-1])
        assert not has_more(view)

    def test_no_client_makes_the_server_read_without_end(self, studio: Studio, query: MediaQuery) -> None:
        studio.add(30)
        for claimed in (10**9, -10, 0):
            view = ViewState(loaded=claimed)
            load(view, query)
            assert view.loaded <= MOST_LOADED
        assert not has_more(ViewState(version=view.version, loaded=MOST_LOADED))


class TestRecovering:
    def test_what_is_held_needs_no_recovery(self, studio: Studio, query: MediaQuery) -> None:
        view = ViewState()
        assert not recover(view, query, scope="library")
        load(view, query)
        before = studio.store.reads
        assert not recover(view, query, scope="library")
        assert studio.store.reads == before

    def test_a_version_that_is_not_held_is_read_again_with_its_extent(self, studio: Studio, query: MediaQuery) -> None:
        items = studio.add(60)
        view = ViewState()
        load(view, query)
        load(view, query, "page", cursor(view))
        studio.restart()
        assert held_items(view) == ()
        assert recover(view, query, scope="library")
        assert ids(held_items(view)) == ids(items[::-1][:48])

    def test_R0_14_a_recovery_that_fails_says_so(self, studio: Studio, query: MediaQuery) -> None:
        view = ViewState()
        studio.add()
        load(view, query)
        studio.restart()
        studio.store.fault = StoreUnavailable("The database is away")
        assert recover(view, query, scope="library")
        assert (view.version, view.error, held_items(view)) == ("", "The database is away", ())

    def test_somebody_elses_version_shows_nothing_of_theirs(self, studio: Studio, query: MediaQuery) -> None:
        studio.add(2)
        view = ViewState()
        eve = studio.principal.model_copy(update={"user_id": "eve"})
        theirs = studio.services.freshness.revalidate(query, "open", eve, scope="library")
        view.version = theirs.version
        assert held_items(view) == ()
