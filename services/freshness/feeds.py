"""Which projects' changes reach this process by themselves."""

from __future__ import annotations

from services.store.protocol import WatchState


class Feeds:
    """The change feeds of this process, by project. Whoever calls holds the lock of `Views`.

    An epoch is the time from a feed's beginning to its end, in which every commit is delivered, if late. A view that
    was read from the store within the epoch, and to which every delivery since was applied, misses nothing.
    """

    def __init__(self) -> None:
        self._feeds: dict[str, tuple[int, WatchState]] = {}
        self._epochs = 0

    def note(self, project_id: str, state: WatchState | None) -> bool:
        """The feed's state now; None: it has ended. Whether it delivers again after it did not."""
        if state is None:
            self._feeds.pop(project_id, None)
            return False
        delivered = self.delivers(project_id)
        epoch = self.epoch(project_id)
        if not epoch:
            self._epochs += 1
            epoch = self._epochs
        self._feeds[project_id] = (epoch, state)
        return state != "down" and not delivered

    def epoch(self, project_id: str) -> int:
        """The running epoch; 0 where there is no feed."""
        return self._feeds[project_id][0] if project_id in self._feeds else 0

    def delivers(self, project_id: str) -> bool:
        """Whether changes come in at the moment, by push or by polling."""
        return project_id in self._feeds and self._feeds[project_id][1] != "down"
