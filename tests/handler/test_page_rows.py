"""Rows of the freshness contract that hold alike on the library, on Home, on an item's page and on the account's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.freshness.queue import Job, Request
from services.freshness.session import COOKIE
from services.models import MediaItem
from tests.handler.test_page_account import figures
from tests.handler.test_page_edits import edit, listen
from tests.handler.test_page_live import push, wait_for
from tests.support.mesop_client import MesopClient
from tests.support.records import make_file
from tests.support.studio import Studio, ids_shown

__all__ = ["listen"]
LISTS = ("/home", "/media-item")
OTHERS = (*LISTS, "/account")
EVERYWHERE = ("/library", *OTHERS)
A_DAY = 25 * 3600
"""Seconds after which whatever is held is older than it may become."""
Hold = Callable[[], threading.Event]


def open_at(studio: Studio, path: str, item: MediaItem) -> MesopClient:
    return studio.open(path, address(path, item))


def address(path: str, item: MediaItem) -> dict[str, str]:
    return {"id": item.id} if path == "/media-item" else {}


def title(tab: MesopClient) -> str:
    """What the page calls its one item; "" where it shows none."""
    heads = [head["text"] for head in tab.elements("freshet-item-head") if head["mediaId"]]
    return str((heads or [tile["label"] for tile in tab.tiles()] or [""])[0])


def favourite(tab: MesopClient) -> bool:
    heads = [head["favourite"] for head in tab.elements("freshet-item-head")]
    return bool((heads or [tab.tiles()[0]["favourite"]])[0])


def shown(tab: MesopClient) -> object:
    """What the page tells that is read from the store; "" or none where nothing is held."""
    return figures(tab) if tab.path == "/account" else title(tab)


def status(tab: MesopClient) -> dict[str, Any]:
    return tab.element("freshet-status")


def refresh(tab: MesopClient) -> None:
    tab.fire("freshet-status", "refreshEvent", {"scrolled": False})


def idle(studio: Studio) -> bool:
    """Whether no question of this person is on its way."""
    s, who = studio.services, studio.principal
    held = s.freshness.snapshots.of_user(who.user_id, s.project.id)
    if any(s.freshness.entry(snapshot.query, who).running for snapshot in held):
        return False
    return s.usages.held(who).state.running is None and not s.usages.is_asked(who)


def impatient(monkeypatch: pytest.MonkeyPatch, patience: float = 0.01) -> None:
    for module in ("loading", "totals", "storage", "aside"):
        monkeypatch.setattr(f"state.{module}.PATIENCE", patience)


@pytest.fixture
def hold(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hold]:
    """From the call on the store keeps whoever reads waiting, until the event that it returns is set."""
    gates: list[threading.Event] = []
    note = studio.store.note

    def begin() -> threading.Event:
        gates.append(gate := threading.Event())

        def late(call: str) -> None:
            if call.startswith(("media.", "upkeep.")):
                gate.wait(20)
            note(call)

        impatient(monkeypatch)
        monkeypatch.setattr(studio.store, "note", late)
        return gate

    yield begin
    for gate in gates:
        gate.set()


class Late:
    """A store that reads at once, and from `begin` on is heard late: when `gate` is set."""

    def __init__(self, studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
        self._studio, self._monkeypatch = studio, monkeypatch
        self.has_read, self.gate = threading.Event(), threading.Event()

    def begin(self) -> None:
        impatient(self._monkeypatch)
        for method in ("changed_since", "get_media_for_page"):
            self._delay(self._studio.store.media, method)
        self._delay(self._studio.store.upkeep, "usage")

    def _delay(self, repository: Any, method: str) -> None:
        read = getattr(repository, method)

        def call(*args: Any, **options: Any) -> Any:
            answer = read(*args, **options)
            self.has_read.set()
            self.gate.wait(20)
            return answer

        self._monkeypatch.setattr(repository, method, call)


@pytest.fixture
def late(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Iterator[Late]:
    late = Late(studio, monkeypatch)
    yield late
    late.gate.set()


class Processes:
    """Two web processes that answer one session in turn; each knows what it has read itself."""

    def __init__(self, studio: Studio) -> None:
        self._studio, s = studio, studio.services
        self._first = s.freshness, s.editor, s.usages, s.sessions

    def to_the_other(self) -> None:
        self._studio.restart()

    def back(self) -> None:
        s = self._studio.services
        s.freshness, s.editor, s.usages, s.sessions = self._first


def same_session(tab: MesopClient, knows: MesopClient) -> MesopClient:
    """`tab`, with what `knows` has written and seen in its cookie, as browsers bring it there."""
    tab.keep_cookie(COOKIE, knows.element("freshet-session")["token"])
    return tab


# ── what a session has written and seen ──


@pytest.mark.parametrize("path", ["/library", *LISTS])
def test_B05_F10_an_own_edit_is_never_missing_unlabelled_from_a_process_that_has_not_heard_of_it(
    studio: Studio, hold: Hold, path: str
) -> None:
    (item,) = studio.add()
    tab, processes = open_at(studio, path, item), Processes(studio)
    other = studio.open("/account")
    processes.to_the_other()
    edit(tab, "favourite", item, True)
    assert favourite(tab) is True
    processes.back()
    gate = hold()
    tab = same_session(other, tab).navigate(path, address(path, item))
    assert favourite(tab) is False, "the process shows what it holds"
    assert status(tab)["mode"] == "catching", "and says that it is not all"
    gate.set()
    assert wait_for(lambda: idle(studio))
    push(tab, "ready")
    assert favourite(tab) is True
    assert status(tab)["mode"] == "plain"


@pytest.mark.parametrize("path", ["/library", *LISTS])
def test_B06_F10_what_was_seen_is_never_unseen_unlabelled_in_a_process_that_lags_behind(
    studio: Studio, hold: Hold, path: str
) -> None:
    (item,) = studio.add(title="As it was")
    tab, processes = open_at(studio, path, item), Processes(studio)
    other = studio.open("/account")
    processes.to_the_other()
    studio.change(item, title="As it is")
    refresh(tab)
    assert title(tab) == "As it is"
    processes.back()
    gate = hold()
    tab = same_session(other, tab).navigate(path, address(path, item))
    assert (title(tab), status(tab)["mode"]) == ("As it was", "catching")
    gate.set()
    assert wait_for(lambda: idle(studio))
    push(tab, "ready")
    assert (title(tab), status(tab)["mode"]) == ("As it is", "plain")


def read_by_the_other(studio: Studio, processes: Processes, tab: MesopClient) -> None:
    """The page comes to show what another process has read, of one item more."""
    processes.to_the_other()
    studio.clock.advance(600)
    studio.add()
    refresh(tab)


@pytest.mark.parametrize("reason", ["ttl", "ready", "live"])
def test_B06_F10_a_process_that_holds_older_figures_than_the_page_shows_asks_instead_of_showing_them(
    studio: Studio, reason: str
) -> None:
    studio.add()
    tab, processes = studio.open("/account"), Processes(studio)
    read_by_the_other(studio, processes, tab)
    shown, as_of = figures(tab), status(tab)["asOfMs"]
    assert shown["All your files"][0] == "2 items"
    processes.back()
    push(tab, reason)
    assert figures(tab) == shown
    assert status(tab)["asOfMs"] >= as_of
    push(tab, reason)
    assert figures(tab) == shown


def test_B06_F10_older_figures_of_another_process_are_not_painted_on_a_visit_either(studio: Studio, hold: Hold) -> None:
    studio.add()
    tab, processes = studio.open("/account"), Processes(studio)
    read_by_the_other(studio, processes, tab)
    shown = figures(tab)
    processes.back()
    gate = hold()
    tab.navigate("/library")
    tab.navigate("/account")
    assert figures(tab) == shown
    gate.set()
    assert wait_for(lambda: idle(studio))
    push(tab, "ready")
    assert figures(tab) == shown


@pytest.mark.parametrize("reason", ["ttl", "focus", "online", "live"])
@pytest.mark.parametrize("path", ["/library", *LISTS])
def test_R2_03_what_a_page_shows_is_asked_for_as_high_for_whatever_reason(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, path: str, reason: str
) -> None:
    (item,) = studio.add()
    tab = open_at(studio, path, item)
    studio.clock.advance(A_DAY)
    queue = studio.services.freshness.queue
    submit, asked = queue.submit, list[str]()

    def note(request: Request) -> Job:
        asked.append(request.priority)
        return submit(request)

    monkeypatch.setattr(queue, "submit", note)
    push(tab, reason)
    assert set(asked) == {"high"}


@pytest.mark.parametrize("path", LISTS)
def test_B07_an_answer_that_a_push_overtook_takes_nothing_back(
    studio: Studio, listen: Any, late: Late, path: str
) -> None:
    (item,) = studio.add(title="As it was")
    tab = open_at(studio, path, item)
    stream = listen(tab)
    late.begin()
    refresh(tab)
    assert late.has_read.wait(20)
    studio.change(item, title="As it is")
    stream.changed()
    push(tab)
    assert title(tab) == "As it is"
    late.gate.set()
    assert wait_for(lambda: idle(studio))
    push(tab, "ready")
    assert title(tab) == "As it is"
    assert status(tab)["refreshing"] is False


def test_B07_figures_that_were_counted_before_a_change_give_way_to_those_asked_for_after_it(
    studio: Studio, late: Late
) -> None:
    (item,) = studio.add()
    tab = open_at(studio, "/account", item)
    late.begin()
    refresh(tab)
    assert late.has_read.wait(20)
    studio.add()
    studio.clock.advance(60)
    push(tab)
    late.gate.set()
    assert wait_for(lambda: idle(studio))
    push(tab, "ready")
    assert figures(tab)["All your files"][0] == "2 items"
    assert status(tab)["refreshing"] is False


# ── what arrives ──


@pytest.mark.parametrize("path", LISTS)
def test_B11_nothing_is_doubled_or_skipped_while_items_come_and_go(studio: Studio, listen: Any, path: str) -> None:
    (item,) = studio.add(media_type="audio")
    fields = {"source_ids": (item.id,)} if path == "/media-item" else {}
    kept, gone, last = studio.add(3, **fields)
    tab = open_at(studio, path, item)
    stream = listen(tab)
    new = studio.add(2, **fields)
    studio.change(gone, deleted_at=studio.clock.now())
    pictures = [new[1].id, new[0].id, last.id, kept.id]

    def brought() -> bool:
        push(tab)
        return [one for one in ids_shown(tab) if one != item.id] == pictures

    stream.changed()
    assert wait_for(brought), ids_shown(tab)


@pytest.mark.parametrize("path", LISTS)
def test_B13_a_new_file_has_a_new_address_on_every_picture_and_a_new_title_has_not(
    studio: Studio, listen: Any, path: str
) -> None:
    (item,) = studio.add()
    tab = open_at(studio, path, item)
    stream = listen(tab)

    def urls() -> tuple[str, ...]:
        viewers = tuple(viewer["fileUrl"] for viewer in tab.elements("freshet-viewer"))
        return viewers or tuple(tile["thumbUrl"] for tile in tab.tiles())

    before = urls()
    renamed = studio.change(item, title="Renamed")
    stream.changed()
    push(tab)
    assert (title(tab), urls()) == ("Renamed", before)
    studio.clock.advance(1)
    file = make_file(key=f"media/p/{item.id}/thumb-y.webp", content_type="image/webp", updated_at=studio.clock.now())
    studio.change(renamed, files={"original": file, "thumb": file})
    stream.changed()
    push(tab)
    assert len(urls()) == len(before) == 1
    assert urls() != before


# ── what it costs ──


@pytest.mark.parametrize(("path", "most"), [("/media-item", 0), ("/account", 2)])
def test_B14_an_idle_hour_costs_what_is_looked_at_again_after_its_time(studio: Studio, path: str, most: int) -> None:
    (item,) = studio.add()
    tab = open_at(studio, path, item)
    before = studio.store.reads
    for _ in range(60):
        studio.clock.advance(60)
        push(tab, "ttl")
    assert studio.store.reads - before <= most


@pytest.mark.parametrize("path", OTHERS)
def test_B16_whoever_returns_twice_within_five_seconds_asks_once(studio: Studio, path: str) -> None:
    (item,) = studio.add()
    tab = open_at(studio, path, item)
    studio.clock.advance(60)
    before = studio.store.reads
    push(tab, "visibility")
    once = studio.store.reads
    assert once > before
    push(tab, "focus")
    push(tab, "online")
    assert studio.store.reads == once
    studio.clock.advance(6)
    push(tab, "focus")
    assert studio.store.reads > once


@pytest.mark.parametrize("path", LISTS)
def test_B17_ten_equal_pages_are_brought_up_to_date_without_a_read(studio: Studio, listen: Any, path: str) -> None:
    (item,) = studio.add()
    tabs = [open_at(studio, path, item) for _ in range(10)]
    streams = [listen(tab) for tab in tabs]
    before = studio.store.reads
    studio.change(item, title="Renamed")
    for tab, stream in zip(tabs, streams, strict=True):
        stream.changed()
        push(tab)
        assert title(tab) == "Renamed"
    assert studio.store.reads - before <= 1


def test_B17_ten_account_pages_that_ask_at_once_are_two_questions_at_most(studio: Studio, hold: Hold) -> None:
    (item,) = studio.add()
    tabs = [open_at(studio, "/account", item) for _ in range(10)]
    studio.add()
    studio.clock.advance(60)
    before = studio.store.calls["upkeep.usage"]
    gate = hold()
    for tab in tabs:
        push(tab)
    gate.set()
    assert wait_for(lambda: idle(studio))
    for tab in tabs:
        push(tab, "ready")
        assert figures(tab)["All your files"][0] == "2 items"
    assert studio.store.calls["upkeep.usage"] - before <= 2


# ── what is not disturbed, and what is not said ──


@pytest.mark.parametrize("reason", ["ready", "online", "focus", "live"])
@pytest.mark.parametrize("path", OTHERS)
def test_B18_a_question_that_its_process_took_with_it_is_asked_again_by_whatever_comes_first(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, hold: Hold, path: str, reason: str
) -> None:
    (item,) = studio.add()
    gate = hold()
    tab = open_at(studio, path, item)
    assert not shown(tab)
    studio.restart()
    gate.set()
    impatient(monkeypatch, 20.0)
    push(tab, reason)
    assert shown(tab)
    assert tab.element("freshet-live")["waiting"] is False


@pytest.mark.parametrize("path", EVERYWHERE)
def test_B21_a_refresh_with_nothing_new_changes_nothing_on_the_page_but_its_age(studio: Studio, path: str) -> None:
    (source,) = studio.add()
    (item,) = studio.add(source_ids=(source.id,))
    studio.add(3, source_ids=(item.id,))
    tab = open_at(studio, path, item)
    before, as_of = tab.drawn(), status(tab)["asOfMs"]
    for reason in ("visibility", "ttl", "live"):
        studio.clock.advance(60)
        push(tab, reason)
        assert tab.drawn() == before, reason
    refresh(tab)
    assert tab.drawn() == before
    assert status(tab)["asOfMs"] > as_of, "it was asked"


@pytest.mark.parametrize("path", EVERYWHERE)
def test_R4_04_a_slow_refresh_that_nobody_asked_for_is_not_shown_as_one(studio: Studio, hold: Hold, path: str) -> None:
    (item,) = studio.add()
    tab = open_at(studio, path, item)
    refresh(tab)  # all that the page shows is of one time
    before, as_of = shown(tab), status(tab)["asOfMs"]
    for reason in ("focus", "ttl", "live"):
        studio.clock.advance(A_DAY)
        gate = hold()
        push(tab, reason)
        assert tab.element("freshet-live")["waiting"] is True, f"{reason} asks"
        assert (status(tab)["refreshing"], status(tab)["mode"]) == (False, "plain")
        assert not any(box.get("busy") for box in tab.elements("freshet-aria"))
        assert shown(tab) == before
        gate.set()
        assert wait_for(lambda: idle(studio))
        push(tab, "ready")
        assert tab.element("freshet-live")["waiting"] is False
    assert status(tab)["asOfMs"] > as_of
