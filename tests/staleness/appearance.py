"""How an item may look to somebody whose edits of it are not stored yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from services.models import MediaItem
from tests.staleness.history import Edit


def looks(item: MediaItem | None, edits: Iterable[Edit]) -> list[MediaItem]:
    """`item` with any of `edits` made, in their order, and the others not: the screen shows what its process holds of
    them, and each ends by itself. What was removed looks like nothing.
    """
    found = [item] if item is not None else []
    for edit in edits:
        found += [look for one in found for look in _made(edit, one) if look not in found]
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
            changes = [{"deleted_at": item.deleted_at or datetime.now(UTC)}]
        case "restore":
            changes = [{"deleted_at": None}]
        case _:
            raise AssertionError(f"nobody asks for {edit.kind}")
    return [item.model_copy(update=change) for change in changes]
