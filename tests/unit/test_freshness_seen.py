"""Items that were just shown: their files cost no second read, for a while."""

from __future__ import annotations

import pytest

from services.clock import FakeClock
from services.freshness import seen as seen_module
from services.freshness.seen import LIFETIME, SeenItems
from tests.support.records import make_item

ITEM = make_item(revision=3)


@pytest.fixture
def seen(clock: FakeClock) -> SeenItems:
    return SeenItems(clock)


def test_an_item_is_known_to_whom_it_was_shown_and_to_nobody_else(seen: SeenItems) -> None:
    seen.note("ada", [ITEM])
    assert seen.get("ada", ITEM.id) is ITEM
    assert seen.get("grace", ITEM.id) is None


def test_a_read_stands_for_its_lifetime_and_no_longer(seen: SeenItems, clock: FakeClock) -> None:
    seen.note("ada", [ITEM])
    clock.advance(LIFETIME - 0.001)
    assert seen.get("ada", ITEM.id) is ITEM
    clock.advance(0.001)
    assert seen.get("ada", ITEM.id) is None


def test_reading_an_item_again_renews_it(seen: SeenItems, clock: FakeClock) -> None:
    seen.note("ada", [ITEM])
    clock.advance(LIFETIME - 1)
    seen.note("ada", [ITEM])
    clock.advance(LIFETIME - 1)
    assert seen.get("ada", ITEM.id) is ITEM


def test_what_is_forgotten_is_asked_of_the_store_again(seen: SeenItems) -> None:
    seen.note("ada", [ITEM])
    seen.note("grace", [ITEM])
    seen.forget("ada", [ITEM.id, "unknown"])
    assert seen.get("ada", ITEM.id) is None
    assert seen.get("grace", ITEM.id) is ITEM


def test_a_slow_read_does_not_replace_a_newer_revision(seen: SeenItems) -> None:
    newer = ITEM.model_copy(update={"revision": 4})
    seen.note("ada", [newer])
    seen.note("ada", [ITEM])
    assert seen.get("ada", ITEM.id) is newer


def test_the_oldest_reads_make_room(seen: SeenItems, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_module, "MOST", 2)
    items = [make_item() for _ in range(3)]
    seen.note("ada", items)
    assert [seen.get("ada", item.id) is not None for item in items] == [False, True, True]


def test_what_was_known_and_has_gone_is_told_from_what_was_never_known(seen: SeenItems, clock: FakeClock) -> None:
    seen.note("ada", [ITEM])
    assert not seen.is_gone("ada", ITEM.id)
    seen.forget("ada", [ITEM.id, "unknown"])
    assert seen.is_gone("ada", ITEM.id)
    assert not seen.is_gone("ada", "unknown")
    assert not seen.is_gone("grace", ITEM.id)
    seen.note("ada", [ITEM])
    assert not seen.is_gone("ada", ITEM.id)


def test_a_revision_that_a_screen_names_stays_as_it_was(seen: SeenItems, clock: FakeClock) -> None:
    newer = ITEM.model_copy(update={"revision": 4})
    seen.note("ada", [ITEM])
    assert seen.pin("ada", ITEM.id) is ITEM
    seen.note("ada", [newer])
    assert seen.pin("ada", ITEM.id) is newer
    clock.advance(LIFETIME)
    seen.forget("ada", [ITEM.id])
    assert seen.at("ada", ITEM.id, 3) is ITEM
    assert seen.at("ada", ITEM.id, 4) is newer
    assert seen.at("grace", ITEM.id, 3) is None
    assert seen.pin("ada", ITEM.id) is None


def test_the_oldest_pins_make_room(seen: SeenItems, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_module, "MOST_PINNED", 2)
    items = [make_item(revision=1) for _ in range(3)]
    seen.note("ada", items)
    for item in items:
        seen.pin("ada", item.id)
    assert [seen.at("ada", item.id, 1) is not None for item in items] == [False, True, True]
