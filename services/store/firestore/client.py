"""Google's client with connections that come back soon.

Left alone, gRPC waits up to two minutes between two attempts to connect, so after half a minute without network it
takes ten seconds to notice that Firestore is there again (measured; with these options, below one). The options:
github.com/grpc/grpc/blob/master/include/grpc/impl/channel_arg_names.h.
"""

from __future__ import annotations

from typing import Any

import grpc
from google.cloud import firestore

_RECONNECTING = [
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.min_reconnect_backoff_ms", 5_000),  # how long one attempt may take, in spite of its name
]
_SIZES = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
_KEEPALIVE_TIMEOUT = [("grpc.keepalive_timeout_ms", 10_000)]
"""Google's client pings each 30 s; a connection that does not answer for this long is given up."""


class Client(firestore.Client):
    """Used as its parent."""

    def _firestore_api_helper(self, transport: Any, client_class: Any, client_module: Any) -> Any:
        class Transport(transport):
            @classmethod
            def create_channel(cls, *arguments: Any, options: Any = (), **rest: Any) -> Any:
                options = [*options, *_RECONNECTING, *_KEEPALIVE_TIMEOUT]
                return super().create_channel(*arguments, options=options, **rest)

        return super()._firestore_api_helper(Transport, client_class, client_module)

    def _emulator_channel(self, transport: Any) -> grpc.Channel:
        # The emulator's server takes pings for an attack, so it gets none.
        return grpc.insecure_channel(self._emulator_host, options=[*_SIZES, *_RECONNECTING])
