"""The prompts that somebody has used before, in the dialog: the last one on top, one press puts one into the form."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime

import mesop as me

from components.create.template_list import waiting
from components.frame import failed_notice, freshness, new_drop, scrolled, waterline
from components.library.finding import searched_note
from components.web import PromptRow, aria, button, prompts, search, symbol
from services.models.directions import paired
from services.prompts.history import UsedPrompt
from state.handlers import handler
from state.prompt_history import history, history_query, history_view, load_history, look_for, show_more
from state.prompt_tools import prompt_state
from state.prompt_undo import put_prompt
from state.view import ViewState, first_load, has_more, searched_to
from state.view import show_new as show_what_is_new

SHOWN = 400
"""Characters of a prompt that the list shows, two lines of it."""


def prompt_history(tabs: Callable[[], None], *, needs_refresh: bool) -> None:
    """Draw the list. While the opener's `needs_refresh` stands, what is shown is from before the opening."""
    view = history_view()
    with me.box(classes="choose-head", key="choose-head"):
        freshness(view, on_refresh_history)
        if needs_refresh:
            with me.box(classes="vh"):
                me.text("Looking for newer prompts")
        tabs()
        with me.box(classes="prompts-find", key="prompts-find"):
            search(
                value=prompt_state().text, label="Search your prompts", placeholder="Search your prompts", inside=True,
                on_search=on_search, key="history-text",
            )  # fmt: skip
        new_drop(view, on_show_new)
        waterline(view)
    with me.box(classes="choose-body", key="choose-body"):
        failed_notice(view, on_refresh_history)
        _items(view, needs_refresh)


def _items(view: ViewState, needs_refresh: bool) -> None:
    used, reached = history(), searched_to(view)
    if used:
        rows = [_row(one) for one in used]
        prompts(label="Your prompts, last used first", items=rows, on_choose=on_choose, key="history")
    elif view.error:
        _blank("cloud_off", "Your prompts could not be read", view.error, "Retry", on_refresh_history, alert=True)
    elif not view.version and (needs_refresh or first_load(view)):
        waiting()
    elif prompt_state().text and reached is None and not has_more(view):
        _blank("search_off", "Nothing matches", "Each word has to begin a word of a prompt.", "Show all", on_show_all)
    elif reached is None and not has_more(view):
        _blank("history", "No prompts yet", "What you generate on this page is remembered here with its prompt.")
    _further(view, reached)


def _further(view: ViewState, reached: datetime | str | None) -> None:
    """The way on, where there is one."""
    if reached is not None:
        searched_note(reached, on_more_history)
    elif has_more(view):
        with me.box(classes="prompts-more", key="more"):
            button(label="Show more", on_press=on_more_history, key="history-more")


def _row(used: UsedPrompt) -> PromptRow:
    text = used.prompt if len(used.prompt) <= SHOWN else f"{paired(used.prompt[:SHOWN]).rstrip()}…"
    return {"id": used.media_id, "text": text, "ms": int(used.used_at.timestamp() * 1000)}


def _blank(
    symbol_name: str,
    title: str,
    text: str,
    action: str = "",
    on_press: Callable[..., Generator[None, None, None]] | None = None,
    *,
    alert: bool = False,
) -> None:
    with me.box(classes="blank", key="history-blank"):
        if alert:
            aria(role="alert")
        symbol(name=symbol_name, look="xl")
        with me.box(classes="h2"):
            me.text(title)
        me.text(text)
        if on_press is not None:
            button(label=action, on_press=on_press, key="history-action")


@handler
def on_refresh_history(event: me.WebEvent) -> Generator[None, None, None]:
    yield from load_history("manual", hold=scrolled(event))


@handler
def on_search(event: me.WebEvent) -> Generator[None, None, None]:
    yield from look_for(str(event.value.get("q", "")))


@handler
def on_show_all(event: me.WebEvent) -> Generator[None, None, None]:
    yield from look_for("")


@handler
def on_show_new(event: me.WebEvent) -> None:
    show_what_is_new(history_view(), history_query())


@handler
def on_more_history(event: me.WebEvent) -> Generator[None, None, None]:
    yield from show_more()


@handler
def on_choose(event: me.WebEvent) -> None:
    """Put a prompt into the form: {id}, of the item that it is told by."""
    wanted = str(event.value.get("id", ""))
    used = next((one for one in history() if one.media_id == wanted), None)
    if used is not None:
        put_prompt(used.prompt)
