"""Google's client, on a connection that comes back soon after the network does.

gRPC waits longer after every failed attempt to connect, up to two minutes, and fails all calls meanwhile
(github.com/grpc/grpc/blob/master/doc/connection-backoff.md). A person who presses Retry does not wait that long: here
the wait is shorter than the second for which a read is tried again (calls.py).
"""

from __future__ import annotations

from typing import Any

import grpc
from google.cloud import firestore
from google.cloud.firestore_v1.services.firestore import client as api
from google.cloud.firestore_v1.services.firestore.transports.grpc import FirestoreGrpcTransport

_COME_BACK_SOON = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
    ("grpc.min_reconnect_backoff_ms", 5_000),  # despite its name how long one attempt may take
)


class _Transport(FirestoreGrpcTransport):
    @classmethod
    def create_channel(cls, *args: Any, options: Any = (), **others: Any) -> Any:
        return super().create_channel(*args, options=[*options, *_COME_BACK_SOON], **others)


class Client(firestore.Client):
    # google-cloud-firestore 2.34 makes its channels in these two places and offers no other way in.
    @property
    def _firestore_api(self) -> Any:
        return self._firestore_api_helper(_Transport, api.FirestoreClient, api)

    def _emulator_channel(self, transport: Any) -> Any:
        unlimited = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
        return grpc.insecure_channel(self._emulator_host, options=[*unlimited, *_COME_BACK_SOON])
