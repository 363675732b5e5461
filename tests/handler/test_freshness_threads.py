"""Everything at once: readers, writers, a change feed and noise, in real threads."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from services.clock import FakeClock
from services.freshness import Reason, Snapshot
from services.freshness.workers import Workers
from services.models import Batch, MediaItem
from services.store.protocol import Store
from tests.support.engine import ADA, ALL, IMAGES, PATIENCE, Engine, until
from tests.support.records import PROJECT, make_item, remove, save

REASONS: tuple[Reason, ...] = ("open", "manual", "live", "ttl", "focus", "page", "recover")


class Witness:
    """One tab: nothing that it is shown may be older than what it was shown before."""

    def __init__(self) -> None:
        self.revisions: dict[str, int] = {}
        self.gone: set[str] = set()
        self.broken: list[str] = []

    def see(self, snapshot: Snapshot) -> None:
        shown = {item.id: item.revision for item in snapshot.items}
        for media_id, revision in shown.items():
            if revision < self.revisions.get(media_id, 0):
                self.broken.append(f"{media_id} went back to revision {revision}")
            if media_id in self.gone:
                self.broken.append(f"{media_id} came back")
        self.gone |= {media_id for media_id in self.revisions if media_id not in shown}
        self.revisions |= shown
        if len(shown) != len(snapshot.items):
            self.broken.append("an item twice")


@pytest.mark.parametrize("seed", range(4))
def test_B05_B06_no_screen_goes_back_and_each_sees_its_own_writes(
    sqlite_store: Store, clock: FakeClock, seed: int
) -> None:
    engine = Engine(sqlite_store, clock, workers=3)
    heard: list[Batch] = []
    over = threading.Event()

    def hear(batch: Batch) -> None:
        heard.append(batch)
        engine.hear(batch)

    def repeat(chance: random.Random) -> None:
        """A feed that delivers again, late and in any order."""
        while not over.is_set():
            if heard:
                engine.hear(chance.choice(heard))

    def look(chance: random.Random) -> list[str]:
        tab = Witness()
        while not over.is_set():
            if chance.random() < 0.5:
                tab.see(engine.ask(chance.choice(REASONS), loaded=200))
            else:
                ticket = engine.submit(chance.choice(REASONS), loaded=200, priority="low")
                assert ticket.wait(PATIENCE)
                assert ticket.snapshot is not None, ticket.error
                tab.see(ticket.snapshot)
        return tab.broken

    def write(chance: random.Random) -> list[str]:
        broken, mine = [], list[MediaItem]()
        for _ in range(25):
            if mine and chance.random() < 0.5:
                item = mine.pop(chance.randrange(len(mine)))
                if chance.random() < 0.5:
                    remove(sqlite_store, item)
                    if item.id in {one.id for one in engine.ask("manual").items}:
                        broken.append("an own removal was not seen")
                    continue
                [item] = save(sqlite_store, item.model_copy(update={"title": f"{chance.random()}"}))
            else:
                [item] = save(sqlite_store, make_item())
            mine.append(item)
            if item not in engine.ask("manual", loaded=200).items:
                broken.append("an own write was not seen")
        return broken

    watch = sqlite_store.watch(PROJECT, hear, partial(engine.freshness.feed, PROJECT))
    try:
        with ThreadPoolExecutor(7) as threads:
            looking = [threads.submit(look, random.Random(seed * 100 + number)) for number in range(3)]
            threads.submit(repeat, random.Random(seed))
            writing = [threads.submit(write, random.Random(seed * 100 + number)) for number in (50, 51)]
            try:
                broken = [one for thread in writing for one in thread.result(PATIENCE)]
            finally:
                over.set()
            broken += [one for thread in looking for one in thread.result(PATIENCE)]
        assert broken == []
        everything = sqlite_store.media.get_media_for_page(ADA, ALL, limit=200).items
        until(lambda: engine.latest().items == everything)
        engine.ask("open", IMAGES, loaded=200)
        assert engine.ask("manual", loaded=200).items == everything
    finally:
        watch.close()
        engine.freshness.close()


def test_reads_that_hang_are_waited_for_together() -> None:
    """Four of them for half a second each would be two."""
    gate = threading.Event()
    workers = Workers("hanging", lambda: gate.wait(30) and False, 4)
    for _ in range(4):
        workers.wake()
    waiting = threading.Thread(target=workers.join, args=[0.5])
    waiting.start()
    waiting.join(1.5)
    assert not waiting.is_alive()
    gate.set()
    workers.join(10)


def test_a_thread_that_could_not_be_started_costs_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def work() -> bool:
        done.set()
        return False

    def fail(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    workers = Workers("scarce", work, 1)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        with pytest.raises(RuntimeError):
            workers.wake()
    workers.wake()
    assert done.wait(10)
    workers.join(10)
