"""`main.py`, whose listeners go deaf when it is sent SIGUSR1: their streams stay open, and nothing comes on them.

How long it takes to find that out is in the same proportion as in production, and short.
"""

from __future__ import annotations

import importlib
import signal
import sys
from typing import Any

import main
from services.store.firestore.client import Client
from services.store.firestore.vigil import PACE
from tests.support.counting import CountingClient

QUICK = {"first_canary": 0.5, "canary": 2.0, "patience": 4.0, "poll": 0.4}
_clients: list[_Client] = []


class _Client(CountingClient, Client):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _clients.append(self)


def _deafen(*_: object) -> None:
    for client in _clients:
        client.ears.all_deaf = True


if __name__ == "__main__":
    # The package offers a function of the same name, which hides the module.
    importlib.import_module("services.store.firestore.connect").Client = _Client  # type: ignore[attr-defined]
    for name, seconds in QUICK.items():
        object.__setattr__(PACE, name, seconds)
    signal.signal(signal.SIGUSR1, _deafen)
    sys.exit(main.main([]))
