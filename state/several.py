"""A tab's edits of several items at once: shown together, stored by one operation, undone by one press."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from functools import partial
from typing import Any

import mesop as me

from services.container import services
from services.errors import BadInput, Forbidden, StoreError, StoreUnavailable
from services.freshness import Attempt
from services.freshness.edits import Change, Edit, delete, edited, favourite, move, restore, tags
from services.identity import can
from services.ids import is_id
from services.models import MediaItem, clean_tags
from services.models.tags import MOST_TAGS
from state.aside import read_aside
from state.edits import (
    FROM,
    UNDONE,
    EditState,
    Shown,
    can_be_undone,
    focus_on,
    is_kept_current,
    no_longer_deleted,
    see_through,
    undone_by,
)
from state.handlers import notify
from state.projects import project_names
from state.session import principal
from state.view import MOST_LOADED, held_items, pending_edits, stored_items

LEAVE = ("delete", "move", "restore")
"""What takes an item out of the list that somebody looks at."""
_GROUP = re.compile(r"~[0-9a-z]{1,20}")
MOST_NAMED = 3
"""Items, or tags, that a message names; of the others it says how many there are."""


def group_of(deleted: str) -> str:
    """The name of what an undo would take back, if that was done to several items; "" for any other."""
    return _last(deleted).partition(FROM)[0]


def _last(deleted: str) -> str:
    last = deleted.rpartition(" ")[2]
    return last if last.startswith("~") else ""


def edit_several(shown: Shown, wanted: Mapping[str, Any]) -> Generator[None, None, None]:
    """Do what a browser asks: {ids, edit, value, group, scrolled}. Yields once it shows, and again when it has ended.

    What somebody may not change is left out, and told. Raises BadInput, Forbidden, StoreError: then nothing changed.
    """
    what, value = wanted.get("edit"), wanted.get("value")
    if what == "undo":
        attempt = _undo(shown, wanted)
    else:
        items, over = _find(shown, wanted_ids(wanted)), _pending(shown)
        in_trash = what == "restore"
        current = [item for item in items if (edited(item, over).deleted_at is not None) == in_trash]
        attempt = _begin(shown, current, over, what, value, str(wanted.get("group", "")))
    if attempt is not None:
        yield from see_through(attempt, shown, hold=bool(wanted.get("scrolled")))
    else:
        yield


def _begin(
    shown: Shown, items: Sequence[MediaItem], over: tuple[Edit, ...], what: object, value: object, group: str
) -> Attempt | None:
    change = _change(what, value)
    if change is None or not items:
        return None
    mine = [item for item in items if can(principal(), change.action, item)]
    if not mine:
        raise Forbidden("These items belong to others: only their owners may change them")
    others, full = len(items) - len(mine), list[MediaItem]()
    if change.kind == "tags":
        mine, full = _with_room(mine, change, over)
        if not mine:
            raise BadInput("tags", f"Tags: {_too_many(full)}. Take one out there first.")
    neighbour = neighbour_of(shown, {item.id for item in mine}) if change.kind in LEAVE else ""
    undoes = undone_by({item.id for item in mine}) if change.kind == "restore" else ""
    attempt = services().editor.begin_all(principal(), mine, change, over, name=group, undoes=undoes)
    if change.kind == "tags":
        me.state(EditState).tagged += 1
    if change.kind in UNDONE:
        _remember(group, f"{FROM}{mine[0].project_id}" if change.kind == "move" else "")
    if change.kind == "restore":
        no_longer_deleted({item.id for item in mine})
    if change.kind in LEAVE:
        focus_on(neighbour)
    _tell(change, len(mine), others, full)
    return attempt


def _with_room(
    items: Sequence[MediaItem], change: Change, over: tuple[Edit, ...]
) -> tuple[list[MediaItem], list[MediaItem]]:
    """Those that can have all their tags with the change made, and those that would have too many."""
    room, full = list[MediaItem](), list[MediaItem]()
    for item in items:
        try:
            clean_tags(change.made(edited(item, over)).tags)
            room.append(item)
        except BadInput:
            full.append(item)
    return room, full


def _too_many(full: Sequence[MediaItem]) -> str:
    return f"{_named([item.title for item in full])} would have more than {MOST_TAGS} tags"


def _change(what: object, value: object) -> Change | None:
    """What is asked for, in so many words: the same asked twice, by a request that was sent again, is done once. Raises
    BadInput.
    """
    match what:
        case "favourite":
            return favourite(value is True)
        case "tag":
            return tags(on=str(value).split(","))
        case "untag":
            return tags(off=str(value).split(","))
        case "move" if str(value) in principal().project_ids:
            return move(str(value))
        case "delete":
            return delete(services().clock.now())
        case "restore":
            return restore()
    return None


def _undo(shown: Shown, wanted: Mapping[str, Any]) -> Attempt | None:
    """Take back the last deletion, or move, of several; the browser has to say which they were.

    It is used up by that, whatever comes of it; but where the store cannot do it now, it may a little later.
    """
    state = me.state(EditState)
    before, last = state.deleted, _last(state.deleted)
    if not last:
        return None
    state.deleted = before[: -len(last)].strip()
    try:
        return _taken_back(shown, wanted_ids(wanted), last)
    except StoreError:
        state.deleted = before
        raise


def _taken_back(shown: Shown, ids: Sequence[str], last: str) -> Attempt | None:
    project = last.partition(FROM)[2]
    if project and project not in principal().project_ids:
        return None  # where it came from is the page's state, which a browser can write anything into
    change = move(project) if project else restore()
    found = _found(shown, ids, anew=True)
    items = [item for item in _of_one_project(found) if can(principal(), change.action, item)]
    gone = len(ids) - len(found)
    if not items:
        if gone:
            notify(f"Not restored: {_gone(gone)}", tone="failed")
        return None
    attempt = services().editor.begin_all(principal(), items, change, _pending(shown), undoes=last)
    focus_on(ids[0])
    done = "moved back" if project else "restored"
    notify(f"{_count(len(items))} {done}" + (f". {_gone(gone)}" if gone else ""))
    return attempt


def wanted_ids(wanted: Mapping[str, Any]) -> list[str]:
    """Each id once. Raises BadInput."""
    ids = wanted.get("ids")
    if not isinstance(ids, list) or not all(isinstance(one, str) and is_id(one) for one in ids):
        raise BadInput("items", "This page is out of date. Reload it and try again.")
    if len(ids) > MOST_LOADED:
        raise BadInput("items", f"{len(ids)} items are selected. Select at most {MOST_LOADED} at a time.")
    return list(dict.fromkeys(ids))


def _find(shown: Shown, ids: Sequence[str]) -> list[MediaItem]:
    """As `_found`, of one project."""
    return _of_one_project(_found(shown, ids))


def _found(shown: Shown, ids: Sequence[str], *, anew: bool = False) -> list[MediaItem]:
    """The stored items that this tab shows; others, or with `anew` all, are read. Those that are gone are left out."""
    who, seen = principal(), services().freshness.seen
    held = {} if anew else {item.id: item for view, _ in shown for item in stored_items(view)}
    known = {one: item for one in ids if one not in held and (item := seen.get(who.user_id, one)) is not None}
    found = {one: held[one] for one in ids if one in held} | (known if is_kept_current(shown) else {})
    missing = [one for one in ids if one not in found]
    try:
        if missing:
            found |= _read(missing)
    except StoreUnavailable:  # what this process saw last has to do
        if not all(one in known for one in missing):
            raise
        found |= known
    return [found[one] for one in ids if one in found]


def _read(ids: Sequence[str]) -> dict[str, MediaItem]:
    return read_aside("edit", "batch", partial(services().store.media.get_many, principal(), ids), len)


def _of_one_project(items: Sequence[MediaItem]) -> list[MediaItem]:
    return [item for item in items if item.project_id == items[0].project_id]


def _pending(shown: Shown) -> tuple[Edit, ...]:
    """The pending edits that this tab shows; each view of it shows the same."""
    return next((edits for view, _ in shown if (edits := pending_edits(view.edits))), ())


def neighbour_of(shown: Shown, ids: set[str]) -> str:
    """The first item after those that leave, else the last before them; "" for none."""
    for view, _ in shown:
        items = [item.id for item in held_items(view)]
        places = [place for place, one in enumerate(items) if one in ids]
        if places:
            after = [one for one in items[places[0] :] if one not in ids]
            return next(iter(after or items[: places[0]][-1:]), "")
    return ""


def _remember(group: str, origin: str) -> None:
    if _GROUP.fullmatch(group):
        can_be_undone(group + origin)


def _tell(change: Change, count: int, others: int, full: Sequence[MediaItem]) -> None:
    named = _named([*change.tags_on, *change.tags_off])
    project = project_names().get(str(change.fields.get("project_id", "")), "")
    words = {
        "favourite": "added to favourites" if change.fields.get("favourite") else "taken out of favourites",
        "tags": f"tagged {named}" if change.tags_on else f"without the {_tags(change)} {named}",
        "move": f"moved to “{project}”" if project else "moved",
        "delete": "deleted",
        "restore": "restored",
    }[change.kind]
    left_out = f". {_count(others)} of others left as {'it is' if others == 1 else 'they are'}" if others else ""
    left_out += f". Not tagged: {_too_many(full)}" if full else ""
    notify(f"{_count(count)} {words}{left_out}", undo=change.kind in UNDONE)


def _tags(change: Change) -> str:
    return "tag" if len(change.tags_off) == 1 else "tags"


def _named(names: Sequence[str]) -> str:
    """
    >>> _named(["Dunes", "Sea"]), _named(["A", "B", "C", "D", "E"])
    ('“Dunes”, “Sea”', '“A”, “B”, “C” and 2 more')
    """
    shown = ", ".join(f"“{name if len(name) <= 40 else f'{name[:40]}…'}”" for name in names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED} more"


def _count(number: int) -> str:
    return "1 item" if number == 1 else f"{number} items"


def _gone(number: int) -> str:
    return f"{_count(number)} {'was' if number == 1 else 'were'} deleted for good meanwhile"
