"""What the open "Choose from Library" dialog lists, and what is still being made of that."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import field
from typing import cast

import mesop as me

from services.container import services
from services.freshness import Reason
from services.models import MediaQuery, MediaType
from state.loading import load_view
from state.session import principal, project_id
from state.view import ViewState, all_items, end_of_held, show_held


@me.stateclass
class SelectorState:
    """What the open chooser lists, and what is still being made of it (`waiting`). Only one is open at a time."""

    media_type: str = "image"
    project: str = ""
    """Another one than the page works in; "" for that."""
    mine: bool = False
    text: str = ""
    view: ViewState = field(default_factory=ViewState)
    waiting: ViewState = field(default_factory=ViewState)


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
    view, listed = waiting_view(), selector_query().model_copy(update={"status": "generating"})
    count = 0 if view.error else sum(listed.matches(item) for item in all_items(view))
    return f"{count}{'' if end_of_held(view) is None else '+'} on its way" if count else ""


def paint_held(media_type: MediaType) -> None:
    """Turn to all of `media_type` and show what this process holds of it, without asking the store."""
    state = me.state(SelectorState)
    state.media_type, state.project, state.mine, state.text = media_type, "", False, ""
    show_held(selector_view(), selector_query())
    show_held(waiting_view(), waiting_query())


def turn_to(project: str) -> None:
    """List another project; what this process holds of what is being made there shows at once."""
    me.state(SelectorState).project = project
    show_held(waiting_view(), waiting_query())


def load_waiting(reason: Reason, *, hold: bool = False) -> Generator[None, None, None]:
    """It moves nothing, so it need not be held back."""
    yield from load_view(waiting_view(), waiting_query(), reason, scope="chooser.waiting")


def something_is_made() -> bool:
    """Whether anything that this process holds for this person says so. Else an opening need not ask, which would cost
    it a document, mostly to hear of nothing; what is begun elsewhere, the page's stream tells of.
    """
    wanted = waiting_query()
    held = services().freshness.snapshots.of_user(principal().user_id, wanted.project_id)
    making = (item for snapshot in held for item in snapshot.items if item.status == "generating")
    return any(item.media_type == wanted.media_type for item in making)
