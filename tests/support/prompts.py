"""The prompts' dialog of a Create page, as a person uses it, and templates that somebody else makes."""

from __future__ import annotations

import json
from typing import Any

from services.models import Put, Remove, Template
from tests.support.mesop_client import MesopClient
from tests.support.records import make_template, operation
from tests.support.studio import Studio


def add_template(studio: Studio, name: str, text: str = "A {subject=lighthouse} at {hour}", **fields: Any) -> Template:
    """Commit a template of this person's, as another process does: this one does not hear of it."""
    now, project_id = studio.clock.now(), studio.services.project.id
    defaults = {"project_id": project_id, "owner_id": studio.principal.user_id, "created_at": now}
    template = make_template(id=studio.services.ids.new(), name=name, text=text, **(defaults | fields))
    return put_template(studio, template)


def put_template(studio: Studio, template: Template, **changes: Any) -> Template:
    changed = template.model_copy(update=changes)
    write = Put(changed, expect=template.revision)
    owner = studio.principal.model_copy(update={"user_id": template.owner_id, "project_ids": {template.project_id}})
    commit = studio.store._store.commit(owner, [write], operation_id=operation())
    [stored] = commit.records
    assert isinstance(stored, Template)
    return stored


def delete_template(studio: Studio, template: Template) -> None:
    write = Remove("template", template.id, expect=template.revision)
    studio.store._store.commit(studio.principal, [write], operation_id=operation())


def stored_templates(studio: Studio) -> list[tuple[str, str]]:
    """Names and texts, by name."""
    listing = studio.store._store.templates.list_for(studio.principal, studio.services.project.id)
    return [(one.name, one.text) for one in listing.items]


def open_templates(tab: MesopClient) -> MesopClient:
    return tab.press("Templates")


def open_history(tab: MesopClient) -> MesopClient:
    return tab.press("History")


def is_open(tab: MesopClient) -> bool:
    """Whether the dialog is, by any of its headings."""
    return any(
        one["isOpen"] for one in tab.elements("freshet-dialog") if one["label"] in ("Templates", "Prompt history")
    )


def close(tab: MesopClient) -> None:
    tab.fire("freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)


def rows(tab: MesopClient) -> list[dict[str, Any]]:
    """What the open list shows; nothing where there is no list."""
    return [row for one in tab.elements("freshet-prompts") for row in one["items"]]


def names(tab: MesopClient) -> list[str]:
    return [row["name"] for row in rows(tab)]


def texts(tab: MesopClient) -> list[str]:
    return [row["text"] for row in rows(tab)]


def ask(tab: MesopClient, what: str, media_or_template_id: object) -> MesopClient:
    """Press a row's button: "choose", "change" or "remove"."""
    return tab.fire("freshet-prompts", f"{what}Event", {"id": media_or_template_id})


def use(tab: MesopClient, *values: object) -> MesopClient:
    return tab.fire("freshet-fill", "useEvent", {"values": list(values)})


def prompt(tab: MesopClient) -> str:
    return str(tab.element("freshet-field", fieldId="prompt")["value"])


def type_into(tab: MesopClient, name: str, value: str) -> None:
    tab.fire("freshet-field", "changeEvent", {"value": value}, fieldId=name)


def field(tab: MesopClient, name: str) -> dict[str, Any]:
    return tab.element("freshet-field", fieldId=name)


def toast(tab: MesopClient) -> tuple[str, bool]:
    """What the page's message says, and whether it can be undone."""
    told = tab.element("freshet-toast")
    return str(told["message"]), bool(told["undo"])


def undo(tab: MesopClient) -> MesopClient:
    return tab.fire("freshet-edits", "editEvent", {"edit": "undo", "scrolled": False})


def state(tab: MesopClient) -> dict[str, Any]:
    """The dialog's own state, as the browser holds it."""
    for one in tab.states.states:
        held = json.loads(one.data)
        if "prompts" in held:
            return dict(held["prompts"])
    raise AssertionError("no state of the prompts' dialog")
