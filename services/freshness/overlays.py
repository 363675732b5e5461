"""Immutable versions of what each person has changed and the store has not confirmed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace

from services.freshness.edits import Edit
from services.models import MediaItem

MOST_EDITS = 5_000
"""Edits in all versions of all users that screens may name: each holds its item. What is pending now stays in any case.
A version that is gone is no error: its screen is drawn anew."""


class Overlays:
    """For each user the pending edits in the order they were made, under a new version with each change.

    The version of nothing is "". Others carry a mark of this process, and naming somebody else's finds nothing.
    """

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._lock = threading.Lock()
        self._count = 0
        self._current: dict[str, str] = {}
        self._edits: OrderedDict[str, tuple[str, tuple[Edit, ...]]] = OrderedDict()
        self._held = 0
        """How many edits the versions have."""

    def current(self, user_id: str) -> str:
        """The version of what is pending now."""
        with self._lock:
            return self._current.get(user_id, "")

    def get(self, version: str, user_id: str) -> tuple[Edit, ...] | None:
        """The edits under a version; None where this process does not hold it, or it is not the user's."""
        if not version:
            return ()
        with self._lock:
            owner, edits = self._edits.get(version, ("", ()))
            return edits if owner == user_id else None

    def add(self, user_id: str, *edits: Edit) -> None:
        with self._lock:
            self._become(user_id, (*self._pending(user_id), *edits))

    def rebase(self, user_id: str, *stored: MediaItem) -> None:
        """Items were stored: the edits of them that are still pending are of those from now on."""
        newest = {item.id: item for item in stored}
        with self._lock:
            self._become(user_id, tuple(_onto(newest.get(edit.media_id), edit) for edit in self._pending(user_id)))

    def drop(self, user_id: str, operation_id: str) -> None:
        """Leave out one operation's edits, and no others."""
        with self._lock:
            self._become(user_id, tuple(edit for edit in self._pending(user_id) if edit.operation_id != operation_id))

    def _pending(self, user_id: str) -> tuple[Edit, ...]:
        version = self._current.get(user_id)
        return self._edits[version][1] if version else ()

    def _become(self, user_id: str, edits: tuple[Edit, ...]) -> None:
        if not edits:
            self._current.pop(user_id, None)
            return
        self._count += 1
        version = f"+{self._mark}{self._count}"
        self._current[user_id] = version
        self._edits[version] = user_id, edits
        self._held += len(edits)
        if self._held > MOST_EDITS:
            self._drop_old()

    def _drop_old(self) -> None:
        current = set(self._current.values())
        for old in [version for version in self._edits if version not in current]:
            self._held -= len(self._edits.pop(old)[1])
            if self._held <= MOST_EDITS:
                return


def _onto(stored: MediaItem | None, edit: Edit) -> Edit:
    if stored is None or edit.before.revision >= stored.revision:
        return edit
    return replace(edit, before=stored)
