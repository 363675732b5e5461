"""`main.py` with a Firestore client that counts: each line on standard input is answered with the counts so far."""

from __future__ import annotations

import importlib
import json
import sys
import threading
from collections import Counter
from typing import Any

import main
from services.store.firestore.client import Client
from tests.support.counting import CountingClient

_clients: list[_CountedClient] = []


class _CountedClient(CountingClient, Client):
    """The product's own client, with its channel watched."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _clients.append(self)


def _answer() -> None:
    for _ in sys.stdin:
        calls: Counter[str] = Counter()
        for client in _clients:
            calls.update(client.tally.calls)
        counts = {"reads": sum(client.tally.reads for client in _clients), "calls": calls}
        sys.stdout.write(json.dumps(counts) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    # The package offers a function of the same name, which hides the module.
    importlib.import_module("services.store.firestore.connect").Client = _CountedClient  # type: ignore[attr-defined]
    threading.Thread(target=_answer, daemon=True).start()
    sys.exit(main.main([]))
