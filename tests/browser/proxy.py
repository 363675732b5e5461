"""A network between a server and its store that can be slow or gone."""

from __future__ import annotations

import contextlib
import socket
import threading


class StoreProxy:
    """Passes TCP connections on to `target` ("host:port"), unless told otherwise. Closing it ends them all."""

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._guard = threading.Lock()
        self._flows = threading.Event()
        self._flows.set()
        self._links: list[socket.socket] = []
        self._cut = False
        self.sent = 0
        """Bytes that the server has sent to the store."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self) -> None:
        """Keep what the server sends: the store seems slow, until `release`."""
        self._flows.clear()

    def release(self) -> None:
        self._flows.set()

    def cut(self) -> None:
        """Break all connections, and every new one: the store is down, until `mend`."""
        with self._guard:
            self._cut = True
            links, self._links = self._links, []
        for link in links:
            _end(link)

    def mend(self) -> None:
        self._cut = False

    def close(self) -> None:
        self.release()
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            with self._guard:
                refused = self._cut
                if not refused:
                    self._links += [near, far]
            if refused:
                _end(near)
                _end(far)
                continue
            threading.Thread(target=self._pass_on, args=[near, far, True], daemon=True).start()
            threading.Thread(target=self._pass_on, args=[far, near, False], daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, to_store: bool) -> None:
        try:
            while data := source.recv(65536):
                if to_store:
                    self._flows.wait()
                    self.sent += len(data)
                sink.sendall(data)
        except OSError:
            pass  # the connection was cut
        finally:
            _end(source)
            _end(sink)


def _end(link: socket.socket) -> None:
    with contextlib.suppress(OSError):
        link.shutdown(socket.SHUT_RDWR)
    link.close()
