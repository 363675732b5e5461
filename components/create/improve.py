"""A better prompt, in the dialog: one's own words beside the suggestion, which can be changed before it is used."""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from components.web import aria, button, field, symbol
from services.generation.prices import cost_words
from state.asking import failure_words
from state.create import spec_of
from state.handlers import handler
from state.improving import can_ask_again, has_changed, improve, improving, is_improving, write_suggestion
from state.prompt_tools import close_prompt_tools, prompt_state
from state.prompt_undo import put_prompt


def improve_step(kind: str) -> None:
    """Draw the question, its answer, or why there is none."""
    state = improving()
    with me.box(classes="choose-head", key="choose-head"):
        with me.box(classes="meta improve-told", key="improve-told"):
            aria(role="status")
            me.text(_told())
        with me.box(classes="waterline off", key="step-line"):
            pass
    with me.box(classes="choose-body", key="choose-body"), me.box(classes="improve", key="improve"):
        aria(role="group", label="Improve prompt", busy=is_improving())
        _own(state.asked)
        with me.box(classes="improve-new", key="improve-new"):
            if state.asking.error:
                _notice("error", failure_words(state.asking), "failed", "alert")
            elif not state.by:
                _coming()
            elif state.same:
                _notice("check_circle", "Nothing to add: your prompt leaves nothing open.", "info", "status")
            else:
                _suggestion(kind)
        if has_changed():
            with me.box(classes="improve-changed", key="improve-changed"):
                _notice("info", "Your prompt has changed since. Using this one replaces it.", "warn", "status")
        _foot()


def phase() -> str:
    """What the step shows; pure. With each other one, controls come and go."""
    return "waits" if is_improving() else "told" if improving().by else ""


def _told() -> str:
    state = improving()
    if is_improving():
        return f"Asking {state.asking.whom}…"
    return f"{state.by} · {cost_words(state.cost_nano)}" if state.by else "No suggestion"


def _own(prompt: str) -> None:
    with me.box(classes="improve-own", key="improve-own"):
        aria(role="region", label="Your words")
        with me.box(classes="lab"):
            me.text("Your words")
        with me.box(classes="fill-preview improve-words"):
            me.text(prompt)


def _coming() -> None:
    with me.box(classes="lab", key="coming-label"):
        me.text("Suggestion")
    with me.box(classes="fill-preview improve-wait", key="coming"):
        aria(role="presentation")
        for place in range(4):
            with me.box(classes="sk-line short" if place == 3 else "sk-line", key=f"coming-{place}"):
                pass


def _suggestion(kind: str) -> None:
    field(
        field_id="suggestion", label="Suggestion", value=improving().suggestion, multiline=True, rows=5,
        limit=spec_of(kind).parameters.prompt, submit_hint="uses it", on_change=on_write, on_submit=on_use,
        key="suggestion",
    )  # fmt: skip


def _notice(icon: str, text: str, look: str, role: str) -> None:
    with me.box(classes=f"notice {look}", key=f"notice-{look}"):
        aria(role=role)
        symbol(name=icon)
        me.text(text)


def _foot() -> None:
    state = improving()
    with me.box(classes="draft-foot", key="improve-foot"):
        if is_improving():
            button(label="Cancel", big=True, on_press=on_keep, key="improve-cancel")
            return
        if state.by and can_ask_again():
            button(label="Try again", icon="replay", variant="ghost", big=True, on_press=on_again, key="improve-again")
        usable = state.by and not state.same
        button(label="Keep mine", big=True, on_press=on_keep, key="improve-keep")
        if usable:
            button(label="Use this prompt", variant="primary", big=True, on_press=on_use, key="improve-use")
        elif state.asking.error:
            button(label="Retry", icon="replay", variant="primary", big=True, on_press=on_again, key="improve-retry")


@handler
def on_write(event: me.WebEvent) -> None:
    write_suggestion(str(event.value.get("value", "")))


@handler
def on_use(event: me.WebEvent) -> None:
    if improving().by and improving().suggestion.strip():
        put_prompt(improving().suggestion)


@handler
def on_keep(event: me.WebEvent) -> None:
    close_prompt_tools()


@handler
def on_again(event: me.WebEvent) -> Generator[None, None, None]:
    if prompt_state().kind:
        yield from improve(prompt_state().kind)
