"""Which projects' changes reach this process by themselves."""

from __future__ import annotations

from typing import Literal

from services.store.protocol import WatchState

FeedState = WatchState | Literal["starting", "ended"]
"""`starting`: `Store.watch` has returned and not yet told its state. `ended`: nobody watches any more."""


class Feeds:
    """The change feeds of this process, by project. Whoever calls holds the lock of `Views`.

    An epoch is a time in which every commit is delivered, if late. A view that was read from the store within it, and
    to which every delivery since was applied, misses nothing. It begins when a watch has been begun and, since a
    database may come back as a copy of an earlier state, anew when one that was down delivers again.
    """

    def __init__(self) -> None:
        self._feeds: dict[str, tuple[int, FeedState]] = {}
        self._epochs = 0

    def note(self, project_id: str, state: FeedState) -> bool:
        """The feed's state now. Whether it delivers again after it was down."""
        epoch, before = self._feeds.get(project_id, (0, "ended"))
        if state == "ended":
            self._feeds.pop(project_id, None)
            return False
        recovers = before == "down" and state in ("live", "polling")
        if recovers or before == "ended" or state == "starting":
            self._epochs += 1
            epoch = self._epochs
        self._feeds[project_id] = (epoch, state)
        return recovers

    def epoch(self, project_id: str) -> int:
        """The running epoch; 0 where there is no feed."""
        return self._feeds[project_id][0] if project_id in self._feeds else 0

    def delivers(self, project_id: str) -> bool:
        """Whether changes come in at the moment, by push or by polling."""
        return project_id in self._feeds and self._feeds[project_id][1] in ("live", "polling")
