"""The dialog with templates and earlier prompts: whose form it is open for, and what it shows.

`needs_refresh` is set by whoever opens a list in it (components/create/prompt_tools.py), for that list's loader to ask
the store and to clear, once per opening.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Literal

import mesop as me

from services.freshness import Reason
from state.view import ViewState

Tab = Literal["templates", "history"]
Step = Literal["", "fill", "edit"]
TABS: tuple[Tab, ...] = ("templates", "history")
ROWS = 48
"""Templates that are listed at first, and so many more with each press."""


@dataclass
class Draft:
    """A template that is being written. `expect` is the revision that it was begun with.

    `new_id` names a new template: two presses make one. `theirs` is the revision of what somebody else has made of it
    meanwhile, 0 for nothing.
    """

    name: str = ""
    text: str = ""
    expect: int = 0
    new_id: str = ""
    name_error: str = ""
    text_error: str = ""
    failure: str = ""
    saving: bool = False
    theirs: int = 0
    their_name: str = ""
    their_text: str = ""


@dataclass
class Undoable:
    """What the last press in the dialog replaced, a "prompt", or removed, a "template"; `what` is "" for nothing.

    `kind` is the form's, `after` what could be undone otherwise at that time (EditState.deleted): something that was
    deleted later is undone first.
    """

    what: str = ""
    kind: str = ""
    text: str = ""
    name: str = ""
    template_id: str = ""
    after: str = ""


@me.stateclass
class PromptState:
    """`kind` is the form that the dialog is open for, "" while it is closed.

    `step` is "" for the list of the `tab`; "fill" or "edit" are about the template `chosen`, "" there for a new one.
    `wrong` is what is wrong with the field `wrong_field` of the template that is filled in.
    """

    kind: str = ""
    tab: str = "templates"
    step: str = ""
    needs_refresh: bool = False
    templates: ViewState = field(default_factory=ViewState)
    rows: int = ROWS
    history: ViewState = field(default_factory=ViewState)
    text: str = ""
    """Words that are looked for in the history."""
    chosen: str = ""
    wrong_field: str = ""
    wrong: str = ""
    draft: Draft = field(default_factory=Draft)
    undo: Undoable = field(default_factory=Undoable)


def prompt_state() -> PromptState:
    return me.state(PromptState)


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
