"""A writer among others whose commit hangs for a while between its stamp and the moment at which it can be seen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from services.clock import SystemClock
from services.errors import FreshetError
from services.models import Commit, Principal, Put
from services.store.protocol import Store
from tests.staleness.faults import recorded
from tests.staleness.history import History
from tests.support.dawdle import DawdlingClock, hold_lock
from tests.support.records import operation
from tests.support.stores import Backend

_PATIENCE = 30.0


@contextmanager
def dawdling(backend: Backend, history: History, people: Mapping[str, Principal]) -> Iterator[None]:
    """Inside the block the commit hangs, unless somebody else's change of the same item refuses it."""
    items = history.items()
    if not items:
        yield
        return
    item = items[-1]
    write = Put(item.model_copy(update={"title": "Dawdled"}), expect=item.revision)

    def commit(store: Store) -> Commit:
        def make() -> Commit:
            return store.commit(people[item.owner_id], [write], operation_id=operation())

        return recorded(history, "dawdler", [write], make)

    with ThreadPoolExecutor(2) as pool:
        hold_up = _on_sqlite if backend.kind == "sqlite" else _on_firestore
        with hold_up(backend, item.id, pool) as store:
            done: Future[Commit] = pool.submit(commit, store)
            yield
        with suppress(FreshetError):
            done.result(_PATIENCE)


@contextmanager
def _on_sqlite(backend: Backend, media_id: str, pool: ThreadPoolExecutor) -> Iterator[Store]:
    clock = DawdlingClock(datetime.now(UTC))
    try:
        yield backend.open(clock)
    finally:
        clock.let_go.set()


@contextmanager
def _on_firestore(backend: Backend, media_id: str, pool: ThreadPoolExecutor) -> Iterator[Store]:
    locked, let_go = threading.Event(), threading.Event()
    lock = pool.submit(hold_lock, backend, media_id, locked, let_go)
    give_up = time.monotonic() + _PATIENCE
    try:
        while not locked.wait(0.05) and not lock.done() and time.monotonic() < give_up:
            pass
        yield backend.open(SystemClock())
    finally:
        let_go.set()
        lock.result(_PATIENCE)
