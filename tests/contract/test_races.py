"""Writers at the same time: exactly one wins, and nobody's change is overwritten unseen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from services.errors import Conflict
from services.store.protocol import Store
from tests.support.records import make_item, make_principal, make_run, save
from tests.support.stores import Backend

ME = make_principal()


def race(*runners: Callable[[], object]) -> list[BaseException | None]:
    """Starts all at once; what each raised."""
    line = threading.Barrier(len(runners))

    def run(runner: Callable[[], object]) -> None:
        line.wait(30)
        runner()

    with ThreadPoolExecutor(len(runners)) as pool:
        return [future.exception(60) for future in [pool.submit(run, runner) for runner in runners]]


def test_of_two_that_create_the_same_record_one_wins_and_the_other_is_told(backend: Backend) -> None:
    stores = [backend.open(), backend.open()]
    for _ in range(5):
        versions = [make_item(id=make_item().id, title="a")]
        versions.append(versions[0].model_copy(update={"title": "b"}))
        outcomes = race(
            *(lambda store=store, item=item: save(store, item) for store, item in zip(stores, versions, strict=True))
        )
        assert [type(outcome) for outcome in outcomes if outcome] == [Conflict]
        winner = versions[outcomes.index(None)]
        assert stores[0].media.get(ME, winner.id).title == winner.title


def test_of_two_that_change_the_same_revision_one_wins_and_the_other_is_told(backend: Backend) -> None:
    stores = [backend.open(), backend.open()]
    [item] = save(stores[0], make_item())
    for _ in range(5):
        versions = [item.model_copy(update={"title": title}) for title in ("a", "b")]
        outcomes = race(
            *(lambda store=store, one=one: save(store, one) for store, one in zip(stores, versions, strict=True))
        )
        assert [type(outcome) for outcome in outcomes if outcome] == [Conflict]
        item = stores[0].media.get(ME, item.id)
        assert item.title == versions[outcomes.index(None)].title


def test_progress_and_a_commit_at_the_same_time_both_succeed(backend: Backend) -> None:
    stores = [backend.open(), backend.open()]
    [run] = save(stores[0], make_run(status="running"))
    for progress in range(5):
        changed = run.model_copy(update={"error": f"attempt {progress}"})
        outcomes = race(lambda: stores[1].runs.set_progress(ME, run.id, progress), lambda: save(stores[0], changed))  # noqa: B023
        assert outcomes == [None, None]
        run = stores[0].runs.get(ME, run.id)
        assert run.error == changed.error


def test_one_store_serves_many_threads(store: Store) -> None:
    def use() -> None:
        for _ in range(5):
            [item] = save(store, make_item())
            assert store.media.get(ME, item.id) == item
            assert store.media.get_many(ME, [item.id]) == {item.id: item}

    outcomes = race(*[use] * 8)
    assert [outcome for outcome in outcomes if outcome] == []
