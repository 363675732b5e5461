"""What somebody who looks at the item says of it: strengths, problems, and a prompt for a better one."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import mesop as me

from components.web import aria, button, landing, symbol
from services.generation.prices import cost_words
from services.models import MediaItem
from state.asking import failure_words
from state.handlers import handler
from state.media_item import shown_item
from state.opinion import (
    Opinion,
    ask_for_opinion,
    can_be_judged,
    close_opinion,
    form_for,
    is_judging,
    opinion_of,
    try_prompt,
    turns,
)


def ask_button(item: MediaItem) -> None:
    """The way to an opinion, which says that one is on its way; and to another one where there is one."""
    if not can_be_judged(item):
        return
    told = opinion_of(item)
    landing(step=f"opinion {turns()}" if turns() else "", key="opinion-landing")
    button(
        label="Ask again" if told.by else "Ask for an opinion", icon="rate_review", busy=bool(told.asking.name),
        busy_label="Asking…", hint="What is good and bad in it, and a prompt for a better one", token=item.id,
        on_press=on_ask, key="opinion-ask",
    )  # fmt: skip


def opinion(item: MediaItem) -> None:
    """Draw what was asked for, if anything was: on its way, there, or why it is not."""
    told = opinion_of(item)
    if not told.media_id:
        return
    with me.box(classes="opinion", key="opinion"):
        aria(role="region", label="Opinion", busy=is_judging())
        with me.box(classes="row", key="opinion-head"):
            with me.box(classes="label grow", key="opinion-heading"):
                me.text("Opinion")
                aria(role="heading", label="Opinion", level=2)
            label = "Cancel" if is_judging() else "Close the opinion"
            button(
                label=label, icon="close", icon_only=True, variant="ghost sm", on_press=on_close, key="opinion-close"
            )
        if told.asking.error:
            _failure(told, item)
        elif told.by:
            _points("Strengths", "check_circle", "good", told.strengths)
            _points("Problems", "warning", "bad", told.problems)
            if not told.problems:
                with me.box(classes="meta", key="no-problems"):
                    me.text("No problems found.")
            if told.prompt:
                _better(told, item)
        else:
            _coming()
        with me.box(classes="meta", key="opinion-told"):
            aria(role="status")
            me.text(_told(told))


def _told(told: Opinion) -> str:
    if told.asking.name:
        return f"Asking {told.asking.whom}…"
    if told.by:
        return f"{told.by} · {cost_words(told.cost_nano)}"
    return "" if told.asking.error else "No opinion"


def _points(name: str, icon: str, look: str, points: Sequence[str]) -> None:
    if not points:
        return
    with me.box(classes=f"points {look}", key=name):
        with me.box(classes="strong", key=f"{name}-heading"):
            me.text(name)
            aria(role="heading", label=name, level=3)
        with me.box(classes="points-list", key=f"{name}-list"):
            aria(role="list", label=name)
            for place, point in enumerate(points):
                with me.box(classes="point", key=f"{name}-{place}"):
                    aria(role="listitem")
                    symbol(name=icon)
                    me.text(point)


def _better(told: Opinion, item: MediaItem) -> None:
    with me.box(classes="better", key="better"):
        with me.box(classes="strong", key="better-heading"):
            me.text("Suggested prompt")
            aria(role="heading", label="Suggested prompt", level=3)
        with me.box(classes="fill-preview improve-words", key="better-prompt"):
            me.text(told.prompt)
        if form_for(item):
            button(
                label="Try this prompt", icon="tune", variant="primary", full=True, token=item.id, on_press=on_try,
                key="opinion-try",
            )  # fmt: skip


def _failure(told: Opinion, item: MediaItem) -> None:
    with me.box(classes="notice failed", key="opinion-failure"):
        aria(role="alert")
        symbol(name="error")
        with me.box(classes="grow"):
            me.text(failure_words(told.asking))
        button(label="Retry", icon="replay", token=item.id, on_press=on_ask, key="opinion-retry")


def _coming() -> None:
    with me.box(classes="fill-preview improve-wait", key="opinion-coming"):
        aria(role="presentation")
        for place in range(4):
            with me.box(classes="sk-line short" if place == 3 else "sk-line", key=f"opinion-coming-{place}"):
                pass


@handler
def on_ask(event: me.WebEvent) -> Generator[None, None, None]:
    """{token}, the item that was on screen: a press that comes late is not about another one."""
    item = shown_item()
    if item is not None and item.id == event.value.get("token"):
        yield from ask_for_opinion(item.id)


@handler
def on_close(event: me.WebEvent) -> None:
    close_opinion()


@handler
def on_try(event: me.WebEvent) -> None:
    item = shown_item()
    if item is not None and item.id == event.value.get("token"):
        try_prompt(item)
