"""An opinion on the item of the Media item page, asked of the adviser; gone with the next item."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

import mesop as me

from services.container import services
from services.freshness import Reason
from services.generation.opinions import Critique
from services.models import MediaItem
from state.asking import Asking, await_answer, begin, drop, take_answer
from state.create import CreateState, Suggested
from state.session import principal, project_id, within

FORMS = {"create-image": "image", "create-video": "video"}
"""Whose settings a Create form can be filled with, by origin."""


@dataclass
class Opinion:
    """What is good and bad in the item `media_id`, "" for none; `by` is "" while there is no answer."""

    media_id: str = ""
    asking: Asking = field(default_factory=Asking)
    strengths: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    prompt: str = ""
    by: str = ""
    cost_nano: int | None = None


@me.stateclass
class OpinionState:
    """`turns` counts the presses after which what had the focus may be gone."""

    opinion: Opinion = field(default_factory=Opinion)
    turns: int = 0


def opinion_of(item: MediaItem) -> Opinion:
    """What there is for this item; pure."""
    opinion = me.state(OpinionState).opinion
    return opinion if opinion.media_id == item.id else Opinion()


def can_be_judged(item: MediaItem) -> bool:
    """Whether there is a picture, or a clip's frame, to be looked at; pure."""
    return item.status == "ready" and item.deleted_at is None and item.media_type in ("image", "video")


def is_judging() -> bool:
    """Whether an answer is on its way; pure."""
    return bool(me.state(OpinionState).opinion.asking.name)


def turns() -> int:
    return me.state(OpinionState).turns


def ask_for_opinion(media_id: str) -> Generator[None, None, None]:
    """Ask; the service decides whether this person may and whether there is anything to be looked at."""
    state = me.state(OpinionState)
    drop(state.opinion.asking)
    asking = begin(lambda: services().inquiries.critique(principal(), project_id(), media_id))
    state.opinion, state.turns = Opinion(media_id, asking), state.turns + 1
    yield
    await_answer(asking)
    yield from load_opinion("ready")


def load_opinion(reason: Reason | str, *, hold: bool = False) -> Generator[None, None, None]:
    """Take the answer up if it has come; it asks nothing anew."""
    opinion = me.state(OpinionState).opinion
    told = take_answer(opinion.asking)
    if isinstance(told, Critique):
        opinion.strengths, opinion.problems = list(told.strengths), list(told.problems)
        opinion.prompt, opinion.by, opinion.cost_nano = told.prompt, told.by, told.cost_nano
    yield


def close_opinion() -> None:
    """Leave it, also while it is asked for."""
    forget_opinion()
    me.state(OpinionState).turns += 1


def forget_opinion() -> None:
    """Another item is shown."""
    state = me.state(OpinionState)
    drop(state.opinion.asking)
    state.opinion = Opinion()


def form_for(item: MediaItem) -> str:
    """The Create form that takes a prompt for another one like this, "" for none: with its own settings where it was
    made there, else with the picture itself to begin with. Pure.
    """
    return FORMS.get(item.origin) or ("image" if item.media_type == "image" else "")


def try_prompt(item: MediaItem) -> None:
    """Go to the form, with the suggested prompt in it."""
    opinion, kind = opinion_of(item), form_for(item)
    if not opinion.prompt or not kind:
        return
    me.state(CreateState).suggested = Suggested(item.id, opinion.prompt)
    name = "remix" if item.origin in FORMS else "from"
    me.navigate(f"/create/{kind}", query_params=within(**{name: item.id}))
