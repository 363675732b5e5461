"""The prompts that this person has used for one kind of form in this project, told by what was made with them."""

from __future__ import annotations

from collections.abc import Generator

from services.freshness import Reason
from services.models import MediaQuery
from services.models.query import TEXT_LENGTH
from services.prompts.history import UsedPrompt, used_prompts
from state.create import results_query
from state.loading import load_view
from state.prompt_tools import prompt_state
from state.view import ViewState, cursor, has_more, held_items, searched_to, show_held

STEP_PAGES = 8
"""Pages of 24 items that one press reads at most, 192 documents: four pictures of a run share a prompt."""
MORE = 12
"""Other prompts that a press looks for."""
SCOPE = "history"


def history_view() -> ViewState:
    return prompt_state().history


def history_query() -> MediaQuery:
    """What the form's page lists, which so holds most of it already; with words, those of them that have the words."""
    state = prompt_state()
    wanted = results_query(state.kind)
    return MediaQuery.model_validate(wanted.model_dump() | {"text": state.text}) if state.text else wanted


def history() -> tuple[UsedPrompt, ...]:
    """The prompts of what is shown, the one used last on top; pure."""
    return used_prompts(held_items(history_view()), prompt_state().text)


def open_history() -> None:
    """All of it, and what this process holds at once: words left from last time would hide what was used since."""
    prompt_state().text = ""
    show_held(history_view(), history_query())


def load_history(reason: Reason, *, until: str = "", hold: bool = False) -> Generator[None, None, None]:
    """The shared load-and-update function."""
    yield from load_view(history_view(), history_query(), reason, scope=SCOPE, until=until, hold=hold)


def look_for(text: str) -> Generator[None, None, None]:
    prompt_state().text = text[:TEXT_LENGTH]
    yield from load_history("filter")


def show_more() -> Generator[None, None, None]:
    """Go on down the list until other prompts come, for one step of the store at most: where words are looked for, a
    page is one already."""
    view, wanted = history_view(), len(history()) + MORE
    for _ in range(1 if prompt_state().text else STEP_PAGES):
        for _ in load_history("page", until=cursor(view)):
            pass  # one frame for all of them
        stuck = view.fetching or view.error or view.catching_up or searched_to(view)
        if stuck or not has_more(view) or len(history()) >= wanted:
            break
    yield
