"""Templates on the Create pages: each opening asks once, what is held stays, and nothing written is lost."""

from __future__ import annotations

import json
import logging
import threading
from typing import Any

import pytest

from components.create import prompt_tools
from state.prompt_tools import prompt_state
from state.templates import load_templates
from tests.handler.test_page_library import DOWN, refreshes
from tests.handler.test_page_live import wait_for
from tests.support.mesop_client import MesopClient
from tests.support.prompts import (
    add_template,
    ask,
    close,
    delete_template,
    field,
    is_open,
    names,
    open_history,
    open_templates,
    prompt,
    state,
    stored_templates,
    toast,
    type_into,
    undo,
    use,
)
from tests.support.studio import Studio

ASKED = "templates.refresh"


@pytest.fixture
def tab(studio: Studio) -> MesopClient:
    return studio.open("/create/image")


def reads(studio: Studio) -> int:
    return studio.store.calls["templates.list_for"]


class TestFreshness:
    def test_every_opening_asks_the_store_once_and_five_other_events_ask_nothing(
        self, studio: Studio, tab: MesopClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        add_template(studio, "Fox")
        caplog.set_level(logging.INFO, "freshet")
        assert reads(studio) == 0
        open_templates(tab)
        assert (names(tab), reads(studio)) == (["Fox"], 1)
        for _ in range(5):
            tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
        assert reads(studio) == 1
        close(tab)
        assert not is_open(tab)
        add_template(studio, "Elk")
        open_templates(tab)
        assert (names(tab), reads(studio)) == (["Elk", "Fox"], 2)
        assert refreshes(caplog, ASKED) == ["open", "open"]

    def test_what_is_held_paints_before_the_store_has_answered(self, studio: Studio, tab: MesopClient) -> None:
        add_template(studio, "Fox")
        close(open_templates(tab))
        add_template(studio, "Elk")
        seen: list[list[str]] = []
        draw = tab._render

        def watch(render: Any) -> None:
            draw(render)
            seen.append(names(tab))

        tab._render = watch  # type: ignore[method-assign]
        open_templates(tab)
        assert seen[0] == ["Fox"]
        assert seen[-1] == ["Elk", "Fox"]

    def test_the_flag_stands_while_the_store_is_asked_and_is_cleared_once(
        self, studio: Studio, tab: MesopClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stood: list[bool] = []
        load = load_templates

        def watch(reason: Any) -> Any:
            stood.append(prompt_state().needs_refresh)
            yield from load(reason)

        monkeypatch.setattr(prompt_tools, "load_templates", watch)
        open_templates(tab)
        assert stood == [True]
        assert not state(tab).get("needs_refresh")
        tab.fire("freshet-status", "refreshEvent", {"scrolled": False}, mode="asked")
        assert stood == [True]

    def test_refresh_asks_again_and_keeps_what_is_shown_meanwhile(
        self, studio: Studio, tab: MesopClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        add_template(studio, "Fox")
        open_templates(tab)
        as_of = tab.element("freshet-status", mode="asked")["asOfMs"]
        studio.clock.advance(60)
        add_template(studio, "Elk")
        caplog.set_level(logging.INFO, "freshet")
        tab.fire("freshet-status", "refreshEvent", {"scrolled": False}, mode="asked")
        assert names(tab) == ["Elk", "Fox"]
        assert refreshes(caplog, ASKED) == ["manual"]
        assert tab.element("freshet-status", mode="asked")["asOfMs"] == as_of + 60_000

    def test_a_store_that_is_away_leaves_what_is_held_with_its_age_and_a_way_to_retry(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        add_template(studio, "Fox")
        close(open_templates(tab))
        studio.store.fault = DOWN
        open_templates(tab)
        assert names(tab) == ["Fox"]
        assert tab.element("freshet-status", mode="offline")["asOfMs"] > 0
        assert any(text.startswith("Offline, as of …") and str(DOWN) in text for text in tab.text)
        studio.store.fault = None
        add_template(studio, "Elk")
        tab.press("Retry")
        assert names(tab) == ["Elk", "Fox"]
        assert not any("Offline" in text for text in tab.text)

    def test_where_nothing_is_held_a_failure_is_no_empty_list(self, studio: Studio, tab: MesopClient) -> None:
        studio.store.fault = DOWN
        open_templates(tab)
        assert "The templates could not be read" in tab.text
        assert "No templates yet" not in tab.text
        studio.store.fault = None
        tab.press("Retry")
        assert "No templates yet" in tab.text

    def test_a_slow_answer_comes_by_itself_and_the_tab_stays_usable(
        self, studio: Studio, tab: MesopClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("state.loading.PATIENCE", 0.01)
        add_template(studio, "Fox")
        let_go, templates = threading.Event(), studio.services.templates.lists._templates

        class Slow:
            def list_for(self, *args: Any) -> Any:
                assert let_go.wait(30)
                return templates.list_for(*args)

        monkeypatch.setattr(studio.services.templates.lists, "_templates", Slow())
        open_templates(tab)
        assert names(tab) == []
        assert tab.element("freshet-live")["waiting"]
        let_go.set()
        lists, project_id = studio.services.templates.lists, studio.services.project.id
        assert wait_for(lambda: bool(lists.held(studio.principal, project_id).version))
        tab.fire("freshet-live", "refreshEvent", {"reason": "ready", "views": None, "scrolled": False})
        assert names(tab) == ["Fox"]
        assert not tab.element("freshet-live")["waiting"]

    @pytest.mark.parametrize(("reason", "asked"), [("focus", 2), ("live", 1)])
    def test_a_return_to_the_tab_asks_and_what_was_committed_elsewhere_does_not(
        self, studio: Studio, tab: MesopClient, reason: str, asked: int
    ) -> None:
        open_templates(tab)
        studio.clock.advance(60)
        add_template(studio, "Fox")
        tab.fire("freshet-live", "refreshEvent", {"reason": reason, "views": None, "scrolled": False})
        assert reads(studio) == asked
        assert names(tab) == (["Fox"] if asked == 2 else [])

    def test_another_process_reads_once_before_it_draws_and_sends_the_whole_tree(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        fox = add_template(studio, "Fox")
        open_templates(tab)
        studio.restart()
        before = reads(studio)
        ask(tab, "change", fox.id)
        assert reads(studio) == before + 1
        assert tab.whole_trees == 1
        assert field(tab, "template-name")["value"] == "Fox"

    def test_a_commit_of_a_template_labels_no_list_and_costs_the_results_nothing(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        """No feed tells of it: a session that had to reach it would wait for ever."""
        studio.add(origin="create-image", run_id=studio.services.ids.new())
        tab.fire("freshet-status", "refreshEvent")
        open_templates(tab).press("Add “Product photo”")
        close(tab)
        before = studio.store.reads
        tab.fire("freshet-live", "refreshEvent", {"reason": "focus", "views": None, "scrolled": False})
        assert studio.store.reads == before  # the list was read just now, and lacks nothing
        assert tab.element("freshet-status")["mode"] == "plain"
        assert not tab.element("freshet-live")["unsure"]


class TestUsing:
    def test_the_fields_are_asked_for_and_the_filled_prompt_stands_in_the_form(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        fox = add_template(studio, "Fox", "A {animal=fox} in {{snow}} at {hour}, {Animal}")
        type_into(tab, "prompt", "What I had written")
        ask(open_templates(tab), "choose", fox.id)
        asked = tab.element("freshet-fill")
        assert asked["fields"] == [["animal", "fox"], ["hour", ""]]
        assert asked["parts"] == ["A ", 0, " in {snow} at ", 1, ", ", 0]
        use(tab, "", " dusk ")
        assert prompt(tab) == "A fox in {snow} at dusk, fox"
        assert not is_open(tab)
        assert toast(tab) == ("Prompt replaced", True)
        undo(tab)
        assert prompt(tab) == "What I had written"
        undo(tab)  # and back again
        assert prompt(tab) == "A fox in {snow} at dusk, fox"

    def test_a_field_without_anything_to_say_is_named_where_it_stands(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A {animal=fox} at {hour}")
        ask(open_templates(tab), "choose", fox.id)
        use(tab, "", "  ")
        assert tab.element("freshet-fill")["wrongs"] == ["", "Write something for “hour”. It has no default."]
        assert is_open(tab)
        assert prompt(tab) == ""
        use(tab, "owl", "dawn")
        assert prompt(tab) == "A owl at dawn"

    def test_one_without_fields_is_used_at_once(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A fox in {{snow}}")
        ask(open_templates(tab), "choose", fox.id)
        assert (prompt(tab), is_open(tab)) == ("A fox in {snow}", False)
        assert toast(tab) == ("Prompt filled in", True)

    def test_it_is_for_one_kind_of_form(self, studio: Studio, tab: MesopClient) -> None:
        add_template(studio, "Fox")
        elk = add_template(studio, "Elk", run_type="video")
        open_templates(tab)
        assert names(tab) == ["Fox"]
        ask(tab, "choose", elk.id)
        assert tab.elements("freshet-fill") == []
        video = open_templates(studio.open("/create/video"))
        assert names(video) == ["Elk"]

    def test_the_address_of_a_project_of_others_shows_none_of_its_templates(self, studio: Studio) -> None:
        add_template(studio, "Theirs", project_id="elsewhere", owner_id="bob")
        tab = open_templates(studio.open("/create/image", {"project": "elsewhere"}))
        assert names(tab) == []
        assert "No templates yet" in tab.text

    def test_undo_is_of_what_was_done_last(self, studio: Studio) -> None:
        """A deletion in the same tab, on whichever page, comes before what the form replaced earlier."""
        fox, item = add_template(studio, "Fox", "A fox"), studio.add(origin="create-image", run_id="r")[0]
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Mine")
        ask(open_templates(tab), "choose", fox.id)
        tab.fire("freshet-edits", "editEvent", {"id": item.id, "edit": "delete", "value": None, "scrolled": False})
        assert tab.tiles() == []
        undo(tab)
        assert len(tab.tiles()) == 1
        assert prompt(tab) == "A fox"

    def test_a_visit_later_there_is_nothing_to_undo(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A fox")
        type_into(tab, "prompt", "Mine")
        ask(open_templates(tab), "choose", fox.id)
        tab.navigate("/library").navigate("/create/image")
        undo(tab)
        assert prompt(tab) == "A fox"
        assert not state(tab)["undo"].get("what")

    @pytest.mark.parametrize("forged", ["", "nothing", None, 7, {"a": 1}, "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
    @pytest.mark.parametrize("what", ["choose", "change", "remove"])
    def test_a_forged_id_does_nothing(self, studio: Studio, tab: MesopClient, what: str, forged: object) -> None:
        add_template(studio, "Fox", "A fox")
        ask(open_templates(tab), what, forged)
        assert (names(tab), prompt(tab)) == (["Fox"], "")
        assert [name for name, _ in stored_templates(studio)] == ["Fox"]

    @pytest.mark.parametrize("values", [None, "text", [], ["a"], ["a", "b", "c"], ["a", 7], [None, {}]])
    def test_forged_values_are_refused(self, studio: Studio, tab: MesopClient, values: object) -> None:
        fox = add_template(studio, "Fox", "A {animal} at {hour}")
        ask(open_templates(tab), "choose", fox.id)
        tab.fire("freshet-fill", "useEvent", {"values": values})
        assert toast(tab)[0] == "This page is out of date. Reload it and try again."
        assert (prompt(tab), is_open(tab)) == ("", True)

    def test_one_that_is_deleted_while_its_fields_are_open_is_told(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox")
        ask(open_templates(tab), "choose", fox.id)
        delete_template(studio, fox)
        studio.clock.advance(60)
        tab.fire("freshet-live", "refreshEvent", {"reason": "focus", "views": None, "scrolled": False})
        assert "This template is no longer there" in tab.text
        tab.press("Back to the list")
        assert "No templates yet" in tab.text


def test_the_tabs_lead_to_the_history_and_back_and_each_asks_anew(
    studio: Studio, tab: MesopClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "freshet")
    open_templates(tab)
    for value in ("history", "templates", "nonsense", None):
        tab.fire("freshet-segments", "selectEvent", {"value": value}, label="Prompts")
    assert refreshes(caplog, ASKED) == ["open", "open"]
    assert refreshes(caplog, "history.refresh") == ["open"]
    assert tab.element("freshet-dialog", isOpen=True)["label"] == "Templates"
    close(tab)
    open_history(tab)
    assert tab.element("freshet-dialog", isOpen=True)["label"] == "Prompt history"


def test_what_a_browser_sends_stays_small_while_the_dialog_is_closed(studio: Studio, tab: MesopClient) -> None:
    open_templates(tab)
    close(tab)
    assert len(json.dumps(state(tab))) < 500
