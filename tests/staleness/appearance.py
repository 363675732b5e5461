"""How an item may look to somebody whose edits of it are not stored yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from services.models import MediaItem
from tests.staleness.history import Edit

_DELETED = datetime(2026, 1, 1, tzinfo=UTC)
"""When does not matter."""


def looks(item: MediaItem | None, edits: Iterable[Edit]) -> list[MediaItem]:
    """`item` with any of `edits` made, in their order, and the others not: the screen shows what its process holds of
    them, and each ends by itself. What was removed looks like nothing.
    """
    found = [item] if item is not None else []
    for edit in edits:
        found += [look for one in found for look in _made(edit, one) if look not in found]
    return found


def looks_at_once(item: MediaItem | None, edits: Iterable[Edit]) -> list[MediaItem]:
    """As `looks`, of edits of which none is over: those of one session come in their order, those of several in any,
    since whose event a process takes first is up to it.
    """
    if item is None:
        return []
    sessions: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        sessions[edit.session].append(edit)
    asked: Sequence[Sequence[Edit]] = tuple(sessions.values())
    found, todo = [item], [(item, (0,) * len(asked))]
    tried = [todo[0]]
    while todo:
        look, made = todo.pop()
        for number, own in enumerate(asked):
            for place in range(made[number], len(own)):
                now = (*made[:number], place + 1, *made[number + 1 :])
                steps = [(one, now) for one in _made(own[place], look) if (one, now) not in tried]
                tried += steps
                todo += steps
                found += [one for one, _ in steps if one not in found]
    return found


def _made(edit: Edit, item: MediaItem) -> list[MediaItem]:
    """Written down anew, so that the product's own idea of an edit is under test too."""
    match edit.kind:
        case "favourite" | "title":
            changes: list[dict[str, object]] = [{edit.kind: edit.value}]
        case "tag":
            changes = [{"tags": item.tags if edit.value in item.tags else (*item.tags, edit.value)}]
        case "untag":
            changes = [{"tags": tuple(tag for tag in item.tags if tag != edit.value)}]
        case "delete":
            changes = [{"deleted_at": item.deleted_at or _DELETED}]
        case "restore":
            changes = [{"deleted_at": None}]
        case _:
            raise AssertionError(f"nobody asks for {edit.kind}")
    return [item.model_copy(update=change) for change in changes]
