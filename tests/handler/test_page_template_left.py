"""A template that somebody has written into outlives its dialog and the page; one that nobody touched does not."""

from __future__ import annotations

import pytest

from tests.support.mesop_client import MesopClient
from tests.support.prompts import (
    add_template,
    ask,
    close,
    field,
    names,
    open_templates,
    put_template,
    rows,
    stored_templates,
    texts,
    type_into,
)
from tests.support.studio import Studio


@pytest.fixture
def tab(studio: Studio) -> MesopClient:
    return studio.open("/create/image")


@pytest.mark.parametrize("leave", ["escape", "back to the list", "another page"])
def test_what_was_written_comes_back_at_the_next_opening(studio: Studio, leave: str) -> None:
    tab = studio.open("/create/image")
    open_templates(tab).press("New template")
    type_into(tab, "template-name", "Fox")
    type_into(tab, "template-text", "A {animal=fox}")
    if leave == "escape":
        close(tab)
    elif leave == "another page":
        tab.navigate("/create/video")
        open_templates(tab)
        assert not tab.elements("freshet-field")[-1]["fieldId"].startswith("template"), "it is an image's"
        tab.navigate("/create/image")
    else:
        tab.press("Back to the list")
    open_templates(tab)
    assert [field(tab, f"template-{name}")["value"] for name in ("name", "text")] == ["Fox", "A {animal=fox}"]
    tab.press("Save")
    assert stored_templates(studio) == [("Fox", "A {animal=fox}")]
    close(tab)
    assert names(open_templates(tab)) == ["Fox"]


def test_a_change_that_was_left_is_still_a_change_and_meets_what_was_saved_meanwhile(
    studio: Studio, tab: MesopClient
) -> None:
    fox = add_template(studio, "Fox", "A fox")
    ask(open_templates(tab), "change", fox.id)
    type_into(tab, "template-text", "My fox")
    close(tab)
    put_template(studio, fox, text="Their fox")
    open_templates(tab).press("Save")
    assert "Their fox" in tab.text
    tab.press("Save mine over it")
    assert stored_templates(studio) == [("Fox", "My fox")]


def test_it_can_be_discarded(studio: Studio, tab: MesopClient) -> None:
    fox = add_template(studio, "Fox", "A fox")
    ask(open_templates(tab), "change", fox.id)
    type_into(tab, "template-text", "My fox")
    close(tab)
    open_templates(tab).press("Discard")
    close(tab)
    assert texts(open_templates(tab)) == ["A fox"]


def test_what_nobody_wrote_into_is_not_come_back_to(studio: Studio, tab: MesopClient) -> None:
    fox = add_template(studio, "Fox", "A fox")
    ask(open_templates(tab), "change", fox.id)
    close(tab)
    assert names(open_templates(tab)) == ["Fox"]


@pytest.mark.parametrize("closed", [False, True])
def test_a_page_that_was_loaded_anew_has_it(studio: Studio, tab: MesopClient, closed: bool) -> None:
    fox = add_template(studio, "Fox", "A fox")
    ask(open_templates(tab), "change", fox.id)
    type_into(tab, "template-text", "My fox")
    if closed:
        close(tab)
    kept = tab.element("freshet-keep")["values"]
    key = field(tab, "template-text")["draftKey"] if not closed else ""
    anew = studio.open("/create/image").fire("freshet-keep", "restoreEvent", {"values": kept})
    open_templates(anew)
    if not closed:
        assert field(anew, "template-text")["draftKey"] == key, "and what was being typed comes with it"
    anew.press("Save")
    assert stored_templates(studio) == [("Fox", "My fox")]
    assert anew.element("freshet-keep")["values"].keys() == {"aspect", "amount"}


@pytest.mark.parametrize("values", [None, [], {"template_new_id": 3}, {"template_name": "Fox"}])
def test_nothing_is_made_of_what_no_browser_keeps(studio: Studio, tab: MesopClient, values: object) -> None:
    tab.fire("freshet-keep", "restoreEvent", {"values": values})
    assert rows(open_templates(tab)) == []
