"""Live pages: what is committed anywhere shows where it belongs, and disturbs nothing."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from services.errors import StoreUnavailable
from services.freshness.live import LIVE_COOKIE
from services.freshness.subscriber import Subscriber
from services.http.events import StreamView, catch_up
from services.models import MediaQuery, Remove
from tests.handler.test_page_library import refreshes
from tests.support.mesop_client import MesopClient
from tests.support.records import operation
from tests.support.slow_reads import Slow
from tests.support.studio import Studio, ids_shown


class Stream:
    """A page's event stream, without the network: what it would be told."""

    def __init__(self, studio: Studio, tab: MesopClient) -> None:
        element = tab.element("freshet-live")
        queries = tuple(MediaQuery.model_validate(view) for view in json.loads(element["views"]))
        shown = tuple(
            StreamView(query=query, version=version)
            for query, version in zip(queries, element["versions"], strict=True)
        )
        self._hub = studio.services.hub
        self._woken = threading.Event()
        self.subscriber = Subscriber(studio.principal, queries, self._woken.set)
        self._hub.subscribe(self.subscriber)
        assert wait_for(lambda: self._hub.state(studio.services.project.id)[0] == "live")
        catch_up(self.subscriber, shown)
        entry = studio.services.freshness.entry
        held = [query for query in queries if entry(query, studio.principal).version]
        assert wait_for(lambda: all(entry(query, studio.principal).current for query in held))

    def changed(self, patience: float = 10.0) -> list[int]:
        """The views that were named as changed; waits until there are some."""
        changed: list[int] = []
        while not changed:  # it is also woken by answers to questions of its own
            assert self._woken.wait(patience), "nothing was heard"
            self._woken.clear()
            changed = self.subscriber.take()[0]
        return changed

    def quiet(self) -> bool:
        return not self.subscriber.changed

    def close(self) -> None:
        self._hub.unsubscribe(self.subscriber)


@pytest.fixture
def listen(studio: Studio) -> Iterator[Any]:
    streams: list[Stream] = []

    def open_stream(tab: MesopClient) -> Stream:
        streams.append(Stream(studio, tab))
        streams[-1].subscriber.take()
        streams[-1]._woken.clear()
        return streams[-1]

    yield open_stream
    for stream in streams:
        stream.close()


def wait_for(condition: Any, patience: float = 20.0) -> bool:
    """Wait for another thread's doing."""
    ticks = threading.Event()
    for _ in range(int(patience / 0.02)):
        if condition():
            return True
        ticks.wait(0.02)
    return False


def push(tab: MesopClient, reason: str = "live", *, scrolled: bool = False, views: list[int] | None = None) -> None:
    tab.fire("freshet-live", "refreshEvent", {"reason": reason, "views": views, "scrolled": scrolled})


def test_R0_08_a_new_video_shows_in_the_open_library_by_itself(
    studio: Studio, listen: Any, caplog: pytest.LogCaptureFixture
) -> None:
    studio.add(3)
    tab = studio.open("/library")
    stream = listen(tab)
    (video,) = studio.add(media_type="video", origin="create-video")
    assert stream.changed() == [0]
    caplog.set_level(logging.INFO, "freshet")
    before = studio.store.reads
    push(tab, views=[0])
    assert ids_shown(tab)[0] == video.id
    assert studio.store.reads == before
    assert refreshes(caplog, "library.refresh") == ["live"]


@pytest.mark.parametrize("media_type", ["image", "video", "audio", "combined"])
def test_R4_03_a_finished_run_shows_in_every_tab_it_belongs_to_and_wakes_no_other(
    studio: Studio, listen: Any, media_type: str
) -> None:
    (finished,) = studio.add(media_type=media_type)
    (waiting,) = studio.add(media_type=media_type, status="generating", files={}, run_id=studio.services.ids.new())
    tabs = {kind: studio.open("/library", {"type": kind}) for kind in ("all", "image", "video", "audio", "combined")}
    streams = {kind: listen(tab) for kind, tab in tabs.items()}
    studio.change(waiting, status="ready", files=finished.files)
    assert wait_for(lambda: not streams["all"].quiet() and not streams[media_type].quiet())
    for kind, tab in tabs.items():
        push(tab)
        shown = {tile["mediaId"]: tile["status"] for tile in tab.tiles()}
        assert shown.get(waiting.id) == ("ready" if kind in ("all", media_type) else None)
    assert all(stream.quiet() for kind, stream in streams.items() if kind not in ("all", media_type))


def test_B08_changes_that_do_not_match_add_nothing_and_wake_nobody(studio: Studio, listen: Any) -> None:
    studio.add(2)
    tab = studio.open("/library", {"type": "image"})
    stream = listen(tab)
    studio.add(3, media_type="video", origin="create-video")
    (image,) = studio.add()
    assert stream.changed() == [0]
    push(tab)
    assert ids_shown(tab)[0] == image.id
    assert len(tab.tiles()) == 3


def test_B04_what_is_committed_while_a_chooser_is_open_shows_in_it(studio: Studio, listen: Any) -> None:
    from tests.handler.test_page_try_on import open_chooser

    studio.add(2)
    tab = open_chooser(studio.open("/try-on"), "person")
    stream = listen(tab)
    (new,) = studio.add()
    assert stream.changed() == [1]
    push(tab, views=[1])
    assert ids_shown(tab)[0] == new.id


def test_B09_scrolled_new_items_are_held_back_and_counted_until_they_are_asked_for(studio: Studio, listen: Any) -> None:
    items = studio.add(30)
    tab = studio.open("/library")
    shown = ids_shown(tab)
    stream = listen(tab)
    studio.add(2)
    stream.changed()
    push(tab, scrolled=True)
    studio.add(1)
    stream.changed()
    push(tab, scrolled=True)
    assert ids_shown(tab) == shown
    assert tab.element("freshet-drop")["count"] == 3
    renamed = studio.change(items[-1], title="Renamed while scrolled")
    stream.changed()
    push(tab, scrolled=True)
    assert tab.tiles()[0]["label"] == "Renamed while scrolled"
    assert tab.tiles()[0]["revision"] == renamed.revision
    tab.fire("freshet-drop", "showEvent", {"count": 3})
    assert len(ids_shown(tab)) >= len(shown)
    assert ids_shown(tab)[3] == shown[0]
    assert tab.element("freshet-drop")["count"] == 0


def test_B09_a_refresh_while_scrolled_holds_back_too_and_at_the_top_lets_in(studio: Studio) -> None:
    studio.add(30)
    tab = studio.open("/library")
    shown = ids_shown(tab)
    (new,) = studio.add()
    tab.fire("freshet-status", "refreshEvent", {"scrolled": True})
    assert ids_shown(tab) == shown
    assert tab.element("freshet-drop")["count"] == 1
    tab.fire("freshet-status", "refreshEvent", {"scrolled": False})
    assert ids_shown(tab)[0] == new.id


def test_R0_09_B09_nothing_is_held_back_above_a_list_of_which_nothing_is_left(studio: Studio, listen: Any) -> None:
    """An empty list beside "1 new" would say that there is nothing."""
    (item,) = studio.add()
    tab = studio.open("/library")
    stream = listen(tab)
    (new,) = studio.add()
    remove = Remove("media", item.id, item.revision)
    studio.store._store.commit(studio.principal, [remove], operation_id=operation())
    query = MediaQuery(project_id=studio.services.project.id)
    held = studio.services.freshness.snapshots
    assert wait_for(lambda: [one.id for one in held.latest(query, studio.principal).items] == [new.id])  # type: ignore[union-attr]
    stream.changed()
    push(tab, scrolled=True)
    assert ids_shown(tab) == [new.id]
    assert tab.element("freshet-drop")["count"] == 0


def test_B12_a_deleted_item_leaves_every_open_view(studio: Studio, listen: Any) -> None:
    items = studio.add(3)
    tabs = [studio.open("/library"), studio.open("/library", {"type": "image"})]
    streams = [listen(tab) for tab in tabs]
    remove = Remove("media", items[1].id, items[1].revision)
    studio.store._store.commit(studio.principal, [remove], operation_id=operation())
    for tab, stream in zip(tabs, streams, strict=True):
        stream.changed()
        push(tab)
        assert items[1].id not in ids_shown(tab)


def test_B17_ten_equal_views_are_brought_up_to_date_without_a_read(studio: Studio, listen: Any) -> None:
    studio.add(3)
    tabs = [studio.open("/library") for _ in range(10)]
    streams = [listen(tab) for tab in tabs]
    before = studio.store.calls["media.changed_since"] + studio.store.calls["media.get_media_for_page"]
    (new,) = studio.add()
    for tab, stream in zip(tabs, streams, strict=True):
        stream.changed()
        push(tab)
        assert ids_shown(tab)[0] == new.id
    after = studio.store.calls["media.changed_since"] + studio.store.calls["media.get_media_for_page"]
    assert after - before <= 1


def test_X_04_a_commit_of_many_wakes_a_view_once(studio: Studio, listen: Any) -> None:
    tab = studio.open("/library")
    stream = listen(tab)
    studio.add(30)
    assert stream.changed() == [0]
    push(tab)
    assert len(tab.tiles()) == 24
    assert tab.element("freshet-sentinel")["done"] is False


def test_R2_01_a_slow_store_keeps_the_page_usable_and_the_answer_comes_by_itself(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = [item.id for item in reversed(studio.add(3))]
    tab = studio.open("/library")
    monkeypatch.setattr("state.loading.PATIENCE", 0.01)
    gate = threading.Event()
    media = studio.services.freshness._reader._media
    read = media.changed_since

    def slow(*args: Any, **options: Any) -> Any:
        gate.wait(20)
        return read(*args, **options)

    monkeypatch.setattr(studio.services.freshness._reader, "_media", Slow(media, changed_since=slow))
    (new,) = studio.add()
    tab.fire("freshet-status", "refreshEvent")
    assert tab.element("freshet-status")["refreshing"] is True
    assert tab.element("freshet-live")["waiting"] is True
    assert ids_shown(tab) == shown
    tab.fire("freshet-tile", "activateEvent", {"id": shown[0]}, mediaId=shown[0])
    assert tab.element("freshet-dialog", isOpen=True)
    gate.set()
    query = MediaQuery(project_id=studio.services.project.id)
    assert wait_for(lambda: studio.services.freshness.entry(query, studio.principal).running is None)
    push(tab, "ready")
    assert ids_shown(tab)[0] == new.id
    assert tab.element("freshet-status")["refreshing"] is False
    assert tab.element("freshet-live")["waiting"] is False


def test_F02_what_is_held_is_marked_busy_while_an_opening_asks(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    (item,) = studio.add()
    studio.open("/library")
    monkeypatch.setattr("state.loading.PATIENCE", 0.01)
    gate, media = threading.Event(), studio.services.freshness._reader._media

    def slow(*args: Any, **options: Any) -> Any:
        gate.wait(20)
        return media.changed_since(*args, **options)

    monkeypatch.setattr(studio.services.freshness._reader, "_media", Slow(media, changed_since=slow))
    tab = studio.open("/library")
    assert ids_shown(tab) == [item.id]
    assert tab.element("freshet-status")["refreshing"] is True
    gate.set()
    query = MediaQuery(project_id=studio.services.project.id)
    assert wait_for(lambda: studio.services.freshness.entry(query, studio.principal).running is None)
    push(tab, "ready")
    assert tab.element("freshet-status")["refreshing"] is False


@pytest.mark.parametrize("reason", ["ready", "online", "focus", "live"])
def test_B18_a_question_that_its_process_took_with_it_is_asked_again_by_whatever_comes_first(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """Else nothing would be awaited any more, and a list of which nothing is held would stay a skeleton."""
    from tests.handler.test_page_try_on import open_chooser

    (item,) = studio.add()
    tab = studio.open("/try-on")
    monkeypatch.setattr("state.loading.PATIENCE", 0.01)
    gate, media = threading.Event(), studio.services.freshness._reader._media

    def slow(*args: Any, **options: Any) -> Any:
        gate.wait(20)
        return media.get_media_for_page(*args, **options)

    monkeypatch.setattr(studio.services.freshness._reader, "_media", Slow(media, get_media_for_page=slow))
    open_chooser(tab, "person")
    assert ids_shown(tab) == []
    studio.restart()
    gate.set()
    monkeypatch.setattr("state.loading.PATIENCE", 20.0)
    push(tab, reason)
    assert ids_shown(tab) == [item.id]
    assert tab.element("freshet-live")["waiting"] is False


def test_R2_10_a_failed_background_refresh_keeps_what_is_shown_and_says_so(studio: Studio) -> None:
    studio.add(3)
    tab = studio.open("/library")
    studio.clock.advance(60)
    studio.store.fault = StoreUnavailable("The store did not answer.")
    push(tab, "focus")
    assert len(tab.tiles()) == 3
    assert tab.element("freshet-status")["mode"] == "offline"
    assert tab.element("freshet-live")["unsure"] is True
    studio.store.fault = None
    tab.press("Retry")
    assert tab.element("freshet-status")["mode"] == "plain"
    assert tab.element("freshet-live")["unsure"] is False


def test_B16_returning_twice_within_five_seconds_asks_once(studio: Studio) -> None:
    studio.add(3)
    tab = studio.open("/library")
    studio.clock.advance(60)
    before = studio.store.reads
    push(tab, "visibility")
    push(tab, "focus")
    assert studio.store.reads == before + 1
    studio.clock.advance(6)
    push(tab, "focus")
    assert studio.store.reads == before + 2


def test_X_02_an_open_preview_and_a_typed_prompt_survive_every_push(studio: Studio, listen: Any) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    tab.fire("freshet-tile", "activateEvent", {"id": item.id}, mediaId=item.id)
    stream = listen(tab)
    studio.add(2)
    stream.changed()
    push(tab)
    assert tab.element("freshet-dialog", isOpen=True)["label"] == item.title
    form = studio.open("/create/image")
    form.fire("freshet-field", "changeEvent", {"value": "half a thought"}, fieldId="prompt")
    push(form)
    assert form.element("freshet-field", fieldId="prompt")["value"] == "half a thought"


@pytest.fixture
def still(studio: Studio) -> MesopClient:
    """An open library whose reader has turned live updates off."""
    studio.add(3)
    tab = studio.open("/library")
    tab.keep_cookie(LIVE_COOKIE, "off")
    studio.clock.advance(7_200)
    return tab


@pytest.mark.parametrize("reason", ["live", "focus", "visibility", "online", "ttl", "ready"])
def test_F14_R0_08_with_live_updates_off_nothing_that_nobody_asked_for_shows_or_asks(
    studio: Studio, still: MesopClient, reason: str
) -> None:
    shown = ids_shown(still)
    studio.add(1)
    studio.open("/library")  # this process has read it by now, for somebody else
    before = studio.store.reads
    push(still, reason)
    assert ids_shown(still) == shown
    assert studio.store.reads == before
    assert still.element("freshet-drop")["count"] == 0


@pytest.mark.parametrize("ask", ["manual", "open", "complete"])
def test_F14_R0_08_with_live_updates_off_refresh_opening_and_an_own_finished_run_show_all(
    studio: Studio, still: MesopClient, ask: str
) -> None:
    (new,) = studio.add(1)
    if ask == "manual":
        still.fire("freshet-status", "refreshEvent", {"scrolled": False})
    elif ask == "complete":
        still.fire("freshet-run-watch", "completeEvent", {"ids": [], "scrolled": False})
    else:
        still.navigate("/create/image").navigate("/library")
    assert ids_shown(still)[0] == new.id


def test_F14_with_live_updates_off_the_slow_answer_to_an_own_refresh_still_comes_by_itself(
    studio: Studio, still: MesopClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("state.loading.PATIENCE", 0.0)
    (new,) = studio.add(1)
    still.fire("freshet-status", "refreshEvent", {"scrolled": False})
    query = MediaQuery(project_id=studio.services.project.id)
    assert wait_for(lambda: studio.services.freshness.entry(query, studio.principal).running is None)
    push(still, "ready")
    assert ids_shown(still)[0] == new.id


def test_a_reason_made_up_in_a_browser_asks_nothing(studio: Studio) -> None:
    studio.add(1)
    tab = studio.open("/library")
    before = studio.store.reads
    for reason in ("recover", "manual", "nonsense", ""):
        push(tab, reason)
    assert studio.store.reads == before
