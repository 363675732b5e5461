"""Try-on: two choosers on one page, each with a flag, a query and a field of its own."""

from __future__ import annotations

import json
import logging
from typing import Any, cast

import mesop as me
import pytest

from components.library import library_chooser_button as chooser
from components.library import library_image_selector
from services.errors import StoreUnavailable
from services.files.urls import media_url
from services.generation.google.client import Google
from services.generation.offers import Offers
from services.models import MediaItem, MediaQuery
from tests.handler.test_page_library import DOWN, refreshes
from tests.handler.test_page_live import push, wait_for
from tests.handler.test_page_media_item import fact, open_item
from tests.support.mesop_client import MesopClient
from tests.support.studio import Studio, ids_shown


def open_chooser(tab: MesopClient, which: str) -> MesopClient:
    node = next(node for node in tab._walk() if node.key.key == f"choose-{which}")
    tab._event(node, tab._web(node)["events"]["pressEvent"], string_value="{}")
    return tab


def close_chooser(tab: MesopClient) -> None:
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)


def choose(tab: MesopClient, item: MediaItem) -> None:
    tab.fire("freshet-tile", "activateEvent", {"id": item.id}, mediaId=item.id)


def chooser_state(tab: MesopClient) -> dict[str, Any]:
    """The chooser's own state, as the browser holds it."""
    import json

    for state in tab.states.states:
        held = json.loads(state.data)
        if "needs_refresh" in held:
            return dict(held)
    raise AssertionError("no chooser state")


def filled(tab: MesopClient) -> dict[str, str]:
    """Which item fills which field."""
    import json

    for state in tab.states.states:
        held = json.loads(state.data)
        if "person" in held:
            return {name: held[name].get("media_id", "") for name in ("person", "product")}
    raise AssertionError("no try-on state")


def test_R0_01_the_chooser_asks_the_store_on_every_open(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    studio.add(3)
    tab = studio.open("/try-on")
    caplog.set_level(logging.INFO, "freshet")
    open_chooser(tab, "person")
    close_chooser(tab)
    (new,) = studio.add()
    open_chooser(tab, "person")
    assert refreshes(caplog, "chooser.refresh") == ["open", "open"]
    assert ids_shown(tab)[0] == new.id


def test_R0_01_held_items_paint_before_the_store_has_answered(studio: Studio) -> None:
    shown = [item.id for item in reversed(studio.add(3))]
    tab = studio.open("/try-on")
    open_chooser(tab, "person")
    close_chooser(tab)
    (new,) = studio.add()
    frames: list[list[str]] = []
    draw = tab._render

    def watch(render: Any) -> None:
        draw(render)
        frames.append(ids_shown(tab))

    tab._render = watch  # type: ignore[method-assign]
    open_chooser(tab, "person")
    assert frames[0] == shown
    assert frames[-1] == [new.id, *shown]


def test_R0_02_the_flag_is_cleared_once_and_five_other_clicks_ask_nothing(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    studio.add(3)
    tab = studio.open("/try-on")
    caplog.set_level(logging.INFO, "freshet")
    open_chooser(tab, "person")
    assert chooser_state(tab)["needs_refresh"] == {"person": False}
    before = studio.store.reads
    for _ in range(5):
        tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert studio.store.reads == before
    assert refreshes(caplog, "chooser.refresh") == ["open"]


def test_R0_02_the_flag_stands_while_the_store_is_asked(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """From before the question until the answer is shown, and what was held is on screen as long."""
    held = [item.id for item in reversed(studio.add(3))]
    tab = open_chooser(studio.open("/try-on"), "product")
    close_chooser(tab)
    (new,) = studio.add()
    seen: list[tuple[dict[str, bool], list[str]]] = []
    refresh = library_image_selector.refresh_selector

    def watch(reason: Any) -> Any:
        seen.append((dict(me.state(chooser.ChooserState).needs_refresh), ids_shown(tab)))
        yield from refresh(reason)

    monkeypatch.setattr(library_image_selector, "refresh_selector", watch)
    open_chooser(tab, "product")
    assert seen == [({"product": True}, held)]
    assert chooser_state(tab)["needs_refresh"] == {"product": False}
    assert ids_shown(tab) == [new.id, *held]


def test_R0_02_two_choosers_do_not_share_a_flag(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.add(3)
    tab = studio.open("/try-on")
    monkeypatch.setattr(chooser, "load_when_needed", lambda flags, key: iter(()))
    open_chooser(tab, "person")
    close_chooser(tab)
    assert chooser_state(tab)["needs_refresh"] == {"person": True}
    monkeypatch.undo()
    open_chooser(tab, "product")
    assert chooser_state(tab)["needs_refresh"] == {"person": True, "product": False}


def test_R0_02_a_store_that_fails_clears_the_flag_and_the_next_open_asks_again(studio: Studio) -> None:
    (item,) = studio.add()
    tab = studio.open("/try-on")
    studio.store.fault = DOWN
    open_chooser(tab, "person")
    assert chooser_state(tab)["needs_refresh"] == {"person": False}
    assert "The library could not be read" in tab.text
    close_chooser(tab)
    studio.store.fault = None
    open_chooser(tab, "person")
    assert ids_shown(tab) == [item.id]


def test_R0_11_each_chooser_fills_its_own_field_and_closes(studio: Studio) -> None:
    person, product = studio.add(2)
    tab = studio.open("/try-on")
    choose(open_chooser(tab, "product"), product)
    assert filled(tab) == {"person": "", "product": product.id}
    assert chooser_state(tab)["open_key"] == ""
    assert not any(dialog["isOpen"] for dialog in tab.elements("freshet-dialog"))
    choose(open_chooser(tab, "person"), person)
    assert filled(tab) == {"person": person.id, "product": product.id}


def test_R0_11_an_id_that_is_nobodys_or_no_picture_fills_nothing_and_says_so(studio: Studio) -> None:
    (image,) = studio.add()
    (video,) = studio.add(media_type="video", origin="create-video")
    tab = studio.open("/try-on")
    for forged in ("01ARZ3NDEKTSV4RRFFQ69G5FAV", video.id, "../../etc/passwd"):
        open_chooser(tab, "person")
        tab.fire("freshet-tile", "activateEvent", {"id": forged}, mediaId=image.id)
        assert filled(tab) == {"person": "", "product": ""}
        assert "Choose another one." in tab.element("freshet-toast")["message"]


def test_R0_12_every_image_of_a_run_can_be_chosen_and_unfinished_ones_cannot(studio: Studio) -> None:
    run_id = studio.services.ids.new()
    images = [studio.add(run_id=run_id, run_index=index)[0] for index in range(4)]
    studio.add(status="generating", files={}, run_id=studio.services.ids.new())
    studio.add(status="failed", files={}, error="Refused")
    tab = open_chooser(studio.open("/try-on"), "person")
    assert ids_shown(tab) == [item.id for item in reversed(images)]
    for image in images:
        close_chooser(tab)
        choose(open_chooser(tab, "person"), image)
        assert filled(tab)["person"] == image.id
        open_chooser(tab, "person")


def test_the_chooser_lists_only_the_asked_type_and_pages_past_the_first_24(studio: Studio) -> None:
    images = studio.add(30)
    studio.add(5, media_type="video", origin="create-video")
    tab = open_chooser(studio.open("/try-on"), "person")
    assert len(tab.tiles()) == 24
    sentinel = next(each for each in tab.elements("freshet-sentinel") if not each["done"])
    tab.fire("freshet-sentinel", "moreEvent", {"cursor": sentinel["cursor"]}, cursor=sentinel["cursor"])
    assert ids_shown(tab) == [item.id for item in reversed(images)]


def test_generating_needs_both_pictures_and_makes_one_run_from_a_double_click(studio: Studio) -> None:
    person, product = studio.add(2)
    tab = studio.open("/try-on")
    assert tab.element("freshet-button", label="Generate Image")["disabled"]
    choose(open_chooser(tab, "person"), person)
    choose(open_chooser(tab, "product"), product)
    node = tab._find("freshet-button", {"label": "Generate Image"})
    token = tab.element("freshet-button", label="Generate Image")["token"]
    press = tab._web(node)["events"]["pressEvent"]
    for _ in range(2):  # the second was pressed before the first was answered
        tab._event(node, press, string_value=json.dumps({"token": token}))
    assert studio.engine.enqueued == [token]
    result = tab.element("freshet-outcome")
    assert result["status"] == "generating"
    assert result["label"] == f"{product.title} on {person.title}"


def placed(studio: Studio) -> MesopClient:
    """A tab in which a product lies on a person."""
    person, product = studio.add(2)
    tab = studio.open("/try-on")
    choose(open_chooser(tab, "person"), person)
    choose(open_chooser(tab, "product"), product)
    return tab.fire("freshet-place", "placeEvent", {"x": 0.4, "y": 0.6, "scale": 0.5})


def started(studio: Studio) -> MesopClient:
    """A tab that has just begun a try-on."""
    return placed(studio).press("Generate Image")


def finish(studio: Studio, tab: MesopClient, **fields: Any) -> MediaItem:
    """The run comes to an end, and the page's watch hears of it."""
    shown = tab.element("freshet-outcome")["mediaId"]
    item = studio.services.store.media.get(studio.principal, shown)
    done = studio.change(item, **({"status": "ready", "files": studio.add()[0].files} | fields))
    tab.fire("freshet-run-watch", "completeEvent", {"ids": [], "scrolled": False})
    return done


def labels(tab: MesopClient) -> list[str]:
    return [button["label"] for tag in ("freshet-button", "freshet-link-button") for button in tab.elements(tag)]


def test_a_try_on_is_watched_and_shown_where_it_was_placed(studio: Studio) -> None:
    tab = started(studio)
    waiting = tab.element("freshet-outcome")
    assert (waiting["status"], waiting["runId"]) == ("generating", studio.engine.enqueued[0])
    assert tab.elements("freshet-place") == []
    assert "Cancel" in labels(tab)
    done = finish(studio, tab)
    shown = tab.element("freshet-outcome")
    assert (shown["mediaId"], shown["status"]) == (done.id, "ready")
    assert shown["fileUrl"] == media_url(done, "original")
    assert {"Open", "Download", "Place again"} <= set(labels(tab))
    assert tab.element("freshet-link-button", label="Download")["href"].startswith(shown["fileUrl"])
    tab.press("Open")
    assert tab.element("freshet-dialog", isOpen=True)["label"] == done.title


def test_place_again_leads_back_to_the_stage_as_it_was_left(studio: Studio) -> None:
    tab = started(studio)
    finish(studio, tab)
    tab.press("Place again")
    stage = tab.element("freshet-place")
    assert (stage["x"], stage["y"], stage["scale"]) == (0.4, 0.6, 0.5)
    assert tab.elements("freshet-outcome") == []
    tab.press("Generate Image")
    assert len(set(studio.engine.enqueued)) == 2


def test_what_the_result_area_shows_stands_a_second_time_nowhere(studio: Studio) -> None:
    tab = started(studio)
    assert tab.tiles() == []
    assert "Earlier results" not in tab.text
    done = finish(studio, tab)
    assert tab.tiles() == []
    assert "Earlier results" not in tab.text
    tab.press("Place again")
    assert ids_shown(tab) == [done.id]
    assert "Earlier results" in tab.text
    tab.press("Generate Image")
    assert ids_shown(tab) == [done.id]
    assert tab.element("freshet-outcome")["mediaId"] != done.id


def test_the_list_below_pages_on_without_a_gap_past_what_the_result_area_shows(studio: Studio) -> None:
    before = [item.id for item in reversed(studio.add(30, origin="try-on"))]
    tab = started(studio)
    assert ids_shown(tab) == before[:23]  # a page, and its first one stands above
    tab.fire("freshet-sentinel", "moreEvent", {"cursor": tab.element("freshet-sentinel")["cursor"]})
    assert ids_shown(tab) == before
    assert tab.element("freshet-sentinel")["done"]


def test_steps_through_the_results_begin_with_what_the_result_area_shows(studio: Studio) -> None:
    (before,) = studio.add(1, origin="try-on")
    tab = started(studio)
    done = finish(studio, tab)
    tab.press("Open")
    assert tab.element("freshet-dialog", isOpen=True)["beside"] == ["", before.id]
    tab.fire("freshet-tile", "activateEvent", {"id": before.id}, mediaId=before.id)
    assert tab.element("freshet-dialog", isOpen=True)["beside"] == [done.id, ""]


def test_B09_the_drop_counts_what_arrives_below_and_not_what_the_result_area_shows(studio: Studio) -> None:
    studio.add(1, origin="try-on")
    tab = started(studio)
    made = tab.element("freshet-outcome")["mediaId"]
    others = studio.add(2, origin="try-on")
    push(tab, scrolled=True)
    assert tab.element("freshet-drop")["count"] == 2
    assert tab.element("freshet-outcome")["mediaId"] == made
    tab.fire("freshet-drop", "showEvent", {"count": 2})
    assert ids_shown(tab)[:2] == [others[1].id, others[0].id]
    assert tab.element("freshet-drop")["count"] == 0


def test_B09_what_the_store_is_slow_to_tell_of_shows_in_the_result_area_however_far_down_somebody_reads(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.add(1, origin="try-on")
    tab = placed(studio)
    monkeypatch.setattr("state.loading.PATIENCE", 0.0)
    tab.press("Generate Image")
    push(tab, scrolled=True)
    wait_for(lambda: not studio.services.freshness.entry(_results(studio), studio.principal).running)
    push(tab, "ready", scrolled=True)
    assert tab.element("freshet-outcome")["status"] == "generating"
    assert tab.element("freshet-outcome")["runId"] == studio.engine.enqueued[0]
    assert tab.element("freshet-drop")["count"] == 0
    assert tab.element("freshet-run-watch")["runIds"] == studio.engine.enqueued


def _results(studio: Studio) -> MediaQuery:
    owner = studio.principal.user_id
    return MediaQuery(project_id=studio.services.project.id, origin="try-on", owner_id=owner)


def test_another_picture_in_a_slot_leads_back_to_the_stage(studio: Studio) -> None:
    tab = started(studio)
    finish(studio, tab)
    (other,) = studio.add()
    choose(open_chooser(tab, "product"), other)
    assert tab.elements("freshet-outcome") == []
    assert tab.element("freshet-place")["productUrl"].startswith(f"/media/{other.id}.cutout-")


def test_a_try_on_that_fails_says_why_in_its_place_and_can_be_tried_again(studio: Studio) -> None:
    tab = started(studio)
    failed = finish(studio, tab, status="failed", error="The product cannot be read", files={})
    shown = tab.element("freshet-outcome")
    assert (shown["status"], shown["error"]) == ("failed", "The product cannot be read")
    assert "Download" not in labels(tab)
    tab.press("Retry")
    again = tab.element("freshet-outcome")
    assert (again["mediaId"], again["status"], again["runId"]) == (failed.id, "generating", studio.engine.enqueued[1])


def test_a_try_on_whose_picture_went_meanwhile_is_not_tried_again(studio: Studio) -> None:
    tab = started(studio)
    failed = finish(studio, tab, status="failed", error="The product cannot be read", files={})
    product = studio.services.store.media.get(studio.principal, failed.source_ids[1])
    studio.change(product, deleted_at=studio.clock.now())
    tab.press("Retry")
    assert len(studio.engine.enqueued) == 1
    assert "is no longer there" in tab.element("freshet-toast")["message"]


def test_a_cancelled_try_on_leads_back_to_the_stage(studio: Studio) -> None:
    tab = started(studio)
    tab.press("Cancel")
    assert tab.elements("freshet-outcome") == []
    assert tab.element("freshet-place")["scale"] == 0.5
    assert studio.services.store.runs.get(studio.principal, studio.engine.enqueued[0]).status == "cancelled"


def test_leaving_and_returning_still_shows_what_is_being_made(studio: Studio) -> None:
    tab = started(studio)
    before = tab.element("freshet-outcome")["mediaId"]
    tab.navigate("/library").navigate("/try-on")
    assert tab.element("freshet-outcome")["mediaId"] == before


def test_a_picture_deleted_after_it_was_chosen_starts_nothing_and_says_which(studio: Studio) -> None:
    from services.models import Remove

    person, product = studio.add(2)
    tab = studio.open("/try-on")
    choose(open_chooser(tab, "person"), person)
    choose(open_chooser(tab, "product"), product)
    studio.store._store.commit(studio.principal, [Remove("media", product.id, product.revision)], operation_id="gone")
    tab.press("Generate Image")
    assert studio.engine.enqueued == []
    assert any("no longer in the library" in text for text in tab.text)
    assert filled(tab)["person"] == person.id


def test_a_store_that_is_away_loses_no_choice(studio: Studio) -> None:
    person, product = studio.add(2)
    tab = studio.open("/try-on")
    choose(open_chooser(tab, "person"), person)
    choose(open_chooser(tab, "product"), product)
    studio.store.fault = StoreUnavailable("The store did not answer.")
    tab.press("Generate Image")
    assert any("The store did not answer." in text for text in tab.text)
    assert filled(tab) == {"person": person.id, "product": product.id}
    studio.store.fault = None
    tab.press("Generate Image")
    assert len(studio.engine.enqueued) == 1


def with_google(studio: Studio) -> MesopClient:
    """A tab with a person and a product, where Google's model is the default."""
    studio.services.offers = Offers(studio.clock, google=cast(Google, object()), platform="vertex")
    person, product = studio.add(2)
    tab = studio.open("/try-on")
    choose(open_chooser(tab, "person"), person)
    choose(open_chooser(tab, "product"), product)
    return tab


def test_a_model_that_dresses_the_person_itself_is_used_where_it_is_offered_and_needs_no_placing(
    studio: Studio,
) -> None:
    tab = with_google(studio)
    assert tab.elements("freshet-place") == []
    assert not any("Drag to place" in text for text in tab.text)
    assert "Made by Virtual Try-On, which decides how the product is worn · $0.0600" in tab.text
    tab.press("Generate Image")
    run = studio.services.store.runs.get(studio.principal, studio.engine.enqueued[0])
    assert (run.model, run.parameters, len(run.source_ids)) == ("virtual-try-on-001", {}, 2)
    finish(studio, tab)
    assert "Make another" in labels(tab)
    assert "Place again" not in labels(tab)


def test_what_this_machine_laid_is_told_as_such_also_where_a_model_is_the_default_now(studio: Studio) -> None:
    tab = started(studio)
    studio.services.offers = Offers(studio.clock, google=cast(Google, object()), platform="vertex")
    finish(studio, tab)
    assert any(text.startswith("A preview made by laying one picture over the other") for text in tab.text)
    assert "Place again" in labels(tab)


def test_what_a_try_on_did_cost_is_told_as_on_its_own_page(studio: Studio) -> None:
    tab = with_google(studio)
    tab.press("Generate Image")
    how = "Made by Virtual Try-On, which decides how the product is worn"
    assert f"{how} · $0.0600" in tab.text
    made = finish(studio, tab, cost_nano=None)  # kept by a process that ended before it was noted
    assert f"{how} · cost unknown" in tab.text
    assert fact(open_item(studio, made), "Cost") == "unknown"
