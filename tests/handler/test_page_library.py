"""The library page: the store asked when it should be, never otherwise, and nothing ever hidden."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest

from services.errors import StoreUnavailable
from services.models import Put, Remove
from tests.support.records import make_item, operation
from tests.support.stores import Backend
from tests.support.studio import Studio, ids_shown

DOWN = StoreUnavailable("The store did not answer.")


def refreshes(caplog: pytest.LogCaptureFixture, event: str) -> list[str]:
    """Reasons of the refreshes logged as `event`."""
    return [record.fields["reason"] for record in caplog.records if record.getMessage() == event]  # type: ignore[attr-defined]


def test_R0_03_every_visit_loads_and_nothing_is_gated_by_an_earlier_one(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "freshet")
    tab = studio.open("/library")
    tab.navigate("/create/image")
    (new,) = studio.add()
    tab.navigate("/library")
    assert refreshes(caplog, "library.refresh") == ["open", "open"]
    assert ids_shown(tab) == [new.id]


def test_R0_03_a_permalink_opens_its_item_and_gates_only_the_preview(studio: Studio) -> None:
    items = studio.add(30)
    oldest = items[0]
    tab = studio.open("/library", {"item": oldest.id})
    assert tab.element("freshet-dialog", label=oldest.title, isOpen=True)["address"] == f"item={oldest.id}"
    assert len(tab.tiles()) == 24
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, label=oldest.title)
    assert len(tab.tiles()) == 24
    assert tab.element("freshet-dialog", isOpen=False)["address"] == ""


def test_F10_a_list_that_is_catching_up_goes_on_where_its_end_comes_near(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a list asks once: a page that was not brought then would never come."""
    studio.add(60)
    tab = studio.open("/library")
    monkeypatch.setattr("state.view.is_behind", lambda snapshot: True)
    tab.fire("freshet-status", "refreshEvent")
    assert tab.element("freshet-status")["mode"] == "catching"
    tab.fire("freshet-sentinel", "moreEvent", {"cursor": tab.element("freshet-sentinel")["cursor"]})
    assert len(tab.tiles()) == 48


def test_F04_an_item_that_is_read_by_its_id_alone_logs_what_that_cost(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    oldest, *_ = studio.add(30)
    caplog.set_level(logging.INFO, "freshet")
    studio.open("/library", {"item": oldest.id})
    tab = studio.open("/library")
    studio.restart()
    studio.store.fault = DOWN
    tab.navigate("/library", {"item": oldest.id})
    lines = [record.fields for record in caplog.records if record.getMessage() == "preview.read"]  # type: ignore[attr-defined]
    told = [(line["reason"], line["documents"], line["outcome"], line["as_of"] is not None) for line in lines]
    assert told == [("permalink", 1, "read", True), ("permalink", 0, "StoreUnavailable", False)]
    assert all(line["ms"] >= 0 for line in lines)


@pytest.mark.parametrize("item", ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "nonsense", "../../etc/passwd"])
def test_a_permalink_to_nothing_says_so_and_leaves_the_grid_alone(studio: Studio, item: str) -> None:
    studio.add(2)
    tab = studio.open("/library", {"item": item})
    assert len(tab.tiles()) == 2
    what = "This item" if item.startswith("01") else "The item that this address names"
    assert f"{what} does not exist, or it is not yours to see." in tab.text


def test_an_address_tells_all_that_it_names_and_there_is_not_until_other_filters_are_chosen(studio: Studio) -> None:
    studio.add(2)
    tab = studio.open("/library", {"item": "nonsense", "type": "hologram"})
    none = "The item that this address names does not exist, or it is not yours to see."
    assert f"Left out of the filters: type “hologram”. {none}" in tab.text
    tab.fire("freshet-segments", "selectEvent", {"value": "image"}, label="Type")
    assert none not in " ".join(tab.text)
    assert "Left out" not in " ".join(tab.text)


def test_a_permalink_to_somebody_elses_private_item_reads_like_one_to_nothing(studio: Studio) -> None:
    project = studio.services.project.id
    theirs = make_item(project_id=project, owner_id="eve", visibility="private", title="Secret plan")
    eve = studio.principal.model_copy(update={"user_id": "eve"})
    studio.services.store.commit(eve, [Put(theirs, expect=0)], operation_id=operation())
    tab = studio.open("/library", {"item": theirs.id})
    assert tab.tiles() == []
    assert "This item does not exist, or it is not yours to see." in tab.text
    assert "Secret plan" not in json.dumps(tab.elements("freshet-dialog"))


def test_R0_04_newest_on_top_with_equal_and_imported_timestamps(studio: Studio) -> None:
    now = studio.clock.now()
    equal = studio.add(3, created_at=now)
    (imported,) = studio.add(created_at=now - timedelta(days=400))
    (newest,) = studio.add(created_at=now + timedelta(seconds=60))
    tab = studio.open("/library")
    ties = sorted((item.id for item in equal), reverse=True)
    assert ids_shown(tab) == [newest.id, *ties, imported.id]


def test_R0_05_refresh_asks_again_and_shows_the_new_video_first(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "freshet")
    studio.add(3)
    tab = studio.open("/library")
    (video,) = studio.add(media_type="video", origin="create-video")
    assert ids_shown(tab)[0] != video.id
    tab.fire("freshet-status", "refreshEvent")
    assert ids_shown(tab)[0] == video.id
    assert refreshes(caplog, "library.refresh")[-1] == "manual"


def test_R0_05_refresh_keeps_the_type_filter_and_the_loaded_extent(studio: Studio) -> None:
    studio.add(70)
    tab = studio.open("/library", {"type": "image"})
    for _ in range(2):
        tab.fire("freshet-sentinel", "moreEvent", {"cursor": tab.element("freshet-sentinel")["cursor"]})
    assert len(tab.tiles()) == 70
    studio.add(media_type="video", origin="create-video")
    (image,) = studio.add()
    tab.fire("freshet-status", "refreshEvent")
    assert ids_shown(tab)[0] == image.id
    assert {tile["mediaType"] for tile in tab.tiles()} == {"image"}
    assert tab.query["type"] == ["image"]


def test_R0_09_a_refresh_that_is_answered_at_once_is_one_frame_and_never_blanks_the_grid(studio: Studio) -> None:
    """The button turns by itself from the press on; what a slow store shows is tried in test_page_live.py."""
    shown = [item.id for item in reversed(studio.add(2))]
    tab = studio.open("/library")
    frames = []
    send = tab._render

    def watch(render: object) -> None:
        send(render)
        frames.append((tab.element("freshet-status")["refreshing"], ids_shown(tab)))

    tab._render = watch  # type: ignore[method-assign]
    tab.fire("freshet-status", "refreshEvent")
    assert frames == [(False, shown)]


def test_R0_09_the_first_load_never_claims_that_the_library_is_empty(studio: Studio) -> None:
    studio.add(2)
    tab = studio.open("/library")
    assert not any("empty" in text for frame in tab.frames for text in frame)


def test_an_empty_library_says_so_and_leads_to_the_first_picture(studio: Studio) -> None:
    tab = studio.open("/library")
    assert "Your library is empty" in tab.text
    tab.press("Create an image")
    assert tab.path == "/create/image"


def test_a_type_of_which_there_is_nothing_is_not_an_empty_library(studio: Studio) -> None:
    studio.add(2)
    tab = studio.open("/library", {"type": "video"})
    assert "Nothing of this type yet" in tab.text
    tab.press("Show all")
    assert len(tab.tiles()) == 2


@pytest.mark.parametrize("way", ["address", "tab"])
def test_the_tab_of_each_type_shows_what_is_ready_of_it(studio: Studio, way: str) -> None:
    items = {kind: studio.add(media_type=kind)[0].id for kind in ("image", "video", "audio")}
    tab = studio.open("/library")
    for kind, media_id in items.items():
        if way == "address":
            tab = studio.open("/library", {"type": kind})
        else:
            tab.fire("freshet-segments", "selectEvent", {"value": kind}, label="Type")
        assert [(tile["mediaId"], tile["status"]) for tile in tab.tiles()] == [(media_id, "ready")]


def test_R0_14_a_failed_first_read_is_not_an_empty_library(studio: Studio) -> None:
    studio.add(2)
    studio.store.fault = DOWN
    tab = studio.open("/library")
    assert "The library could not be read" in tab.text
    assert "Your library is empty" not in tab.text
    studio.store.fault = None
    tab.press("Retry")
    assert len(tab.tiles()) == 2


def test_R0_14_a_failed_refresh_keeps_the_items_says_why_and_can_be_repeated(studio: Studio) -> None:
    items = studio.add(2)
    tab = studio.open("/library")
    as_of = tab.element("freshet-status")["asOfMs"]
    studio.store.fault = DOWN
    studio.clock.advance(60)
    tab.fire("freshet-status", "refreshEvent")
    assert len(tab.tiles()) == 2
    assert tab.element("freshet-status")["mode"] == "offline"
    assert tab.element("freshet-status")["asOfMs"] == as_of
    assert any("The store did not answer." in text for text in tab.text)
    studio.store.fault = None
    studio.change(items[0], title="Renamed meanwhile")
    (new,) = studio.add()
    tab.press("Retry")
    assert ids_shown(tab)[0] == new.id
    assert tab.element("freshet-status")["mode"] == "plain"
    assert tab.element("freshet-toast")["message"] == "Back online. 2 changes caught up."


def test_R0_14_a_store_that_is_back_with_nothing_new_says_that_and_only_once(studio: Studio) -> None:
    studio.add(2)
    tab = studio.open("/library")
    studio.store.fault = DOWN
    tab.fire("freshet-status", "refreshEvent")
    studio.store.fault = None
    tab.press("Retry")
    assert tab.element("freshet-toast")["message"] == "Back online."
    token = tab.element("freshet-toast")["token"]
    tab.fire("freshet-status", "refreshEvent")
    assert tab.element("freshet-toast")["token"] == token


def test_uploads_say_beforehand_how_large_files_may_be(studio: Studio) -> None:
    tab = studio.open("/library")
    assert tab.element("freshet-upload")["limits"] == "Pictures up to 50 MB, videos and sounds up to 500 MB."


def test_R0_15_an_unrelated_event_reads_nothing(studio: Studio) -> None:
    items = studio.add(5)
    tab = studio.open("/library")
    before = studio.store.reads
    tab.fire("freshet-tile", "activateEvent", {"id": items[0].id}, mediaId=items[0].id)
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)
    assert studio.store.reads == before


def test_R0_15_a_process_that_does_not_hold_the_snapshot_reads_once_and_sends_the_tree_whole(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    items = studio.add(30)
    tab = studio.open("/library")
    tab.fire("freshet-sentinel", "moreEvent", {"cursor": tab.element("freshet-sentinel")["cursor"]})
    studio.restart()
    studio.change(items[3], title="Renamed meanwhile")
    caplog.set_level(logging.INFO, "freshet")
    before = studio.store.reads
    tab.fire("freshet-tile", "activateEvent", {"id": items[5].id}, mediaId=items[5].id)
    assert refreshes(caplog, "library.refresh") == ["recover"]
    assert studio.store.reads == before + 1
    assert tab.whole_trees == len(tab.frames)
    assert len(tab.tiles()) == 30
    assert "Renamed meanwhile" in [tile["label"] for tile in tab.tiles()]
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)
    assert tab.whole_trees == 0


def test_paging_with_the_same_cursor_twice_loads_one_page(studio: Studio) -> None:
    studio.add(80)
    tab = studio.open("/library")
    cursor = tab.element("freshet-sentinel")["cursor"]
    for _ in range(2):
        tab.fire("freshet-sentinel", "moreEvent", {"cursor": cursor})
    assert len(tab.tiles()) == 48


def test_items_that_come_and_go_between_pages_neither_repeat_nor_skip_others(studio: Studio, backend: Backend) -> None:
    """Three come on top and two go, one of those that are shown and one of those that are to come.

    Firestore reads the next pages as of the time of the first, for a minute: there the two go with the next refresh.
    """
    items = studio.add(60)
    tab = studio.open("/library")
    listed = [item.id for item in reversed(items)]
    assert ids_shown(tab) == listed[:24]
    studio.add(3)
    seen, coming = (next(item for item in items if item.id == listed[place]) for place in (10, 30))
    removals = [Remove("media", item.id, expect=item.revision) for item in (seen, coming)]
    studio.store._store.commit(studio.principal, removals, operation_id=operation())
    tab.fire("freshet-sentinel", "moreEvent", {"cursor": tab.element("freshet-sentinel")["cursor"]})
    left = [one for one in listed if one not in (seen.id, coming.id)]
    then = left if backend.kind == "sqlite" else listed
    assert ids_shown(tab) == then[: 47 if backend.kind == "sqlite" else 48]
    tab.fire("freshet-sentinel", "moreEvent", {"cursor": tab.element("freshet-sentinel")["cursor"]})
    assert ids_shown(tab) == then
    tab.fire("freshet-status", "refreshEvent")
    assert not set(ids_shown(tab)[:3]) & set(listed)
    assert ids_shown(tab)[3:] == left


def test_an_unexpected_error_becomes_a_sentence_with_an_id(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    studio.add()
    tab = studio.open("/library")
    studio.store.fault = RuntimeError("secret detail")
    tab.fire("freshet-status", "refreshEvent")
    message = next(text for text in tab.text if "Something went wrong (error " in text)
    assert tab.element("freshet-status")["mode"] == "failed"
    assert "secret detail" not in json.dumps(tab.elements("freshet-toast")) + str(tab.text)
    error_id = message.partition("error ")[2].rstrip(").")
    assert any(getattr(record, "fields", {}).get("error_id") == error_id for record in caplog.records)
