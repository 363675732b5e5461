"""Registering pages: guarded loading, recovery of snapshots, live updates, one place for stylesheets."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

import flask
import mesop as me
import mesop.protos.ui_pb2 as pb
from mesop.runtime import runtime

from components.web import STYLESHEET, edits, live, session
from services.freshness import Reason
from services.freshness.live import wants_live
from services.log import log_failure
from services.models import MediaItem, MediaQuery
from state.apart import is_apart, load_apart
from state.asking import no_view
from state.bound import bound
from state.edits import EditState, Shown, edit, follow_edits
from state.handlers import Handler, handler
from state.loading import Part, load_together
from state.preview import apart_query, is_sought, recover_preview
from state.projects import are_drawn_anew
from state.purging import PURGES, follow_purges, is_purging, purge
from state.remix import undo_remix
from state.session import SessionState, learn
from state.several import edit_several, group_of
from state.unheard import give_up_edits, note_unheard
from state.view import ViewState, first_load, held_items, is_bare, is_lost, recover, settle_view

Load = Callable[..., Generator[None, None, None]]
"""A page's shared load-and-update function: `load(reason, hold=…)`."""
EditOne = Callable[[Shown, Mapping[str, Any]], Generator[None, None, None]]
"""How a page does an edit of one item: `edit`, or something around it."""


def _nothing() -> Generator[None, None, None]:
    yield from ()


PUSHED: frozenset[str] = frozenset({"live", "focus", "visibility", "online", "ttl"})
"""Reasons that the browser may give for a refresh that nobody asked for."""


@dataclass(frozen=True)
class View:
    """A view that a page renders: where its state is, what it asks, how it is loaded, under which name it logs."""

    state: Callable[[], ViewState]
    query: Callable[[], MediaQuery]
    load: Load
    scope: str
    active: Callable[[], bool] = lambda: True
    """Whether the view is on screen at all (a closed dialog's is not)."""
    then: Callable[[], Generator[None, None, None]] = _nothing
    """What is to be loaded once a slow answer of this view has come, since that is what names it."""
    awaits: Callable[[], bool] = lambda: False
    """Whether something else than its items is on its way, which announces itself as a slow answer does."""
    settle: Callable[[], None] = lambda: None
    """Brings what else the state tells of its items up to them, before each frame in which they may have changed."""
    before: Callable[[bool], None] = lambda hold: None
    """Told when something that nobody asked for is about to show: True if it must not move what is looked at."""
    recover: Callable[[], bool] | None = None
    """Of one that names no snapshot: reads what its state names if this process does not hold it; whether it had to."""
    part: Callable[[], Part] | None = None
    """What a change refreshes of it, side by side with the page's others that have one, and in the same frames."""
    items: bool = True
    """Whether it shows items of its query. One that tells other things about them names no snapshot, and its loader
    does everything: also for the reason "ready"."""


_LOOK = View(no_view, apart_query, load_apart, "preview", awaits=is_sought, items=False)
"""On any page: the item of its closer look, while no list of the page holds that, or it is being read."""
_views: dict[str, Sequence[View]] = {}
_edit_one: dict[str, EditOne] = {}
_undo: dict[str, Callable[[], bool]] = {}


def page(
    *,
    path: str,
    title: str,
    on_load: Handler,
    views: Sequence[View] = (),
    edit_one: EditOne = edit,
    undo: Callable[[], bool] = lambda: False,
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a render function as the page at `path`.

    Before it renders, each view whose snapshot this process does not hold is read again (reason `recover`), and the
    tree is then sent whole, because what the browser shows came from elsewhere. Behind it stands one element that
    hears of changes to the views on screen, and brings the tab back to them when it is looked at again, and one that
    hears of edits of the items on it. `edit_one` does those of a single item. `undo` takes back what the page itself
    did last, and tells whether there was anything newer than the last deletion.
    """
    _views[path], _edit_one[path], _undo[path] = views, edit_one, undo

    def register(render: Callable[[], None]) -> Callable[[], None]:
        @wraps(render)
        def guarded() -> None:
            shown, recovered = [], []
            for view in views:
                if view.active():  # which may depend on what the one before it holds
                    shown.append(view)
                    own = view.recover
                    recovered.append(
                        own() if own else view.items and recover(view.state(), view.query(), scope=view.scope)
                    )
            listed = _listed(shown)
            recovered.append(recover_preview(listed))
            if shown and is_apart(listed):
                shown.append(_LOOK)
            if any(recovered):
                note_unheard()
            if are_drawn_anew() or any(recovered):
                flask.g.freshet_send_whole = True
            try:
                render()
                if shown:
                    _live_updates(path, shown)
                    _edits(path)
                session(token=me.state(SessionState).token)
            except Exception as error:  # noqa: BLE001 - the edge: a page that cannot be drawn says so, the log has the trace
                _broken_page(log_failure("page.failed", error, path=path))
            if any(recovered):
                _answer_in_any_case()
            if flask.g.get("freshet_send_whole"):
                # Mesop 1.3.7: without a previous tree it sends the tree itself instead of a difference.
                runtime().context().reset_previous_node()

        me.page(path=path, title=f"{title} · Freshet", stylesheets=[STYLESHEET], on_load=handler(on_load))(guarded)
        return guarded

    return register


def _answer_in_any_case() -> None:
    """What was read anew may lack what the event is about. Mesop 1.3.7 ignores such an event: it sends the new state
    and no tree, and from then on only differences to a tree that the browser has never had.
    """
    context = runtime().context()
    wanted = pb.UiRequest.FromString(base64.urlsafe_b64decode(flask.request.data)).user_event.handler_id
    if wanted and wanted not in context._handlers:
        context.register_event_handler(wanted, on_gone)


@handler
def on_gone(event: object) -> None:
    """Somebody uses what is not there any more: the page shows what is."""


def _live_updates(path: str, shown: Sequence[View]) -> None:
    states = [view.state() for view in shown]
    live(
        views=json.dumps([view.query().model_dump(mode="json", exclude_defaults=True) for view in shown]),
        versions=[state.version for state in states],
        waiting=bool(me.state(EditState).pending)
        or is_purging()
        or any(state.fetching or state.edits for state in states)
        or any(view.awaits() for view in shown),
        unsure=any(state.error or (state.version and state.catching_up) for state in states)
        or any(view.items and first_load(view.state()) and not view.state().fetching for view in shown),
        on_refresh=bound(on_refresh, path),
    )


def _settled(path: str, frames: Generator[None, None, None]) -> Generator[None, None, None]:
    """`frames`; and where all that was shown of a list has left it, the next page."""
    for _ in frames:
        for view in _shown(path):
            view.settle()
        yield
    for view in _shown(path):
        if view.items and is_bare(view.state()):
            yield from view.load("page")


def on_refresh(path: str, event: me.WebEvent) -> Generator[None, None, None]:
    """Something may have changed, or a slow answer or the end of an edit has come: {reason, views, scrolled, known}."""
    yield from _settled(path, _refreshed(path, event))


def _refreshed(path: str, event: me.WebEvent) -> Generator[None, None, None]:
    learn(str(event.value.get("known", "")))
    reason, hold = str(event.value.get("reason", "")), bool(event.value.get("scrolled"))
    wanted = event.value.get("views")
    follow_edits()
    note_unheard()
    shown = _shown(path)
    for view in shown:
        view.before(hold)
    if follow_purges() or give_up_edits():
        yield from _load_all(path, hold)
        return
    told: list[Load] = []
    together: dict[Reason, list[Part]] = {}
    for place, view in enumerate(shown):
        if isinstance(wanted, list) and place not in wanted:
            continue
        state = view.state()
        if not view.items:  # several queries may wake one loader
            if view.load in told:
                continue
            told.append(view.load)
        if reason not in PUSHED and reason != "ready":
            continue
        if not (state.fetching or state.edits or view.awaits()) and not wants_live(flask.request.cookies):
            continue  # live updates are off, and this view waits for nothing
        if is_lost(state):
            why: Reason = "recover"
        elif not view.items or (reason in PUSHED and not state.fetching):
            why = cast(Reason, reason)
        else:
            settle_view(state, view.query(), hold=hold)
            if not state.catching_up or state.fetching:
                yield
                yield from view.then()
                continue
            why = "recover"
        if view.part is not None:
            together.setdefault(why, []).append(view.part())
        else:
            yield from view.load(why, hold=hold)
    for why, parts in together.items():
        yield from load_together(parts, why, hold=hold)


def _edits(path: str) -> None:
    state = me.state(EditState)
    edits(
        focus=f"{state.turns} {state.focus}" if state.focus else "",
        undoes=group_of(state.deleted),
        on_edit=bound(on_edit, path),
    )


def on_edit(path: str, event: me.WebEvent) -> Generator[None, None, None]:
    """Somebody edits items of the page: {id, edit, value, scrolled}, or {ids, …} for several; all from a browser."""
    yield from _settled(path, _edited(path, event))


def _edited(path: str, event: me.WebEvent) -> Generator[None, None, None]:
    shown, wanted = [(view.state(), view.query()) for view in _shown(path) if view.items], event.value
    if wanted.get("edit") == "undo" and (undo_remix() or _undo[path]()):
        yield
        return
    if wanted.get("edit") in PURGES and shown:
        yield from purge(shown, wanted)
        if follow_purges():
            yield from _load_all(path, bool(wanted.get("scrolled")))
        return
    group = wanted.get("edit") == "undo" and group_of(me.state(EditState).deleted)
    yield from edit_several(shown, wanted) if "ids" in wanted or group else _edit_one[path](shown, wanted)


def _load_all(path: str, hold: bool) -> Generator[None, None, None]:
    """What somebody has waited for has ended: read what it left."""
    told: list[Load] = []
    for view in _shown(path):
        if view.load not in told:
            told.append(view.load)
            yield from view.load("complete", hold=hold)


def _shown(path: str) -> list[View]:
    shown = [view for view in _views[path] if view.active()]
    return [*shown, _LOOK] if shown and is_apart(_listed(shown)) else shown


def _listed(shown: Sequence[View]) -> tuple[MediaItem, ...]:
    """What the lists on screen show."""
    return tuple(item for view in shown if view.items for item in held_items(view.state()))


def _broken_page(error_id: str) -> None:
    me.text(f"This page could not be drawn (error {error_id}). Reload it to try again.")
