"""Commits: what they store, what they refuse, and that they do all or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.clock import FakeClock
from services.errors import BadInput, Conflict, NotFound
from services.identity import SYSTEM
from services.models import MediaItem, MediaQuery, Put, Record, Remove, Write
from services.store.protocol import Store
from tests.support.records import PROJECT, make_file, make_item, make_principal, make_project, make_run, remove, save

ME = make_principal()
ALL = MediaQuery(project_id=PROJECT)


def renamed(item: MediaItem, title: str) -> MediaItem:
    return item.model_copy(update={"title": title})


class TestStoring:
    def test_a_created_record_reads_back_as_the_commit_returned_it(self, store: Store) -> None:
        run, project = make_run(), make_project()
        item = make_item(
            prompt="ünï\ncode ☂ \U0001f30a",
            parameters={"nested": [[1, 2.5], [None, {"a.b": "c", "": True}]]},
            source_ids=("A", "B"),
            files={"original": make_file(duration=2.5, width=None), "thumb": make_file(key="t.webp")},
            created_at=datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        )
        stored = save(store, item, run, project)
        assert stored == [store.media.get(ME, item.id), store.runs.get(ME, run.id), store.projects.get(ME, PROJECT)]
        belongs_to_store = {"revision": 1, "updated_at": stored[0].updated_at}
        assert stored[0] == item.model_copy(update=belongs_to_store)
        found = store.media.get(ME, item.id)
        assert type(found.created_at) is type(found.updated_at) is type(found.files["original"].updated_at) is datetime
        assert found.created_at.tzinfo == UTC

    def test_a_replacement_replaces_every_field_and_counts_one_up(self, store: Store) -> None:
        [first] = save(store, make_item(status="generating", files={}, run_id="R"))
        changed = first.model_copy(
            update={"status": "failed", "error": "No colours left", "run_id": None, "parameters": {}, "title": "b"}
        )
        [second] = save(store, changed)
        assert second == changed.model_copy(update={"revision": 2, "updated_at": second.updated_at})
        assert store.media.get(ME, first.id) == second

    def test_all_records_of_a_commit_carry_one_time_that_the_store_set(self, store: Store) -> None:
        wrong = datetime(1970, 1, 1, tzinfo=UTC)
        commit = store.commit(
            ME, [Put(make_item(updated_at=wrong), 0), Put(make_run(updated_at=wrong), 0)], operation_id="op"
        )
        assert {record.updated_at for record in commit.records} == {commit.committed_at}
        assert commit.committed_at > wrong
        assert commit.operation_id == "op"

    def test_a_removed_record_is_not_found_and_in_no_list(self, store: Store) -> None:
        [kept, gone] = save(store, make_item(), make_item())
        run, project = save(store, make_run(), make_project())
        remove(store, gone)
        remove(store, run)
        remove(store, project)
        for find, record_id in ((store.media.get, gone.id), (store.runs.get, run.id), (store.projects.get, project.id)):
            with pytest.raises(NotFound):
                find(ME, record_id)
        assert store.media.get_many(ME, [gone.id, kept.id]) == {kept.id: kept}
        assert store.media.get_media_for_page(ME, ALL).items == (kept,)
        assert store.runs.unfinished(ME) == []
        assert store.projects.list_for(ME) == store.projects.list_for(SYSTEM) == []

    def test_a_commit_of_many_kinds_of_writes_returns_records_in_the_order_of_the_writes(self, store: Store) -> None:
        [old, gone] = save(store, make_item(), make_item())
        new = make_item()
        writes: list[Write] = [Put(renamed(old, "b"), 1), Remove("media", gone.id, 1), Put(new, 0)]
        records = store.commit(ME, writes, operation_id="op").records
        assert [(record.id, record.revision) for record in records] == [(old.id, 2), (new.id, 1)]

    def test_a_commit_of_nothing_changes_nothing(self, store: Store) -> None:
        assert store.commit(ME, [], operation_id="op").records == ()

    def test_a_record_made_again_goes_on_from_the_revision_of_its_removal(self, store: Store) -> None:
        [first] = save(store, make_item())
        [second] = save(store, renamed(first, "b"))
        remove(store, second)
        [again] = save(store, first.model_copy(update={"revision": 0}))
        assert again.revision == 4
        assert store.media.get(ME, first.id) == again

    def test_get_many_passes_over_what_is_missing_repeated_or_no_id_at_all(self, store: Store) -> None:
        [item] = save(store, make_item())
        wanted = [item.id, "missing", item.id, "", "a/b", "..", "__x__", "x@y", "\ud800", "\0", "x" * 2000]
        assert store.media.get_many(ME, wanted) == {item.id: item}
        assert store.media.get_many(ME, []) == {}


class TestRefusing:
    def test_a_stale_revision_is_a_conflict(self, store: Store) -> None:
        [first] = save(store, make_item())
        [second] = save(store, renamed(first, "b"))
        with pytest.raises(Conflict):
            save(store, renamed(first, "c"))
        with pytest.raises(Conflict):
            remove(store, first)
        assert store.media.get(ME, first.id) == second

    def test_creating_what_exists_is_a_conflict(self, store: Store) -> None:
        [first] = save(store, make_item())
        with pytest.raises(Conflict):
            save(store, make_item(id=first.id))
        assert store.media.get(ME, first.id) == first

    @pytest.mark.parametrize("write", [Put(make_item(revision=1), 1), Remove("media", "missing", 1)])
    def test_changing_what_does_not_exist_is_not_found(self, store: Store, write: Put | Remove) -> None:
        with pytest.raises(NotFound):
            store.commit(ME, [write], operation_id="op")

    def test_a_failing_write_leaves_all_others_of_its_commit_undone(self, store: Store) -> None:
        kept, doomed, other = save(store, make_item(), make_item(), make_item())
        watermark = store.media.get_media_for_page(ME, ALL).watermark
        new = make_item()
        writes: list[Write] = [Put(new, 0), Put(renamed(kept, "b"), 1), Remove("media", doomed.id, 1), Put(other, 7)]
        with pytest.raises(Conflict):
            store.commit(ME, writes, operation_id="op")
        assert store.media.get_many(ME, [kept.id, doomed.id, other.id, new.id]) == {
            item.id: item for item in (kept, doomed, other)
        }
        seen = store.media.changed_since(ME, PROJECT, watermark)
        assert new.id not in {item.id for item in seen.changed}
        assert seen.removed == ()

    def test_the_time_of_creation_cannot_change(self, store: Store) -> None:
        [item] = save(store, make_item())
        later = item.model_copy(update={"created_at": item.created_at + timedelta(microseconds=1)})
        with pytest.raises(BadInput) as caught:
            save(store, later)
        assert caught.value.field == "created_at"
        assert store.media.get(ME, item.id) == item

    @pytest.mark.parametrize(
        "record",
        [
            make_item(created_at=datetime(2026, 11, 20)),
            make_item(id="a/b"),
            make_item(id="__a__"),
            make_item(id="a@b"),
            make_item(id="x" * 2000),
            make_item(project_id="."),
            make_project().model_copy(update={"project_id": "other"}),
        ],
    )
    def test_a_record_that_no_store_can_hold_is_refused_by_both(self, store: Store, record: Record) -> None:
        with pytest.raises(BadInput):
            save(store, record, principal=SYSTEM)

    def test_a_commit_may_name_each_record_once(self, store: Store) -> None:
        item = make_item()
        with pytest.raises(BadInput):
            store.commit(ME, [Put(item, 0), Remove("media", item.id, 1)], operation_id="op")


class TestRepeating:
    def test_a_commit_repeated_under_its_operation_id_changes_nothing_and_answers_alike(
        self, store: Store, clock: FakeClock
    ) -> None:
        [old, gone] = save(store, make_item(), make_item())
        writes: list[Write] = [Put(renamed(old, "b"), 1), Remove("media", gone.id, 1), Put(make_item(), 0)]
        first = store.commit(ME, writes, operation_id="op")
        clock.advance(1)
        assert store.commit(ME, writes, operation_id="op") == first
        assert store.media.get(ME, old.id).revision == 2

    def test_other_writes_under_the_same_operation_id_are_judged_as_ever(self, store: Store) -> None:
        item = make_item()
        store.commit(ME, [Put(item, 0)], operation_id="op")
        with pytest.raises(Conflict):
            store.commit(ME, [Put(renamed(item, "b"), 0)], operation_id="op")
        with pytest.raises(Conflict):
            store.commit(ME, [Put(item, 0)], operation_id="another")
        assert store.commit(ME, [Put(renamed(item, "b"), 1)], operation_id="op").records[0].revision == 2
