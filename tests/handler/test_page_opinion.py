"""An opinion on the item's page: asked in the background, told beside the item, and its prompt tried in the form."""

from __future__ import annotations

from typing import Any

import pytest

from services.errors import AnswerLost, GenerationError
from services.files.importer import import_file
from services.generation.local.judging import BY
from services.generation.opinions import Critique
from services.models import MediaItem, Remove
from services.store.protocol import Store
from state.asking import LOST
from state.opinion import ask_for_opinion
from tests.handler.test_page_create import field, type_into
from tests.handler.test_page_edits import listen
from tests.handler.test_page_home import add_as
from tests.handler.test_page_improve import ended
from tests.handler.test_page_live import wait_for
from tests.handler.test_page_media_item import delete, heading, open_item, step
from tests.handler.test_page_remix import made, toast, undo
from tests.support.advice import OPINION, advised, is_waiting, wake
from tests.support.media import clip, picture
from tests.support.mesop_client import MesopClient
from tests.support.records import operation
from tests.support.studio import Studio

__all__ = ["listen"]
ASK = "Ask for an opinion"


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    return sqlite_store


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("state.asking.PATIENCE", 0.01)


def labels(tab: MesopClient) -> list[str]:
    wanted = (ASK, "Ask again", "Cancel", "Close the opinion", "Try this prompt", "Retry")
    return [one["label"] for one in tab.elements("freshet-button") if one["label"] in wanted]


def is_shown(tab: MesopClient) -> bool:
    return "Opinion" in tab.text


class TestAsking:
    def test_it_is_shown_at_once_that_it_asks_then_what_was_told(self, studio: Studio) -> None:
        adviser, item = advised(studio, OPINION), made(studio)
        tab = open_item(studio, item).press(ASK)
        assert "Asking this machine…" in tab.frames[0]
        assert adviser.asked == [(studio.principal.user_id, studio.services.project.id, item.id)]
        assert {"Strengths", "The light", "Problems", "The horizon is tilted", OPINION.prompt} <= set(tab.text)
        assert "Pen 1 · $0.0120" in tab.text
        assert labels(tab) == ["Ask again", "Close the opinion", "Try this prompt"]
        tab.press("Close the opinion")
        assert (is_shown(tab), labels(tab)) == (False, [ASK])

    def test_a_cost_that_is_not_known_stays_so_and_without_a_prompt_there_is_nothing_to_try(
        self, studio: Studio
    ) -> None:
        advised(studio, Critique(("The light",), (), "", "Pen 1", None))
        tab = open_item(studio, made(studio)).press(ASK)
        assert "Pen 1 · cost unknown" in tab.text
        assert "Problems" not in tab.text
        assert "No problems found." in tab.text
        assert labels(tab) == ["Ask again", "Close the opinion"]

    @pytest.mark.parametrize("data", [picture(size=(400, 300)), clip(size=(160, 120))], ids=["picture", "clip"])
    def test_this_machine_measures_a_picture_and_a_frame_of_a_clip_and_says_so(
        self, studio: Studio, data: bytes
    ) -> None:
        s = studio.services
        item = import_file(s.store, s.blobs, s.clock, s.ids, studio.principal, s.project.id, data, "file")
        tab = open_item(studio, item).press(ASK)
        assert f"{BY} · Free" in tab.text
        assert any(text.startswith("It is small: ") for text in tab.text)

    @pytest.mark.parametrize("fields", [{"status": "generating"}, {"status": "failed"}, {"media_type": "audio"}])
    def test_what_has_no_picture_cannot_be_asked_about(self, studio: Studio, fields: dict[str, Any]) -> None:
        assert labels(open_item(studio, made(studio, **fields))) in ([], ["Retry"])

    def test_so_it_is_with_what_was_deleted(self, studio: Studio) -> None:
        item = made(studio)
        tab = open_item(studio, item)
        delete(tab)
        assert labels(tab) == []

    def test_a_file_that_is_lost_and_an_item_that_is_gone_by_then_are_told_in_place(self, studio: Studio) -> None:
        item = made(studio)  # its record names a file that is not there
        tab = open_item(studio, item).press(ASK)
        assert any("The file of this is lost" in text for text in tab.text)
        studio.change(item, deleted_at=studio.clock.now())
        tab.press("Retry")
        assert any("This was deleted" in text for text in tab.text)

    def test_a_press_about_another_item_than_is_shown_asks_nothing(self, studio: Studio) -> None:
        adviser, item, hidden = advised(studio), made(studio), add_as(studio, "bob", visibility="private")
        tab = open_item(studio, item)
        for token in (hidden.id, "", None, "../x"):
            tab.fire("freshet-button", "pressEvent", {"token": token}, label=ASK)
        assert adviser.asked == []
        assert not is_shown(tab)


class TestFailing:
    @pytest.mark.parametrize(
        ("error", "told"),
        [(GenerationError("Google cannot be reached."), ""), (AnswerLost(), " What it cost is unknown.")],
    )
    def test_it_is_told_in_place_with_a_retry(self, studio: Studio, error: GenerationError, told: str) -> None:
        advised(studio, error, OPINION)
        tab = open_item(studio, made(studio)).press(ASK)
        assert f"{error}{told}" in tab.text
        tab.press("Retry")
        assert "The light" in tab.text

    def test_who_may_not_make_anything_in_a_project_is_told_so(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tab = open_item(studio, made(studio))
        monkeypatch.setattr("state.opinion.project_id", lambda: "elsewhere")
        tab.press(ASK)
        assert "You may not make anything in this project" in tab.text

    def test_what_has_become_anothers_private_item_is_not_looked_at(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hidden, item = add_as(studio, "bob", visibility="private"), made(studio)
        tab = open_item(studio, item)
        monkeypatch.setattr("components.item.opinion.ask_for_opinion", lambda _: ask_for_opinion(hidden.id))
        tab.press(ASK)
        inquiries = list(studio.services.inquiries._known.values())
        assert [one.error for one in inquiries] == ["This is no longer in the library. Choose another one."]

    def test_a_server_that_was_stopped_meanwhile_cannot_tell_and_the_page_says_so(
        self, studio: Studio, impatient: None
    ) -> None:
        adviser = advised(studio, OPINION)
        adviser.hold()
        tab = open_item(studio, made(studio)).press(ASK)
        studio.services.inquiries._known.clear()
        wake(tab)
        assert LOST in tab.text, "this machine is free"
        adviser.let_go()


@pytest.mark.usefixtures("impatient")
class TestSlowly:
    def test_the_answer_announces_itself_and_the_page_goes_on_meanwhile(self, studio: Studio, listen: Any) -> None:
        adviser, item = advised(studio, OPINION), made(studio)
        adviser.hold()
        tab = open_item(studio, item).press(ASK)
        assert (is_waiting(tab), labels(tab)) == (True, [ASK, "Cancel"])
        assert tab.element("freshet-button", label=ASK)["busy"]
        stream = listen(tab)
        tab.fire("freshet-edits", "editEvent", {"id": item.id, "edit": "favourite", "value": True, "scrolled": False})
        assert tab.element("freshet-item-head")["favourite"]
        adviser.let_go()
        assert ended(studio)
        assert wait_for(lambda: bool(stream.subscriber.ready))
        wake(tab)
        assert "The light" in tab.text
        assert not is_waiting(tab)

    def test_closed_while_it_runs_it_does_not_come_back(self, studio: Studio) -> None:
        adviser = advised(studio, OPINION)
        adviser.hold()
        tab = open_item(studio, made(studio)).press(ASK).press("Cancel")
        assert (is_shown(tab), is_waiting(tab), labels(tab)) == (False, False, [ASK])
        adviser.let_go()
        assert ended(studio)
        assert not is_shown(wake(tab))

    def test_the_next_item_has_no_opinion_of_the_one_before(self, studio: Studio) -> None:
        adviser = advised(studio, OPINION)
        adviser.hold()
        made(studio, title="Older")
        tab = open_item(studio, made(studio)).press(ASK)
        step(tab, "next")
        assert (heading(tab), is_shown(tab), is_waiting(tab)) == ("Older", False, False)
        adviser.let_go()
        assert ended(studio)
        assert not is_shown(wake(tab))


class TestTrying:
    def asked_about(self, studio: Studio, item: MediaItem) -> MesopClient:
        advised(studio, OPINION)
        return open_item(studio, item).press(ASK)

    @pytest.mark.parametrize("kind", ["image", "video"])
    def test_the_form_has_the_items_own_settings_and_the_suggested_prompt(self, studio: Studio, kind: str) -> None:
        tab = self.asked_about(studio, made(studio, kind)).press("Try this prompt")
        assert (tab.path, tab.query) == (f"/create/{kind}", {})
        told = {name: field(tab, name)["value"] for name in ("prompt", "negative", "seed")}
        assert told == {"prompt": OPINION.prompt, "negative": "sun", "seed": "77"}
        assert field(tab, "prompt")["given"]
        assert toast(tab)[0] == "Remixed “Once” with the suggested prompt"
        tab.navigate("/library").navigate(f"/create/{kind}", {"remix": made(studio, kind).id})
        assert field(tab, "prompt")["value"] == "Once more"  # it was for that one time

    def test_what_was_typed_there_comes_back(self, studio: Studio) -> None:
        item = made(studio)
        advised(studio, OPINION)
        tab = studio.open("/create/image")
        type_into(tab, "prompt", "Mine")
        tab.navigate("/media-item", {"id": item.id}).press(ASK).press("Try this prompt")
        assert field(tab, "prompt")["value"] == OPINION.prompt
        undo(tab)
        assert field(tab, "prompt")["value"] == "Mine"

    @pytest.mark.parametrize("origin", ["import", "try-on"])
    def test_a_picture_that_no_form_with_a_prompt_made_is_what_the_form_begins_with(
        self, studio: Studio, origin: str
    ) -> None:
        item = made(studio, origin=origin, title="Pier")
        tab = self.asked_about(studio, item).press("Try this prompt")
        assert (tab.path, field(tab, "prompt")["value"]) == ("/create/image", OPINION.prompt)
        assert "Pier" in tab.text
        assert toast(tab) == ("Prompt filled in", True)

    def test_for_a_clip_from_elsewhere_there_is_no_such_form(self, studio: Studio) -> None:
        tab = self.asked_about(studio, made(studio, "video", origin="import"))
        assert OPINION.prompt in tab.text
        assert "Try this prompt" not in labels(tab)

    def test_an_item_that_is_gone_by_then_is_told_at_the_form_which_has_the_prompt_all_the_same(
        self, studio: Studio
    ) -> None:
        item = made(studio)
        tab = self.asked_about(studio, item)
        gone = Remove("media", item.id, expect=item.revision)
        studio.store._store.commit(studio.principal, [gone], operation_id=operation())
        tab.press("Try this prompt")
        assert field(tab, "prompt")["value"] == OPINION.prompt, "it may have been paid for"
        assert any("Not remixed" in text for text in tab.text)
