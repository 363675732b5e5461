"""A better prompt on the Create pages: asked in the background, shown beside one's own, used only by a press."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from services.errors import AnswerLost, GenerationError, Refused
from services.generation.advice import LONGEST, THIS_MACHINE
from services.generation.opinions import Rewritten
from services.store.protocol import Store
from state.asking import LOST
from tests.handler.test_page_edits import listen
from tests.handler.test_page_live import wait_for
from tests.support.advice import BETTER, advised, is_waiting, wake
from tests.support.mesop_client import MesopClient
from tests.support.prompts import close, field, open_templates, prompt, state, toast, type_into, undo
from tests.support.studio import Studio

__all__ = ["listen"]
MINE = "  a lighthouse "


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return sqlite_store


@pytest.fixture(params=["image", "video"])
def tab(studio: Studio, request: pytest.FixtureRequest) -> MesopClient:
    tab = studio.open(f"/create/{request.param}")
    type_into(tab, "prompt", MINE)
    return tab


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.asking.PATIENCE", 0.01)


def is_open(tab: MesopClient) -> bool:
    return any(one["isOpen"] for one in tab.elements("freshet-dialog") if one["label"] == "Improve prompt")


def buttons(tab: MesopClient) -> list[str]:
    wanted = ("Cancel", "Try again", "Keep mine", "Use this prompt", "Retry")
    return [one["label"] for one in tab.elements("freshet-button") if one["label"] in wanted]


def ended(studio: Studio) -> bool:
    return wait_for(lambda: all(one.done for one in studio.services.inquiries._known.values()))


def forge(tab: MesopClient, **changes: Any) -> None:
    """Have the browser send back another state of the question than it was given."""
    for one in tab.states.states:
        held = json.loads(one.data)
        if "prompts" in held:
            held["prompts"]["improving"]["asking"] |= changes
            one.data = json.dumps(held)


class TestAsking:
    def test_it_is_shown_at_once_that_it_asks_then_both_stand_side_by_side(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        adviser = advised(studio, BETTER)
        tab.press("Improve")
        assert "Asking this machine…" in tab.frames[0]
        assert is_open(tab)
        assert adviser.asked == [(studio.principal.user_id, studio.services.project.id, "a lighthouse")]
        assert field(tab, "suggestion")["value"] == BETTER.prompt
        assert MINE in tab.text
        assert "Pen 1 · $0.0031" in tab.text
        assert buttons(tab) == ["Try again", "Keep mine", "Use this prompt"]
        assert prompt(tab) == MINE

    def test_a_cost_that_is_not_known_stays_so(self, studio: Studio, tab: MesopClient) -> None:
        advised(studio, Rewritten("A lighthouse", "Pen 1", None))
        tab.press("Improve")
        assert "Pen 1 · cost unknown" in tab.text

    def test_the_machine_itself_says_so_and_is_not_asked_for_the_same_twice(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        tab.press("Improve")
        assert f"{THIS_MACHINE} · Free" in tab.text
        assert field(tab, "suggestion")["value"].startswith("a lighthouse. ")
        assert buttons(tab) == ["Keep mine", "Use this prompt"]

    def test_nothing_to_add_is_said_and_nothing_can_be_used(self, studio: Studio, tab: MesopClient) -> None:
        advised(studio, Rewritten("a lighthouse", "Pen 1", 5))
        tab.press("Improve")
        assert "Nothing to add: your prompt leaves nothing open." in tab.text
        assert buttons(tab) == ["Try again", "Keep mine"]
        tab.press("Keep mine")
        assert (is_open(tab), prompt(tab)) == (False, MINE)

    @pytest.mark.parametrize(
        ("words", "error"),
        [
            (" \n", "Write a prompt first: a few words on what you want to see"),
            ("x" * (LONGEST + 3), "8,003 of 8,000 characters. Shorten by 3"),
        ],
    )
    def test_a_prompt_that_cannot_be_asked_about_is_named_at_its_field(
        self, studio: Studio, tab: MesopClient, words: str, error: str
    ) -> None:
        adviser = advised(studio)
        type_into(tab, "prompt", words)
        tab.press("Improve")
        assert (field(tab, "prompt")["error"], prompt(tab)) == (error, words)
        assert not is_open(tab)
        assert adviser.asked == []
        type_into(tab, "prompt", "A fox")
        assert field(tab, "prompt")["error"] == ""


class TestUsing:
    def test_the_prompt_is_replaced_and_comes_back_and_goes_again(self, studio: Studio, tab: MesopClient) -> None:
        advised(studio, BETTER)
        tab.press("Improve").press("Use this prompt")
        assert (is_open(tab), prompt(tab)) == (False, BETTER.prompt)
        assert toast(tab) == ("Prompt replaced", True)
        undo(tab)
        assert (prompt(tab), toast(tab)) == (MINE, ("Prompt put back", True))
        undo(tab)
        assert prompt(tab) == BETTER.prompt

    def test_what_was_changed_in_the_suggestion_is_what_is_used(self, studio: Studio, tab: MesopClient) -> None:
        advised(studio, BETTER)
        tab.press("Improve")
        type_into(tab, "suggestion", "A red lighthouse")
        tab.press("Use this prompt")
        assert prompt(tab) == "A red lighthouse"

    def test_keys_use_it_too(self, studio: Studio, tab: MesopClient) -> None:
        advised(studio, BETTER)
        tab.press("Improve").fire("freshet-field", "submitEvent", {"value": BETTER.prompt}, fieldId="suggestion")
        assert prompt(tab) == BETTER.prompt

    def test_an_emptied_suggestion_replaces_nothing(self, studio: Studio, tab: MesopClient) -> None:
        advised(studio, BETTER)
        tab.press("Improve")
        type_into(tab, "suggestion", "  ")
        tab.press("Use this prompt")
        assert prompt(tab) == MINE

    def test_another_one_can_be_asked_for(self, studio: Studio, tab: MesopClient) -> None:
        adviser = advised(studio, BETTER, Rewritten("Another", "Pen 1", 0))
        tab.press("Improve").press("Try again")
        assert field(tab, "suggestion")["value"] == "Another"
        assert len(adviser.asked) == 2

    def test_one_longer_than_the_model_takes_says_so_in_its_field(self, studio: Studio, tab: MesopClient) -> None:
        advised(studio, Rewritten("x" * 5_000, "Pen 1", 0))
        tab.press("Improve")
        assert field(tab, "suggestion")["limit"] == field(tab, "prompt")["limit"]


class TestFailing:
    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (Refused("Google did not write this: it was rated as unsafe.", cost_nano=2_000_000), " It cost $0.0020."),
            (GenerationError("Google cannot be reached."), ""),
            (AnswerLost(), " What it cost is unknown."),
        ],
    )
    def test_it_is_told_in_the_dialog_with_a_retry_and_nothing_is_lost(
        self, studio: Studio, tab: MesopClient, error: GenerationError, told: str
    ) -> None:
        advised(studio, error, BETTER)
        tab.press("Improve")
        assert f"{error}{told}" in tab.text
        assert buttons(tab) == ["Keep mine", "Retry"]
        assert prompt(tab) == MINE
        tab.press("Retry")
        assert field(tab, "suggestion")["value"] == BETTER.prompt

    def test_who_may_not_make_anything_in_a_project_is_told_so(
        self, studio: Studio, tab: MesopClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("state.improving.project_id", lambda: "elsewhere")
        tab.press("Improve")
        assert "You may not make anything in this project" in tab.text
        assert prompt(tab) == MINE

    def test_too_many_at_a_time_are_refused_in_words(self, studio: Studio, tab: MesopClient, impatient: None) -> None:
        adviser = advised(studio, BETTER, BETTER, BETTER)
        adviser.hold()
        for _ in range(3):
            tab.press("Improve").press("Cancel")
            assert wait_for(lambda: not studio.services.inquiries._waiting)
        tab.press("Improve")
        assert any("not answered yet" in text for text in tab.text)
        adviser.let_go()

    @pytest.mark.parametrize(("model", "told"), [("", LOST), ("Gemini", f"{LOST} What it cost is unknown.")])
    def test_a_server_that_was_stopped_meanwhile_cannot_tell_and_the_page_says_so(
        self, studio: Studio, tab: MesopClient, monkeypatch: pytest.MonkeyPatch, impatient: None, model: str, told: str
    ) -> None:
        """Nor what a model of Google's took for it; this machine is free."""
        helper = SimpleNamespace(name=model) if model else None
        monkeypatch.setattr(type(studio.services.offers), "helper", lambda _: helper)
        adviser = advised(studio, BETTER)
        adviser.hold()
        tab.press("Improve")
        studio.services.inquiries._known.clear()
        wake(tab)
        assert told in tab.text
        assert not is_waiting(tab)
        adviser.let_go()


@pytest.mark.usefixtures("impatient")
class TestSlowly:
    def test_the_answer_announces_itself(self, studio: Studio, tab: MesopClient, listen: Any) -> None:
        adviser = advised(studio, BETTER)
        adviser.hold()
        tab.press("Improve")
        assert (is_waiting(tab), buttons(tab)) == (True, ["Cancel"])
        stream = listen(tab)
        adviser.let_go()
        assert wait_for(lambda: bool(stream.subscriber.ready))
        wake(tab)
        assert field(tab, "suggestion")["value"] == BETTER.prompt
        assert not is_waiting(tab)

    def test_the_page_goes_on_meanwhile_and_a_closed_dialog_hears_nothing(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        adviser = advised(studio, BETTER)
        adviser.hold()
        tab.press("Improve")
        close(tab)
        type_into(tab, "prompt", "Something else")
        adviser.let_go()
        assert ended(studio)
        wake(tab)
        assert (is_open(tab), prompt(tab), toast(tab)[0]) == (False, "Something else", "")
        assert not state(tab)["improving"].get("suggestion")

    def test_the_answer_to_an_earlier_question_does_not_stand_for_a_later_one(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        adviser = advised(studio, BETTER, Rewritten("A grey fox", "Pen 1", 0))
        adviser.hold()
        tab.press("Improve").press("Cancel")
        type_into(tab, "prompt", "A fox")
        tab.press("Improve")
        adviser.let_go()
        assert ended(studio)
        wake(tab)
        assert "A fox" in tab.text
        asked = [about for *_, about in adviser.asked]
        assert field(tab, "suggestion")["value"] == ("A grey fox" if asked[-1] == "A fox" else BETTER.prompt)

    def test_a_prompt_that_was_changed_meanwhile_stays_and_the_dialog_says_so(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        advised(studio, BETTER, BETTER)
        tab.press("Improve")
        assert ended(studio)
        wake(tab).press("Use this prompt")
        adviser = advised(studio, Rewritten("A third", "Pen 1", 0))
        adviser.hold()
        tab.press("Improve")
        undo(tab)  # by its key, while the dialog is open
        adviser.let_go()
        assert ended(studio)
        wake(tab)
        assert prompt(tab) == MINE
        assert any("Your prompt has changed since" in text for text in tab.text)

    def test_other_lists_of_the_dialog_are_not_in_its_way(self, studio: Studio, tab: MesopClient) -> None:
        adviser = advised(studio, BETTER)
        adviser.hold()
        tab.press("Improve").press("Cancel")
        open_templates(tab)
        adviser.let_go()
        assert ended(studio)
        wake(tab)
        assert any("No templates yet" in text for text in tab.text)

    def test_leaving_the_page_forgets_it(self, studio: Studio, tab: MesopClient) -> None:
        adviser = advised(studio, BETTER)
        adviser.hold()
        tab.press("Improve")
        path = tab.path
        tab.navigate("/library").navigate(path)
        assert (is_open(tab), is_waiting(tab), prompt(tab)) == (False, False, MINE)
        adviser.let_go()

    def test_what_others_asked_is_not_told_whatever_a_browser_says(self, studio: Studio, tab: MesopClient) -> None:
        eve = studio.principal.model_copy(update={"user_id": "eve"})
        advised(studio, Rewritten("Eve's own", "Pen 1", 0), BETTER)
        theirs = studio.services.inquiries.rewrite(eve, studio.services.project.id, "secret")
        assert theirs.wait(30)
        adviser = advised(studio, BETTER)
        adviser.hold()
        tab.press("Improve")
        forge(tab, name=theirs.name)
        wake(tab)
        assert "Eve's own" not in str(tab.elements("freshet-field"))
        adviser.let_go()
