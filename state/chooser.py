"""What the open "Choose from Library" dialog lists, and what is still being made of that."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import cast

import mesop as me

from services.container import services
from services.freshness import Reason
from services.freshness.totals import Counting
from services.models import MediaQuery, MediaType
from state.loading import load_view
from state.session import principal, project_id
from state.totals import answer_of
from state.view import ViewState, all_items, end_of_held, settle_view, show_held

UNKNOWN, UNSAID = -1, -2
"""Numbers that are none: not counted, so what is held tells; or it could not be, and what is held is out of date."""


@dataclass
class Made:
    """Part of a stateclass: how many were being made of what is listed, as counted; that is all there are if `exact`.

    It holds for the version `over` of the view. Another one knows more.
    """

    number: int = UNKNOWN
    exact: bool = True
    over: str = ""


@me.stateclass
class SelectorState:
    """What the open chooser lists, and what is still being made of it: `waiting`, and `made` where that does not tell.
    Only one is open at a time.
    """

    media_type: str = "image"
    project: str = ""
    """Another one than the page works in; "" for that."""
    mine: bool = False
    text: str = ""
    view: ViewState = field(default_factory=ViewState)
    waiting: ViewState = field(default_factory=ViewState)
    made: Made = field(default_factory=Made)


def selector_query() -> MediaQuery:
    """Finished items of the asked type, as filtered: what still generates cannot be chosen."""
    state = me.state(SelectorState)
    return MediaQuery(
        project_id=listed_project(),
        media_type=cast(MediaType, state.media_type),
        status="ready",
        owner_id=principal().user_id if state.mine else None,
        text=state.text,
    )


def listed_project() -> str:
    """The project that the chooser lists, of those one is a member of."""
    asked = me.state(SelectorState).project
    return asked if asked in principal().project_ids else project_id()


def selector_view() -> ViewState:
    return me.state(SelectorState).view


def waiting_query() -> MediaQuery:
    """What is being made of the asked type, by whomever. It cannot be chosen, so it is a view of its own."""
    media_type = cast(MediaType, me.state(SelectorState).media_type)
    return MediaQuery(project_id=listed_project(), media_type=media_type, status="generating")


def waiting_view() -> ViewState:
    return me.state(SelectorState).waiting


def on_its_way() -> str:
    """How many are going to be listed here once they are made, in words; "" for none, or if that is unknown. Pure."""
    view, made = waiting_view(), me.state(SelectorState).made
    if made.number != UNKNOWN and made.over == view.version:
        count, exact = max(made.number, 0), made.exact
    else:
        held = sum(map(_awaited_query().matches, all_items(view)))
        count, exact = 0 if view.error else held, end_of_held(view) is None
    return f"{count:,}{'' if exact else '+'} on {'its' if count == 1 else 'their'} way" if count else ""


def _awaited_query() -> MediaQuery:
    """What is being made of what is listed, as filtered."""
    return selector_query().model_copy(update={"status": "generating"})


def paint_held(media_type: MediaType) -> None:
    """Turn to all of `media_type` and show what this process holds of it, without asking the store."""
    state = me.state(SelectorState)
    state.media_type, state.project, state.mine, state.text = media_type, "", False, ""
    show_held(selector_view(), selector_query())
    _show_waiting()


def turn_to(project: str) -> None:
    """List another project; what this process holds of what is being made there shows at once."""
    me.state(SelectorState).project = project
    _show_waiting()


def _show_waiting() -> None:
    me.state(SelectorState).made = Made()
    services().freshness.derive(waiting_query(), principal())
    show_held(waiting_view(), waiting_query())


def load_waiting(reason: Reason, *, hold: bool = False) -> Generator[None, None, None]:
    """It moves nothing, so it need not be held back."""
    me.state(SelectorState).made = Made()
    yield from load_view(waiting_view(), waiting_query(), reason, scope="chooser.waiting")


def ask_for_waiting() -> Counting | None:
    """Have what is said of what is being made be of now, with the count to wait for where there is one.

    It is read for its number alone. So where no feed keeps all of it current it is counted, which costs one document
    and not one for each item: with a page of the list 25 at most.
    """
    state, view, query = me.state(SelectorState), waiting_view(), waiting_query()
    followed = services().freshness.derive(query, principal())
    if followed:
        settle_view(view, query)
    state.made = Made(over=view.version)
    if (followed and end_of_held(view) is None) or not _something_is_made():
        return None
    if not followed:
        state.made.number = UNSAID
    if not services().store.media.has_all_filters(_awaited_query()):
        return None  # the store would have to look at every item
    return services().totals.ask(_awaited_query(), principal())


def take_count(counting: Counting) -> Generator[None, None, None]:
    """Say what was counted; yields where that shows."""
    made, count = me.state(SelectorState).made, answer_of(counting)
    if count is not None:
        made.number, made.exact = count.number, count.exact
        yield


def _something_is_made() -> bool:
    """Whether anything that this process holds for this person says so. Else an opening need not ask, which would cost
    it a document, mostly to hear of nothing; what is begun elsewhere, the page's stream tells of.
    """
    wanted = waiting_query()
    held = services().freshness.snapshots.of_user(principal().user_id, wanted.project_id)
    making = (item for snapshot in held for item in snapshot.items if item.status == "generating")
    return any(item.media_type == wanted.media_type for item in making)
