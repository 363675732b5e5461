"""A writer that dawdles: its commit is stamped with a time, and becomes visible a good while later.

On SQLite the commit's own clock holds it up inside its transaction. On Firestore a transaction holds a lock on the
document, so the server stamps the waiting commit when it arrives and applies it when the lock is let go.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

from services.clock import FakeClock
from services.models import Commit, MediaItem, MediaQuery, Page, Put, Record
from services.store.protocol import Store
from services.store.times import from_micros
from tests.support.records import PROJECT, make_principal, operation
from tests.support.stores import Backend

_PATIENCE = 30
"""Seconds after which a test that waits for a thread fails."""


class DawdlingClock(FakeClock):
    """Tells the time at once, and hands it over only when let go."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.asked = threading.Event()
        self.let_go = threading.Event()

    def now(self) -> datetime:
        time = super().now()
        self.asked.set()
        assert self.let_go.wait(_PATIENCE)
        return time


@contextlib.contextmanager
def dawdling_commit(backend: Backend, record: Record) -> Iterator[Future[Commit]]:
    """Replaces `record` in another thread, whose commit stays between stamp and visibility inside the block."""
    hold_up = _on_sqlite if backend.kind == "sqlite" else _on_firestore
    with ThreadPoolExecutor(1) as pool, hold_up(backend, record, pool) as commit:
        yield commit
    commit.result(_PATIENCE)


def time_of(backend: Backend, page: Page[MediaItem]) -> datetime:
    """The time of the read in the clock that stamps commits, which a naive reader would compare with."""
    return page.as_of if backend.kind == "sqlite" else from_micros(int(page.watermark.split("-")[1]))


def read_after_stamp(backend: Backend, store: Store) -> Page[MediaItem]:
    """A page read when a commit that was just sent has been stamped by now, as well as can be told."""
    first = store.media.get_media_for_page(make_principal(), MediaQuery(project_id=PROJECT))
    backend.clock.advance(1)
    while True:
        page = store.media.get_media_for_page(make_principal(), MediaQuery(project_id=PROJECT))
        if (time_of(backend, page) - time_of(backend, first)).total_seconds() > 0.2:
            return page


def _replace(store: Store, record: Record) -> Commit:
    return store.commit(make_principal(), [Put(record, record.revision)], operation_id=operation())


@contextlib.contextmanager
def _on_sqlite(backend: Backend, record: Record, pool: ThreadPoolExecutor) -> Iterator[Future[Commit]]:
    clock = DawdlingClock(backend.clock.now())
    commit = pool.submit(_replace, backend.open(clock), record)
    try:
        assert clock.asked.wait(_PATIENCE)
        yield commit
    finally:
        clock.let_go.set()


@contextlib.contextmanager
def _on_firestore(backend: Backend, record: Record, pool: ThreadPoolExecutor) -> Iterator[Future[Commit]]:
    locked, let_go = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as locker:
        lock = locker.submit(hold_lock, backend, record.id, locked, let_go)
        try:
            assert locked.wait(_PATIENCE)
            store = backend.open()
            sent = backend.clients[-1].tally.sent("Commit")
            commit = pool.submit(_replace, store, record)
            assert sent.wait(_PATIENCE)
            yield commit
        finally:
            let_go.set()
            lock.result(_PATIENCE)


def hold_lock(backend: Backend, media_id: str, locked: threading.Event, let_go: threading.Event) -> None:
    """Keep others' commits of a Firestore document waiting until let go."""
    from google.cloud import firestore

    client = backend.client()
    document = client.collection("media").document(media_id)

    @firestore.transactional
    def hold(transaction: Any) -> None:
        document.get(transaction=transaction)
        locked.set()
        assert let_go.wait(_PATIENCE)

    hold(client.transaction())
