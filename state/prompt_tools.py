"""The dialog with templates, earlier prompts and a better one: whose form it is open for, and what it shows.

`needs_refresh` is set by whoever opens a list in it (components/create/prompt_tools.py), for that list's loader to ask
the store and to clear, once per opening.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Literal

import mesop as me

from services.freshness import Reason
from state.asking import drop
from state.create import CreateState
from state.prompt_state import Aside, Draft, Improving, PromptState

Tab = Literal["templates", "history", "improve"]
Step = Literal["", "fill", "edit"]
TABS: tuple[Tab, ...] = ("templates", "history")
"""Those with a list, between which one turns in the dialog."""


def prompt_state() -> PromptState:
    return me.state(CreateState).prompts


def shows(tab: Tab) -> bool:
    """Whether the dialog is open on this list, or a step that began there; pure."""
    state = prompt_state()
    return bool(state.kind) and state.tab == tab


def turn_to(step: Step, chosen: str = "") -> None:
    """Go on to a step, as if nobody had been there."""
    state = prompt_state()
    state.step, state.chosen, state.wrong_field, state.wrong = step, chosen, "", ""
    state.resumed = False
    if step != "edit":
        state.draft = Draft()


def being_written(kind: str) -> Aside | None:
    """The template that this form's dialog is open on to be written, as it would be laid aside; pure."""
    state, draft = prompt_state(), prompt_state().draft
    if state.kind != kind or state.step != "edit":
        return None
    return Aside(kind, state.chosen, draft.name, draft.text, draft.expect, draft.new_id)


def lay_aside() -> None:
    """Before the dialog shows something else: what somebody has written of a template stays for another time."""
    state = prompt_state()
    written = being_written(state.kind) if state.draft.touched else None
    if written is not None:
        state.aside = [one for one in state.aside if one.kind != written.kind] + [written]


def close_prompt_tools() -> None:
    lay_aside()
    state = prompt_state()
    drop(state.improving.asking)
    state.improving = Improving()
    state.kind = ""
    turn_to("")


def ask_when_needed(load: Callable[[Reason], Generator[None, None, None]]) -> Generator[None, None, None]:
    """Have a list's loader ask the store if the opener's flag stands, and clear it: once per opening."""
    state = prompt_state()
    if not state.needs_refresh:
        return
    try:
        opening = load("open")
        next(opening)  # its beginning is on screen already: the opener has yielded
        for _ in opening:
            state.needs_refresh = False
            yield
    finally:
        state.needs_refresh = False
