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
from state.prompt_state import Draft, Improving, PromptState

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
    if step != "edit":
        state.draft = Draft()


def close_prompt_tools() -> None:
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
