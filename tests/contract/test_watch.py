"""Watches: every media commit in a project is delivered, whoever made it, and the consumer can do nothing wrong."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from services.clock import Clock
from services.errors import StoreUnavailable
from services.freshness.edits import Edit, favourite
from services.freshness.groups import store_group
from services.models import MediaItem, MediaQuery, Put, Remove, Write
from services.store.protocol import Store
from services.store.watermarks import is_at_least
from tests.support.records import (
    PROJECT,
    make_item,
    make_principal,
    make_project,
    make_run,
    make_template,
    operation,
    remove,
    save,
)
from tests.support.stores import Address, Backend, reopen
from tests.support.watching import Recorder, ids_in, watching

ME = make_principal("ada", PROJECT, "other")
ALL = MediaQuery(project_id=PROJECT)
ROOT = Path(__file__).parents[2]


class TestWhatIsDelivered:
    def test_a_new_an_edited_and_a_deleted_item_by_this_process(self, store: Store) -> None:
        with watching(store) as told:
            [item] = save(store, make_item())
            told.wait_for_revision(item)
            assert told.held == {item.id: item}
            [edited] = save(store, item.model_copy(update={"title": "b"}))
            told.wait_for_revision(edited)
            assert told.held == {item.id: edited}
            remove(store, edited)
            told.wait_for(lambda: told.newest(item.id) == 3)
            assert told.held == {}

    def test_commits_of_another_store_on_the_same_database(
        self, store: Store, make_store: Callable[[Clock | None], Store]
    ) -> None:
        with watching(store) as told:
            [item] = save(make_store(None), make_item())
            told.wait_for_revision(item)
            assert told.held == {item.id: item}

    def test_commits_of_another_process(self, backend: Backend) -> None:
        with watching(backend.open()) as told:
            script = f"from tests.contract.test_watch import commit_apart; commit_apart({backend.address!r})"
            subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, timeout=60)
            told.wait_for(lambda: {"from-afar-1", "from-afar-2"} <= set(told.held))
        assert ids_in(told.batch_of("from-afar-1")) == {"from-afar-1", "from-afar-2"}

    def test_R2_07_nothing_of_other_projects_and_other_kinds_of_records(self, store: Store) -> None:
        with watching(store) as told:
            save(store, make_item(project_id="other"), make_run(), make_project(), make_template(), principal=ME)
            [last] = save(store, make_item())
            told.wait_for_revision(last)
            assert set(told.revisions) == {last.id}

    def test_a_move_is_a_removal_here_and_a_change_there(self, store: Store) -> None:
        [item] = save(store, make_item())
        with watching(store) as here, watching(store, "other") as there:
            [moved] = save(store, item.model_copy(update={"project_id": "other"}), principal=ME)
            here.wait_for_revision(moved)
            there.wait_for_revision(moved)
            assert (item.id in here.held, there.held[item.id]) == (False, moved)
            [back] = save(store, moved.model_copy(update={"project_id": PROJECT}), principal=ME)
            here.wait_for_revision(back)
            there.wait_for_revision(back)
            assert (here.held[item.id], item.id in there.held) == (back, False)

    def test_an_item_made_private_is_delivered_as_stored_for_consumers_to_ask_who_may_see_it(
        self, store: Store
    ) -> None:
        [item] = save(store, make_item())
        with watching(store) as told:
            [hidden] = save(store, item.model_copy(update={"visibility": "private"}))
            told.wait_for_revision(hidden)
            assert told.held[item.id] == hidden

    def test_an_item_made_again_after_its_removal(self, store: Store) -> None:
        [item] = save(store, make_item())
        with watching(store) as told:
            remove(store, item)
            [again] = save(store, item.model_copy(update={"revision": 0}))
            told.wait_for_revision(again)
            assert told.held == {item.id: again}


class TestBatches:
    def test_X_04_all_records_of_one_commit_come_in_one_batch_with_its_operation(self, store: Store) -> None:
        [old, gone] = save(store, make_item(), make_item())
        with watching(store) as told:
            new = [make_item() for _ in range(20)]
            writes: list[Write] = [Put(old.model_copy(update={"title": "b"}), 1), Remove("media", gone.id, 1)]
            writes += [Put(item, 0) for item in new]
            name = operation()
            store.commit(ME, writes, operation_id=name)
            told.wait_for(lambda: told.newest(gone.id) == 2 and new[-1].id in told.held)
            batch = told.batch_of(gone.id)
            assert {old.id, gone.id, *(item.id for item in new)} <= ids_in(batch)
            assert name in batch.operation_ids
            assert batch.project_id == PROJECT

    def test_X_04_a_change_of_very_many_items_is_told_in_as_few_batches_of_one_operation_as_the_store_can(
        self, store: Store
    ) -> None:
        items = [item for _ in range(5) for item in save(store, *(make_item() for _ in range(50)))]
        with watching(store) as told:
            name = operation()
            edits = [Edit(name, favourite(True), item) for item in items]
            stored = store_group(store, ME, edits, {item.id: item for item in items})
            told.wait_for_revision(*stored.items)
            batches = [batch for batch in told.batches if name in batch.operation_ids]
            assert 1 <= len(batches) <= -(-len(items) // store.commit_size)
            assert {one.id for batch in batches for one in batch.changed} == {item.id for item in items}
            assert all(told.held[item.id].favourite for item in items)

    def test_F11_of_each_change_and_of_a_count_is_told_whether_the_one_is_in_the_other(self, store: Store) -> None:
        def count() -> str:
            return store.media.count(ME, ALL).watermark

        [gone] = save(store, make_item())
        begun = store.media.get_media_for_page(ME, ALL).watermark
        with watching(store) as told:
            before = count()
            [first] = save(store, make_item())
            between = count()
            [second] = save(store, make_item())
            remove(store, gone)
            after = count()
            told.wait_for_revision(first, second)
            told.wait_for(lambda: told.newest(gone.id) == 2)
            batches = [told.batch_of(one.id).marks for one in (first, second, gone)]
        delta = store.media.changed_since(ME, PROJECT, begun).marks
        for marks in (batches, [delta] * 3):
            for one, told_in, later in zip((first, second, gone), marks, (before, between, between), strict=True):
                assert is_at_least(after, told_in[one.id])
                assert is_at_least(told_in[one.id], later)
                assert not is_at_least(later, told_in[one.id])
            assert is_at_least(between, marks[0][first.id])

    def test_B08_a_batch_holds_what_changed_and_not_what_was_delivered_before(self, store: Store) -> None:
        with watching(store) as told:
            for _ in range(3):
                [item] = save(store, make_item())
                told.wait_for_revision(item)
                assert ids_in(told.batch_of(item.id)) == {item.id}

    def test_a_delta_from_a_batchs_watermark_repeats_nothing_that_matters_and_misses_nothing(
        self, store: Store
    ) -> None:
        with watching(store) as told:
            [item] = save(store, make_item())
            told.wait_for_revision(item)
            watermark = told.batch_of(item.id).watermark
            [later] = save(store, make_item())
            changed = store.media.changed_since(ME, PROJECT, watermark).changed
            assert later in changed
            assert {one.id for one in changed} <= {item.id, later.id}

    def test_a_batch_tells_when_this_process_heard_of_it(self, backend: Backend) -> None:
        with watching(backend.open()) as told:
            backend.clock.advance(100)
            [item] = save(backend.open(), make_item())
            told.wait_for_revision(item)
            assert told.batch_of(item.id).at == backend.clock.now()

    def test_thirty_commits_in_a_moment_are_all_delivered(self, store: Store) -> None:
        with watching(store) as told:
            items = [save(store, make_item(files={}, parameters={}))[0] for _ in range(30)]
            told.wait_for_revision(*items)
            assert told.held == {item.id: item for item in items}

    def test_a_long_delta_comes_in_portions_without_a_gap(self, store: Store) -> None:
        with watching(store) as told:
            commits = [[make_item(files={}, parameters={}) for _ in range(400)] for _ in range(4)]
            for items in commits:
                save(store, *items)
            told.wait_for(lambda: len(told.held) == 1600)


class TestConsumers:
    def test_callbacks_of_one_watch_come_from_one_thread_and_another_than_the_callers(self, store: Store) -> None:
        with watching(store) as told:
            for _ in range(3):
                told.wait_for_revision(*save(store, make_item()))
        assert len(told.threads) == 1
        assert threading.get_ident() not in told.threads

    def test_an_exception_in_a_callback_does_not_end_the_feed(
        self, store: Store, caplog: pytest.LogCaptureFixture
    ) -> None:
        with watching(store) as told:
            told.fail_with = RuntimeError("a consumer's mistake")
            told.wait_for_revision(*save(store, make_item()))
            told.wait_for_revision(*save(store, make_item()))
        assert "feed.consumer_failed" in caplog.text

    def test_a_consumer_that_does_not_return_holds_up_only_itself(self, store: Store) -> None:
        entered, let_go = threading.Event(), threading.Event()

        def hang(_: object) -> None:
            entered.set()
            assert let_go.wait(60)

        slow = store.watch(PROJECT, hang, lambda _: None)
        with watching(store) as told:
            told.wait_for_revision(*save(store, make_item()))
            assert entered.wait(60)
            told.wait_for_revision(*save(store, make_item()))
            let_go.set()
        slow.close()

    def test_many_watches_of_many_projects(self, store: Store) -> None:
        recorders = [Recorder() for _ in range(6)]
        projects = [PROJECT, "other"] * 3
        watches = [store.watch(name, one.on_batch, one.on_state) for name, one in zip(projects, recorders, strict=True)]
        here, there = save(store, make_item(), make_item(project_id="other"), principal=ME)
        for name, one in zip(projects, recorders, strict=True):
            one.wait_for_revision(here if name == PROJECT else there)
            assert len(one.revisions) == 1
        for watch in watches:
            watch.close()

    def test_a_doubt_where_the_database_answers_changes_nothing_and_loses_nothing(self, store: Store) -> None:
        told = Recorder()
        watch = store.watch(PROJECT, told.on_batch, told.on_state)
        told.wait_for_state("live")
        for _ in range(3):
            watch.doubt()
            told.wait_for_revision(*save(store, make_item()))
        assert told.states == ["live"]
        watch.close()
        watch.doubt()

    def test_a_callback_may_read_commit_and_close(self, store: Store) -> None:
        told = Recorder()

        def act(batch: object) -> None:
            if not store.media.get_media_for_page(ME, ALL, limit=1).next_cursor:
                save(store, make_item())
                return
            watch.close()
            closed.set()

        closed = threading.Event()
        watch = store.watch(PROJECT, act, told.on_state)
        told.wait_for_state("live")
        save(store, make_item())
        assert closed.wait(60)


class TestClosing:
    def test_R2_13_a_closed_watch_is_told_nothing_more_and_the_others_go_on(self, store: Store) -> None:
        with watching(store) as staying:
            with watching(store) as leaving:
                leaving.wait_for_revision(*save(store, make_item()))
            before = len(leaving.batches)
            staying.wait_for_revision(*save(store, make_item()))
            assert len(leaving.batches) == before

    def test_closing_twice_is_safe_and_no_thread_stays(self, backend: Backend) -> None:
        store = backend.open()
        store.ping()
        before = feed_threads()
        watches = [store.watch(PROJECT, lambda _: None, lambda _: None) for _ in range(3)]
        assert feed_threads() > before
        for watch in [*watches, *watches]:
            watch.close()
        assert feed_threads() == before

    def test_closing_the_store_closes_its_watches(self, backend: Backend) -> None:
        before = feed_threads()
        store, told = backend.open(), Recorder()
        store.watch(PROJECT, told.on_batch, told.on_state)
        told.wait_for_state("live")
        store.close()
        assert feed_threads() == before
        with pytest.raises(StoreUnavailable):
            store.watch(PROJECT, told.on_batch, told.on_state)


def feed_threads() -> set[threading.Thread]:
    """The threads that belong to feeds: ours by name, and gRPC's that send a stream's requests."""
    return {one for one in threading.enumerate() if one.name.startswith("freshet-") or "consume" in one.name.lower()}


def commit_apart(address: Address) -> None:
    """What the other process does: one commit of two items."""
    store = reopen(address)
    items: list[MediaItem] = [make_item(id=f"from-afar-{number}") for number in (1, 2)]
    save(store, *items)
    store.close()
