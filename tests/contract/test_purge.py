"""The end of the trash: brought back, deleted for good, purged when its time is over; and which files go with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.clock import FakeClock
from services.errors import FileError, NotFound, StoreUnavailable
from services.files.blobs import Blobs
from services.generation.cutouts import cutout_key
from services.ids import SequentialIds
from services.keeping import trash as trash_module
from services.keeping.trash import KEPT, Trash
from services.models import MediaQuery
from services.store.protocol import Store
from tests.contract.test_lists import read_all
from tests.support.keeping import age, keep, keys_of, saved, share, trash
from tests.support.logs import recorded_lines
from tests.support.records import PROJECT, make_item, make_principal, save
from tests.support.unreliable import UnreliableStore

ADA, BOB = make_principal("ada"), make_principal("bob")


@pytest.fixture
def clock() -> FakeClock:
    """Ahead of the machine's, so that what a test writes is old enough."""
    from datetime import UTC, datetime

    return FakeClock(datetime.now(UTC) + timedelta(days=2))


@pytest.fixture
def blobs() -> Blobs:
    return Blobs.open("memory://")


@pytest.fixture
def bin_(store: Store, blobs: Blobs, clock: FakeClock, ids: SequentialIds) -> Trash:
    return Trash(store, blobs, clock, ids)


def test_what_lay_in_the_trash_for_thirty_days_goes_with_its_files_and_nothing_else(
    store: Store, blobs: Blobs, clock: FakeClock, bin_: Trash
) -> None:
    shown, old, young = (keep(store, blobs, clock) for _ in range(3))
    trash(store, old, clock)
    age(clock, 1)
    young = trash(store, young, clock)
    age(clock, KEPT.days - 1)
    assert bin_.sweep() == 0
    clock.advance(1)
    assert bin_.sweep() == 1
    with pytest.raises(NotFound):
        store.media.get(ADA, old.id)
    assert set(blobs.list()) == keys_of(shown, young)
    assert read_all(store) == [shown]
    assert bin_.sweep() == 0


def test_many_are_purged_in_portions_of_every_project(
    store: Store, blobs: Blobs, clock: FakeClock, bin_: Trash, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash_module, "PORTION", 2)
    eve = make_principal("eve", "elsewhere")
    for _ in range(5):
        trash(store, keep(store, blobs, clock), clock)
    trash(store, keep(store, blobs, clock, eve, project_id="elsewhere"), clock, eve)
    age(clock, 31)
    assert bin_.sweep() == 6
    assert blobs.list() == []


def test_everything_in_the_items_own_folder_goes(store: Store, blobs: Blobs, clock: FakeClock, bin_: Trash) -> None:
    item = keep(store, blobs, clock)
    cutout = cutout_key(item)
    assert cutout is not None
    blobs.put(cutout, b"cut out")
    bin_.discard(ADA, [trash(store, item, clock).id])
    assert blobs.list() == []


def test_a_shared_file_stays_until_the_last_item_that_uses_it_is_gone(
    store: Store, blobs: Blobs, clock: FakeClock, bin_: Trash
) -> None:
    one, two = share(store, blobs, clock, 2)
    bin_.discard(ADA, [trash(store, one, clock).id])
    assert set(blobs.list()) == keys_of(two)
    bin_.discard(ADA, [trash(store, two, clock).id])
    assert blobs.list() == []


def test_a_shared_file_that_was_just_written_is_left_alone(
    store: Store, blobs: Blobs, ids: SequentialIds, clock: FakeClock
) -> None:
    """The items that will share it are still being committed."""
    now = FakeClock(clock.now() - timedelta(days=2))
    [item] = share(store, blobs, now, 1)
    Trash(store, blobs, now, ids).discard(ADA, [trash(store, item, now).id])
    assert set(blobs.list()) == keys_of(item)


def test_a_file_in_a_foreign_folder_is_not_taken_along(
    store: Store, blobs: Blobs, clock: FakeClock, bin_: Trash
) -> None:
    owner = keep(store, blobs, clock)
    borrower = saved(store, make_item(files=owner.files))
    bin_.discard(ADA, [trash(store, borrower, clock).id])
    assert set(blobs.list()) == keys_of(owner)
    borrower = saved(store, make_item(files=owner.files))
    bin_.discard(ADA, [trash(store, owner, clock).id])
    assert set(blobs.list()) == keys_of(borrower)


def test_a_restored_item_is_whole_and_in_its_place(store: Store, blobs: Blobs, clock: FakeClock, bin_: Trash) -> None:
    first, item, last = (keep(store, blobs, clock) for _ in range(3))
    item = trash(store, item, clock)
    age(clock, 29)
    saved(store, item.model_copy(update={"deleted_at": None}))
    age(clock, 10)
    assert bin_.sweep() == 0
    assert [one.id for one in read_all(store)] == [last.id, item.id, first.id]
    assert set(blobs.list()) == keys_of(first, item, last)


def test_one_that_is_restored_while_the_trash_is_swept_stays(
    store: Store, blobs: Blobs, clock: FakeClock, ids: SequentialIds
) -> None:
    gone, rescued = keep(store, blobs, clock), keep(store, blobs, clock)
    trash(store, gone, clock)
    rescued = trash(store, rescued, clock)
    age(clock, 31)
    raced = UnreliableStore(store)

    def rescue(*args: object, **options: object) -> bool:
        if store.media.get(ADA, rescued.id).deleted_at:
            saved(store, rescued.model_copy(update={"deleted_at": None}))
        return False

    raced.fail("commit", when=rescue)
    assert Trash(raced, blobs, clock, ids).sweep() == 1
    assert [one.id for one in read_all(store)] == [rescued.id]
    assert set(blobs.list()) == keys_of(rescued)


def test_of_what_was_seen_in_the_trash_only_what_still_lies_there_and_is_ones_own_goes(
    store: Store, blobs: Blobs, clock: FakeClock, bin_: Trash, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash_module, "PORTION", 2)
    gone = [trash(store, keep(store, blobs, clock), clock) for _ in range(3)]
    restored, bobs_shown, bobs = (
        keep(store, blobs, clock),
        keep(store, blobs, clock, BOB),
        keep(store, blobs, clock, BOB),
    )
    trash(store, bobs, clock, BOB)
    named = [*(item.id for item in (*gone, restored, bobs_shown, bobs)), gone[0].id, "nothing", "a/b"]
    assert bin_.discard(ADA, named) == 3
    assert bin_.discard(ADA, named) == 0
    assert set(blobs.list()) == keys_of(restored, bobs_shown, bobs)


def test_emptying_takes_ones_own_trash_of_one_project(
    store: Store, blobs: Blobs, clock: FakeClock, bin_: Trash, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash_module, "PORTION", 2)
    shown, bobs = keep(store, blobs, clock), keep(store, blobs, clock, BOB)
    trash(store, bobs, clock, BOB)
    for _ in range(5):
        trash(store, keep(store, blobs, clock), clock)
    assert bin_.empty(ADA, PROJECT) == 5
    assert set(blobs.list()) == keys_of(shown, bobs)
    assert store.media.get_media_for_page(ADA, MediaQuery(project_id=PROJECT, trash=True)).items == ()
    with pytest.raises(NotFound):
        bin_.empty(ADA, "elsewhere")


def test_files_that_cannot_be_removed_keep_no_record_from_going(
    store: Store, blobs: Blobs, clock: FakeClock, bin_: Trash, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [trash(store, keep(store, blobs, clock), clock) for _ in range(2)]

    def fail(self: Blobs, keys: object) -> None:
        raise FileError("The bucket is away")

    monkeypatch.setattr(Blobs, "delete", fail)
    with recorded_lines() as lines:
        assert bin_.discard(ADA, [item.id for item in items]) == 2
    assert [line["why"] for line in lines if line["event"] == "trash.files_left"] == ["The bucket is away"] * 2
    assert set(blobs.list()) == keys_of(*items)


def test_while_the_store_is_away_nothing_is_removed(
    store: Store, blobs: Blobs, clock: FakeClock, ids: SequentialIds
) -> None:
    item = trash(store, keep(store, blobs, clock), clock)
    away = UnreliableStore(store)
    away.fail("commit")
    with pytest.raises(StoreUnavailable):
        Trash(away, blobs, clock, ids).discard(ADA, [item.id])
    assert set(blobs.list()) == keys_of(item)
    [item] = save(store, item.model_copy(update={"deleted_at": None}))
    assert read_all(store) == [item]
