"""People's own deletions for good, done in the background: files take their time, and no screen waits for them.

What is under way is known to this process alone. One that ends with it leaves the rest in the trash, where it can be
seen, and what its routine finds in thirty days.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from services.errors import Busy, FreshetError
from services.freshness.waited import Waited
from services.freshness.workers import Workers
from services.ids import Ids
from services.keeping.trash import Trash
from services.log import log_failure
from services.models import Principal

WAITING = 100
"""Deletions that may wait."""
REMEMBERED = 1_000
"""Deletions whose end is remembered for the tab that asked, the latest."""


@dataclass(eq=False)
class Purge(Waited):
    """One deletion for good: of these items, or of everything the principal has in a project's trash.

    Done, `gone` items were deleted; `error` says why it ended early ("" where it did not).
    """

    name: str
    principal: Principal
    project_id: str
    media_ids: tuple[str, ...] | None = None
    gone: int = 0
    error: str = ""


class Purges:
    """See the module."""

    def __init__(self, trash: Trash, ids: Ids, *, workers: int = 1) -> None:
        self._trash, self._ids = trash, ids
        self._lock = threading.Lock()
        self._waiting: list[Purge] = []
        self._known: OrderedDict[str, Purge] = OrderedDict()
        self._workers = Workers("purges", self.step, workers)

    def begin(self, principal: Principal, project_id: str, media_ids: Sequence[str] | None = None) -> Purge:
        """Delete items in the trash for good, or without `media_ids` all of a project's; returns at once.

        What is no longer in the trash by then, or not the principal's to delete, is left. Raises Busy.
        """
        purge = Purge(self._ids.new(), principal, project_id, None if media_ids is None else tuple(media_ids))
        with self._lock:
            if len(self._waiting) >= WAITING:
                raise Busy("Too much is being deleted just now. Try again in a moment.")
            self._waiting.append(purge)
            self._known[purge.name] = purge
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        self._workers.wake()
        return purge

    def find(self, name: str, principal: Principal) -> Purge | None:
        """One of the principal's own, if this process knows it."""
        with self._lock:
            purge = self._known.get(name)
        return purge if purge is not None and purge.principal.user_id == principal.user_id else None

    def step(self) -> bool:
        """Do the one that waits longest in this thread; False if none waits."""
        with self._lock:
            if not self._waiting:
                return False
            purge = self._waiting.pop(0)
        try:
            if purge.media_ids is None:
                purge.gone = self._trash.empty(purge.principal, purge.project_id)
            else:
                purge.gone = self._trash.discard(purge.principal, purge.media_ids)
        except FreshetError as error:
            purge.error = str(error)
        except Exception as error:  # noqa: BLE001 - whoever waits for it must hear of its end
            purge.error = f"Something went wrong (error {log_failure('purge.crashed', error)})."
        purge.media_ids = ()  # its end is remembered, not what it was about
        purge.end()
        return True

    def close(self, timeout: float = 5.0) -> None:
        """What waits stays in the trash; what is being deleted is waited for."""
        with self._lock:
            self._waiting.clear()
        self._workers.join(timeout)
