"""Deltas: everything committed after a watermark is delivered, also what went away."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.clock import FakeClock
from services.errors import BadInput, WatermarkTooOld
from services.identity import SYSTEM
from services.models import MediaQuery, Removal
from services.store.protocol import DELTA_LIMIT, TOMBSTONE_LIFETIME, Store
from services.store.watermarks import read_watermark
from tests.support.records import PROJECT, make_item, make_principal, make_run, remove, save
from tests.support.stores import Backend

ADA, BOB = make_principal("ada", PROJECT, "other"), make_principal("bob", PROJECT, "other")
ALL = MediaQuery(project_id=PROJECT)


def watermark_of(store: Store, project_id: str = PROJECT) -> str:
    return store.media.get_media_for_page(SYSTEM, MediaQuery(project_id=project_id)).watermark


class TestDeltas:
    def test_a_new_and_an_edited_item_are_changes(self, store: Store) -> None:
        [old] = save(store, make_item())
        watermark = watermark_of(store)
        [new] = save(store, make_item())
        [edited] = save(store, old.model_copy(update={"title": "b"}))
        changes = store.media.changed_since(ADA, PROJECT, watermark)
        assert {item.id: item for item in changes.changed} == {old.id: edited, new.id: new}
        assert changes.removed == ()

    def test_a_delta_goes_on_from_the_one_before(self, store: Store) -> None:
        watermark = watermark_of(store)
        for _ in range(4):
            [item] = save(store, make_item())
            changes = store.media.changed_since(ADA, PROJECT, watermark)
            assert item in changes.changed
            watermark = changes.watermark

    def test_a_deleted_item_is_a_removal_above_the_revision_anybody_holds(self, store: Store) -> None:
        [item] = save(store, make_item())
        watermark = watermark_of(store)
        remove(store, item)
        changes = store.media.changed_since(BOB, PROJECT, watermark)
        assert (changes.changed, changes.removed) == ((), (Removal("media", item.id, 2),))

    def test_a_move_is_a_removal_here_and_a_change_there(self, store: Store) -> None:
        [item] = save(store, make_item())
        here, there = watermark_of(store), watermark_of(store, "other")
        [moved] = save(store, item.model_copy(update={"project_id": "other"}), principal=ADA)
        assert store.media.changed_since(BOB, PROJECT, here).removed == (Removal("media", item.id, 2),)
        assert store.media.changed_since(BOB, PROJECT, here).changed == ()
        assert store.media.changed_since(BOB, "other", there).changed == (moved,)

    def test_an_item_that_came_back_is_a_change_and_no_removal(self, store: Store) -> None:
        [item] = save(store, make_item())
        here, there = watermark_of(store), watermark_of(store, "other")
        [moved] = save(store, item.model_copy(update={"project_id": "other"}), principal=ADA)
        [back] = save(store, moved.model_copy(update={"project_id": PROJECT}), principal=ADA)
        changes = store.media.changed_since(ADA, PROJECT, here)
        assert (changes.changed, changes.removed) == ((back,), ())
        assert store.media.changed_since(ADA, "other", there).removed == (Removal("media", item.id, 3),)

    def test_an_item_made_again_after_its_removal_is_a_change(self, store: Store) -> None:
        [item] = save(store, make_item())
        watermark = watermark_of(store)
        remove(store, item)
        [again] = save(store, item.model_copy(update={"revision": 0}))
        changes = store.media.changed_since(ADA, PROJECT, watermark)
        assert (changes.changed, changes.removed) == ((again,), ())

    def test_an_item_made_private_is_a_removal_to_others_and_a_change_to_its_owner(self, store: Store) -> None:
        [item] = save(store, make_item())
        watermark = watermark_of(store)
        [hidden] = save(store, item.model_copy(update={"visibility": "private"}))
        assert store.media.changed_since(BOB, PROJECT, watermark).removed == (Removal("media", item.id, 2),)
        assert store.media.changed_since(BOB, PROJECT, watermark).changed == ()
        assert store.media.changed_since(ADA, PROJECT, watermark).changed == (hidden,)

    def test_other_projects_and_other_kinds_of_records_are_in_no_delta(self, store: Store) -> None:
        watermark = watermark_of(store)
        save(store, make_item(project_id="other"), make_run(), principal=ADA)
        changes = store.media.changed_since(ADA, PROJECT, watermark)
        assert (changes.changed, changes.removed) == ((), ())

    def test_a_removed_run_is_no_removal_of_media(self, store: Store) -> None:
        watermark = watermark_of(store)
        [run] = save(store, make_run())
        remove(store, run)
        assert store.media.changed_since(ADA, PROJECT, watermark).removed == ()

    def test_an_empty_page_has_a_watermark_too(self, store: Store) -> None:
        page = store.media.get_media_for_page(ADA, ALL)
        [item] = save(store, make_item())
        assert page.items == ()
        assert item in store.media.changed_since(ADA, PROJECT, page.watermark).changed

    def test_a_later_pages_watermark_covers_that_page(self, store: Store) -> None:
        items = save(store, *(make_item() for _ in range(6)))
        first = store.media.get_media_for_page(ADA, ALL, limit=3)
        second = store.media.get_media_for_page(ADA, ALL, limit=3, cursor=first.next_cursor)
        [edited] = save(store, items[0].model_copy(update={"title": "b"}))
        assert edited in store.media.changed_since(ADA, PROJECT, second.watermark).changed


class TestCost:
    def test_with_nothing_new_a_delta_costs_one_read_at_most_and_the_watermark_stays(self, backend: Backend) -> None:
        store = backend.open()
        watermark = watermark_of(store)
        for _ in range(3):
            billed = backend.billed_reads()
            changes = store.media.changed_since(ADA, PROJECT, watermark)
            assert (changes.changed, changes.removed, changes.watermark) == ((), (), watermark)
            assert changes.documents_read <= 1
            if backend.kind == "firestore":
                assert backend.billed_reads() - billed == changes.documents_read

    def test_a_delta_costs_what_changed_however_large_the_library(self, backend: Backend) -> None:
        store = backend.open(FakeClock())
        items = save(store, *(make_item() for _ in range(100)))
        if backend.kind == "firestore":
            age_all_documents(backend)
        watermark = watermark_of(store)
        save(store, items[0].model_copy(update={"title": "b"}))
        remove(store, items[1])
        billed = backend.billed_reads()
        changes = store.media.changed_since(ADA, PROJECT, watermark)
        assert changes.documents_read == (2 if backend.kind == "sqlite" else 3)
        if backend.kind == "firestore":  # two, and the one that tells which database this is
            assert backend.billed_reads() - billed == 3


def age_all_documents(backend: Backend) -> None:
    """Make every Firestore document look as if it were changed an hour ago."""
    client = backend.client()
    batch = client.batch()
    for snapshot in backend.media_documents():
        batch.update(snapshot.reference, {"updated_at": snapshot.get("updated_at") - timedelta(hours=1)})
    batch.commit()


class TestReach:
    def test_a_watermark_reaches_back_as_far_as_deletions_are_remembered(self, store: Store, clock: FakeClock) -> None:
        [item] = save(store, make_item())
        watermark = watermark_of(store)
        remove(store, item)
        clock.advance(TOMBSTONE_LIFETIME.total_seconds())
        save(store, make_item())
        assert Removal("media", item.id, 2) in store.media.changed_since(ADA, PROJECT, watermark).removed

    def test_an_older_watermark_is_refused(self, store: Store, clock: FakeClock) -> None:
        watermark = watermark_of(store)
        clock.advance(TOMBSTONE_LIFETIME.total_seconds() + 1)
        with pytest.raises(WatermarkTooOld):
            store.media.changed_since(ADA, PROJECT, watermark)

    def test_another_databases_watermark_is_refused_as_too_old(self, store: Store) -> None:
        for foreign in ("0123456789abcdef-0-1795183200000000", "fs00000000-1795183200000000-1795183200000000"):
            with pytest.raises(WatermarkTooOld):
                store.media.changed_since(ADA, PROJECT, foreign)

    @pytest.mark.parametrize("text", ["", "x", "a-1", "a-1-x", "a-٣-1", "a--1-1", "a-1-999999999999999999", "A-1-1"])
    def test_what_is_no_watermark_is_bad_input(self, store: Store, text: str) -> None:
        with pytest.raises(BadInput) as caught:
            store.media.changed_since(ADA, PROJECT, text)
        assert caught.value.field == "watermark"

    def test_a_very_long_delta_is_refused_since_a_full_read_costs_less(self, store: Store) -> None:
        watermark = watermark_of(store)
        save(store, *(make_item(files={}, parameters={}) for _ in range(DELTA_LIMIT)))
        assert len(store.media.changed_since(ADA, PROJECT, watermark).changed) == DELTA_LIMIT
        save(store, make_item())
        with pytest.raises(WatermarkTooOld):
            store.media.changed_since(ADA, PROJECT, watermark)

    def test_a_watermark_reads_back_as_it_was_written(self, store: Store, clock: FakeClock) -> None:
        text = watermark_of(store)
        source = text.split("-")[0]
        assert read_watermark(text, source=source, now=clock.now()).encode() == text
