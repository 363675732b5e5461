"""A Firestore client that counts what Firestore would bill, and notes the queries that it sends.

Reads are counted where they arrive, on the gRPC channel: a query costs one read per document (and per one skipped
by an offset), one at the least; a lookup one per document found or missing; an aggregation one per 1,000 index
entries, one at the least; a listener one per document it is told of, for each revision once, however often the
emulator repeats it, and one at the least (cloud.google.com/firestore/pricing). Canaries are counted apart.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import grpc

from services.store.firestore.client import Client

_PATIENCE = 60
"""Seconds after which a test that waits fails."""


class Tally:
    """Billed reads by RPC name, RPCs by name, and the structured queries and aggregations sent."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self.by_rpc: Counter[str] = Counter()
            self.calls: Counter[str] = Counter()
            self.queries: list[Any] = []
            self.aggregations: list[Any] = []
            self.canaries = 0
            self._awaited: dict[str, threading.Event] = {}

    def sent(self, rpc: str) -> threading.Event:
        """Is set when a call of this name goes out."""
        with self._lock:
            return self._awaited.setdefault(rpc, threading.Event())

    @property
    def reads(self) -> int:
        with self._lock:
            return sum(self.by_rpc.values())

    def wait_for_canaries(self, count: int) -> None:
        """Until a listener has been told of so many. Raises AssertionError if that does not happen."""
        with self._lock:
            assert self._lock.wait_for(lambda: self.canaries >= count, _PATIENCE)

    def note_call(self, rpc: str, request: Any) -> None:
        with self._lock:
            self.calls[rpc] += 1
            if rpc in self._awaited:
                self._awaited[rpc].set()
            if rpc == "RunQuery":
                self.queries.append(request.structured_query)
            elif rpc == "RunAggregationQuery":
                self._note_aggregation(request.structured_aggregation_query)

    def _note_aggregation(self, asked: Any) -> None:
        """One with a sum is read from that field's index, whatever else it asks."""
        self.aggregations.append(asked)
        if not any("sum" in one for one in asked.aggregations):
            self.queries.append(asked.structured_query)

    def note_reads(self, rpc: str, count: int) -> None:
        with self._lock:
            self.by_rpc[rpc] += count

    def note_listening(self, request: Any) -> None:
        with self._lock:
            self.queries.append(request.add_target.query.structured_query)

    def note_canary(self) -> None:
        with self._lock:
            self.canaries += 1
            self._lock.notify_all()


class Ears:
    """Lets listeners go deaf (their streams stay open, and what is sent on them is lost), or breaks their streams."""

    def __init__(self) -> None:
        self._streams: list[_HeardStream] = []
        self.all_deaf = False
        """Also the streams to come."""

    def deafen_current(self) -> None:
        for stream in self._streams:
            stream.deaf = True

    def break_current(self) -> None:
        """End the streams as a connection that breaks does, from any thread."""
        for stream in self._streams:
            stream.cancel()

    def add(self, stream: _HeardStream) -> None:
        self._streams = [one for one in self._streams if one.is_active()] + [stream]

    @property
    def open_streams(self) -> int:
        return sum(stream.is_active() for stream in self._streams)


class CountingClient(Client):
    """A client of the emulator whose reads are in `tally`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.tally = Tally()
        self.ears = Ears()
        super().__init__(*args, **options)

    def _emulator_channel(self, transport: Any) -> grpc.Channel:
        return grpc.intercept_channel(super()._emulator_channel(transport), _Counter(self.tally, self.ears))


class _Counter(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor, grpc.StreamStreamClientInterceptor):
    def __init__(self, tally: Tally, ears: Ears) -> None:
        self._tally, self._ears = tally, ears

    def intercept_unary_unary(self, proceed: Callable[..., Any], details: Any, request: Any) -> Any:
        self._tally.note_call(_name(details), request)
        return proceed(details, request)

    def intercept_unary_stream(self, proceed: Callable[..., Any], details: Any, request: Any) -> Any:
        rpc = _name(details)
        self._tally.note_call(rpc, request)
        return _CountedStream(proceed(details, request), rpc, self._tally)

    def intercept_stream_stream(self, proceed: Callable[..., Any], details: Any, requests: Iterator[Any]) -> Any:
        def noted() -> Iterator[Any]:
            for request in requests:
                self._tally.note_call(_name(details), request)
                self._tally.note_listening(request)
                yield request

        stream = _HeardStream(proceed(details, noted()), self._tally, self._ears)
        self._ears.add(stream)
        return stream


class _CountedStream:
    """Passes responses on and counts at the end what they cost together."""

    def __init__(self, stream: Any, rpc: str, tally: Tally) -> None:
        self._stream, self._rpc, self._tally = stream, rpc, tally
        self._documents = self._skipped = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        try:
            response = next(self._stream)
        except StopIteration:
            if self._rpc == "RunQuery" and not self._documents + self._skipped:
                self._tally.note_reads(self._rpc, 1)
            raise
        self._count(getattr(response, "_pb", response))
        return response

    def _count(self, response: Any) -> None:
        if self._rpc == "RunQuery":
            found = int(response.HasField("document"))
            skipped = max(response.skipped_results - self._skipped, 0)  # repeated in later responses
            self._documents, self._skipped = self._documents + found, self._skipped + skipped
            self._tally.note_reads(self._rpc, found + skipped)
        elif self._rpc == "BatchGetDocuments":
            self._tally.note_reads(self._rpc, int(response.WhichOneof("result") is not None))
        elif self._rpc == "RunAggregationQuery":
            found = response.result.aggregate_fields
            # Of a sum, the count that is asked together with it tells how many entries were read.
            told = [found["items"]] if "items" in found else found.values()
            entries = sum(value.integer_value for value in told)
            self._tally.note_reads(self._rpc, max(1, -(-entries // 1000)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _HeardStream:
    """A listener's stream: counts what it is told of, unless it is deaf."""

    def __init__(self, stream: Any, tally: Tally, ears: Ears) -> None:
        self._stream, self._tally, self._ears = stream, tally, ears
        self._known: dict[str, Any] = {}
        self._billed = False
        self.deaf = False

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        while True:
            response = next(self._stream)
            if not self.deaf and not self._ears.all_deaf:
                self._count(response)
                return response

    def _count(self, response: Any) -> None:
        document = response.document_change.document
        if document.name and self._known.get(document.name) != document.update_time:
            self._known[document.name] = document.update_time
            if "canary@" in document.name:
                self._tally.note_canary()
            else:
                self._bill()
        elif response.target_change.read_time and not self._billed:
            self._bill()  # an empty result

    def _bill(self) -> None:
        self._billed = True
        self._tally.note_reads("Listen", 1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _name(details: Any) -> str:
    return str(details.method).rsplit("/", 1)[1]
