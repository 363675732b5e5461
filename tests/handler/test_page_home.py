"""Home: shelves that are views on the freshness engine, what is running, and the ways to begin."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.errors import StoreUnavailable
from services.models import MediaItem, Put
from services.store.protocol import PAGE_SIZE
from state.home import LATELY, ROW, SHELVES
from state.opened import OPENED_COOKIE
from tests.handler.test_page_create import type_into
from tests.handler.test_page_edits import commits_failing, edit, ended, listen, told
from tests.handler.test_page_library import refreshes
from tests.handler.test_page_live import push, wait_for
from tests.handler.test_page_media_item import media_ids
from tests.support.mesop_client import MesopClient
from tests.support.records import make_item, operation
from tests.support.slow_reads import slow
from tests.support.studio import Studio, ids_shown

__all__ = ["listen", "slow"]
DOWN = StoreUnavailable("The store did not answer.")
ASKED = len(SHELVES) - 1
"""Shelves that ask the store where nothing was opened lately."""
VIDEOS = 3
"""The place of the shelf of videos among these."""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long a handler waits is no matter here, unless a test says so."""
    monkeypatch.setattr("state.loading.PATIENCE", 30)
    monkeypatch.setattr("state.edits.PATIENCE", 30)


def shelf(tab: MesopClient, heading: str) -> list[str]:
    """The ids on one shelf; none where it is not there."""
    return media_ids(tab, f"{heading}, newest first")


def headings(tab: MesopClient) -> list[str]:
    known = [one.heading for one in SHELVES]
    return [text for text in tab.text if text in known]


def ids(items: list[MediaItem]) -> list[str]:
    """Newest first."""
    return [item.id for item in reversed(items)]


def add_as(studio: Studio, user_id: str, **fields: Any) -> MediaItem:
    """Somebody else of the project commits an item."""
    own = {"id": studio.services.ids.new(), "project_id": studio.services.project.id, "owner_id": user_id}
    item = make_item(**own, **fields)
    them = studio.principal.model_copy(update={"user_id": user_id})
    studio.services.store.commit(them, [Put(item, expect=0)], operation_id=operation())
    return item


def quick(tab: MesopClient, label: str) -> list[tuple[str, str, str]]:
    groups = [group for group in tab.elements("freshet-quick") if group["label"] == label]
    return [(item["url"], item["label"], item["note"]) for group in groups for item in group["items"]]


def settled(studio: Studio, tab: MesopClient) -> None:
    """Every question of the page has been answered."""
    assert wait_for(
        lambda: not any(entry.running for entry in (_entry(studio, query) for query in _queries(studio))),
    )
    push(tab, "ready")


def _queries(studio: Studio) -> list[Any]:
    held = studio.services.freshness.snapshots.of_user(studio.principal.user_id, studio.services.project.id)
    return [snapshot.query for snapshot in held]


def _entry(studio: Studio, query: Any) -> Any:
    return studio.services.freshness.entry(query, studio.principal)


# ── what it shows ──


def test_an_empty_studio_leads_to_the_first_picture(studio: Studio) -> None:
    tab = studio.open("/home")
    assert "Make your first picture" in tab.text
    assert headings(tab) == []
    assert [way[0] for way in quick(tab, "Begin")] == ["/create/image", "/create/video", "", "/try-on"]
    assert not any("Make your first picture" in frame for frame in tab.frames[:-1]), "claimed before it was known"
    tab.press("Create an image")
    assert tab.path == "/create/image"


def test_an_example_is_written_into_the_form(studio: Studio) -> None:
    tab = studio.open("/home")
    tab.press("Paper-cut sea with a red sun")
    assert tab.path == "/create/image"
    tab.navigate("/create/image")
    assert tab.element("freshet-field", fieldId="prompt")["value"] == "Paper-cut sea with a red sun"


def test_no_example_is_offered_where_it_would_replace_a_prompt_that_was_begun(studio: Studio) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "Half a thought")
    tab.navigate("/home")
    assert "Make your first picture" in tab.text
    assert not any(one["label"] == "Paper-cut sea with a red sun" for one in tab.elements("freshet-button"))
    tab.navigate("/create/image")
    assert tab.element("freshet-field", fieldId="prompt")["value"] == "Half a thought"


def test_each_type_that_there_is_has_one_row_with_the_way_to_all_of_it(studio: Studio) -> None:
    images = studio.add(ROW + 5)
    videos = studio.add(2, media_type="video", origin="create-video")
    tab = studio.open("/home")
    assert headings(tab) == ["Images", "Videos"]
    assert shelf(tab, "Images") == ids(images)[:ROW]
    assert shelf(tab, "Videos") == ids(videos)
    links = {link["label"]: (link["href"], link["inside"]) for link in tab.elements("freshet-link-button")}
    assert links == {"All images": ("/library?type=image", True), "All videos": ("/library?type=video", True)}
    assert "2" in tab.text, "a shelf that shows all says how many these are"


def test_own_runs_and_what_failed_lately_stand_first(studio: Studio) -> None:
    studio.add(status="failed", files={}, error="Long ago")
    run_id = studio.services.ids.new()
    (making,) = studio.add(status="generating", files={}, run_id=run_id)
    (failed,) = studio.add(status="failed", files={}, error="The model refused.")
    (done,) = studio.add()
    add_as(studio, "grace", status="generating", files={}, run_id=studio.services.ids.new())
    # Firestore dates what is stored by its own clock: the visit is made when only the first failed too long ago
    studio.clock.advance((failed.updated_at + LATELY - studio.clock.now()).total_seconds())
    tab = studio.open("/home")
    assert headings(tab) == ["Running now", "Needs you", "Images"]
    assert [shelf(tab, name) for name in headings(tab)] == [[making.id], [failed.id], [done.id]]
    assert tab.element("freshet-run-watch")["runIds"] == [run_id]


def test_a_failed_item_is_made_again_in_its_place(studio: Studio) -> None:
    tab = studio.open("/create/image")
    type_into(tab, "prompt", "Once more")
    tab.press("Generate Image")
    (item,) = (studio.services.store.media.get(studio.principal, one) for one in ids_shown(tab))
    failed = studio.change(item, status="failed", error="The model refused.")
    tab.navigate("/home")
    assert shelf(tab, "Needs you") == [failed.id]
    tab.fire("freshet-tile", "retryEvent", {"id": failed.id}, mediaId=failed.id)
    assert shelf(tab, "Running now") == [failed.id]
    assert "Nothing needs you any more." in tab.text


def test_a_tile_opens_its_preview_as_in_the_library(studio: Studio) -> None:
    (item,) = studio.add(title="Harbour", favourite=True)
    tab = studio.open("/home")
    assert shelf(tab, "Images") == shelf(tab, "Favourites") == [item.id]
    before = studio.store.reads
    tab.fire("freshet-tile", "activateEvent", {"id": item.id}, mediaId=item.id)
    assert tab.element("freshet-dialog", isOpen=True)["label"] == "Harbour"
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)
    assert studio.store.reads == before


# ── continue where you left ──


def test_what_was_written_and_not_made_is_offered_until_it_is_made(studio: Studio) -> None:
    tab = studio.open("/create/video")
    type_into(tab, "prompt", "Lantern boats leaving the harbour")
    tab.navigate("/home")
    assert quick(tab, "Unfinished") == [("/create/video", "Unfinished video", "Lantern boats leaving the harbour")]
    assert "Make your first picture" in tab.text
    tab.navigate("/create/video").press("Generate Video")
    tab.navigate("/home")
    assert quick(tab, "Unfinished") == []
    assert headings(tab) == ["Running now"]


def test_pictures_that_were_chosen_for_a_try_on_are_offered_too(studio: Studio) -> None:
    person, product = studio.add(title="Anna")[0], studio.add(title="Scarf")[0]
    tab = studio.open("/try-on", {"person": person.id, "product": product.id})
    tab.navigate("/home")
    assert quick(tab, "Unfinished") == [("/try-on", "Unfinished try-on", "Scarf on Anna")]


def test_what_was_opened_last_stands_in_that_order_whatever_the_browser_claims(studio: Studio) -> None:
    items = studio.add(3)
    (trashed,) = studio.add(deleted_at=studio.clock.now())
    theirs = add_as(studio, "eve", visibility="private")
    told_ids = [items[1].id, "nonsense", trashed.id, theirs.id, items[2].id, items[1].id, items[0].id]
    tab = studio.open("/library")
    tab.keep_cookie(OPENED_COOKIE, ".".join(told_ids))
    tab.navigate("/home")
    assert media_ids(tab, "Last opened, latest first") == [items[1].id, items[2].id, items[0].id]
    tab.keep_cookie(OPENED_COOKIE, "../../etc/passwd." + "x" * 3_000)
    assert headings(tab.navigate("/home")) == ["Images"]


# ── the freshness contract ──


def test_R0_03_every_visit_asks_and_paints_what_is_held_first(
    studio: Studio, caplog: pytest.LogCaptureFixture, slow: Callable[[], threading.Event]
) -> None:
    shown = ids(studio.add(3))
    tab = studio.open("/home")
    caplog.set_level(logging.INFO, "freshet")
    tab.navigate("/create/image")
    (new,) = studio.add()
    gate = slow()
    tab.navigate("/home")
    assert shelf(tab, "Images") == shown, "painted from what is held while the store takes its time"
    assert tab.element("freshet-status")["refreshing"] is True
    assert tab.element("freshet-live")["waiting"] is True
    gate.set()
    settled(studio, tab)
    assert shelf(tab, "Images") == [new.id, *shown]
    assert tab.element("freshet-status")["refreshing"] is False
    assert set(refreshes(caplog, "home.refresh")) == {"open"}


def test_R2_01_a_new_tab_paints_from_the_cache_while_the_store_is_slow(
    studio: Studio, slow: Callable[[], threading.Event]
) -> None:
    shown = ids(studio.add(3))
    studio.open("/home")
    gate = slow()
    tab = studio.open("/home")
    assert shelf(tab, "Images") == shown
    assert tab.element("freshet-status")["refreshing"] is True
    assert not gate.is_set()


def test_R2_04_nothing_held_is_loading_and_never_called_empty(
    studio: Studio, slow: Callable[[], threading.Event]
) -> None:
    studio.add(2)
    gate = slow()
    tab = studio.open("/home")
    assert tab.tiles() == []
    assert tab.element("freshet-status")["mode"] == "loading"
    assert "Make your first picture" not in tab.text
    gate.set()

    def come() -> list[str]:
        push(tab, "ready")
        return shelf(tab, "Images")

    assert wait_for(come)


def test_R2_09_R0_14_a_store_that_is_away_leaves_what_is_held_with_its_age(studio: Studio) -> None:
    shown = ids(studio.add(3))
    studio.open("/home")
    studio.store.fault = DOWN
    tab = studio.open("/home")
    assert shelf(tab, "Images") == shown
    assert tab.element("freshet-status")["mode"] == "offline"
    assert any("The store did not answer." in text for text in tab.text)
    studio.store.fault = None
    (new,) = studio.add()
    tab.press("Retry")
    assert shelf(tab, "Images") == [new.id, *shown]
    assert tab.element("freshet-status")["mode"] == "plain"
    assert told(tab) == "Back online. 1 change caught up.", "though it stands on several shelves"


def test_R0_14_a_first_read_that_fails_is_not_an_empty_studio(studio: Studio) -> None:
    (item,) = studio.add()
    studio.store.fault = DOWN
    tab = studio.open("/home")
    assert "Home could not be read" in tab.text
    assert "Make your first picture" not in tab.text
    studio.store.fault = None
    tab.press("Retry")
    assert shelf(tab, "Images") == [item.id]


def test_R0_05_R2_12_refresh_asks_for_every_shelf_and_shows_the_new_on_top(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    shown = ids(studio.add(2))
    tab = studio.open("/home")
    (image,) = studio.add()
    (video,) = studio.add(media_type="video", origin="create-video")
    studio.clock.advance(60)
    as_of = tab.element("freshet-status")["asOfMs"]
    caplog.set_level(logging.INFO, "freshet")
    tab.fire("freshet-status", "refreshEvent", {"scrolled": False})
    assert len(tab.frames) == 1
    assert refreshes(caplog, "home.refresh") == ["manual"] * ASKED
    assert shelf(tab, "Images") == [image.id, *shown]
    assert shelf(tab, "Videos") == [video.id]
    assert tab.element("freshet-status")["asOfMs"] >= as_of + 60_000


def test_R2_07_a_commit_elsewhere_shows_by_itself_at_no_read(studio: Studio, listen: Any) -> None:
    studio.add(2)
    tab = studio.open("/home")
    stream = listen(tab)
    (video,) = studio.add(media_type="video", origin="create-video")
    assert stream.changed() == [VIDEOS]
    before = studio.store.reads
    push(tab, views=[VIDEOS])
    assert shelf(tab, "Videos") == [video.id]
    assert studio.store.reads == before


def test_R4_03_a_run_that_ends_goes_from_the_running_to_its_type(studio: Studio) -> None:
    (making,) = studio.add(status="generating", files={}, run_id=studio.services.ids.new())
    files = studio.add(media_type="audio")[0].files
    tab = studio.open("/home")
    studio.change(making, status="ready", files=files)
    tab.fire("freshet-run-watch", "completeEvent", {"ids": [making.run_id], "scrolled": False})
    assert headings(tab) == ["Running now", "Images", "Audio"], "the row stays, so that nothing moves"
    assert "Nothing is running any more. What was made stands below." in tab.text
    assert shelf(tab, "Images") == [making.id]
    assert tab.element("freshet-run-watch")["runIds"] == []
    tab.fire("freshet-status", "refreshEvent", {"scrolled": False})
    assert headings(tab) == ["Images", "Audio"]


def test_R4_03_an_upload_shows_once_it_is_there(studio: Studio) -> None:
    tab = studio.open("/home")
    (item,) = studio.add(origin="import")
    tab.fire("freshet-upload", "uploadedEvent", {"known": [], "scrolled": False})
    assert shelf(tab, "Images") == [item.id]


def test_B09_scrolled_nothing_comes_goes_or_moves_until_it_is_asked_for(studio: Studio, listen: Any) -> None:
    (making,) = studio.add(status="generating", files={}, run_id=studio.services.ids.new())
    shown = ids(studio.add(3))
    tab = studio.open("/home")
    stream = listen(tab)
    (image,) = studio.add()
    (video,) = studio.add(media_type="video", origin="create-video")
    studio.change(making, status="failed", error="Refused")
    assert wait_for(lambda: {0, 1, 2, VIDEOS} <= set(stream.subscriber.changed))
    push(tab, scrolled=True)
    assert headings(tab) == ["Running now", "Images"], "no shelf comes or goes"
    assert shelf(tab, "Images") == shown
    assert "Nothing is running any more. What was made stands below." in tab.text
    assert tab.element("freshet-drop")["count"] == 3
    tab.fire("freshet-drop", "showEvent", {"count": 3})
    assert headings(tab) == ["Needs you", "Images", "Videos"]
    assert shelf(tab, "Images") == [image.id, *shown]
    assert shelf(tab, "Videos") == [video.id]
    assert tab.element("freshet-drop")["count"] == 0


@pytest.mark.parametrize("reason", ["live", "online"])
def test_B09_a_change_to_several_shelves_shows_in_one_frame(studio: Studio, reason: str) -> None:
    studio.add()
    tab = studio.open("/home")
    (image,) = studio.add()
    (video,) = studio.add(media_type="video", origin="create-video")
    studio.clock.advance(10)
    push(tab, reason)
    assert (shelf(tab, "Images")[0], shelf(tab, "Videos")) == (image.id, [video.id])
    assert all(("2" in words) == ("Videos" in words) for words in tab.frames), "never one without the other"


@pytest.mark.parametrize("way", ["push", "drop"])
def test_F10_a_shelf_that_was_held_back_comes_as_it_is_by_now(studio: Studio, listen: Any, way: str) -> None:
    """What its session did to it in another tab, in the meantime, is in it."""
    studio.add()
    tab = studio.open("/home")
    stream = listen(tab)
    (video,) = studio.add(media_type="video", origin="create-video", title="As it was")
    assert wait_for(lambda: VIDEOS in stream.subscriber.changed)
    push(tab, views=[VIDEOS], scrolled=True)
    assert headings(tab) == ["Images"]
    other = studio.open("/library")
    edit(other, "title", video, "As it is")
    if way == "push":
        push(tab, views=[0])
    else:
        tab.fire("freshet-drop", "showEvent", {"count": 1})
    assert headings(tab) == ["Images", "Videos"]
    assert "As it is" in [one["label"] for one in tab.tiles()]
    assert all("As it was" not in words for words in tab.frames)


def test_B09_an_open_preview_and_what_was_typed_survive_a_refresh(studio: Studio) -> None:
    (item,) = studio.add(title="Harbour")
    tab = studio.open("/home")
    tab.fire("freshet-tile", "activateEvent", {"id": item.id}, mediaId=item.id)
    studio.add(ROW)  # it is no longer on any shelf
    tab.fire("freshet-status", "refreshEvent", {"scrolled": False})
    assert item.id not in ids_shown(tab)
    assert tab.element("freshet-dialog", isOpen=True)["label"] == "Harbour"


def test_R2_10_a_failed_background_refresh_keeps_the_shelves_and_says_so(studio: Studio) -> None:
    shown = ids(studio.add(2))
    tab = studio.open("/home")
    studio.store.fault = DOWN
    studio.clock.advance(6)
    push(tab, "visibility")
    assert shelf(tab, "Images") == shown
    assert tab.element("freshet-status")["mode"] == "offline"


# ── edits ──


def test_F12_the_shelf_of_favourites_follows_the_heart(studio: Studio, listen: Any) -> None:
    item, other = studio.add(2)
    mine, another = studio.open("/home"), studio.open("/home")
    stream = listen(another)
    edit(mine, "favourite", item, True)
    assert headings(mine) == ["Images", "Favourites"]
    assert shelf(mine, "Favourites") == [item.id]
    stream.changed()
    push(another)
    assert shelf(another, "Favourites") == [item.id]
    edit(mine, "favourite", item, False)
    assert headings(mine) == ["Images"]
    assert shelf(mine, "Images") == [other.id, item.id]


def test_F12_a_deletion_leaves_every_shelf_and_comes_back_when_it_is_undone(studio: Studio) -> None:
    item, other = studio.add(2, favourite=True)
    tab = studio.open("/home")
    edit(tab, "delete", item)
    assert told(tab) == "1 item deleted"
    assert shelf(tab, "Images") == shelf(tab, "Favourites") == [other.id]
    edit(tab, "undo")
    assert shelf(tab, "Images") == shelf(tab, "Favourites") == [other.id, item.id]


def test_B22_an_edit_that_fails_takes_itself_back_alone(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    (item,) = studio.add()
    tab = studio.open("/home")
    with commits_failing(studio, monkeypatch):
        edit(tab, "favourite", item, True)
        assert ended(studio)
        push(tab, "ready")
    assert headings(tab) == ["Images"]
    assert "did not answer" in told(tab)


# ── what it costs ──


def test_F11_opening_costs_one_row_a_shelf_whatever_the_library_holds(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    studio.add(60)
    studio.add(60, media_type="video", origin="create-video", favourite=True)
    caplog.set_level(logging.INFO, "freshet")
    studio.open("/home")
    costs = [line.fields["documents"] for line in caplog.records if line.getMessage() == "home.refresh"]  # type: ignore[attr-defined]
    assert len(costs) == ASKED
    assert max(costs) <= ROW + 1 <= PAGE_SIZE + 1
    assert sum(costs) <= 3 * (ROW + 1) + 3 * 2, "an empty list costs one, or two where its age has to be asked for"


def test_R0_15_B14_other_clicks_and_rendering_ask_nothing(studio: Studio) -> None:
    studio.add(3)
    tab = studio.open("/home")
    before = studio.store.reads
    for _ in range(5):
        tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert studio.store.reads == before
    assert tab.request_bytes <= 4_000
    assert tab.response_bytes <= 300


def test_B14_an_idle_hour_costs_twelve_reads_a_view_at_most(studio: Studio) -> None:
    studio.add(3)
    tab = studio.open("/home")
    before = studio.store.reads
    for _ in range(60):
        studio.clock.advance(60)
        push(tab, "ttl")
    assert studio.store.reads - before <= 2 * ASKED


def test_R0_15_a_process_that_holds_nothing_reads_each_shelf_once_and_sends_the_tree_whole(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    items = studio.add(3)
    tab = studio.open("/home")
    studio.restart()
    studio.change(items[0], title="Renamed meanwhile")
    caplog.set_level(logging.INFO, "freshet")
    tab.fire("freshet-tile", "activateEvent", {"id": items[1].id}, mediaId=items[1].id)
    assert refreshes(caplog, "home.refresh") == ["recover"] * ASKED
    assert tab.whole_trees == len(tab.frames)
    assert tab.tiles()[-1]["label"] == "Renamed meanwhile"


# ── whose it is ──


def test_what_others_keep_to_themselves_is_on_no_shelf(studio: Studio) -> None:
    private = {"visibility": "private"}
    add_as(studio, "eve", **private, title="Secret plan", favourite=True)
    add_as(studio, "eve", **private, title="Secret film", media_type="video", origin="create-video")
    add_as(studio, "eve", **private, status="generating", files={}, run_id=studio.services.ids.new())
    tab = studio.open("/home")
    assert tab.tiles() == []
    assert "Make your first picture" in tab.text


def test_B18_a_row_that_could_not_be_found_anew_is_not_taken_for_an_empty_one(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that answers now never heard that the one before failed to read it."""
    studio.add(2)
    videos = studio.add(2, media_type="video")
    tab = studio.open("/home")
    studio.restart()
    find = studio.services.freshness.revalidate

    def failing(query: Any, *args: Any, **options: Any) -> Any:
        if query.media_type == "video":
            raise DOWN
        return find(query, *args, **options)

    monkeypatch.setattr(studio.services.freshness, "revalidate", failing)
    tab.fire("freshet-drop", "showEvent", {"count": 0, "auto": True})
    assert tab.element("freshet-status")["mode"] == "offline"
    studio.restart()
    push(tab, reason="ready")
    assert tab.element("freshet-status")["mode"] == "offline"
    push(tab, reason="online")
    assert tab.element("freshet-status")["mode"] == "plain"
    assert {item.id for item in videos} <= set(ids_shown(tab))
