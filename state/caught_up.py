"""What came while the store was away, told in one sentence once it answers again."""

from __future__ import annotations

from collections.abc import Sequence

import flask

from services.models import MediaItem
from state.handlers import notify


def tell_caught_up(before: Sequence[MediaItem], after: Sequence[MediaItem]) -> None:
    """A view shows `after` where it showed `before` while the store was away.

    Of several views that come back with one event each item counts once.
    """
    changed: set[str] = flask.g.setdefault("freshet_caught_up", set())
    changed |= {media_id for media_id, _ in _versions(before) ^ _versions(after)}
    match len(changed):
        case 0:
            notify("Back online.")
        case 1:
            notify("Back online. 1 change caught up.")
        case number:
            notify(f"Back online. {number:,} changes caught up.")


def _versions(items: Sequence[MediaItem]) -> set[tuple[str, int]]:
    return {(item.id, item.revision) for item in items}
