"""A template that is being written: its name and its text, and what somebody else has made of it meanwhile."""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from components.create.template_fill import step_head
from components.web import aria, button, field, symbol
from services.models.template import NAME_LENGTH, TEXT_LENGTH
from services.prompts.fields import TEXT
from services.prompts.templates import NAME
from state.bound import bound
from state.handlers import handler
from state.prompt_tools import prompt_state, turn_to
from state.template_draft import keep_mine, save, take_theirs, write

HINT = "{subject} is asked for each time, {subject=a lighthouse} begins with something. {{ is a brace."


def template_form() -> None:
    """Draw the draft."""
    state = prompt_state()
    draft, title = state.draft, "Edit template" if state.chosen else "New template"
    step_head(title)
    with me.box(classes="choose-body", key="choose-body"), me.box(classes="draft", key="draft"):
        aria(role="group", label=title)
        if state.resumed:
            with me.box(classes="meta", key="draft-resumed"):
                me.text("You began this before and have not saved it.")
        _theirs()
        field(
            field_id="template-name", label="Name", value=draft.name, limit=NAME_LENGTH, error=draft.name_error,
            placeholder="What it is called", draft_key=f"template-{draft.new_id}-name",
            on_change=bound(on_write, NAME), on_submit=on_save, key="template-name",
        )  # fmt: skip
        field(
            field_id="template-text", label="Text", value=draft.text, multiline=True, rows=5, limit=TEXT_LENGTH,
            error=draft.text_error, hint=HINT, submit_hint="saves", draft_key=f"template-{draft.new_id}-text",
            on_change=bound(on_write, TEXT), on_submit=on_save, key="template-text",
        )  # fmt: skip
        if draft.failure:
            with me.box(classes="notice failed", key="draft-failure"):
                aria(role="alert")
                symbol(name="error")
                me.text(draft.failure)
        with me.box(classes="draft-foot", key="draft-foot"):
            cancel = "Discard" if state.resumed else "Cancel"
            button(label=cancel, big=True, on_press=on_discard, key="draft-cancel")
            button(
                label="Save", variant="primary", big=True, busy=draft.saving, busy_label="Saving…", on_press=on_save,
                disabled=bool(draft.theirs), key="draft-save",
            )  # fmt: skip


def _theirs() -> None:
    """Both versions, where somebody else was first: theirs here, one's own in the fields below."""
    draft = prompt_state().draft
    if not draft.theirs:
        return
    with me.box(classes="theirs", key="theirs"):
        aria(role="alert")
        with me.box(classes="strong"):
            me.text("This template was changed elsewhere meanwhile. Yours stands below and is not saved. Theirs:")
        with me.box(classes="their-version", key="their-version"):
            with me.box(classes="strong"):
                me.text(draft.their_name)
            with me.box(classes="prompt"):
                me.text(draft.their_text)
        with me.box(classes="draft-foot", key="theirs-foot"):
            button(label="Take theirs", on_press=on_take_theirs, key="take-theirs")
            button(label="Save mine over it", on_press=on_keep_mine, key="keep-mine")


def on_write(name: str, event: me.WebEvent) -> None:
    write(name, str(event.value.get("value", "")))


@handler
def on_discard(event: me.WebEvent) -> None:
    turn_to("")


@handler
def on_save(event: me.WebEvent) -> Generator[None, None, None]:
    if not prompt_state().draft.theirs:
        yield from save()


@handler
def on_keep_mine(event: me.WebEvent) -> Generator[None, None, None]:
    keep_mine()
    yield from save()


@handler
def on_take_theirs(event: me.WebEvent) -> None:
    take_theirs()
