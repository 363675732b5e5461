"""The prompts that somebody used before: each once, the last one on top, found by words, and never past a bound."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from services.models import MediaItem
from services.models.query import TEXT_LENGTH
from tests.handler.test_page_chooser import add_of
from tests.handler.test_page_library import DOWN, refreshes
from tests.support.mesop_client import MesopClient
from tests.support.prompts import (
    ask,
    close,
    is_open,
    open_history,
    prompt,
    rows,
    state,
    texts,
    toast,
    type_into,
    undo,
)
from tests.support.studio import Studio

ASKED = "history.refresh"


@pytest.fixture
def tab(studio: Studio) -> MesopClient:
    return studio.open("/create/image")


def used(studio: Studio, *prompts: str, kind: str = "image", **fields: Any) -> list[MediaItem]:
    """Pictures of these prompts, the last one the newest."""
    defaults = {"origin": f"create-{kind}", "media_type": kind}
    return [studio.add(**{"prompt": one, "title": one[:80]} | defaults | fields)[0] for one in prompts]


def search(tab: MesopClient, words: object) -> MesopClient:
    return tab.fire("freshet-search", "searchEvent", {"q": words})


def test_equal_prompts_are_one_row_and_the_last_one_stands_on_top(studio: Studio, tab: MesopClient) -> None:
    items = used(studio, "owl", "fox", "sea", "fox", "")
    open_history(tab)
    assert texts(tab) == ["fox", "sea", "owl"]
    assert rows(tab)[0] == {"id": items[3].id, "text": "fox", "ms": int(items[3].created_at.timestamp() * 1000)}


def test_it_is_of_this_person_this_kind_and_this_project(studio: Studio, tab: MesopClient) -> None:
    used(studio, "mine")
    used(studio, "a clip", kind="video")
    used(studio, "imported", origin="import")
    add_of(studio, "bob", origin="create-image", prompt="theirs")
    elsewhere = studio.services.projects.create(studio.principal, "Elsewhere").id
    studio.principal = studio.services.principals.resolve({})
    used(studio, "elsewhere", project_id=elsewhere)
    assert texts(open_history(tab)) == ["mine"]
    assert texts(open_history(studio.open("/create/video"))) == ["a clip"]


def test_one_press_puts_a_prompt_into_the_form_and_undo_brings_back_what_was_there(
    studio: Studio, tab: MesopClient
) -> None:
    long = "fox " * 400
    [item] = used(studio, long)
    type_into(tab, "prompt", "What I had written")
    open_history(tab)
    assert len(texts(tab)[0]) <= 401
    ask(tab, "choose", item.id)
    assert (prompt(tab), is_open(tab)) == (long, False)
    assert toast(tab) == ("Prompt replaced", True)
    undo(tab)
    assert prompt(tab) == "What I had written"


@pytest.mark.parametrize("forged", ["", "nothing", None, 7, {"a": 1}, "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_a_forged_id_puts_nothing_into_the_form(studio: Studio, tab: MesopClient, forged: object) -> None:
    used(studio, "fox")
    ask(open_history(tab), "choose", forged)
    assert (prompt(tab), texts(tab)) == ("", ["fox"])


def test_an_item_that_the_history_does_not_list_cannot_be_chosen(studio: Studio, tab: MesopClient) -> None:
    used(studio, "fox")
    theirs = add_of(studio, "bob", origin="create-image", prompt="theirs")
    ask(open_history(tab), "choose", theirs.id)
    assert prompt(tab) == ""


class TestFreshness:
    def test_every_opening_asks_the_store_once_and_five_other_events_ask_nothing(
        self, studio: Studio, tab: MesopClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        used(studio, "fox")
        tab.fire("freshet-status", "refreshEvent")
        caplog.set_level(logging.INFO, "freshet")
        open_history(tab)
        before = studio.store.reads
        for _ in range(5):
            tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
        assert studio.store.reads == before
        close(tab)
        used(studio, "sea")
        open_history(tab)
        assert texts(tab) == ["sea", "fox"]
        assert refreshes(caplog, ASKED) == ["open", "open"]
        assert not state(tab).get("needs_refresh")

    def test_the_pages_own_results_are_held_already_and_paint_at_once(self, studio: Studio, tab: MesopClient) -> None:
        used(studio, "fox")
        tab.fire("freshet-status", "refreshEvent")
        used(studio, "sea")
        seen: list[list[str]] = []
        draw = tab._render

        def watch(render: Any) -> None:
            draw(render)
            seen.append(texts(tab))

        tab._render = watch  # type: ignore[method-assign]
        open_history(tab)
        assert (seen[0], seen[-1]) == (["fox"], ["sea", "fox"])

    def test_refresh_asks_again_and_a_store_that_is_away_leaves_what_is_held(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        used(studio, "fox")
        open_history(tab)
        studio.store.fault = DOWN
        in_dialog(tab, "freshet-status", "refreshEvent")
        assert texts(tab) == ["fox"]
        assert any(text.startswith("Offline, as of …") for text in tab.text)
        studio.store.fault = None
        used(studio, "sea")
        tab.press("Retry")
        assert texts(tab) == ["sea", "fox"]

    def test_where_nothing_is_held_a_failure_is_no_empty_history(self, studio: Studio) -> None:
        studio.store.fault = DOWN
        tab = open_history(studio.open("/create/image"))
        assert "Your prompts could not be read" in tab.text
        assert "No prompts yet" not in tab.text

    def test_another_process_reads_once_before_it_draws(self, studio: Studio, tab: MesopClient) -> None:
        [item] = used(studio, "fox")
        open_history(tab)
        studio.restart()
        ask(tab, "choose", item.id)
        assert prompt(tab) == "fox"
        assert tab.whole_trees == 1


class TestFinding:
    def test_words_are_looked_for_in_the_prompts_alone(self, studio: Studio, tab: MesopClient) -> None:
        used(studio, "A red fox", "The sea", "Foxes at sea")
        used(studio, "An owl", title="Fox no more", tags=("fox",))
        search(open_history(tab), "fox")
        assert texts(tab) == ["Foxes at sea", "A red fox"]
        search(tab, "fox sea")
        assert texts(tab) == ["Foxes at sea"]
        search(tab, "zebra")
        assert texts(tab) == []
        assert "Nothing matches" in tab.text
        tab.press("Show all")
        assert len(texts(tab)) == 4

    def test_the_next_opening_begins_unfiltered(self, studio: Studio, tab: MesopClient) -> None:
        used(studio, "A red fox", "The sea")
        search(open_history(tab), "fox")
        close(tab)
        assert texts(open_history(tab)) == ["The sea", "A red fox"]
        assert tab.element("freshet-search", inside=True)["value"] == ""

    def test_only_so_many_characters_count(self, studio: Studio, tab: MesopClient) -> None:
        used(studio, "A red fox")
        search(open_history(tab), "fox " + " " * TEXT_LENGTH + "zebra")
        assert texts(tab) == ["A red fox"]
        search(tab, None)
        assert tab.element("freshet-search", inside=True)["value"] == "None"


class TestPaging:
    def test_more_come_with_a_press_until_the_end(self, studio: Studio) -> None:
        prompts = [f"prompt {place:03}" for place in range(60)]
        used(studio, *prompts)
        tab = open_history(studio.open("/create/image"))
        assert texts(tab) == prompts[:-25:-1]
        tab.press("Show more")
        assert texts(tab) == prompts[:-49:-1]
        tab.press("Show more")
        assert texts(tab) == prompts[::-1]
        assert "Show more" not in {one["label"] for one in tab.elements("freshet-button")}

    def test_a_press_goes_past_what_repeats_but_reads_at_most_200_documents(self, studio: Studio) -> None:
        used(studio, "the first")
        studio.add(250, origin="create-image", prompt="again and again")
        tab = open_history(studio.open("/create/image"))
        assert texts(tab) == ["again and again"]
        read: list[int] = []
        page = studio.store.media._repository.get_media_for_page

        def count(*args: Any, **options: Any) -> Any:
            found = page(*args, **options)
            read.append(found.documents_read)
            return found

        studio.store.media.get_media_for_page = count  # type: ignore[attr-defined]
        tab.press("Show more")
        assert texts(tab) == ["again and again"]
        assert 100 < sum(read) <= 200
        read.clear()
        tab.press("Show more")
        assert texts(tab) == ["again and again", "the first"]
        assert sum(read) <= 200


def in_dialog(tab: MesopClient, tag: str, event: str) -> MesopClient:
    """Dispatch an event of an element in the dialog's head; the page's own head has one of its kind, too."""
    head = next(node for node in tab._walk() if node.key.key == "choose-head")
    node = next(inner for inner in tab._walk(head) if inner.type.name.fn_name == f"<web>{tag}")
    tab._event(node, tab._web(node)["events"][event], string_value='{"scrolled": false}')
    return tab


def test_what_arrives_while_it_is_scrolled_is_held_back_and_let_in_with_a_press(
    studio: Studio, tab: MesopClient
) -> None:
    used(studio, "fox")
    open_history(tab)
    used(studio, "sea")
    studio.clock.advance(60)
    tab.fire("freshet-live", "refreshEvent", {"reason": "focus", "views": None, "scrolled": True})
    assert texts(tab) == ["fox"]
    in_dialog(tab, "freshet-drop", "showEvent")
    assert texts(tab) == ["sea", "fox"]
