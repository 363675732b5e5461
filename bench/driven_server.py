"""`main.py`, driven from its standard input: each line is a request in JSON, answered by a line on standard output.

    {"do": "tally"}                     what Firestore has billed: {"reads", "calls", "canaries"}
    {"do": "add", "count": 3}           that many commits of one new item each, made in this process, as its own pages
                                        do: [[id, revision, when], …]
    {"do": "rename", "ids": [id, …]}    a commit for each of these items, which gives it another title: the same
    {"do": "deafen"}                    every listener goes deaf: its stream stays open, and nothing comes

`when` is the time at which the commit was begun, in milliseconds of the system's clock.

BENCH_PATIENCE in its environment: seconds that a read may take, and a listener to begin, for an emulator that looks
through a large library for each.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
from collections import Counter
from typing import Any

import main
from services.container import services
from services.models import MediaItem, MediaQuery, Principal, Put
from services.store.firestore import calls
from services.store.firestore.client import Client
from services.store.firestore.vigil import PACE
from tests.support.counting import CountingClient

_clients: list[_CountedClient] = []
Made = tuple[str, int, float]


class _CountedClient(CountingClient, Client):
    """The product's own client, with its channel watched."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _clients.append(self)


def _answer() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        sys.stdout.write(json.dumps(_DEEDS[request.pop("do")](**request)) + "\n")
        sys.stdout.flush()


def _tally() -> dict[str, Any]:
    calls: Counter[str] = Counter()
    for client in _clients:
        calls.update(client.tally.calls)
    return {
        "reads": sum(client.tally.reads for client in _clients),
        "canaries": sum(client.tally.canaries for client in _clients),
        "calls": calls,
    }


def _add(count: int) -> list[Made]:
    """Items like the newest, so that their tiles have pictures."""
    query = MediaQuery(project_id=services().project.id)
    [model] = services().store.media.get_media_for_page(_me(), query, limit=1).items
    return [_commit(_like(model)) for _ in range(count)]


def _rename(ids: list[str]) -> list[Made]:
    items = services().store.media.get_many(_me(), ids)
    titles = {media_id: f"Renamed at {time.time():.3f}" for media_id in ids}
    return [_commit(items[media_id].model_copy(update={"title": titles[media_id]})) for media_id in ids]


def _deafen() -> None:
    for client in _clients:
        client.ears.all_deaf = True


def _like(model: MediaItem) -> MediaItem:
    return model.model_copy(update={"id": services().ids.new(), "created_at": services().clock.now(), "revision": 0})


def _commit(item: MediaItem) -> Made:
    begun = time.time() * 1000
    put = Put(item, expect=item.revision)
    [stored] = services().store.commit(_me(), [put], operation_id=services().ids.new()).records
    return stored.id, stored.revision, begun


def _me() -> Principal:
    return services().principals.resolve({})


def _be_patient(seconds: float) -> None:
    calls.__dict__["READ_SECONDS"] = seconds
    object.__setattr__(PACE, "patience", seconds)


_DEEDS: dict[str, Any] = {"tally": _tally, "add": _add, "rename": _rename, "deafen": _deafen}


if __name__ == "__main__":
    # The package offers a function of the same name, which hides the module.
    importlib.import_module("services.store.firestore.connect").Client = _CountedClient  # type: ignore[attr-defined]
    if patience := os.environ.get("BENCH_PATIENCE"):
        _be_patient(float(patience))
    threading.Thread(target=_answer, daemon=True).start()
    sys.exit(main.main([]))
