"""Templates that are written, changed and deleted: nothing is lost, and nobody overwrites another unseen."""

from __future__ import annotations

import pytest

from services.errors import StoreUnavailable
from services.identity import SYSTEM
from services.models import MOST_TEMPLATES, Put
from tests.handler.test_page_library import DOWN
from tests.support.mesop_client import MesopClient
from tests.support.prompts import (
    add_template,
    ask,
    close,
    delete_template,
    field,
    names,
    open_templates,
    prompt,
    put_template,
    rows,
    stored_templates,
    texts,
    toast,
    type_into,
    undo,
    use,
)
from tests.support.records import make_template, operation
from tests.support.studio import Studio


@pytest.fixture
def tab(studio: Studio) -> MesopClient:
    return studio.open("/create/image")


class TestWriting:
    def test_the_prompt_in_the_form_becomes_a_template(self, studio: Studio, tab: MesopClient) -> None:
        type_into(tab, "prompt", "A lighthouse at dusk } over the sea, gulls and a far ship on the horizon")
        open_templates(tab).press("Save as template")
        assert field(tab, "template-name")["value"] == "A lighthouse at dusk } over the sea"
        type_into(tab, "template-name", "  Light  house ")
        type_into(tab, "template-text", "A lighthouse at {hour=dusk}")
        tab.press("Save")
        assert stored_templates(studio) == [("Light house", "A lighthouse at {hour=dusk}")]
        assert (names(tab), texts(tab)) == (["Light house"], ["A lighthouse at {hour=dusk}"])
        assert toast(tab) == ("Template saved", False)
        assert prompt(tab).startswith("A lighthouse at dusk } over")

    def test_braces_of_a_prompt_that_are_no_fields_are_doubled(self, studio: Studio, tab: MesopClient) -> None:
        type_into(tab, "prompt", "A } sign")
        open_templates(tab).press("Save as template")
        assert field(tab, "template-text")["value"] == "A }} sign"

    def test_a_second_press_and_one_whose_answer_was_lost_make_one(self, studio: Studio, tab: MesopClient) -> None:
        open_templates(tab).press("New template")
        type_into(tab, "template-name", "Fox")
        type_into(tab, "template-text", "A fox")
        before = tab.states.__class__.FromString(tab.states.SerializeToString())
        tree = tab.root.__class__.FromString(tab.root.SerializeToString())
        tab.press("Save")
        tab.states, tab.root = before, tree
        tab.press("Save")
        assert stored_templates(studio) == [("Fox", "A fox")]
        assert names(tab) == ["Fox"]

    @pytest.mark.parametrize(
        ("name", "text", "where", "message"),
        [
            ("", "A fox", "template-name", "A template needs a name. Write one."),
            ("x" * 81, "A fox", "template-name", "A template's name has at most 80 characters. Shorten it."),
            ("FOX", "A fox", "template-name", "There is a template called “Fox” already. Choose another name."),
            ("Elk", " \n", "template-text", "Write the prompt that this template makes."),
            ("Elk", "x" * 4_001, "template-text", "4,001 of 4,000 characters. Shorten by 1"),
            (
                "Elk", "An {elk", "template-text",
                "The brace before “elk” is not closed. Close it with }, or write {{ for a brace.",
            ),
        ],
    )  # fmt: skip
    def test_what_cannot_be_kept_is_named_at_its_field_and_nothing_is_lost(
        self, studio: Studio, tab: MesopClient, name: str, text: str, where: str, message: str
    ) -> None:
        add_template(studio, "Fox")
        open_templates(tab).press("New template")
        type_into(tab, "template-name", name)
        type_into(tab, "template-text", text)
        tab.press("Save")
        assert field(tab, where)["error"] == message
        assert (field(tab, "template-name")["value"], field(tab, "template-text")["value"]) == (name, text)
        assert len(stored_templates(studio)) == 1
        type_into(tab, where, "Something else")
        assert field(tab, where)["error"] == ""

    def test_the_same_name_is_free_for_the_other_kind_of_form(self, studio: Studio, tab: MesopClient) -> None:
        add_template(studio, "Fox", run_type="video")
        open_templates(tab).press("New template")
        type_into(tab, "template-name", "fox")
        type_into(tab, "template-text", "A fox")
        tab.press("Save")
        assert names(tab) == ["fox"]

    def test_there_are_so_many_in_a_project_and_no_more(self, studio: Studio, tab: MesopClient) -> None:
        for start in range(0, MOST_TEMPLATES, 50):
            some = [
                make_template(
                    id=studio.services.ids.new(), project_id=studio.services.project.id, name=f"t{start + place}",
                    owner_id=studio.principal.user_id, run_type="video",
                )
                for place in range(50)
            ]  # fmt: skip
            studio.store._store.commit(studio.principal, [Put(one, 0) for one in some], operation_id=operation())
        open_templates(tab).press("New template")
        type_into(tab, "template-name", "One more")
        type_into(tab, "template-text", "A fox")
        tab.press("Save")
        assert "This project has 200 templates, the most there can be. Delete one first." in tab.text
        assert field(tab, "template-text")["value"] == "A fox"

    def test_a_store_that_is_away_saves_nothing_says_so_and_keeps_what_was_written(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        open_templates(tab).press("New template")
        type_into(tab, "template-name", "Fox")
        type_into(tab, "template-text", "A fox")
        studio.store.fault = StoreUnavailable("The store did not answer.")
        tab.press("Save")
        assert "Not saved: The store did not answer." in tab.text
        studio.store.fault = None
        tab.press("Save")
        assert stored_templates(studio) == [("Fox", "A fox")]

    def test_one_is_changed_in_place(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A fox")
        ask(open_templates(tab), "change", fox.id)
        type_into(tab, "template-name", "Red FOX")
        tab.press("Save")
        assert stored_templates(studio) == [("Red FOX", "A fox")]
        assert names(tab) == ["Red FOX"]
        ask(tab, "change", fox.id)
        type_into(tab, "template-text", "A red fox")
        tab.press("Save")
        assert texts(tab) == ["A red fox"]

    def test_leaving_the_draft_changes_nothing(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A fox")
        for way in ("Cancel", "Back to the list"):
            ask(open_templates(tab), "change", fox.id)
            type_into(tab, "template-name", "Elk")
            tab.press(way)
            assert names(tab) == ["Fox"]
            close(tab)
        assert stored_templates(studio) == [("Fox", "A fox")]

    def test_an_example_of_the_empty_list_is_added_with_one_press(self, studio: Studio, tab: MesopClient) -> None:
        open_templates(tab)
        assert "No templates yet" in tab.text
        tab.press("Add “Place and hour”")
        assert names(tab) == ["Place and hour"]
        assert [name for name, _ in stored_templates(studio)] == ["Place and hour"]

    @pytest.mark.parametrize("kind", ["image", "video"])
    def test_both_examples_can_be_used(self, studio: Studio, kind: str) -> None:
        from components.create.template_list import EXAMPLES

        tab = open_templates(studio.open(f"/create/{kind}"))
        name = EXAMPLES[kind][0][0]
        tab.press(f"Add “{name}”")
        ask(tab, "choose", rows(tab)[0]["id"])
        use(tab, *("" for _ in tab.element("freshet-fill")["fields"]))
        assert "{" not in prompt(tab)
        assert len(prompt(tab)) > 20

    @pytest.mark.parametrize("token", ["", "7", "-1", "x", None])
    def test_a_forged_example_adds_nothing(self, studio: Studio, tab: MesopClient, token: object) -> None:
        open_templates(tab).fire("freshet-button", "pressEvent", {"token": token}, label="Add “Product photo”")
        assert stored_templates(studio) == []

    def test_more_than_fit_come_with_a_press(self, studio: Studio, tab: MesopClient) -> None:
        for place in range(50):
            add_template(studio, f"t{place:02}")
        open_templates(tab)
        assert len(names(tab)) == 48
        tab.press("Show more")
        assert len(names(tab)) == 50


class TestTwoPeople:
    def test_both_versions_are_kept_and_either_can_be_taken(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A fox")
        ask(open_templates(tab), "change", fox.id)
        type_into(tab, "template-text", "My fox")
        put_template(studio, fox, name="Vixen", text="Their fox")
        tab.press("Save")
        assert any("changed elsewhere meanwhile" in text for text in tab.text)
        assert {"Vixen", "Their fox"} <= set(tab.text)
        assert field(tab, "template-text")["value"] == "My fox"
        assert stored_templates(studio) == [("Vixen", "Their fox")]
        tab.press("Save")  # is off until one of the two is chosen
        assert stored_templates(studio) == [("Vixen", "Their fox")]
        tab.press("Save mine over it")
        assert stored_templates(studio) == [("Fox", "My fox")]

    def test_theirs_can_be_gone_on_with(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A fox")
        ask(open_templates(tab), "change", fox.id)
        type_into(tab, "template-text", "My fox")
        put_template(studio, fox, text="Their fox")
        tab.press("Save").press("Take theirs")
        assert field(tab, "template-text")["value"] == "Their fox"
        type_into(tab, "template-text", "Our fox")
        tab.press("Save")
        assert stored_templates(studio) == [("Fox", "Our fox")]

    def test_one_that_was_deleted_meanwhile_is_made_anew(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A fox")
        ask(open_templates(tab), "change", fox.id)
        type_into(tab, "template-text", "My fox")
        delete_template(studio, fox)
        tab.press("Save")
        assert any("It was deleted meanwhile. Save makes it anew." in text for text in tab.text)
        tab.press("Save")
        assert stored_templates(studio) == [("Fox", "My fox")]

    def test_others_templates_can_be_used_and_not_changed(self, studio: Studio, tab: MesopClient) -> None:
        theirs = add_template(studio, "Fox", "A fox", owner_id="bob")
        open_templates(tab)
        assert rows(tab)[0]["mine"] is False
        ask(tab, "change", theirs.id)
        assert "template-name" not in {one["fieldId"] for one in tab.elements("freshet-field")}
        ask(tab, "remove", theirs.id)
        assert toast(tab)[0] == "You may not delete this template"
        assert stored_templates(studio) == [("Fox", "A fox")]
        ask(tab, "choose", theirs.id)
        assert prompt(tab) == "A fox"

    def test_what_is_in_other_projects_and_private_to_others_is_not_there(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        elsewhere = add_template(studio, "Elsewhere", project_id="elsewhere", owner_id="bob")
        hidden = add_template(studio, "Hidden", owner_id="bob", visibility="private")
        add_template(studio, "Fox", "A {animal}")
        open_templates(tab)
        assert names(tab) == ["Fox"]
        for one in (elsewhere, hidden):
            for what in ("choose", "change", "remove"):
                ask(tab, what, one.id)
        assert (names(tab), prompt(tab)) == (["Fox"], "")
        store = studio.store._store.templates
        assert store.get(SYSTEM, elsewhere.id) == elsewhere
        assert store.get(SYSTEM, hidden.id) == hidden


class TestDeleting:
    def test_one_is_deleted_and_brought_back(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A {animal=fox}")
        add_template(studio, "Elk")
        ask(open_templates(tab), "remove", fox.id)
        assert names(tab) == ["Elk"]
        assert toast(tab) == ("Template “Fox” deleted", True)
        undo(tab)
        assert names(tab) == ["Elk", "Fox"]
        assert ("Fox", "A {animal=fox}") in stored_templates(studio)
        undo(tab)  # once
        assert names(tab) == ["Elk", "Fox"]

    def test_what_others_made_of_it_goes_and_comes_back_with_it(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A fox")
        open_templates(tab)
        put_template(studio, fox, text="Their fox")
        ask(tab, "remove", fox.id)
        assert stored_templates(studio) == []
        undo(tab)
        assert stored_templates(studio) == [("Fox", "Their fox")]

    def test_one_whose_name_is_taken_by_then_is_not_brought_back_and_says_why(
        self, studio: Studio, tab: MesopClient
    ) -> None:
        fox = add_template(studio, "Fox", "A fox")
        ask(open_templates(tab), "remove", fox.id)
        add_template(studio, "fox", "Another")
        undo(tab)
        assert toast(tab)[0] == "There is a template called “fox” already. Choose another name."
        assert stored_templates(studio) == [("fox", "Another")]

    def test_one_that_somebody_else_has_deleted_leaves_with_a_word(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A fox")
        open_templates(tab)
        delete_template(studio, fox)
        ask(tab, "remove", fox.id)
        assert toast(tab) == ("This template is no longer there.", False)
        assert "No templates yet" in tab.text

    def test_a_store_that_is_away_deletes_nothing_and_says_so(self, studio: Studio, tab: MesopClient) -> None:
        fox = add_template(studio, "Fox", "A fox")
        open_templates(tab)
        studio.store.fault = DOWN
        ask(tab, "remove", fox.id)
        assert toast(tab) == (str(DOWN), False)
        assert names(tab) == ["Fox"]
