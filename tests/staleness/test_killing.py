"""The fault "killed" does what it says, and the store's feed comes back from it with everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from services.clock import SystemClock
from services.identity import SYSTEM
from services.store.protocol import Store
from tests.staleness.killing import line_of
from tests.support.records import make_item, save
from tests.support.stores import Backend
from tests.support.watching import Recorder, watching


def noticing(backend: Backend, store: Store, told: Recorder) -> Callable[[], None]:
    """Waits until the feed has noticed that it is broken from now on. Firestore's listens anew so soon that it need not
    say anything.
    """
    if backend.kind == "sqlite":
        return lambda: told.wait_for(lambda: {"polling", "down"} & set(told.states))
    again = cast(Any, store)._client.tally.sent("Listen")

    def wait() -> None:
        assert again.wait(60)

    return wait


def test_B18_a_feed_whose_line_is_cut_notices_and_delivers_what_was_committed_meanwhile(backend: Backend) -> None:
    store, other = backend.open(SystemClock()), backend.open(SystemClock())
    line = line_of(store)
    with watching(store) as told:
        told.wait_for_revision(*save(other, make_item()))
        notice = noticing(backend, store, told)
        line.cut()
        items = save(other, make_item(), make_item())
        notice()
        line.mend()
        told.wait_for_revision(*items, *save(other, make_item()))
        told.wait_for_state("live")


def test_who_reads_and_commits_is_not_disturbed_by_a_cut_line(backend: Backend) -> None:
    store = backend.open(SystemClock())
    line = line_of(store)
    with watching(store) as told:
        notice = noticing(backend, store, told)
        line.cut()
        [item] = save(store, make_item())
        assert store.media.get_many(SYSTEM, [item.id]) == {item.id: item}
        notice()
        line.mend()
        told.wait_for_state("live")
