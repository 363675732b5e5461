"""The change feed over Firestore: all watches of one store, which share nothing but its connection."""

from __future__ import annotations

import threading

from google.cloud import firestore

from services.clock import Clock
from services.errors import StoreUnavailable
from services.store.firestore.identity import Identity
from services.store.firestore.vigil import Pace
from services.store.firestore.watch import FirestoreWatch
from services.store.protocol import OnBatch, OnState, Watch
from services.store.telling import Consumer


class Feed:
    def __init__(self, client: firestore.Client, clock: Clock, pace: Pace, identity: Identity) -> None:
        self._client, self._clock, self._pace, self._identity = client, clock, pace, identity
        self._lock = threading.Lock()
        self._watches: set[FirestoreWatch] = set()
        self._closed = False

    def watch(self, project_id: str, on_batch: OnBatch, on_state: OnState) -> Watch:
        consumer = Consumer(project_id, on_batch, on_state)
        watch = FirestoreWatch(self._client, self._clock, self._pace, self._identity, consumer)
        with self._lock:
            if self._closed:
                raise StoreUnavailable("The store has been closed")
            self._watches = {one for one in self._watches if one.is_running} | {watch}
        watch.start()
        return watch

    def close(self) -> None:
        """Close all watches, at once rather than one after the other."""
        with self._lock:
            self._closed = True
            watches = tuple(self._watches)
        for watch in watches:
            watch.end()
        for watch in watches:
            watch.close()
