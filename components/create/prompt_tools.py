"""The buttons under a form's prompt, and the dialog that they open: templates, the prompts used before, a better one.

It is one dialog with steps. `open_tools` and `on_tab` set `needs_refresh` and yield: the list paints what this process
holds, marked busy. The list's loader then asks the store and clears the flag, exactly once per opening
(state/prompt_tools.py). Nothing else reads or sets it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial

import mesop as me

from components.create.improve import improve_step, phase
from components.create.prompt_history import prompt_history
from components.create.template_fill import template_fill
from components.create.template_form import template_form
from components.create.template_list import template_list
from components.page import View
from components.web import SegmentOption, aria, button, dialog, landing, segments
from state.asking import advice_query, no_view, nothing_to_recover
from state.bound import bound
from state.handlers import handler
from state.improving import improve, is_improving, load_improving
from state.prompt_history import history_query, history_view, load_history, open_history
from state.prompt_tools import TABS, Tab, ask_when_needed, close_prompt_tools, lay_aside, prompt_state, shows, turn_to
from state.prompt_undo import forget_undo, undo_last
from state.template_draft import resume
from state.templates import load_templates, open_templates, recover_templates, templates_query, templates_view

HEADINGS = {"templates": "Templates", "history": "Prompt history", "improve": "Improve prompt"}
PURPOSES = {"image": "for images", "video": "for videos"}
OPTIONS: list[SegmentOption] = [
    {"value": "templates", "label": "Templates"},
    {"value": "history", "label": "History"},
]


def prompt_tools(kind: str) -> None:
    """The buttons, and the dialog while it is open for this form."""
    state = prompt_state()
    is_open = state.kind == kind
    with me.box(classes="prompt-tools", key="prompt-tools"):
        aria(role="group", label="Prompt tools")
        _opener(kind, "templates", "Templates", "library_books")
        _opener(kind, "history", "History", "history")
        button(
            label="Improve", icon="edit_note", variant="ghost", hint="Have a better prompt suggested",
            on_press=bound(on_improve, kind), key="improve",
        )  # fmt: skip
        # Children stand in one box: slotted children are matched by place, not by key.
        with (
            dialog(
                is_open=is_open,
                label=HEADINGS.get(state.tab, ""),
                purpose=PURPOSES[kind],
                on_close=on_close,
                key="prompts-dialog",
            ),
            me.box(classes="choose", key="prompts-body"),
        ):
            if is_open:
                landing(step=f"{state.tab} {state.step} {state.chosen} {phase()}")
                _step(kind)


def _opener(kind: str, tab: Tab, label: str, icon: str) -> None:
    button(label=label, icon=icon, variant="ghost", on_press=bound(open_tools, kind, tab), key=f"open-{tab}")


def _step(kind: str) -> None:
    state = prompt_state()
    if state.step == "fill":
        template_fill()
    elif state.step == "edit":
        template_form()
    elif state.tab == "improve":
        improve_step(kind)
    elif state.tab == "history":
        prompt_history(_tabs, needs_refresh=state.needs_refresh)
    else:
        template_list(kind, _tabs, needs_refresh=state.needs_refresh)


def _tabs() -> None:
    value = prompt_state().tab
    segments(
        label="Prompts", options=OPTIONS, value=value, kind="tabs", show_label=False, on_select=on_tab,
        key="prompt-tabs",
    )  # fmt: skip


def prompt_views(kind: str) -> list[View]:
    """The views of the open dialog, for the page of this form."""
    return [
        View(
            templates_view, templates_query, load_templates, "templates", active=partial(_is_on, kind, "templates"),
            items=False, recover=recover_templates,
        ),
        View(history_view, history_query, load_history, "history", active=partial(_is_on, kind, "history")),
        View(
            no_view, advice_query, load_improving, "improve", active=partial(_is_on, kind, "improve"),
            awaits=is_improving, items=False, recover=nothing_to_recover,
        ),
    ]  # fmt: skip


def _is_on(kind: str, tab: Tab) -> bool:
    return prompt_state().kind == kind and shows(tab)


def undo_prompt(kind: str) -> Callable[[], bool]:
    """The undo of the page for this form."""
    return partial(undo_last, kind)


def leave_prompt_tools() -> None:
    """For a page that is opened: what the dialog showed, or replaced, on an earlier visit is over."""
    close_prompt_tools()
    forget_undo()


def open_tools(kind: str, tab: Tab, event: me.WebEvent) -> Generator[None, None, None]:
    """Open the dialog on a list: what is held paints at once, then the store is asked."""
    state = prompt_state()
    lay_aside()
    state.kind = kind
    turn_to("")
    if tab == "templates":
        resume(kind)
    yield from _open(tab)


def on_improve(kind: str, event: me.WebEvent) -> Generator[None, None, None]:
    """Ask for a better prompt; the dialog shows at once that it is asked for."""
    yield from improve(kind)


@handler
def on_tab(event: me.WebEvent) -> Generator[None, None, None]:
    tab = next((tab for tab in TABS if tab == event.value.get("value")), None)
    if tab is not None:
        yield from _open(tab)


def _open(tab: Tab) -> Generator[None, None, None]:
    state = prompt_state()
    state.tab, state.needs_refresh = tab, True
    if tab == "templates":
        open_templates()
    else:
        open_history()
    yield
    yield from ask_when_needed(load_templates if tab == "templates" else load_history)


@handler
def on_close(event: me.WebEvent) -> None:
    close_prompt_tools()
