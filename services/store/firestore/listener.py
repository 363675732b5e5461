"""One stream of changes from Firestore: what its query matches, then whatever comes to match it.

This speaks Firestore's Listen call itself (cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1, Listen,
TargetChange) rather than through the client's `on_snapshot`: that one tells nobody when its stream has ended, and
while the network is away it reconnects without a pause, at half a processor's cost (measured).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import grpc
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1 import _helpers
from google.cloud.firestore_v1.types.firestore import ListenRequest, ListenResponse, Target, TargetChange

from services.errors import FreshetError, StoreError, StoreUnavailable
from services.log import log_failure
from services.store.firestore import calls

_TARGET = 1
"""The query's number on its stream; there is no other."""
_FAREWELL = 1.0
"""Seconds that a server may take to end a stream."""
_Kind = TargetChange.TargetChangeType


@dataclass(frozen=True)
class Heard:
    """What has come since the last look. `reached`: everything up to then, in the server's time, has come."""

    snapshots: tuple[Any, ...] = ()
    gone: frozenset[str] = frozenset()
    """The paths of documents that the query matches no longer, or that are no longer there."""
    reached: datetime | None = None
    ended: FreshetError | None = None
    """Why nothing more will come."""
    doubted: bool = False
    """Somebody has reason to think that nothing comes any more."""


class Listener:
    """Listens from its making to `close`, on a thread of its own, and keeps what it hears until it is asked.

    It keeps the last snapshot of each document, so that a slow asker costs no more memory than the query's result.
    """

    def __init__(self, client: firestore.Client, query: Any, name: str) -> None:
        self._client = client
        self._query = query
        self._mail = threading.Condition()
        self._kept: dict[str, Any] = {}
        """By path; None for a document that is gone."""
        self._reached: datetime | None = None
        self._ended: FreshetError | None = None
        self._interrupted = False
        self._doubted = False
        self._pending: dict[str, Any] = {}
        self._versions: dict[str, datetime] = {}
        self._current = False
        self._from_start = False
        """Whether what comes next is everything again: what is not in it is gone."""
        self.documents = 0
        """Documents heard so far, each revision once: what Firestore bills."""
        self._done = threading.Event()
        self._stream: Any = None
        self._thread = threading.Thread(target=self._run, name=f"freshet-listener-{name}", daemon=True)
        self._thread.start()

    def hear(self, timeout: float) -> Heard:
        """What has come, waiting up to `timeout` seconds for anything to come."""
        with self._mail:
            self._mail.wait_for(lambda: self._reached or self._ended or self._interrupted or self._doubted, timeout)
            snapshots = tuple(one for one in self._kept.values() if one is not None)
            gone = frozenset(path for path, one in self._kept.items() if one is None)
            heard = Heard(snapshots, gone, self._reached, self._ended, self._doubted)
            self._kept, self._reached, self._doubted = {}, None, False
            return heard

    @property
    def is_over(self) -> bool:
        """Whether nothing will come any more: the stream has ended, or was interrupted."""
        return self._ended is not None or self._interrupted

    def wait_until_current(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for everything that the query matches by now; whether it has come."""
        with self._mail:
            self._mail.wait_for(lambda: self._reached or self._ended or self._interrupted, timeout)
            return self._reached is not None

    def wait_for(self, path: str, version: datetime, timeout: float) -> bool:
        """Wait up to `timeout` seconds for a document in this version or a later one; whether it has come."""

        def has_come() -> bool:
            heard = self._versions.get(path)
            return heard is not None and heard >= version

        with self._mail:
            self._mail.wait_for(lambda: has_come() or self._ended or self._interrupted, timeout)
            return has_come()

    def interrupt(self) -> None:
        """Let `hear` return at once, now and ever after."""
        with self._mail:
            self._interrupted = True
            self._mail.notify_all()

    def doubt(self) -> None:
        """Let `hear` return at once, once."""
        with self._mail:
            self._doubted = True
            self._mail.notify_all()

    def close(self) -> None:
        """End the stream by agreement with the server: the emulator fails others' commits when one just breaks off."""
        self._done.set()
        self._thread.join(_FAREWELL)
        if self._stream is not None:
            self._stream.cancel()
        self._thread.join()

    def _run(self) -> None:
        end: FreshetError
        try:
            self._listen()
            end = StoreUnavailable("Firestore closed the stream of changes")
        except grpc.RpcError as error:
            end = calls.translate(exceptions.from_grpc_error(error))
        except StoreError as error:
            end = error
        except Exception as error:  # noqa: BLE001 (a thread that ends unseen is what this class is there to prevent)
            log_failure("feed.listener_failed", error)
            end = StoreError("The stream of changes could not be read")
        with self._mail:
            self._ended = end
            self._mail.notify_all()
        self._done.set()

    def _listen(self) -> None:
        stream = self._client._firestore_api.transport.listen(self._requests(), metadata=self._client._rpc_metadata)
        self._stream = stream
        if self._done.is_set():
            stream.cancel()
        for response in stream:
            self._take(response)

    def _requests(self) -> Iterator[ListenRequest]:
        """The one request. The stream ends when its requests do, so the end waits."""
        parent, _ = self._query._parent._parent_info()
        target = Target.QueryTarget(parent=parent, structured_query=self._query._to_protobuf())
        yield ListenRequest(database=self._client._database_string, add_target=Target(query=target, target_id=_TARGET))
        self._done.wait()

    def _take(self, response: ListenResponse) -> None:
        """A removal leaves a tombstone, which comes as a document; what is gone without one was deleted by others."""
        kind = response._pb.WhichOneof("response_type")
        if kind == "document_change" and _TARGET in response.document_change.target_ids:
            document = response.document_change.document
            self._pending[_path(document.name)] = document
        elif kind == "document_change" and _TARGET in response.document_change.removed_target_ids:
            self._pending[_path(response.document_change.document.name)] = None
        elif kind in ("document_delete", "document_remove"):
            self._pending[_path(getattr(response, kind).document)] = None
        elif kind == "target_change":
            self._take_state(response.target_change)

    def _take_state(self, change: TargetChange) -> None:
        kind = change.target_change_type
        if kind == _Kind.REMOVE:
            raise StoreUnavailable(f"Firestore stopped telling of changes: {change.cause.message}")
        if kind == _Kind.RESET:
            self._current, self._from_start, self._pending = False, True, {}
        elif kind == _Kind.CURRENT:
            self._current = True
        elif kind == _Kind.NO_CHANGE and not change.target_ids and change.read_time and self._current:
            self._publish(change.read_time)

    def _publish(self, read_time: datetime) -> None:
        """All that came so far is one consistent state: no commit is only half in it.

        Firestore may send again what it sent before; the emulator always sends everything.
        """
        pending, self._pending = self._pending, {}
        missing = (path for path in self._versions if path not in pending) if self._from_start else ()
        told = (path for path, one in pending.items() if one is None and path in self._versions)
        gone, self._from_start = [*missing, *told], False
        news = {path: one for path, one in pending.items() if one and self._versions.get(path) != one.update_time}
        snapshots = {path: self._snapshot(one, read_time) for path, one in news.items()}
        with self._mail:
            self.documents += len(news)
            for path in gone:
                del self._versions[path]
            self._versions |= {path: one.update_time for path, one in news.items()}
            self._kept |= snapshots | dict.fromkeys(gone)
            self._reached = read_time
            self._mail.notify_all()

    def _snapshot(self, document: Any, read_time: datetime) -> firestore.DocumentSnapshot:
        reference = self._client.document(_path(document.name))
        fields = _helpers.decode_dict(document.fields, self._client)
        return firestore.DocumentSnapshot(
            reference, fields, True, read_time, document.create_time, document.update_time
        )


def _path(name: str) -> str:
    """A document's name as the client writes it: without the database."""
    return name.split("/documents/", 1)[1]
