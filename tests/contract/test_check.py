"""`Check`: what does not belong together is found, and only what nobody can use is ever removed."""

from __future__ import annotations

import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from services.clock import FakeClock
from services.files.blobs import Blobs
from services.generation.cutouts import cutout_key
from services.keeping import check as check_module
from services.keeping.check import Check
from services.keeping.findings import Finding
from services.keeping.references import References
from services.store.protocol import Store
from tests.support.gcs import running_gcs
from tests.support.keeping import DATA, keep, keys_of, ref, saved, share, trash
from tests.support.records import PROJECT, make_item, make_principal, remove

OLD = timedelta(hours=25)
ORPHAN = f"media/{PROJECT}/nobody/original-x.png"


@pytest.fixture
def clock() -> FakeClock:
    """Ahead of the machine's, so that what a test writes is old enough."""
    return FakeClock(datetime.now(UTC) + OLD)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def blobs(folder: Path) -> Blobs:
    return Blobs.open(folder.as_uri())


@pytest.fixture
def check(store: Store, blobs: Blobs, clock: FakeClock) -> Callable[..., list[Finding]]:
    """Goes through the library; what was found, by key."""

    def run(*, repair: bool = False, by: FakeClock = clock) -> list[Finding]:
        return sorted(Check(store, blobs, by, repair=repair).run(), key=lambda finding: finding.key)

    return run


Run = Callable[..., list[Finding]]


def test_a_library_in_order_has_nothing_to_find(store: Store, blobs: Blobs, clock: FakeClock, check: Run) -> None:
    item = keep(store, blobs, clock)
    trash(store, keep(store, blobs, clock), clock)
    share(store, blobs, clock, 3)
    saved(store, make_item(status="failed", files={}, error="No"))
    cutout = cutout_key(item)
    assert cutout is not None
    blobs.put(cutout, b"cut out")
    before = blobs.list()
    assert check(repair=True) == []
    assert blobs.list() == before
    going = Check(store, blobs, clock)
    assert list(going.run()) == []
    assert (going.tally.records, going.tally.files, going.tally.left) == (6, 6, 0)
    assert going.tally.lines() == ["Checked 6 items and 6 files.", "All is in order."]


def test_orphans_are_found_and_removed_only_when_asked(
    store: Store, blobs: Blobs, clock: FakeClock, check: Run
) -> None:
    item = keep(store, blobs, clock)
    leftover = f"media/{PROJECT}/{item.id}/original-before.png"
    for key in (ORPHAN, leftover, "shared/batch/7-thumb.webp"):
        blobs.put(key, b"12345")
    expected = sorted([leftover, ORPHAN, "shared/batch/7-thumb.webp"])
    assert [(one.trouble, one.key, one.size, one.removed) for one in check()] == [
        ("orphan", key, 5, False) for key in expected
    ]
    assert len(blobs.list()) == 5
    assert [(one.key, one.removed) for one in check(repair=True)] == [(key, True) for key in expected]
    assert set(blobs.list()) == keys_of(item)
    assert check() == []


def test_what_was_written_within_a_day_may_be_on_its_way(blobs: Blobs, clock: FakeClock, check: Run) -> None:
    blobs.put(ORPHAN, b"x")
    (folder := Path(blobs.url.removeprefix("file://"))).joinpath("media", "new.png#1").write_bytes(b"half")
    young = FakeClock(clock.now() - timedelta(hours=2))
    assert check(repair=True, by=young) == []
    assert blobs.list() == [ORPHAN]
    assert (folder / "media" / "new.png#1").exists()


def test_files_of_removed_items_are_orphans_and_those_of_trashed_ones_are_not(
    store: Store, blobs: Blobs, clock: FakeClock, check: Run
) -> None:
    gone, kept = keep(store, blobs, clock), keep(store, blobs, clock)
    remove(store, gone)
    trash(store, kept, clock)
    assert {one.key for one in check(repair=True)} == keys_of(gone)
    assert set(blobs.list()) == keys_of(kept)


def test_everything_of_an_item_that_is_being_made_stays(
    store: Store, blobs: Blobs, clock: FakeClock, check: Run
) -> None:
    """A run that was stopped between rendering and publishing goes on from what it rendered, days later."""
    item = saved(store, make_item(status="generating", files={}))
    rendered = f"media/{PROJECT}/{item.id}/original-run-x.png"
    blobs.put(rendered, b"x")
    assert check(repair=True) == []
    failed = saved(store, item.model_copy(update={"status": "failed", "error": "No"}))
    assert [one.key for one in check(repair=True)] == [rendered]
    assert failed.files == {}


def test_a_file_that_comes_into_use_while_it_is_checked_stays(store: Store, blobs: Blobs, clock: FakeClock) -> None:
    """The first question finds no reference, the one before removal does."""
    item = make_item()
    file = ref(blobs, clock, f"media/{PROJECT}/{item.id}/original-x.png")
    asked: list[str] = []
    real = References.unused

    def unused(self: References, keys: list[str]) -> list[str]:
        found = real(self, keys)
        asked.extend(found)
        saved(store, item.model_copy(update={"files": {"original": file}}))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(References, "unused", unused)
        assert list(Check(store, blobs, clock, repair=True).run()) == []
    assert asked == [file.key]
    assert blobs.list() == [file.key]


def test_missing_and_shortened_files_are_told_with_their_item_and_left_as_they_are(
    store: Store, blobs: Blobs, clock: FakeClock, check: Run
) -> None:
    whole, lost, cut = (keep(store, blobs, clock) for _ in range(3))
    blobs.delete([lost.files["thumb"].key])
    blobs.put(cut.files["original"].key, DATA[:-3])
    for repair in (False, True):
        found = {one.trouble: one for one in check(repair=repair)}
        assert set(found) == {"missing", "damaged"}
        assert found["missing"].item == lost
        assert found["missing"].key == lost.files["thumb"].key
        assert lost.id in str(found["missing"])
        assert (found["damaged"].item, found["damaged"].size) == (cut, len(DATA) - 3)
    assert store.media.get(make_principal(), lost.id) == lost
    assert whole.id not in {one.item.id for one in check() if one.item}


def test_half_written_files_are_found_and_removed(
    folder: Path, blobs: Blobs, store: Store, clock: FakeClock, check: Run
) -> None:
    item = keep(store, blobs, clock)
    half = folder / "media" / PROJECT / item.id / "thumb-y.webp#1"
    probe = folder / ".freshet-probe-12"
    for path in (half, probe):
        path.write_bytes(b"half")
    mine = folder / "notes #2.txt"
    mine.write_bytes(b"not Freshet's")
    found = check()
    assert {(one.trouble, one.key) for one in found} == {
        ("half-written", str(half.relative_to(folder))),
        ("half-written", ".freshet-probe-12"),
    }
    assert half.exists()
    check(repair=True)
    assert not half.exists()
    assert not probe.exists()
    assert mine.exists()
    assert set(blobs.list("media")) == keys_of(item)


def test_files_that_are_none_of_freshets_are_counted_and_left(
    folder: Path, blobs: Blobs, store: Store, clock: FakeClock
) -> None:
    (folder / "media").mkdir(parents=True)
    (folder / "media" / "holiday photo.JPG").write_bytes(b"x")
    (folder / "backup.tar").write_bytes(b"x")
    going = Check(store, blobs, clock, repair=True)
    assert list(going.run()) == []
    assert going.tally.foreign == 1
    assert len(list(folder.rglob("*.*"))) == 2
    assert "Left alone: 1 file under names that Freshet never makes." in going.tally.lines()


def test_a_check_goes_through_a_library_in_portions(
    store: Store, blobs: Blobs, clock: FakeClock, check: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_module, "PORTION", 3)
    items = [keep(store, blobs, clock) for _ in range(7)]
    for item in items[:4]:
        remove(store, item)
    blobs.delete(keys_of(items[6]))
    found = check(repair=True)
    assert {one.key for one in found if one.trouble == "orphan"} == keys_of(*items[:4])
    assert {one.key for one in found if one.trouble == "missing"} == keys_of(items[6])
    assert set(blobs.list()) == keys_of(*items[4:6])


def test_the_age_of_a_file_is_the_stores_word(folder: Path, blobs: Blobs, clock: FakeClock, check: Run) -> None:
    blobs.put(ORPHAN, b"x")
    a_day_later = time.time() + 24 * 3600
    os.utime(folder / ORPHAN, (a_day_later, a_day_later))
    assert check(repair=True) == []


@pytest.fixture(params=["s3", "gs"])
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Blobs]:
    """Blobs on a loopback bucket."""
    if request.param == "gs":
        with running_gcs() as address:
            monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
            yield Blobs.open("gs://freshet/library")
        return
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    urllib.request.urlopen(urllib.request.Request(f"{address}/checked", method="PUT")).close()
    for name, value in {"ENDPOINT_URL": address, "REGION": "us-east-1", "ACCESS_KEY_ID": "x"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    yield Blobs.open("s3://checked/library")
    server.stop()


def test_a_bucket_is_checked_and_repaired_as_a_folder_is(
    sqlite_store: Store, bucket: Blobs, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_module, "PORTION", 3)
    kept, lost = keep(sqlite_store, bucket, clock), keep(sqlite_store, bucket, clock)
    bucket.delete([lost.files["thumb"].key])
    for number in range(5):
        bucket.put(f"media/{PROJECT}/nobody/{number}.png", b"x")
    going = Check(sqlite_store, bucket, clock, repair=True)
    found = list(going.run())
    assert sorted(one.trouble for one in found) == ["missing", *["orphan"] * 5]
    assert set(bucket.list()) == keys_of(kept, lost) - {lost.files["thumb"].key}
    assert (going.tally.removed, going.tally.left) == (5, 1)
