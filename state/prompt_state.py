"""What the dialog with templates and earlier prompts is about; part of the Create pages' state."""

from __future__ import annotations

from dataclasses import dataclass, field

from state.asking import Asking
from state.view import ViewState

ROWS = 48
"""Templates that are listed at first, and so many more with each press."""


@dataclass
class Draft:
    """A template that is being written. `expect` is the revision that it was begun with.

    `new_id` names the draft, and the new template: two presses make one. `touched`: somebody has written into it.
    `theirs` is the revision of what somebody else has made of it meanwhile, 0 for nothing.
    """

    name: str = ""
    text: str = ""
    expect: int = 0
    new_id: str = ""
    touched: bool = False
    name_error: str = ""
    text_error: str = ""
    failure: str = ""
    saving: bool = False
    theirs: int = 0
    their_name: str = ""
    their_text: str = ""


@dataclass
class Aside:
    """A draft for the form `kind` that was left unsaved: of the template `chosen`, "" for a new one."""

    kind: str = ""
    chosen: str = ""
    name: str = ""
    text: str = ""
    expect: int = 0
    new_id: str = ""


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


@dataclass
class Improving:
    """A better prompt than `asked`, the form's own: `by` says whose words the `suggestion` is, "" while there is none.

    It may have been edited since. `same`: it was no other than `asked`.
    """

    asked: str = ""
    asking: Asking = field(default_factory=Asking)
    suggestion: str = ""
    by: str = ""
    cost_nano: int | None = None
    same: bool = False


@dataclass
class PromptState:
    """`kind` is the form that the dialog is open for, "" while it is closed.

    `tab` is "templates", "history" or "improve". `step` is "" for what the `tab` begins with; "fill" or "edit" are
    about the template `chosen`, "" there for a new one.
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
    aside: list[Aside] = field(default_factory=list)
    """One for each form at most."""
    resumed: bool = False
    """The `draft` is one that was left before."""
    improving: Improving = field(default_factory=Improving)
    undo: Undoable = field(default_factory=Undoable)
