"""A TCP proxy on the loopback interface that can fail the ways a network does.

`cut` is a server that went away: connections break and new ones are refused. `pause` is a network that went silent:
nothing breaks, and nothing gets through in either direction. `resume` ends both; what was held back goes on its way.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

_CHUNK = 65536


class Proxy:
    """Forwards connections to its `address` to `target`, both `host:port`."""

    def __init__(self, target: str) -> None:
        host, port = target.rsplit(":", 1)
        self._target = (host, int(port))
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._flowing = threading.Event()
        self._flowing.set()
        self._closing = False
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None
        self._port = 0
        self._listen()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def cut(self) -> None:
        """Break every connection and refuse new ones, until `resume`."""
        with self._lock:
            listener, self._listener = self._listener, None
        if listener is not None:
            _shut(listener)
        self._break_all()

    def pause(self) -> None:
        """Hold back every byte, until `resume`; connections stay open, and new ones are taken."""
        self._flowing.clear()

    def resume(self) -> None:
        self._flowing.set()
        if self._listener is None:
            self._listen()

    def close(self) -> None:
        self._closing = True
        self.cut()
        self._flowing.set()
        for thread in self._threads:
            thread.join(10)

    def _listen(self) -> None:
        listener = socket.create_server(("127.0.0.1", self._port), reuse_port=False)
        self._port = listener.getsockname()[1]
        with self._lock:
            self._listener = listener
        self._spawn(self._accept, listener)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return  # the listener was closed, or the target is not there
            with self._lock:
                self._open |= {near, far}
            self._spawn(self._pump, near, far)
            self._spawn(self._pump, far, near)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK):
                self._flowing.wait()
                sink.sendall(data)
        self._end(source, sink)

    def _break_all(self) -> None:
        with self._lock:
            broken = tuple(self._open)
        self._end(*broken)

    def _end(self, *sockets: socket.socket) -> None:
        with self._lock:
            self._open -= set(sockets)
        for one in sockets:
            _shut(one)

    def _spawn(self, target: object, *arguments: socket.socket) -> None:
        thread = threading.Thread(target=target, args=arguments, name="proxy", daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()


def _shut(one: socket.socket) -> None:
    """Close a socket so that threads waiting on it wake up."""
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextlib.contextmanager
def proxied(target: str) -> Iterator[Proxy]:
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
