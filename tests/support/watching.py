"""A consumer of a watch that writes down what it is told, for tests to wait on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from services.models import Batch, MediaItem, Record
from services.store.protocol import Store, WatchState
from tests.support.records import PROJECT

_PATIENCE = 60
"""Seconds after which a test that waits for news fails."""


class Recorder:
    """Everything that was told, in its order; `held` is what a screen that applies it would hold."""

    def __init__(self) -> None:
        self._told = threading.Condition()
        self.batches: list[Batch] = []
        self.states: list[WatchState] = []
        self.order: list[Batch | WatchState] = []
        """Both, as they came."""
        self.revisions: dict[str, list[int]] = {}
        self.held: dict[str, MediaItem] = {}
        self.threads: set[int] = set()
        self.fail_with: Exception | None = None

    def on_batch(self, batch: Batch) -> None:
        with self._told:
            self.threads.add(threading.get_ident())
            self.batches.append(batch)
            self.order.append(batch)
            for item in batch.changed:
                if item.revision > self.newest(item.id):
                    self.held[item.id] = item
                self.revisions.setdefault(item.id, []).append(item.revision)
            for removal in batch.removed:
                if removal.revision > self.newest(removal.id):
                    self.held.pop(removal.id, None)
                self.revisions.setdefault(removal.id, []).append(removal.revision)
            self._told.notify_all()
        self._fail()

    def on_state(self, state: WatchState) -> None:
        with self._told:
            self.threads.add(threading.get_ident())
            self.states.append(state)
            self.order.append(state)
            self._told.notify_all()
        self._fail()

    def newest(self, record_id: str) -> int:
        """The highest revision of a record that was told; 0 for none."""
        return max(self.revisions.get(record_id, [0]))

    def wait_for(self, condition: Callable[[], Any]) -> None:
        """Until `condition` is true, looked at whenever something was told. Raises AssertionError if it stays false."""
        with self._told:
            assert self._told.wait_for(condition, _PATIENCE), f"told {self.states} and {len(self.batches)} batches"

    def wait_for_revision(self, *records: Record) -> None:
        """Until each record was told in this revision or a later one."""
        self.wait_for(lambda: all(self.newest(one.id) >= one.revision for one in records))

    def wait_for_state(self, state: WatchState) -> None:
        self.wait_for(lambda: self.states and self.states[-1] == state)

    def wait_for_states(self, *states: WatchState) -> None:
        """Until these were told in this order, others in between or not."""

        def told_in_order() -> bool:
            left = iter(self.states)
            return all(state in left for state in states)

        self.wait_for(told_in_order)

    def batch_of(self, record_id: str) -> Batch:
        """The last batch that tells of a record."""
        return next(one for one in reversed(self.batches) if record_id in ids_in(one))

    def _fail(self) -> None:
        if self.fail_with is not None:
            raise self.fail_with


def ids_in(batch: Batch) -> set[str]:
    return {item.id for item in batch.changed} | {removal.id for removal in batch.removed}


@contextmanager
def watching(store: Store, project_id: str = PROJECT) -> Iterator[Recorder]:
    """A live watch inside the block."""
    recorder = Recorder()
    watch = store.watch(project_id, recorder.on_batch, recorder.on_state)
    try:
        recorder.wait_for_state("live")
        yield recorder
    finally:
        watch.close()
