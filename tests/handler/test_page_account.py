"""The account page: what one's files take up is told with its age, and asked for no more than is needed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from components.account.storage import NOT_FOLLOWED
from services.errors import StoreUnavailable
from services.freshness.live import LIVE_COOKIE
from services.freshness.subscriber import Subscriber
from services.http.events import MOST_VIEWS
from services.models import MediaItem, MediaQuery
from state.storage import MOST_PROJECTS
from tests.handler.test_page_live import push, wait_for
from tests.handler.test_page_projects import make
from tests.support.logs import recorded_lines
from tests.support.mesop_client import MesopClient
from tests.support.records import make_file, make_principal, save
from tests.support.stores import Backend
from tests.support.studio import Studio

MB = 1_000_000
Listen = Callable[[MesopClient], Subscriber]


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    with recorded_lines() as lines:
        yield lines


def add(studio: Studio, kind: str = "image", size: int = MB, **fields: Any) -> MediaItem:
    files = {"original": make_file(key=f"shared/b/{studio.services.ids.new()}.png", size=size)}
    return studio.add(1, media_type=kind, files=files, **fields)[0]


def figures(tab: MesopClient) -> dict[str, tuple[str, int]]:
    """By the words of each row: how many items, and the bytes."""
    words = ["All your files", "Images", "Videos", "Audio", "Combined", "Of these in the trash"]
    told, sizes = tab.text, iter(tab.elements("freshet-size"))
    found = {}
    for place, text in enumerate(told):
        if text in words:
            items = next(one for one in told[place + 1 :] if one.endswith((" item", " items")))
            found[text] = (items, next(sizes)["amount"])
    return found


def asked(studio: Studio) -> int:
    return studio.store.calls["upkeep.usage"]


def busy(tab: MesopClient) -> bool:
    return bool(tab.element("freshet-aria", label="Storage used", boxRole="list")["busy"])


def status(tab: MesopClient) -> dict[str, Any]:
    return tab.element("freshet-status")


def test_types_the_trash_and_the_sum_are_told_and_nothing_of_others(studio: Studio) -> None:
    add(studio, size=2 * MB)
    add(studio, "video", 40 * MB)
    gone = add(studio, size=MB)
    studio.change(gone, deleted_at=studio.clock.now())
    bob = make_principal("bob", studio.services.project.id)
    save(studio.store._store, gone.model_copy(update={"id": "bobs", "owner_id": "bob", "revision": 0}), principal=bob)
    tab = studio.open("/account")
    assert figures(tab) == {
        "All your files": ("3 items", 43 * MB),
        "Images": ("2 items", 3 * MB),
        "Videos": ("1 item", 40 * MB),
        "Of these in the trash": ("1 item", MB),
    }
    assert status(tab)["asOfMs"] == int(studio.clock.now().timestamp() * 1000)
    tab.press("Open trash")
    assert (tab.path, tab.query) == ("/library", {"trash": ["1"]})


def test_whose_figures_they_are_is_the_servers_to_say(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    add(studio)
    tab = studio.open("/account")
    assert figures(tab)["All your files"] == ("1 item", MB)
    eve = make_principal("eve", studio.services.project.id)
    monkeypatch.setattr(studio.services.principals, "resolve", lambda headers: eve)
    tab.fire("freshet-status", "refreshEvent")
    assert figures(tab)["All your files"] == ("0 items", 0)


def test_R2_12_the_store_is_asked_by_opening_and_by_refresh_and_by_nothing_else(
    studio: Studio, lines: list[dict[str, Any]]
) -> None:
    tab = studio.open("/account")
    before = asked(studio)
    assert before == 1
    for reason in ("focus", "visibility", "ttl", "ready"):
        push(tab, reason)
    assert asked(studio) == before
    tab.fire("freshet-status", "refreshEvent")
    assert asked(studio) == before + 1
    studio.clock.advance(6)
    push(tab, "focus")
    assert asked(studio) == before + 2
    told = [line["reason"] for line in lines if line["event"] == "account.refresh"]
    assert told == ["open", "manual", "focus"]
    assert all(line["documents"] <= 5 for line in lines if line["event"] == "account.refresh")


def test_R2_02_figures_are_asked_for_again_by_themselves_after_half_an_hour(studio: Studio) -> None:
    tab = studio.open("/account")
    studio.clock.advance(30 * 60 - 1)
    push(tab, "ttl")
    assert asked(studio) == 1
    studio.clock.advance(2)
    push(tab, "ttl")
    assert asked(studio) == 2


def test_R2_01_what_is_held_paints_before_the_store_has_answered_and_the_answer_comes_by_itself(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = add(studio)
    studio.open("/account")
    studio.change(item, deleted_at=studio.clock.now())
    let_go, upkeep = threading.Event(), studio.services.usages._upkeep

    class Slow:
        def usage(self, *args: Any) -> Any:
            let_go.wait(20)
            return upkeep.usage(*args)

    monkeypatch.setattr(studio.services.usages, "_upkeep", Slow())
    monkeypatch.setattr("state.storage.PATIENCE", 0.01)
    tab = studio.open("/account")
    assert figures(tab)["All your files"] == ("1 item", MB)
    assert figures(tab)["Of these in the trash"] == ("0 items", 0)
    assert status(tab)["refreshing"] is True
    assert tab.element("freshet-live")["waiting"] is True
    assert tab.whole_trees == 1
    let_go.set()
    assert wait_for(lambda: studio.services.usages.held(studio.principal).state.running is None)
    push(tab, "ready", views=[0])
    assert figures(tab)["Of these in the trash"] == ("1 item", MB)
    assert status(tab)["refreshing"] is False
    assert tab.element("freshet-live")["waiting"] is False


def test_F02_what_is_held_is_marked_busy_while_an_opening_asks_once(studio: Studio) -> None:
    tab = studio.open("/account")
    before = asked(studio)
    tab.navigate("/library")
    tab.navigate("/account")
    assert asked(studio) == before + 1
    assert busy(tab) is False
    for _ in range(5):
        tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert asked(studio) == before + 1


def test_F07_a_failure_keeps_the_figures_says_their_age_and_offers_retry(studio: Studio) -> None:
    add(studio)
    tab = studio.open("/account")
    studio.store.fault = StoreUnavailable("The store did not answer.")
    tab.fire("freshet-status", "refreshEvent")
    assert figures(tab)["All your files"] == ("1 item", MB)
    assert status(tab)["mode"] == "offline"
    assert any("The store did not answer." in text for text in tab.text)
    studio.store.fault = None
    tab.press("Retry")
    assert status(tab)["mode"] == "plain"
    assert not any("did not answer" in text for text in tab.text)


def test_R0_14_figures_that_could_not_be_read_are_no_zeros(studio: Studio) -> None:
    studio.store.fault = StoreUnavailable("The store did not answer.")
    tab = studio.open("/account")
    assert figures(tab) == {}
    assert any("The store did not answer." in text for text in tab.text)
    assert tab.elements("freshet-export")
    studio.store.fault = None
    tab.press("Retry")
    assert figures(tab)["All your files"] == ("0 items", 0)


def test_R4_01_what_is_committed_elsewhere_shows_by_itself(studio: Studio) -> None:
    item = add(studio)
    tab = studio.open("/account")
    queries = tuple(MediaQuery.model_validate(view) for view in json.loads(tab.element("freshet-live")["views"]))
    woken = threading.Event()
    subscriber = Subscriber(studio.principal, queries, woken.set)
    studio.services.hub.subscribe(subscriber)
    try:
        assert wait_for(lambda: studio.services.hub.state(studio.services.project.id)[0] == "live")
        subscriber.take()

        def told(place: int) -> bool:
            heard = wait_for(lambda: place in subscriber.changed)
            subscriber.take()
            return heard

        add(studio, "audio", 3 * MB)
        assert told(0)
        push(tab, views=[0])
        assert figures(tab)["Audio"] == ("1 item", 3 * MB)
        trashed = studio.change(item, deleted_at=studio.clock.now())
        assert told(1)
        push(tab, views=[1])
        assert figures(tab)["Of these in the trash"] == ("1 item", MB)
        for bobs in (item, trashed):  # wake nobody
            assert not any(query.matches(bobs.model_copy(update={"owner_id": "bob"})) for query in queries)
    finally:
        studio.services.hub.unsubscribe(subscriber)


@pytest.fixture
def listen(studio: Studio) -> Iterator[Listen]:
    """Opens a page's stream, without the network, once the feeds of all its projects deliver."""
    hub, opened = studio.services.hub, list[Subscriber]()

    def listen(tab: MesopClient) -> Subscriber:
        queries = tuple(MediaQuery.model_validate(view) for view in json.loads(tab.element("freshet-live")["views"]))
        opened.append(Subscriber(studio.principal, queries, lambda: None))
        hub.subscribe(opened[-1])
        assert wait_for(lambda: all(hub.state(query.project_id)[0] == "live" for query in queries))
        opened[-1].take()
        return opened[-1]

    yield listen
    for subscriber in opened:
        hub.unsubscribe(subscriber)


def heard(subscriber: Subscriber) -> list[int]:
    """The views that are told to have changed, once any is."""
    assert wait_for(lambda: bool(subscriber.changed))
    return subscriber.take().changed


def test_F08_what_is_committed_in_any_of_ones_projects_shows_by_itself(studio: Studio, listen: Listen) -> None:
    add(studio)
    spring = make(studio)
    tab = studio.open("/account")
    subscriber = listen(tab)
    item = add(studio, "video", 4 * MB, project_id=spring)
    push(tab, views=heard(subscriber))
    assert figures(tab)["Videos"] == ("1 item", 4 * MB)
    studio.change(item, deleted_at=studio.clock.now())
    push(tab, views=heard(subscriber))
    assert figures(tab)["Of these in the trash"] == ("1 item", 4 * MB)
    assert status(tab)["mode"] == "plain"


def test_F08_with_more_projects_than_it_hears_of_the_page_does_not_look_as_if_it_did(studio: Studio) -> None:
    for number in range(MOST_PROJECTS - 1):
        make(studio, f"Project {number}")
    tab = studio.open("/account")
    assert len(json.loads(tab.element("freshet-live")["views"])) == 2 * MOST_PROJECTS == MOST_VIEWS
    assert status(tab)["mode"] == "plain"
    assert NOT_FOLLOWED not in tab.text
    spring = make(studio)
    tab = studio.open("/account", {"project": spring})
    views = json.loads(tab.element("freshet-live")["views"])
    assert {view["project_id"] for view in views} == {spring}
    assert status(tab)["mode"] == "asked"
    assert NOT_FOLLOWED in tab.text


def test_a_closer_look_that_was_left_open_elsewhere_is_none_of_the_views_that_the_page_may_have(studio: Studio) -> None:
    item = add(studio)
    tab = studio.open("/library")
    tab.fire("freshet-tile", "activateEvent", {"id": item.id}, mediaId=item.id)
    tab.navigate("/account")
    assert len(json.loads(tab.element("freshet-live")["views"])) == 2


def summed(backend: Backend) -> int:
    """Documents that Firestore has billed for sums."""
    return sum(client.tally.by_rpc["RunAggregationQuery"] for client in backend.clients)


@pytest.mark.parametrize("dear", [False, True])
def test_B14_F11_an_idle_page_costs_the_same_however_much_there_is(
    studio: Studio, backend: Backend, listen: Listen, monkeypatch: pytest.MonkeyPatch, dear: bool
) -> None:
    """Neither age nor a window that has to poll sums up anew, while the feeds tell of nothing."""
    if dear:
        monkeypatch.setattr("services.models.usage.DEAR", -1)
    add(studio)
    tab = studio.open("/account")
    listen(tab)
    studio.clock.advance(61)
    push(tab)  # the page was read before its feed began
    sums, cost = asked(studio), summed(backend)
    assert sums == (1 if dear else 2)
    for _ in range(12):
        studio.clock.advance(301)
        push(tab, "ttl")
        push(tab)
    assert (asked(studio), summed(backend)) == (sums, cost)


def test_F11_a_change_costs_a_sum_only_where_that_is_cheap_and_else_the_page_says_so(
    studio: Studio, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(studio)
    tab = studio.open("/account")
    subscriber = listen(tab)
    add(studio)
    push(tab, views=heard(subscriber))
    assert figures(tab)["Images"] == ("2 items", 2 * MB)
    monkeypatch.setattr("services.models.usage.DEAR", -1)
    tab.fire("freshet-status", "refreshEvent")
    assert status(tab)["mode"] == "asked"
    assert NOT_FOLLOWED in tab.text
    sums = asked(studio)
    add(studio)
    push(tab, views=heard(subscriber))
    assert asked(studio) == sums
    tab.fire("freshet-status", "refreshEvent")
    assert figures(tab)["Images"] == ("3 items", 3 * MB)


def test_F11_where_no_feed_tells_of_changes_a_page_that_polls_sums_once_a_minute(studio: Studio) -> None:
    add(studio)
    tab = studio.open("/account")
    for _ in range(24):
        studio.clock.advance(5)
        push(tab)
    assert asked(studio) == 1 + 2


def test_F14_with_live_updates_off_only_opening_and_refresh_ask(studio: Studio) -> None:
    tab = studio.open("/account")
    tab.keep_cookie(LIVE_COOKIE, "off")
    studio.clock.advance(timedelta(days=1).total_seconds())
    for reason in ("live", "focus", "ttl", "ready"):
        push(tab, reason)
    assert asked(studio) == 1
    tab.fire("freshet-status", "refreshEvent")
    assert asked(studio) == 2


def test_R0_15_another_process_draws_what_the_page_holds_without_asking(studio: Studio) -> None:
    add(studio)
    tab = studio.open("/account")
    studio.restart()
    before = studio.store.reads
    push(tab, "ready")
    assert figures(tab)["All your files"] == ("1 item", MB)
    assert studio.store.reads == before


def test_undo_by_key_on_the_account_page_restores_and_disturbs_no_figure(studio: Studio) -> None:
    item = add(studio)
    tab = studio.open("/library")
    tab.fire("freshet-edits", "editEvent", {"id": item.id, "edit": "delete", "value": None, "scrolled": False})
    tab.navigate("/account")
    tab.fire("freshet-edits", "editEvent", {"edit": "undo", "scrolled": False})
    assert figures(tab)["All your files"] == ("1 item", MB)
    assert studio.store._store.media.get(studio.principal, item.id).deleted_at is None


def test_an_export_says_what_it_holds_and_about_how_large_it_is(studio: Studio) -> None:
    for _ in range(2):
        add(studio)
    tab = studio.open("/account")
    estimate, files = tab.elements("freshet-size")[-2:]
    assert estimate["prefix"] == "2 items, about "
    assert (files["amount"], files["prefix"]) == (2 * MB, "themselves (")
    assert tab.element("freshet-export") == {"url": "/api/export", "label": "Export my data"}
