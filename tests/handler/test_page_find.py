"""Finding things in the library: filters, words, sorts and a place, all in the address, all kept by a refresh."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.errors import StoreUnavailable
from services.models import MediaItem, MediaQuery, Principal, Put
from tests.handler.test_page_edits import listen
from tests.handler.test_page_live import Stream, push, wait_for
from tests.handler.test_page_try_on import open_chooser
from tests.support.mesop_client import MesopClient
from tests.support.records import make_item, make_principal, operation
from tests.support.studio import Studio, ids_shown

__all__ = ["listen"]

SEARCH = "freshet-search"


def choose(tab: MesopClient, **wanted: Any) -> None:
    """Set filters in the panel."""
    tab.fire("freshet-filters", "filterEvent", wanted)


def look_for(tab: MesopClient, words: str) -> None:
    tab.fire(SEARCH, "searchEvent", {"q": words})


def sort_by(tab: MesopClient, order: str) -> None:
    tab.fire("freshet-choice", "chooseEvent", {"value": order}, label="Sort")


def refresh(tab: MesopClient, **more: Any) -> None:
    tab.fire("freshet-status", "refreshEvent", more)


def load_more(tab: MesopClient) -> None:
    tab.fire("freshet-sentinel", "moreEvent", {"cursor": tab.element("freshet-sentinel")["cursor"]})


def to_the_end(tab: MesopClient) -> list[str]:
    """The ids of the whole list, page after page."""
    while not tab.element("freshet-sentinel")["done"]:
        load_more(tab)
    return ids_shown(tab)


def add_as(studio: Studio, owner: str, times: list[datetime], **fields: Any) -> list[MediaItem]:
    """Items that somebody makes in this project, or the one that `fields` name, in one commit."""
    project_id = fields.pop("project_id", studio.services.project.id)
    items = [
        make_item(id=studio.services.ids.new(), project_id=project_id, owner_id=owner, created_at=time, **fields)
        for time in times
    ]
    writes = [Put(item, expect=0) for item in items]
    studio.store._store.commit(make_principal(owner, project_id), writes, operation_id=operation())
    return items


def chips(tab: MesopClient) -> list[str]:
    return [chip["label"] for chip in tab.element("freshet-chips")["chips"]]


def newest(items: list[MediaItem]) -> list[str]:
    return [item.id for item in reversed(items)]


def images_only(tab: MesopClient) -> None:
    tab.fire("freshet-segments", "selectEvent", {"value": "image"}, label="Type")


def said(tab: MesopClient, words: str) -> bool:
    return any(words in text for text in tab.text)


# ── filters ──


def test_R0_06_each_filter_shows_what_it_says_and_stands_in_the_address(studio: Studio) -> None:
    plain = studio.add(title="Dunes")
    failed = studio.add(status="failed", error="Refused", files={})
    running = studio.add(status="generating", files={})
    loved = studio.add(favourite=True, title="Harbour")
    tagged = studio.add(tags=("Night sky",))
    video = studio.add(media_type="video", model="local-video-1")
    tab = studio.open("/library")
    for wanted, expected in (
        ({"status": "failed"}, failed),
        ({"status": "running"}, running),
        ({"favourite": "1"}, loved),
        ({"tag": "NIGHT SKY"}, tagged),
        ({"model": "local-video-1"}, video),
    ):
        choose(tab, clear=True)
        choose(tab, **wanted)
        assert ids_shown(tab) == newest(expected), wanted
        ((name, value),) = wanted.items()
        assert tab.query[name] == [value]
        assert len(chips(tab)) == tab.element("freshet-filters")["count"] == 1
    choose(tab, clear=True)
    look_for(tab, "dunes")
    assert ids_shown(tab) == newest(plain)
    assert tab.query == {"q": ["dunes"]}


@pytest.mark.parametrize("signs", ["!?", "…", "* --"])
def test_R0_06_a_search_of_signs_alone_says_that_there_is_nothing_in_it_to_look_for(studio: Studio, signs: str) -> None:
    items = studio.add(2)
    tab = studio.open("/library")
    look_for(tab, signs)
    words = f"“{signs}” has no word in it to look for, so nothing is left out."
    assert ids_shown(tab) == newest(items)
    assert words in tab.text
    look_for(tab, f"{signs} nowhere")
    assert not said(tab, "has no word in it")
    tab = open_chooser(studio.open("/try-on"), "person")
    assert not said(tab, "has no word in it")
    tab.fire(SEARCH, "searchEvent", {"q": signs}, inside=True)
    assert words in tab.text


def test_R0_06_mine_shows_all_of_mine_and_no_filter_shows_what_others_keep_to_themselves(studio: Studio) -> None:
    """50 of one's own, and among them 60 of somebody else's, half of them private."""
    times = [studio.clock.now() + timedelta(seconds=n) for n in range(110)]
    kinds = (["mine", "shared", "mine", "private"] * 2 + ["mine", "shared", "private"]) * 10
    mine, shared, _ = (
        add_as(studio, owner, [time for time, kind in zip(times, kinds, strict=True) if kind == wanted], **fields)
        for wanted, owner, fields in (
            ("mine", studio.principal.user_id, {}),
            ("shared", "eve", {}),
            ("private", "eve", {"visibility": "private"}),
        )
    )
    studio.clock.advance(len(times))
    tab = studio.open("/library")
    tab.fire("freshet-segments", "selectEvent", {"value": "me"}, label="Made by")
    assert to_the_end(tab) == newest(mine)
    assert tab.query == {"owner": ["me"]}
    tab.fire("freshet-segments", "selectEvent", {"value": "all"}, label="Made by")
    assert to_the_end(tab) == newest(sorted(mine + shared, key=lambda item: item.created_at))
    assert tab.query == {}


def test_R0_06_dates_are_days_of_the_readers_own_zone(studio: Studio) -> None:
    """The clock stands at noon in UTC: in Auckland the next day has begun an hour ago."""
    now = studio.clock.now()
    old, recent = (studio.add(created_at=at)[0] for at in (now.replace(hour=9), now.replace(hour=11, minute=30)))
    tab = studio.open("/library", {"date": "today"})
    assert ids_shown(tab) == [recent.id, old.id]
    tab.keep_cookie("freshet_zone", "Pacific%2FAuckland")
    tab.navigate("/library", {"date": "today"})
    assert ids_shown(tab) == [recent.id]
    choose(tab, date="", **{"from": "2026-01-01", "to": now.date().isoformat()})
    assert ids_shown(tab) == [old.id]
    assert set(tab.query) == {"from", "to"}


def test_R0_06_a_refresh_keeps_type_error_owner_project_and_text_filters(studio: Studio) -> None:
    home, spring = studio.services.project.id, studio.services.projects.create(studio.principal, "Spring").id
    studio.principal = studio.services.principals.resolve({})
    query = {"type": "image", "status": "failed", "owner": "me", "q": "light dus", "project": spring}
    match: dict[str, Any] = {"status": "failed", "error": "Refused", "files": {}, "project_id": spring}

    def add(count: int) -> list[MediaItem]:
        """So many that match, and for each filter some that it alone leaves out."""
        studio.add(2, **match | {"media_type": "video"})
        studio.add(2, project_id=spring)
        studio.add(2, **match | {"prompt": "plum coat"})
        studio.add(2, **match | {"project_id": home})
        add_as(studio, "eve", [studio.clock.now()] * 2, **match)
        return studio.add(count, **match)

    first = add(3)
    tab = studio.open("/library", query)
    assert ids_shown(tab) == newest(first)
    more = add(1)
    refresh(tab)
    assert ids_shown(tab) == newest(first + more)
    assert tab.query == {name: [value] for name, value in query.items()}
    assert {tile["status"] for tile in tab.tiles()} == {"failed"}
    assert tab.element(SEARCH)["value"] == "light dus"


def test_chips_are_taken_off_one_by_one_or_all_at_once(studio: Studio) -> None:
    items = studio.add(2, favourite=True, tags=("sea",))
    studio.add(1)
    tab = studio.open("/library", {"type": "image", "favourite": "1", "tag": "sea", "q": "item", "sort": "oldest"})
    assert chips(tab) == ["“item”", "Favourites", "Tag: sea"]
    tab.fire("freshet-chips", "filterEvent", {"q": ""})
    assert chips(tab) == ["Favourites", "Tag: sea"]
    assert tab.element(SEARCH)["value"] == ""
    assert ids_shown(tab) == [item.id for item in items]
    tab.fire("freshet-chips", "filterEvent", {"clear": True})
    assert tab.query == {"type": ["image"], "sort": ["oldest"]}
    assert len(tab.tiles()) == 3


@pytest.mark.parametrize("value", ["hologram", "<script>", "x" * 500])
def test_R0_07_what_is_unknown_in_an_address_is_ignored_with_a_word(studio: Studio, value: str) -> None:
    studio.add(2)
    tab = studio.open("/library", {"type": value, "at": "nonsense", "utm_source": "mail"})
    assert len(tab.tiles()) == 2
    assert said(tab, f"Left out of the filters: type “{value[:40]}")
    tab.press("Dismiss")
    assert not said(tab, "Left out")


def test_a_filter_that_cannot_be_is_left_out_named_and_never_gets_into_the_address(studio: Studio) -> None:
    studio.add(2)
    tab = studio.open("/library")
    for wanted in (
        {"tag": "x" * 41},
        {"type": "everything"},
        {"owner": "eve"},
        {"from": "tomorrow"},
        {"nonsense": "1"},
    ):
        choose(tab, **wanted)
        assert tab.query == {}
        assert len(tab.tiles()) == 2
        assert said(tab, "Left out of the filters: ") is ("nonsense" not in wanted)


# ── words ──


def test_search_finds_words_in_title_prompt_and_tags_and_says_when_there_is_nothing(studio: Studio) -> None:
    title, prompt, tags = (
        studio.add(title="Émile at sea", prompt="")[0],
        studio.add(title="x", prompt="the SEAside at dawn")[0],
        studio.add(title="y", prompt="", tags=("Sea",))[0],
    )
    studio.add(title="Lake", prompt="oversea")
    tab = studio.open("/library")
    look_for(tab, " sea ")
    assert ids_shown(tab) == [tags.id, prompt.id, title.id]
    look_for(tab, "emile")
    assert ids_shown(tab) == [title.id]
    look_for(tab, "zebra")
    assert tab.tiles() == []
    assert "Nothing matches “zebra”" in tab.text
    tab.press("Clear all")
    assert len(tab.tiles()) == 4
    assert tab.query == {}


def test_filters_without_a_match_say_so_and_lead_back(studio: Studio) -> None:
    studio.add(2)
    tab = studio.open("/library", {"type": "image", "tag": "sea"})
    assert "Nothing matches" in tab.text
    tab.press("Clear all")
    assert len(tab.tiles()) == 2


# ── sorts ──


@pytest.mark.parametrize("order", ["newest", "oldest", "title"])
def test_a_sort_orders_every_page_and_stays(studio: Studio, order: str) -> None:
    items = studio.add(60)
    for place, item in enumerate(items):
        items[place] = studio.change(item, title=f"Picture {place * 7 % 60:02}")
    tab = studio.open("/library")
    sort_by(tab, order)
    by = {"newest": lambda item: -item.created_at.timestamp(), "oldest": lambda item: item.created_at.timestamp()}
    expected = [item.id for item in sorted(items, key=by.get(order, lambda item: item.title))]
    load_more(tab)
    load_more(tab)
    assert ids_shown(tab) == expected
    refresh(tab)
    assert ids_shown(tab) == expected
    assert tab.query.get("sort") == (None if order == "newest" else [order])
    words = {"newest": "newest first", "oldest": "oldest first", "title": "by title"}[order]
    assert tab.element("freshet-aria", boxRole="list")["label"] == f"Library, {words}"


@pytest.mark.parametrize("order", ["oldest", "title"])
def test_B09_scrolled_new_items_move_nothing_in_any_order(studio: Studio, order: str) -> None:
    items = [studio.add(title=f"Picture {place:02}")[0] for place in range(30)]
    tab = studio.open("/library", {"sort": order})
    shown = ids_shown(tab)
    assert shown == [item.id for item in items[:24]]
    (first,), (middle,), (last,) = (studio.add(title=title) for title in ("A picture", "Picture 05b", "Zoo"))
    tab.fire("freshet-live", "refreshEvent", {"reason": "focus", "views": None, "scrolled": True})
    refresh(tab, scrolled=True)
    assert ids_shown(tab) == shown
    load_more(tab)
    assert ids_shown(tab)[:30] == [item.id for item in items]
    if order == "oldest":  # they stand at the end, where they move nothing
        assert ids_shown(tab)[30:] == [first.id, middle.id, last.id]
        return
    assert tab.element("freshet-drop")["count"] == 3
    tab.fire("freshet-drop", "showEvent", {"count": 3, "auto": False})
    assert ids_shown(tab) == [
        first.id,
        *(item.id for item in items[:6]),
        middle.id,
        *(i.id for i in items[6:]),
        last.id,
    ]


@pytest.mark.parametrize(
    ("path", "origin"), [("/library", "import"), ("/create/image", "create-image"), ("/try-on", "try-on")]
)
@pytest.mark.parametrize(
    ("face", "event"),
    [("freshet-tile", "retryEvent"), ("freshet-status", "refreshEvent"), ("freshet-run-watch", "completeEvent")],
)
def test_B09_scrolled_whatever_is_pressed_moves_nothing(
    studio: Studio, path: str, origin: str, face: str, event: str
) -> None:
    first, *_ = shown = newest(studio.add(3, origin=origin))
    tab = studio.open(path)
    assert ids_shown(tab) == shown
    (late,) = studio.add(1, origin=origin)
    told = {"id": first, "ids": [], "scrolled": True}
    tab.fire(face, event, told, **({"mediaId": first} if face == "freshet-tile" else {}))
    assert ids_shown(tab) == shown
    assert tab.element("freshet-drop")["count"] == 1
    tab.fire("freshet-drop", "showEvent", {"count": 1, "auto": False})
    assert ids_shown(tab) == [late.id, *shown]


# ── refresh, extent, place ──


def test_R0_07_sixty_loaded_stay_sixty_and_the_totals_go_along(studio: Studio) -> None:
    items = studio.add(100)
    tab = studio.open("/library", {"type": "image"})
    load_more(tab)
    load_more(tab)
    assert said(tab, "72 shown of 100")
    new = studio.add(2)
    refresh(tab, scrolled=True)
    assert ids_shown(tab) == newest(items)[:72]
    assert tab.element("freshet-drop")["count"] == 2
    assert said(tab, "72 shown of 102")
    refresh(tab, scrolled=False)
    assert ids_shown(tab) == newest(items + new)[:72]


def test_R0_07_when_the_tail_is_gone_the_list_clamps_without_a_gap(studio: Studio) -> None:
    items = studio.add(72)
    tab = studio.open("/library")
    load_more(tab)
    load_more(tab)
    now = studio.clock.now() + timedelta(seconds=1)
    for item in items[:30]:
        studio.change(item, deleted_at=now)
    refresh(tab)
    assert ids_shown(tab) == newest(items)[:42]
    assert said(tab, "42 in all")
    assert tab.element("freshet-sentinel")["done"] is True


def test_R0_07_a_shared_link_carries_the_filters_and_leads_to_its_place(studio: Studio) -> None:
    items = studio.add(130)
    place = items[20].id  # the 110th from the top
    studio.add(40, media_type="video")
    tab = studio.open("/library", {"type": "image", "at": place})
    shown = ids_shown(tab)
    assert place in shown
    assert shown == newest(items)[: len(shown)]
    assert tab.element("freshet-anchor")["seek"].split()[1] == place
    refresh(tab, scrolled=True)
    assert ids_shown(tab) == shown


def test_R0_07_a_place_that_is_gone_begins_at_the_top_and_reads_no_more_for_it(studio: Studio) -> None:
    items = studio.add(60)
    gone = items[0]
    studio.change(gone, deleted_at=studio.clock.now())
    for query in ({"at": gone.id}, {"at": items[1].id, "type": "video"}, {"at": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}):
        tab = studio.open("/library", query)
        assert len(tab.tiles()) == (0 if "type" in query else 24)
        assert tab.element("freshet-anchor")["seek"] == "1 "


def test_R0_07_back_to_the_library_shows_the_same_place_without_reading_it_again(studio: Studio) -> None:
    items = studio.add(60)
    tab = studio.open("/library", {"sort": "oldest"})
    load_more(tab)
    tab.navigate("/account")
    pages = studio.store.calls["media.get_media_for_page"]
    tab.navigate("/library", {"sort": "oldest", "at": items[40].id})
    assert ids_shown(tab) == [item.id for item in items[:48]]
    assert studio.store.calls["media.get_media_for_page"] == pages


def test_a_new_filter_begins_at_the_top_and_forgets_the_place(studio: Studio) -> None:
    items = studio.add(60)
    tab = studio.open("/library", {"at": items[0].id})
    assert len(tab.tiles()) == 60
    choose(tab, status="running")
    choose(tab, status="")
    assert len(tab.tiles()) == 24
    assert "at" not in tab.query
    assert tab.element("freshet-anchor")["seek"].split()[1:] == []


# ── all of it together ──


def test_R0_13_filters_paging_details_permalink_and_refresh_work_together(studio: Studio) -> None:
    items = studio.add(60, tags=("sea",))
    studio.add(5)
    looked_at = items[2]  # on the third page
    tab = studio.open("/library", {"tag": "sea", "item": looked_at.id})
    assert tab.element("freshet-look")["more"]["id"] == looked_at.id
    assert ids_shown(tab) == newest(items)[:24]
    load_more(tab)
    refresh(tab)
    assert tab.element("freshet-dialog", isOpen=True)["label"] == looked_at.title
    studio.change(looked_at, title="Renamed elsewhere", tags=())
    refresh(tab)
    assert tab.element("freshet-dialog", isOpen=True)["label"] == "Renamed elsewhere"
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)
    assert ids_shown(tab) == newest(items)[:48]
    load_more(tab)
    assert looked_at.id not in ids_shown(tab)
    assert len(tab.tiles()) == 59
    assert chips(tab) == ["Tag: sea"]


# ── totals ──


def test_F11_totals_are_counted_when_somebody_asks_and_never_for_a_push(studio: Studio) -> None:
    studio.add(30)
    tab = studio.open("/library")
    assert said(tab, "24 shown of 30")
    assert studio.store.calls["media.count"] == 1
    studio.add(2)
    for reason in ("live", "focus", "online", "ttl"):
        tab.fire("freshet-live", "refreshEvent", {"reason": reason, "views": None, "scrolled": False})
    assert studio.store.calls["media.count"] == 1
    assert said(tab, "24 shown of 32")
    load_more(tab)
    assert said(tab, "32 in all")
    refresh(tab)
    assert studio.store.calls["media.count"] == 1
    images_only(tab)
    assert studio.store.calls["media.count"] == 2


def test_F11_nothing_is_counted_again_before_something_was_committed_that_cannot_be_placed(studio: Studio) -> None:
    items = studio.add(60)
    tab = studio.open("/library")
    refresh(tab)
    assert said(studio.open("/library"), "24 shown of 60")
    studio.add()
    refresh(tab)
    assert said(tab, "24 shown of 61")
    assert studio.store.calls["media.count"] == 1
    liked = studio.change(items[0], favourite=True)
    studio.change(liked, deleted_at=studio.clock.now())  # twice, and far below what is shown: was it in the list?
    refresh(tab)
    assert said(tab, "24 shown of 60")
    assert studio.store.calls["media.count"] == 2


def test_F11_where_nobody_knows_what_came_and_went_there_is_no_total_until_somebody_asks(
    studio: Studio, listen: Any
) -> None:
    items = studio.add(60)
    tab = studio.open("/library")
    stream = listen(tab)
    assert said(tab, "24 shown of 60")
    liked = [studio.change(item, favourite=True) for item in items[:2]]
    for item in liked:
        studio.change(item, favourite=False, deleted_at=studio.clock.now())
    new = studio.add()
    while new[0].id not in ids_shown(tab):
        stream.changed()
        push(tab)
    known = studio.services.totals.still_right(
        MediaQuery(project_id=studio.services.project.id), studio.principal
    )  # Firestore tells of the last minute once more when a stream begins: there all of it can be placed
    assert said(tab, "24 shown of 59" if known else "24 shown")
    assert known or not said(tab, "24 shown of")
    refresh(tab)
    assert said(tab, "24 shown of 59")


def test_F11_a_process_that_has_not_counted_tells_no_total_until_somebody_asks(studio: Studio) -> None:
    studio.add(30)
    tab = studio.open("/library")
    assert said(tab, "24 shown of 30")
    studio.restart()
    push(tab)
    assert said(tab, "24 shown")
    assert not said(tab, "24 shown of")
    refresh(tab)
    assert said(tab, "24 shown of 30")


def test_F11_lists_in_other_orders_have_counts_of_their_own(studio: Studio) -> None:
    items = studio.add(30)
    tab, other = studio.open("/library"), studio.open("/library", {"sort": "title"})
    assert said(other, "24 shown of 30")
    studio.change(items[0], deleted_at=studio.clock.now())
    refresh(other)
    refresh(tab)
    assert said(tab, "24 shown of 29")
    assert said(other, "24 shown of 29")
    counts = studio.store.calls["media.count"]
    refresh(other)
    refresh(tab)
    assert studio.store.calls["media.count"] == counts


def test_F11_while_it_is_counted_anew_nobody_takes_the_count_before_for_right(studio: Studio) -> None:
    studio.add(30)
    tab = studio.open("/library")
    totals, query = studio.services.totals, MediaQuery(project_id=studio.services.project.id)
    before = totals.still_right(query, studio.principal)
    assert before is not None
    studio.services.freshness.count(query, studio.principal)
    assert totals.still_right(query, studio.principal) is None
    refresh(tab)
    after = totals.still_right(query, studio.principal)
    assert after is not None
    assert after is not before


def test_F11_what_a_page_shows_that_was_committed_after_the_count_is_counted(studio: Studio) -> None:
    """Nothing tells of it: no push comes, and to the changes it is no news any more."""
    items = studio.add(70, favourite=True)
    other = studio.change(items[35], favourite=False)
    tab = studio.open("/library", {"favourite": "1"})
    assert said(tab, "24 shown of 69")
    studio.change(other, favourite=True)
    studio.clock.advance(120)  # too long for Firestore to tell what was there then
    load_more(tab)
    assert other.id in ids_shown(tab)
    refresh(tab)
    assert said(tab, "48 shown of 70")


def test_F11_a_total_goes_along_with_own_edits_and_with_what_is_loaded(studio: Studio) -> None:
    items = studio.add(60)
    tab = studio.open("/library")
    wanted = {"id": items[-1].id, "edit": "delete", "value": None, "scrolled": False}
    tab.fire("freshet-edits", "editEvent", wanted)
    assert said(tab, "23 shown of 59")
    load_more(tab)
    assert said(tab, "48 shown of 59")


def test_F11_what_arrives_while_it_is_counted_is_in_the_total_once(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list hears of it a little before or after the count."""
    studio.add(30)
    media, snapshots = studio.services.totals._media, studio.services.freshness.snapshots
    number = studio.store.calls["media.count"]

    def arriving(principal: Principal, query: MediaQuery, **options: Any) -> Any:
        before = snapshots.peek((principal.user_id, query.key))
        studio.add()
        assert wait_for(lambda: snapshots.peek((principal.user_id, query.key)) is not before)
        return media.count(principal, query, **options)

    tab = studio.open("/library")
    stream = Stream(studio, tab)
    try:
        monkeypatch.setattr(studio.services.totals, "_media", type("Moved", (), {"count": staticmethod(arriving)}))
        images_only(tab)
        push(tab)
    finally:
        stream.close()
    assert said(tab, "24 shown of 31")
    assert studio.store.calls["media.count"] == number + 2, "of the library, and of its pictures"


def test_F11_what_a_count_has_found_before_the_list_hears_of_it_is_in_the_total_once(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, listen: Any
) -> None:
    studio.add(30)
    media, push_of = studio.services.totals._media, studio.services.freshness._views.push
    counted_first, added = threading.Event(), list[MediaItem]()

    def after_a_commit(*args: Any, **options: Any) -> Any:
        added.extend(studio.add())
        return media.count(*args, **options)

    def late(*args: Any, **options: Any) -> Any:
        assert counted_first.wait(30)
        return push_of(*args, **options)

    tab = studio.open("/library")
    stream = listen(tab)
    monkeypatch.setattr(studio.services.freshness._views, "push", late)
    monkeypatch.setattr(studio.services.totals, "_media", type("Media", (), {"count": staticmethod(after_a_commit)}))
    images_only(tab)
    assert said(tab, "24 shown of 31")
    counted_first.set()
    stream.changed()
    push(tab)
    assert ids_shown(tab)[0] == added[0].id
    assert said(tab, "24 shown of 31")


def test_F11_beyond_a_thousand_the_total_is_exact_on_demand(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.freshness.totals.COUNT_LIMIT", 40)
    studio.add(60)
    tab = studio.open("/library")
    assert said(tab, "24 shown of 40+")
    tab.press("Count all")
    assert said(tab, "24 shown of 60")
    assert not [one for one in tab.elements("freshet-button") if one["label"] == "Count all"]


def test_F07_a_total_that_cannot_be_counted_is_left_out_and_says_nothing_wrong(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.add(60)

    def fail(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("The store did not answer.")

    monkeypatch.setattr(studio.services.totals, "_media", type("Away", (), {"count": staticmethod(fail)}))
    tab = studio.open("/library")
    assert "24 shown" in tab.text
    assert tab.element("freshet-status")["mode"] == "plain"


def test_F11_what_the_store_would_have_to_look_through_is_counted_on_demand_only(studio: Studio) -> None:
    """Firestore has one of words, tag and favourite; SQLite has all."""
    studio.add(30, tags=("sea",), favourite=True)
    tab = studio.open("/library", {"tag": "sea", "favourite": "1"})
    if studio.store.calls["media.count"]:
        assert said(tab, "24 shown of 30")
        return
    assert "24 shown" in tab.text
    refresh(tab)
    assert studio.store.calls["media.count"] == 0
    tab.press("Count all")
    assert said(tab, "24 shown of 30")


def test_F04_a_count_that_takes_its_time_holds_up_nothing_and_comes_by_itself(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.add(30)
    let_go, media = threading.Event(), studio.services.totals._media

    def slowly(*args: Any, **options: Any) -> Any:
        assert let_go.wait(30)
        return media.count(*args, **options)

    monkeypatch.setattr(studio.services.totals, "_media", type("Slow", (), {"count": staticmethod(slowly)}))
    monkeypatch.setattr("state.totals.PATIENCE", 0.01)
    tab = studio.open("/library")
    assert "24 shown" in tab.text
    assert tab.element("freshet-live")["waiting"] is True
    assert tab.element("freshet-status")["refreshing"] is False
    stream = Stream(studio, tab)
    try:
        tab.fire("freshet-nav", "navigateEvent", {"url": "/no-such-page"})
        let_go.set()
        assert wait_for(lambda: not studio.services.totals._running and bool(stream.subscriber.ready))
        push(tab, "ready")
    finally:
        stream.close()
    assert said(tab, "24 shown of 30")
    assert tab.element("freshet-live")["waiting"] is False


# ── a search that the store cannot do alone ──


def test_a_search_that_stopped_says_how_far_back_it_looked_and_goes_on_when_asked(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Firestore has one of words, tag and favourite: the others are looked for in what it finds, step by step."""
    monkeypatch.setattr("services.store.paging.SEARCH_STEP", 50)
    (oldest,) = studio.add(tags=("sea",), title="Lighthouse", favourite=True)
    studio.add(110, tags=("sea",), title="Lighthouse")
    tab = studio.open("/library", {"tag": "sea", "q": "lighthouse", "favourite": "1"})
    for _ in range(4):
        if said(tab, "1 found"):
            break
        if not tab.tiles():
            assert said(tab, "Searched back to …")
            assert not said(tab, "Nothing matches")
            pages = studio.store.calls["media.get_media_for_page"]
            refresh(tab)
            assert said(tab, "Searched back to …")
            assert studio.store.calls["media.get_media_for_page"] == pages
        if any(one["label"] == "Search further" for one in tab.elements("freshet-button")):
            tab.press("Search further")
        else:
            load_more(tab)
    assert ids_shown(tab) == [oldest.id]
    assert said(tab, "1 found")


@pytest.mark.parametrize("lost", ["by another process", "by its age"])
def test_R0_07_what_a_search_found_in_several_steps_is_found_again_where_it_has_to_be_read_anew(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr("services.store.paging.SEARCH_STEP", 50)
    (oldest,) = studio.add(tags=("sea",), title="Lighthouse", favourite=True)
    studio.add(110, tags=("sea",), title="Lighthouse")
    tab = studio.open("/library", {"tag": "sea", "q": "lighthouse", "favourite": "1"})
    for _ in range(2):
        if any(one["label"] == "Search further" for one in tab.elements("freshet-button")):
            tab.press("Search further")
    assert ids_shown(tab) == [oldest.id]
    if lost == "by another process":
        studio.restart()
        tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    else:
        studio.clock.advance(31 * 24 * 3600)
        refresh(tab)
    assert ids_shown(tab) == [oldest.id]
