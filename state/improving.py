"""A better prompt than the one in the form, asked of the adviser and shown in the prompts' dialog."""

from __future__ import annotations

from collections.abc import Generator

from services.container import services
from services.errors import BadInput
from services.freshness import Reason
from services.generation.advice import THIS_MACHINE, writable
from services.generation.opinions import Rewritten
from state.asking import await_answer, begin, drop, take_answer
from state.create import form_of
from state.prompt_state import Improving
from state.prompt_tools import close_prompt_tools, prompt_state, turn_to
from state.session import principal, project_id


def improving() -> Improving:
    return prompt_state().improving


def is_improving() -> bool:
    """Whether an answer is on its way; pure."""
    return bool(improving().asking.name)


def improve(kind: str) -> Generator[None, None, None]:
    """Ask for a better prompt than the one in the form. What is wrong with that is told at its field instead."""
    state, form = prompt_state(), form_of(kind)
    drop(improving().asking)
    form.errors.pop("prompt", None)
    try:
        prompt = writable(form.prompt)
    except BadInput as error:
        close_prompt_tools()
        form.errors["prompt"] = str(error)
        yield
        return
    state.kind, state.tab = kind, "improve"
    turn_to("")
    asking = begin(lambda: services().inquiries.rewrite(principal(), project_id(), prompt))
    state.improving = Improving(asked=form.prompt, asking=asking)
    yield
    await_answer(asking)
    yield from load_improving("ready")


def load_improving(reason: Reason | str, *, hold: bool = False) -> Generator[None, None, None]:
    """Take the answer up if it has come; it asks nothing anew."""
    state = improving()
    told = take_answer(state.asking)
    if isinstance(told, Rewritten):
        state.suggestion, state.by, state.cost_nano = told.prompt, told.by, told.cost_nano
        state.same = told.prompt == writable(state.asked)
    yield


def write_suggestion(text: str) -> None:
    improving().suggestion = text


def can_ask_again() -> bool:
    """Whether another answer may be another one: this machine says the same of the same words. Pure."""
    return improving().by != THIS_MACHINE


def has_changed() -> bool:
    """Whether the form's prompt is another one by now than was asked about; pure."""
    state = prompt_state()
    return bool(state.kind) and form_of(state.kind).prompt != state.improving.asked
