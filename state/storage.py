"""What the principal's files take up, as the account page holds it.

The figures are few, so the page's state has them itself and names no snapshot; whose they are is the server's to say.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import field
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import mesop as me

from services.container import services
from services.freshness import Reason
from services.freshness.usages import HeldUsage
from services.models import Amount, MediaQuery, Usage
from state.loading import SEEN_BEGINNING
from state.session import principal, project_id
from state.view import ViewState

PATIENCE = 0.3
"""Seconds for which a handler waits for the figures. Slower ones come by themselves."""
TRASH = "trash"
_ALWAYS = datetime(1, 1, 2, tzinfo=UTC)
"""Older than anything."""
MOST_PROJECTS = 4
"""Projects whose changes the page hears of, each by two views: it may have eight (services/http/events.py)."""
HELD = "held"
"""Stands for a version in the view's state: there is no more to tell than that something is held."""


@me.stateclass
class StorageState:
    """`items` and `bytes` by type, and of them what lies in the trash.

    `needs_refresh` is set by the page's opening, for the loader to ask the store and to clear. `dear`: they cost too
    much to be asked for without somebody's asking (services/freshness/usages.py).
    """

    needs_refresh: bool = False
    dear: bool = False
    items: dict[str, int] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    view: ViewState = field(default_factory=ViewState)


def storage_view() -> ViewState:
    return me.state(StorageState).view


def needs_refresh() -> bool:
    return me.state(StorageState).needs_refresh


def storage() -> Usage:
    """The figures that the page holds; pure."""
    return Usage({kind: _amount(kind) for kind in me.state(StorageState).items if kind != TRASH}, _amount(TRASH))


def _amount(kind: str) -> Amount:
    state = me.state(StorageState)
    return Amount(state.items.get(kind, 0), state.bytes.get(kind, 0))


def follows_changes() -> bool:
    """Whether changes of the figures show by themselves; pure. Not where a sum is dear, or there are more projects than
    the page can hear of: then it must not look as if they did."""
    return not me.state(StorageState).dear and len(principal().project_ids) <= MOST_PROJECTS


def is_heard(place: int) -> bool:
    """Whether the page hears of changes in a project by this number."""
    return place < len(_heard_projects())


def own_items(place: int = 0, *, trash: bool = False) -> MediaQuery:
    """What changes the figures: the principal's items, and what is in their `trash`, in each project. No list asks for
    the same, so they are told of every change and not only of those in what somebody has loaded."""
    return MediaQuery(project_id=_heard_projects()[place], owner_id=principal().user_id, since=_ALWAYS, trash=trash)


def _heard_projects() -> tuple[str, ...]:
    """The address's own project, whose stream a slow answer comes by, and the person's others."""
    here = project_id()
    return (here, *sorted(principal().project_ids - {here})) if follows_changes() else (here,)


def open_storage() -> None:
    """What is held shows at once, marked busy: the store is to be asked."""
    state, view = me.state(StorageState), storage_view()
    state.needs_refresh, view.error = True, ""
    view.fetching, view.asked = "open", services().freshness.mark
    held = services().usages.held(principal())
    if not _is_older(held):
        _show(held)


def load_when_needed() -> Generator[None, None, None]:
    """Ask the store if the page's flag stands, and clear it: once per opening."""
    state = me.state(StorageState)
    if not state.needs_refresh:
        return
    try:
        opening = load_storage("open")
        next(opening)  # its beginning is on screen already: the page has yielded
        for _ in opening:
            state.needs_refresh = False
            yield
    finally:
        state.needs_refresh = False


def load_storage(reason: Reason | Literal["ready"]) -> Generator[None, None, None]:
    """Refresh the figures for `reason`; yields when that has ended or goes on by itself, and before where it shows.

    "ready": a slow answer has come. Where this process holds older figures than the page shows, it asks in any case:
    another one has read those, and what is on screen must not go back behind it.
    """
    view = storage_view()
    asking = services().usages.submit(principal(), reason, scope="account") if reason != "ready" else None
    if asking is None and not view.fetching and _is_older(services().usages.held(principal())):
        reason = "recover"
        asking = services().usages.submit(principal(), "recover", scope="account")
    if asking is None:
        settle_storage()
        yield
        return
    view.fetching, view.asked = reason, services().freshness.mark
    if reason in SEEN_BEGINNING or view.error:
        yield
    ended = asking.wait(PATIENCE)
    settle_storage(answered=ended)
    if not ended:
        asking.on_done(partial(services().hub.finished, own_items(), principal().user_id))
    yield


def settle_storage(*, answered: bool = False) -> None:
    """Take up what is known by now; asks nothing. `answered`: what this page waits for has come."""
    held, view = services().usages.held(principal()), storage_view()
    ours = bool(view.fetching) and view.asked == services().freshness.mark
    if answered or (held.state.running is None and not services().usages.is_asked(principal())):
        view.fetching = ""
        failure = held.state.failure
        view.error, view.offline = (failure.message, failure.offline) if failure else ("", False)
    has_come = ours and not view.fetching and not view.error  # later than the page's own question, whatever clocks say
    if has_come or not _is_older(held):
        _show(held)


def _is_older(held: HeldUsage) -> bool:
    """Whether what this process holds is of an earlier time than what the page shows."""
    return held.as_of is not None and _in_ms(held.as_of) < storage_view().as_of_ms


def _show(held: HeldUsage) -> None:
    if held.usage is None or held.as_of is None:
        return
    state = me.state(StorageState)
    amounts = {str(kind): amount for kind, amount in held.usage.by_type.items()} | {TRASH: held.usage.trash}
    state.items = {kind: amount.items for kind, amount in amounts.items()}
    state.bytes = {kind: amount.bytes for kind, amount in amounts.items()}
    state.dear = held.usage.is_dear
    state.view.version, state.view.as_of_ms = HELD, _in_ms(held.as_of)


def _in_ms(time: datetime) -> int:
    return int(time.timestamp() * 1000)
