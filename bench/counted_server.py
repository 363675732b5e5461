"""`main.py` with a Firestore client that counts: each line on standard input is answered with the counts so far."""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from typing import Any

from google.cloud import firestore

import main
from tests.support.counting import CountingClient

_clients: list[CountingClient] = []


def _client(*args: Any, **options: Any) -> CountingClient:
    _clients.append(CountingClient(*args, **options))
    return _clients[-1]


def _answer() -> None:
    for _ in sys.stdin:
        calls: Counter[str] = Counter()
        for client in _clients:
            calls.update(client.tally.calls)
        counts = {"reads": sum(client.tally.reads for client in _clients), "calls": calls}
        sys.stdout.write(json.dumps(counts) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    firestore.Client = _client
    threading.Thread(target=_answer, daemon=True).start()
    sys.exit(main.main([]))
