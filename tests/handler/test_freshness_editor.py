"""Edits on their way into the store: shown at once, stored on the newest revision, each taken back alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.clock import FakeClock
from services.errors import Forbidden, NotFound, StoreUnavailable
from services.freshness import Attempt, Editor
from services.freshness import editor as editor_module
from services.freshness.edits import Change, Edit, delete, edited, favourite, overlaid, restore, title
from services.freshness.overlays import Overlays
from services.ids import SequentialIds
from services.models import MediaItem, MediaQuery, Put, Remove
from services.store.protocol import Store
from services.store.watermarks import is_at_least
from tests.support.engine import ADA, ALL, GRACE, IMAGES, Engine, until
from tests.support.records import NOON, PROJECT, make_item, remove, save
from tests.support.unreliable import UnreliableStore

AWAY = "The database is away"


class Desk:
    """An editor whose edits are stored one by one, when the test says so, and one person's views beside it."""

    def __init__(self, store: Store, clock: FakeClock, ids: SequentialIds) -> None:
        self.store = UnreliableStore(store)
        self.engine = Engine(self.store, clock)
        self.editor = Editor(self.store, self.engine.freshness, clock, ids, workers=0)
        self.told: list[tuple[str, str]] = []
        self.editor.told = lambda user_id, project_id: self.told.append((user_id, project_id))

    def edit(self, item: MediaItem, change: Change) -> Attempt:
        return self.editor.begin(ADA, item, change, self.pending())

    def pending(self) -> tuple[Edit, ...]:
        return self.editor.overlays.get(self.editor.overlays.current("ada"), "ada") or ()

    def shown(self, query: MediaQuery = ALL) -> tuple[MediaItem, ...]:
        """What a screen of Ada's shows that takes up first what is pending, then what is held."""
        edits = self.pending()
        held = self.engine.latest(query)
        return overlaid(held.held, query, edits)


@pytest.fixture
def desk(store: Store, clock: FakeClock, ids: SequentialIds) -> Desk:
    return Desk(store, clock, ids)


@pytest.fixture
def items(desk: Desk, store: Store) -> list[MediaItem]:
    """Three stored items, newest first, which Ada has before her."""
    made = save(store, *(make_item() for _ in range(3)))
    desk.engine.ask("open")
    return list(reversed(made))


class TestStoring:
    def test_F12_an_edit_shows_at_once_and_stays_without_a_flicker_until_it_is_held(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        attempt = desk.edit(items[1], title("Renamed"))
        assert [item.title for item in desk.shown()] == [items[0].title, "Renamed", items[2].title]
        assert not attempt.done
        assert store.media.get(ADA, items[1].id).title == items[1].title
        assert desk.editor.step()
        assert (attempt.done, attempt.error) == (True, "")
        assert desk.pending() == ()
        assert desk.shown()[1] == store.media.get(ADA, items[1].id)
        assert desk.shown()[1].title == "Renamed"

    @pytest.mark.parametrize("count", [1, 2])
    def test_F10_what_was_read_since_there_was_nothing_to_store_is_known_to_whoever_is_shown_it(
        self, desk: Desk, store: Store, items: list[MediaItem], count: int
    ) -> None:
        wanted = [one.model_copy(update={"favourite": True, "title": "Theirs"}) for one in items[:count]]
        done = store.commit(ADA, [Put(one, expect=one.revision) for one in wanted], operation_id="theirs")
        attempt = desk.editor.begin_all(ADA, items[:count], favourite(True))
        desk.editor.step()
        held = desk.engine.latest()
        assert (attempt.error, held.items[0].title) == ("", "Theirs")
        assert is_at_least(held.furthest, done.watermark)

    @pytest.mark.parametrize("count", [1, 2])
    def test_F10_so_is_that_what_was_to_be_deleted_had_gone(
        self, desk: Desk, store: Store, items: list[MediaItem], count: int
    ) -> None:
        gone = [Remove("media", one.id, expect=one.revision) for one in items[:count]]
        done = store.commit(ADA, gone, operation_id="theirs")
        desk.editor.begin_all(ADA, items[:count], delete(NOON))
        desk.editor.step()
        held = desk.engine.latest()
        assert held.items == tuple(items[count:])
        assert is_at_least(held.furthest, done.watermark)

    def test_F12_it_costs_one_commit_and_no_read(self, desk: Desk, items: list[MediaItem]) -> None:
        desk.edit(items[0], favourite(True))
        reads = desk.engine.media.reads
        desk.editor.step()
        assert desk.store.calls["commit"] == 1
        assert desk.store.calls["media.get"] == 0
        assert desk.engine.media.reads == reads

    def test_F12_a_screen_that_looks_at_any_moment_sees_the_edit(
        self, desk: Desk, items: list[MediaItem], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[bool] = []

        def look() -> None:
            seen.append(desk.shown()[0].favourite)

        desk.edit(items[0], favourite(True))
        _around(monkeypatch, desk.engine.freshness, "note_own", look)
        _around(monkeypatch, desk.editor.overlays, "drop", look)
        desk.editor.step()
        look()
        assert seen == [True] * 5

    def test_F12_the_others_who_look_hear_of_it_from_the_feed_once(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        for query in (ALL, IMAGES):
            desk.engine.ask("open", query)
        desk.edit(items[0], favourite(True))
        desk.editor.step()
        stored = store.media.get(ADA, items[0].id)
        assert desk.engine.push(stored) == [("ada", ALL), ("ada", IMAGES)]
        assert desk.engine.push(stored) == []

    def test_F12_a_commit_out_of_turn_hides_none_that_came_before_it(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        [unheard] = save(store, make_item())
        before = desk.engine.latest()
        desk.edit(items[0], favourite(True))
        desk.editor.step()
        after = desk.engine.latest()
        assert (after.watermark, after.as_of) == (before.watermark, before.as_of)
        assert unheard.id in [item.id for item in desk.engine.ask("manual").items]

    def test_F12_an_edit_stored_while_a_read_is_on_its_way_is_in_the_answer(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        done = threading.Event()

        def refresh() -> None:
            desk.engine.ask("manual")
            done.set()

        with desk.engine.media.slow() as read:
            threading.Thread(target=refresh).start()
            assert read.wait(30)
            desk.edit(items[0], favourite(True))
            desk.editor.step()
        assert done.wait(30)
        assert desk.shown()[0].favourite

    def test_B12_a_deletion_leaves_all_views_and_a_restoration_brings_back_the_same_item(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        desk.engine.ask("open", IMAGES)
        desk.edit(items[1], delete(NOON))
        for _ in range(2):  # shown at once, and stored
            for query in (ALL, IMAGES):
                assert [item.id for item in desk.shown(query)] == [items[0].id, items[2].id]
            desk.editor.step()
        trashed = store.media.get(ADA, items[1].id)
        assert trashed.deleted_at == NOON
        desk.edit(trashed, restore())
        for _ in range(2):
            assert [item.id for item in desk.shown()] == [item.id for item in items]
            desk.editor.step()
        back = store.media.get(ADA, items[1].id)
        assert back == items[1].model_copy(update={"revision": 3, "updated_at": back.updated_at})

    def test_B12_a_deletion_taken_back_before_it_was_stored_ends_where_it_began(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        desk.edit(items[1], delete(NOON))
        desk.edit(items[1], restore())
        assert desk.shown() == tuple(items)
        while desk.editor.step():
            assert [item.id for item in desk.shown()] == [item.id for item in items]
        assert store.media.get(ADA, items[1].id).deleted_at is None

    def test_F12_edits_of_one_item_are_stored_in_their_order(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        for change in (favourite(True), title("First"), favourite(False), title("Second")):
            desk.edit(items[0], change)
        while desk.editor.step():
            assert (desk.shown()[0].title, desk.shown()[0].favourite) == ("Second", False)
        stored = store.media.get(ADA, items[0].id)
        assert (stored.title, stored.favourite, stored.revision) == ("Second", False, 5)

    def test_F12_an_edit_that_changes_nothing_is_confirmed_and_not_written(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        attempt = desk.edit(items[0], favourite(False))
        desk.editor.step()
        assert (attempt.done, attempt.error, attempt.watermark) == (True, "", "")
        assert desk.store.calls["commit"] == 0
        assert store.media.get(ADA, items[0].id).revision == 1


class TestClashes:
    @pytest.mark.parametrize("change", [favourite(True), delete(NOON)])
    def test_F12_it_goes_on_top_of_what_was_changed_elsewhere(
        self, desk: Desk, store: Store, items: list[MediaItem], change: Change
    ) -> None:
        save(store, items[0].model_copy(update={"title": "Theirs", "prompt": "theirs"}))
        attempt = desk.edit(items[0], change)
        desk.editor.step()
        stored = store.media.get(ADA, items[0].id)
        assert (attempt.error, stored.title, stored.revision) == ("", "Theirs", 3)
        assert edited(stored, [attempt.edit]) == stored

    def test_B22_a_title_that_was_changed_elsewhere_is_put_back_with_the_reason(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        save(store, items[0].model_copy(update={"title": "Theirs"}))
        attempt = desk.edit(items[0], title("Mine"))
        desk.editor.step()
        assert attempt.error == "Title put back: it was changed elsewhere"
        assert desk.pending() == ()
        assert store.media.get(ADA, items[0].id).title == "Theirs"
        assert desk.told == [("ada", PROJECT)]

    def test_F12_a_title_stands_where_only_something_else_was_changed_elsewhere(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        save(store, items[0].model_copy(update={"favourite": True}))
        attempt = desk.edit(items[0], title("Mine"))
        desk.editor.step()
        stored = store.media.get(ADA, items[0].id)
        assert (attempt.error, stored.title, stored.favourite) == ("", "Mine", True)

    def test_F12_a_title_is_measured_by_what_the_person_saw_and_not_by_what_came_since(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        [theirs] = save(store, items[0].model_copy(update={"title": "Theirs"}))
        desk.engine.push(theirs)  # this process knows it; the screen on which the title was written does not show it
        attempt = desk.edit(items[0], title("Mine"))
        desk.editor.step()
        assert attempt.error == "Title put back: it was changed elsewhere"

    @pytest.mark.parametrize("gone", ["trashed", "removed"])
    @pytest.mark.parametrize("change", [favourite(True), title("b"), delete(NOON)])
    def test_B22_what_was_deleted_elsewhere_stays_deleted(
        self, desk: Desk, store: Store, items: list[MediaItem], gone: str, change: Change
    ) -> None:
        if gone == "trashed":
            save(store, items[0].model_copy(update={"deleted_at": NOON}))
        else:
            remove(store, items[0])
        attempt = desk.edit(items[0], change)
        desk.editor.step()
        if change.kind == "delete":
            assert attempt.error == ""
        else:
            assert attempt.error.endswith(" put back: it was deleted elsewhere")
        if change.kind == "delete":
            assert [item.id for item in desk.shown()] == [items[1].id, items[2].id]

    def test_an_item_that_others_change_all_the_time_is_given_up(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        def change_first(*_: Any, **__: Any) -> bool:
            newest = store.media.get(ADA, items[0].id)
            save(store, newest.model_copy(update={"prompt": newest.prompt + "."}))
            return False

        desk.store.fail("commit", when=change_first)
        attempt = desk.edit(items[0], favourite(True))
        desk.editor.step()
        assert attempt.error == "Favourite put back: others keep changing it"
        assert desk.store.calls["commit"] == editor_module.CLASHES


class TestFailures:
    def test_B22_a_failure_takes_back_itself_alone(self, desk: Desk, store: Store, items: list[MediaItem]) -> None:
        desk.edit(items[0], favourite(True))
        failing = desk.edit(items[1], title("Doomed"))
        desk.edit(items[2], delete(NOON))
        desk.store.fail("commit", when=lambda _, writes, **__: writes[0].record.title == "Doomed")
        desk.editor.step()
        desk.editor.step()
        assert failing.error == f"Title put back: {AWAY}"
        assert desk.told == [("ada", PROJECT)]
        assert [(item.id, item.title, item.favourite) for item in desk.shown()] == [
            (items[0].id, items[0].title, True), (items[1].id, items[1].title, False),
        ]  # fmt: skip
        desk.editor.step()
        assert [item.id for item in desk.shown()] == [items[0].id, items[1].id]

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_B22_two_failures_in_either_order_show_what_is_stored_and_what_was_pushed(
        self, desk: Desk, store: Store, items: list[MediaItem], order: tuple[int, int]
    ) -> None:
        attempts = [desk.edit(items[0], title("First")), desk.edit(items[1], title("Second"))]
        [pushed] = save(store, items[0].model_copy(update={"prompt": "pushed"}))
        desk.store.fail("commit")
        waiting = desk.editor._waiting
        waiting[:] = [waiting[place] for place in order]
        desk.editor.step()
        desk.engine.push(pushed)
        desk.editor.step()
        assert all(attempt.error for attempt in attempts)
        assert desk.shown() == (pushed, items[1], items[2])

    def test_B19_an_edit_that_finds_the_store_away_is_told_to_the_feeds(
        self, desk: Desk, items: list[MediaItem]
    ) -> None:
        away: list[None] = []
        desk.engine.freshness.on_away = lambda: away.append(None)
        desk.store.fail("commit", times=1)
        for item in items[:2]:
            desk.edit(item, favourite(True))
            desk.editor.step()
        assert len(away) == 1

    def test_B22_an_edit_after_a_failed_one_of_the_same_item_is_stored_on_what_is_there(
        self, desk: Desk, store: Store, items: list[MediaItem]
    ) -> None:
        first, second = desk.edit(items[0], title("First")), desk.edit(items[0], title("Second"))
        desk.store.fail("commit", times=1)
        desk.editor.step()
        assert desk.shown()[0].title == "Second"
        desk.editor.step()
        assert (first.error, second.error) == (f"Title put back: {AWAY}", "")
        assert store.media.get(ADA, items[0].id).title == "Second"

    def test_B22_a_fault_that_nobody_foresaw_is_told_by_its_id_and_ends_the_edit(
        self, desk: Desk, items: list[MediaItem], caplog: pytest.LogCaptureFixture
    ) -> None:
        desk.store.fail("commit", error=ZeroDivisionError("secret"), times=1)
        attempt = desk.edit(items[0], favourite(True))
        with caplog.at_level(logging.CRITICAL):
            desk.editor.step()
        assert attempt.error.startswith("Favourite put back: Something went wrong (error ")
        assert "secret" not in attempt.error
        assert desk.shown() == tuple(items)

    def test_F12_one_who_has_stopped_waiting_is_told_of_the_end(self, desk: Desk, items: list[MediaItem]) -> None:
        patient, hurried = desk.edit(items[0], favourite(True)), desk.edit(items[1], favourite(True))
        assert not hurried.wait(0)
        desk.editor.step()
        assert desk.told == []
        desk.editor.step()
        assert desk.told == [("ada", PROJECT)]
        assert patient.wait(0)


class TestPermissions:
    def test_nobody_edits_what_is_not_theirs_and_nothing_shows(self, desk: Desk, items: list[MediaItem]) -> None:
        for change in (favourite(True), title("b"), delete(NOON)):
            with pytest.raises(Forbidden):
                desk.editor.begin(GRACE, items[0], change)
        with pytest.raises(NotFound):
            desk.editor.begin(GRACE, items[0].model_copy(update={"visibility": "private"}), favourite(True))
        assert desk.editor.overlays.current("grace") == ""
        assert not desk.editor.step()

    def test_an_edit_is_shown_to_whoever_made_it_and_to_nobody_else(self, desk: Desk, items: list[MediaItem]) -> None:
        attempt = desk.edit(items[0], favourite(True))
        version = desk.editor.overlays.current("ada")
        assert version
        assert desk.editor.overlays.current("grace") == ""
        assert desk.editor.overlays.get(version, "grace") is None
        assert desk.editor.find(attempt.edit.operation_id, GRACE) is None
        assert desk.editor.find(attempt.edit.operation_id, ADA) is attempt


class TestBounds:
    def test_a_store_that_is_away_is_promised_so_much_and_no_more(
        self, desk: Desk, items: list[MediaItem], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(editor_module, "WAITING", 2)
        for _ in range(2):
            desk.edit(items[0], favourite(True))
        with pytest.raises(StoreUnavailable, match="Too many changes"):
            desk.edit(items[0], favourite(True))
        assert len(desk.pending()) == 2

    def test_the_end_of_old_edits_is_forgotten_and_of_pending_ones_never(
        self, desk: Desk, items: list[MediaItem], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(editor_module, "REMEMBERED", 2)
        pending = [desk.edit(item, favourite(True)) for item in items]
        found = [desk.editor.find(one.edit.operation_id, ADA) for one in pending]
        assert found == pending
        while desk.editor.step():
            pass
        desk.edit(items[0], favourite(False))
        assert desk.editor.find(pending[0].edit.operation_id, ADA) is None

    def test_what_is_remembered_of_an_end_holds_none_of_the_items_but_the_first(
        self, desk: Desk, items: list[MediaItem]
    ) -> None:
        """Very many ends are remembered, and one may be of a thousand items."""
        attempt = desk.editor.begin_all(ADA, items, favourite(True))
        assert desk.editor.step()
        remembered = desk.editor.find(attempt.edit.operation_id, ADA)
        assert remembered is attempt
        assert (attempt.count, set(attempt.project_ids), attempt.error) == (3, {PROJECT}, "")
        assert [edit.media_id for edit in attempt.edits] == [items[0].id]
        assert desk.editor.begin(ADA, items[2], favourite(False))
        assert desk.editor.step(), "none of its items is taken for busy"

    def test_versions_are_bounded_by_the_edits_in_them(self, items: list[MediaItem]) -> None:
        """Those of a thousand items weigh a thousand times as much as one of one."""
        overlays = Overlays("m")
        versions = []
        for number in range(30):
            overlays.add("ada", *(Edit(f"e{number}", favourite(True), items[0]) for _ in range(1_000)))
            versions.append(overlays.current("ada"))
            overlays.drop("ada", f"e{number}")
        assert sum(overlays.get(version, "ada") is not None for version in versions) == 5

    def test_versions_are_bounded_and_what_is_pending_now_is_always_held(
        self, items: list[MediaItem], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.freshness.overlays.MOST_EDITS", 9)
        overlays = Overlays("m")
        overlays.add("grace", Edit("g", favourite(True), items[0]))
        edits = [Edit(f"e{number}", favourite(True), items[0]) for number in range(9)]
        versions = []
        for edit in edits:
            overlays.add("ada", edit)
            versions.append(overlays.current("ada"))
        assert overlays.get(versions[0], "ada") is None
        assert overlays.get(versions[-1], "ada") == tuple(edits)
        assert overlays.get(overlays.current("grace"), "grace") is not None
        for edit in edits:
            overlays.drop("ada", edit.operation_id)
        assert overlays.current("ada") == ""
        assert overlays.get("", "ada") == ()


class TestThreads:
    @pytest.fixture
    def editor(self, desk: Desk, clock: FakeClock, ids: SequentialIds) -> Iterator[Editor]:
        editor = Editor(desk.store, desk.engine.freshness, clock, ids)
        yield editor
        editor.close()

    def test_F12_a_slow_edit_holds_up_those_of_its_own_item_alone(
        self, desk: Desk, editor: Editor, items: list[MediaItem], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        let_go, arrived, commit = threading.Event(), threading.Event(), desk.store.commit

        def slowly(principal: Any, writes: Any, **options: Any) -> Any:
            if writes[0].record.title == "Slow":
                arrived.set()
                assert let_go.wait(30)
            return commit(principal, writes, **options)

        monkeypatch.setattr(desk.store, "commit", slowly)
        slow, behind = editor.begin(ADA, items[0], title("Slow")), editor.begin(ADA, items[0], favourite(True))
        assert arrived.wait(30)
        assert editor.begin(ADA, items[1], favourite(True)).wait(30)
        assert not slow.done
        assert not behind.done
        let_go.set()
        assert behind.wait(30)

    def test_a_closing_editor_stores_what_was_shown_and_takes_no_more(
        self, desk: Desk, editor: Editor, store: Store, items: list[MediaItem]
    ) -> None:
        attempts = [editor.begin(ADA, item, favourite(True)) for item in items]
        editor.close()
        assert all(attempt.done and not attempt.error for attempt in attempts)
        assert all(store.media.get(ADA, item.id).favourite for item in items)
        with pytest.raises(StoreUnavailable, match="stopping"):
            editor.begin(ADA, items[0], favourite(False))

    def test_idle_it_has_no_thread(self, desk: Desk, editor: Editor, items: list[MediaItem]) -> None:
        assert editor.begin(ADA, items[0], favourite(True)).wait(30)
        until(lambda: not any(thread.name == "editor" for thread in threading.enumerate()))


def _around(patch: pytest.MonkeyPatch, owner: Any, name: str, look: Callable[..., None]) -> None:
    """Look before and after a method of `owner` is called."""
    called = getattr(owner, name)

    def watched(*args: Any) -> Any:
        look()
        result = called(*args)
        look()
        return result

    patch.setattr(owner, name, watched)
