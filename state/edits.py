"""A tab's own edits: shown at once, followed until they have ended, and undone.

Views are given as the page has them, each with its query: an edit concerns every one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from typing import Any

import mesop as me

from services.container import services
from services.errors import BadInput, NotFound, StoreUnavailable
from services.freshness import Attempt
from services.freshness.editor import WAITING
from services.freshness.edits import GONE, Change, Edit, delete, edited, favourite, restore, tags, title
from services.ids import is_id
from services.models import MediaItem, MediaQuery, clean_tags
from state.aside import read_aside
from state.handlers import notify
from state.loading import PATIENCE
from state.preview import PreviewState, go_on_to, look_again, stored_preview
from state.refusals import named, refuse
from state.session import principal, wrote
from state.view import ViewState, held_items, pending_edits, stored_item, take_up
from state.window import lead_to

Shown = Sequence[tuple[ViewState, MediaQuery]]
MOVES_FOCUS = frozenset({"delete", "restore", "move"})
"""Edits after which another tile has the focus, so that it has to be mounted."""
UNDONE = ("delete", "move")
"""What an undo takes back."""
MOST_UNDONE = 50
"""Deletions and moves that a tab can undo, one after the other."""
FROM = ">"
"""Parts the name of a move from the project that it was made from."""


@me.stateclass
class EditState:
    """What this tab has changed.

    `pending`: edits whose end it has not told yet. `deleted`: items that it can bring back, the last one last.
    `focus`: the item whose tile is to have the focus, and how often that was said. Ids are parted by spaces: this
    travels with every event, and a text's difference is shorter than a list's. Several that were deleted or moved at
    once stand there by one name, "~…", and the browser knows which they were (state/several.py). `unheard_ms`: since
    when the process that answers does not know of one of `pending`, which another has begun; 0 where it knows of all.
    `tagged`: how often several were given tags, or lost some, so that what was written need not stay in its field.
    `undeleted`: deletions and moves that could not be stored, as `deleted` names them: there was nothing to undo.
    """

    pending: str = ""
    unheard_ms: int = 0
    deleted: str = ""
    focus: str = ""
    turns: int = 0
    tagged: int = 0
    undeleted: str = ""


def edit(shown: Shown, wanted: Mapping[str, Any]) -> Generator[None, None, None]:
    """Do what a browser asks: {id, edit, value, scrolled}. Yields once it shows, and again when it has ended.

    Raises BadInput, Forbidden, NotFound, StoreError; then nothing was changed and nothing shows.
    """
    attempt = _started(shown, str(wanted.get("id", "")), wanted.get("edit"), wanted.get("value"))
    if attempt is not None:
        yield from see_through(attempt, shown, hold=bool(wanted.get("scrolled")))
    else:
        yield


def _started(shown: Shown, media_id: str, what: object, value: object) -> Attempt | None:
    """The edit that has begun; None where there is nothing to do."""
    match what:
        case "favourite":
            return _begin(shown, media_id, favourite(value is True))
        case "title" if isinstance(value, str):
            return _written(shown, media_id, lambda: title(value))
        case "tag" if isinstance(value, str):
            return _written(shown, media_id, lambda: tags(on=value.split(",")))  # all of them or none
        case "untag" if isinstance(value, str):
            return _written(shown, media_id, lambda: tags(off=[value]))
        case "delete":
            return _delete(shown, media_id)
        case "restore":
            return _restore(shown, media_id)
        case "undo" if deleted := me.state(EditState).deleted.split():
            return _undo(shown, deleted[-1])
    return None


def _written(shown: Shown, media_id: str, change: Callable[[], Change]) -> Attempt | None:
    """What is no title, or no tag, is refused where it was written; what was typed stays there."""
    item, over = _find(shown, media_id)
    try:
        wanted = change()
        clean_tags(edited(edited(item, over), [Edit("", wanted, item)]).tags)  # there may be too many with it
    except BadInput as error:
        refuse(media_id, str(error))
        return None
    refuse(media_id, "")
    return _begin(shown, media_id, wanted)


def _delete(shown: Shown, media_id: str) -> Attempt | None:
    """Into the trash. The neighbour, the next one or else the one before, gets the focus and the open preview."""
    item, over = _find(shown, media_id)
    if edited(item, over).deleted_at is not None:
        return None  # a second press on what is leaving already
    neighbour = _neighbour(shown, media_id)
    attempt = _begin(shown, media_id, delete(services().clock.now()))
    can_be_undone(media_id)
    focus_on(neighbour)
    if me.state(PreviewState).item_id == media_id:
        go_on_to(neighbour)
    notify("1 item deleted", undo=True)
    return attempt


def _restore(shown: Shown, media_id: str) -> Attempt:
    """Out of the trash, back into its place."""
    attempt = _begin(shown, media_id, restore(), undoes=undone_by({media_id}))
    no_longer_deleted({media_id})
    focus_on(media_id)
    notify("1 item restored")
    return attempt


def _undo(shown: Shown, media_id: str) -> Attempt | None:
    """Take a deletion back, unless what was deleted has gone for good meanwhile."""
    try:
        return _restore(shown, media_id)
    except NotFound:
        no_longer_deleted({media_id})
        notify(f"Not restored: {GONE}", tone="failed")
        return None


def follow_edits() -> None:
    """Tell how those of this tab's edits ended that have ended. Reads nothing."""
    state, known = me.state(EditState), attempts()
    state.pending = " ".join(name for name, attempt in known.items() if attempt is None or not attempt.done)
    ended = [attempt for attempt in known.values() if attempt is not None and attempt.done]
    for attempt in ended:
        for project_id in attempt.project_ids:
            wrote(project_id, attempt.watermark)
    failed = [attempt for attempt in ended if attempt.error]
    if failed:
        _tell(failed)


def attempts() -> dict[str, Attempt | None]:
    """What this process knows of those that are pending: nothing of what another was asked for (state/unheard.py)."""
    pending = me.state(EditState).pending.split()[:WAITING]
    return {name: services().editor.find(name, principal()) for name in pending}


def _tell(failed: list[Attempt]) -> None:
    state = me.state(EditState)
    put_back = [attempt for attempt in failed if not attempt.watermark]
    undone = {one.name or one.edit.media_id for one in put_back if one.edit.change.kind in UNDONE and not one.undoes}
    no_longer_deleted(undone)
    state.undeleted = " ".join([*state.undeleted.split(), *sorted(undone)][-MOST_UNDONE:])
    needless = [one for one in put_back if one.undoes and _names(one.undoes) <= set(state.undeleted.split())]
    for attempt in reversed(put_back):  # the undo that was pressed first is the next again
        if attempt.again and attempt.undoes and attempt not in needless:
            can_be_undone(attempt.undoes)
    failed = [attempt for attempt in failed if attempt not in needless]
    if not failed:
        return
    for attempt in failed:
        change = attempt.edit.change
        if attempt.count == 1 and change.kind in ("title", "tags"):  # nobody has to write a title twice
            refuse(attempt.edit.media_id, attempt.error, str(change.fields.get("title", "")))
    more = f" ({len(failed) - 1} more)" if len(failed) > 1 else ""
    notify(named(failed[-1]) + more, tone="failed")


def last_deleted() -> str:
    """The item that an undo would bring back; "" for none, and for several at once."""
    last = me.state(EditState).deleted.rpartition(" ")[2]
    return "" if last.startswith("~") else last


def can_be_undone(names: str) -> None:
    """These were deleted, or moved, last: the next undo takes them back."""
    state = me.state(EditState)
    state.deleted = " ".join([*state.deleted.split(), *names.split()][-MOST_UNDONE:])
    state.undeleted = " ".join(one for one in state.undeleted.split() if one not in _names(names))


def undone_by(media_ids: set[str]) -> str:
    """Which of the deletions that can be undone bringing these items back does; pure."""
    return " ".join(one for one in me.state(EditState).deleted.split() if one in media_ids)


def _names(undoes: str) -> set[str]:
    """Without where from, which a move's has."""
    return {one.partition(FROM)[0] for one in undoes.split()}


def no_longer_deleted(names: set[str]) -> None:
    """There is nothing to undo about these."""
    state = me.state(EditState)
    state.deleted = " ".join(one for one in state.deleted.split() if one.partition(FROM)[0] not in names)


def _begin(shown: Shown, media_id: str, change: Change, *, undoes: str = "") -> Attempt:
    item, over = _find(shown, media_id)
    return services().editor.begin(principal(), item, change, over, undoes=undoes)


def see_through(attempt: Attempt, shown: Shown, hold: bool) -> Generator[None, None, None]:
    """Show the edit, then how it ended; one that takes its time announces its end by itself."""
    state = me.state(EditState)
    state.pending = f"{state.pending} {attempt.edit.operation_id}".strip()
    moves_focus = attempt.edit.change.kind in MOVES_FOCUS
    _take_up_all(shown, hold, state.focus if moves_focus else "")
    yield
    attempt.wait(PATIENCE)
    follow_edits()
    _take_up_all(shown, hold)
    yield


def _take_up_all(shown: Shown, hold: bool, focus: str = "") -> None:
    for view, query in shown:
        take_up(view, query, hold=hold)
        if focus:
            lead_to(view, held_items(view), focus)
    look_again()


def _find(shown: Shown, media_id: str) -> tuple[MediaItem, tuple[Edit, ...]]:
    """The stored item that this tab shows, and the pending edits that it shows over it. Raises BadInput, NotFound,
    StoreError.
    """
    if not is_id(media_id):
        raise BadInput("item", "This page is out of date. Reload it and try again.")
    for view, _ in shown:
        item = stored_item(view, media_id)
        if item is not None:
            return item, pending_edits(view.edits)
    looked_at = me.state(PreviewState)
    if looked_at.item_id == media_id and (item := stored_preview()):
        return item, pending_edits(looked_at.edits)
    who = principal()
    pending = pending_edits(services().editor.overlays.current(who.user_id))
    seen = services().freshness.seen.get(who.user_id, media_id)
    if seen is not None and is_kept_current(shown):
        return seen, pending
    mine = next((edit.before for edit in reversed(pending) if edit.media_id == media_id), None)
    if mine is not None:  # what is being stored is stored on what this process knows of it, and so is what follows
        return max((mine, seen or mine), key=lambda one: one.revision), pending
    try:
        return read_aside("edit", "manual", partial(services().store.media.get, who, media_id)), pending
    except StoreUnavailable:
        if seen is None:
            raise
        return seen, pending


def is_kept_current(shown: Shown) -> bool:
    """Whether this process hears of every change. If not, the copy that it saw last of an item that no list of the page
    holds may be older than what this session has seen from another process; it has to do while the store is away.
    """
    return any(services().freshness.entry(query, principal()).current for _, query in shown)


def _neighbour(shown: Shown, media_id: str) -> str:
    """The next item in the list that shows this one, else the one before; "" for none."""
    for view, _ in shown:
        ids = [item.id for item in held_items(view)]
        if media_id in ids:
            place = ids.index(media_id)
            return next(iter(ids[place + 1 :] or ids[:place][-1:]), "")
    return ""


def focus_on(media_id: str) -> None:
    state = me.state(EditState)
    state.focus, state.turns = media_id, state.turns + 1
