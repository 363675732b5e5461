"""Telling the consumer of a watch, whose mistakes must not end the feed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from services.log import log_event, log_failure
from services.models import Batch
from services.store.protocol import OnBatch, OnState, WatchState

T = TypeVar("T")


class Consumer:
    """The two callbacks of one watch, to be used from its one thread. Nothing they raise comes out of here."""

    def __init__(self, project_id: str, on_batch: OnBatch, on_state: OnState) -> None:
        self.project_id = project_id
        self.state: WatchState | None = None
        self._on_batch = on_batch
        self._on_state = on_state

    def deliver(self, batch: Batch) -> None:
        self._call(self._on_batch, batch)

    def become(self, state: WatchState, *, because: object = None) -> None:
        """Tell `state`, if it is a new one."""
        if state == self.state:
            return
        self.state = state
        log_event("feed.state", project=self.project_id, state=state, because=str(because or ""))
        self._call(self._on_state, state)

    def _call(self, callback: Callable[[T], None], news: T) -> None:
        try:
            callback(news)
        except Exception as error:  # noqa: BLE001 (whatever a consumer does wrong, the others' news must go on)
            log_failure("feed.consumer_failed", error, project=self.project_id)
