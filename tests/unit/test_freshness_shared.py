"""One read of a project's changes for all who ask at about the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from services.errors import StoreUnavailable, WatermarkTooOld
from services.freshness.shared import SharedChanges
from services.models import Changes, MediaItem, Principal
from services.store.protocol import MediaRepository
from services.store.watermarks import take
from tests.support.records import make_principal

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
ADA, GRACE, PROJECT = make_principal("ada"), make_principal("grace"), "p"
PATIENCE = 20


def mark(position: int, source: str = "a") -> str:
    return take(source, position, NOON)


class Slow:
    """Its first read waits to be let go; each costs three documents and reaches `reached`."""

    def __init__(self) -> None:
        self.since: list[str] = []
        self.reached = 9
        self.fault: Exception | None = None
        self.too_old = ""
        self.begun, self.let_go = threading.Event(), threading.Event()

    def changed_since(self, principal: Principal, project_id: str, watermark: str) -> Changes[MediaItem]:
        self.since.append(watermark)
        self.begun.set()
        assert self.let_go.wait(PATIENCE)
        if self.fault is not None:
            raise self.fault
        if watermark == self.too_old:
            raise WatermarkTooOld("Too long ago")
        return Changes((), (), NOON, mark(self.reached), 3)


Ask = Callable[..., "Future[Changes[MediaItem]]"]


@pytest.fixture
def media() -> Slow:
    return Slow()


@pytest.fixture
def shared() -> SharedChanges:
    return SharedChanges()


@pytest.fixture
def ask(shared: SharedChanges, media: Slow) -> Any:
    """Asks in a thread of its own, and comes back once it has begun to read or to wait."""
    with ThreadPoolExecutor(8) as pool:

        def begin(watermark: str, principal: Principal = ADA) -> Future[Changes[MediaItem]]:
            repository = cast(MediaRepository, media)
            return pool.submit(shared.changed_since, repository, principal, PROJECT, watermark)

        yield begin
        media.let_go.set()


def wait_until(true: Callable[[], bool]) -> None:
    waited = threading.Event()
    for _ in range(PATIENCE * 200):
        if true():
            return
        waited.wait(0.005)
    raise AssertionError("it never came to that")


def coming(shared: SharedChanges) -> str:
    """From where the next read of ADA's will begin; "" where nobody waits for one."""
    read = shared._coming.get((ADA, PROJECT))
    return read.since if read else ""


def test_F04_whoever_asks_while_a_read_runs_shares_the_next_one(ask: Ask, media: Slow, shared: SharedChanges) -> None:
    """It begins after they have asked, and from the watermark that reaches least far."""
    first = ask(mark(5))
    assert media.begun.wait(PATIENCE)
    others = [ask(mark(7))]
    wait_until(lambda: coming(shared) == mark(7))
    others += [ask(mark(6)), ask(mark(8))]
    wait_until(lambda: coming(shared) == mark(6))
    assert media.since == [mark(5)], "they wait"
    media.let_go.set()
    answers = [first.result(PATIENCE), *(other.result(PATIENCE) for other in others)]
    assert media.since[:2] == [mark(5), mark(6)]
    assert len(media.since) <= 3, "the last one may have come when the second read had begun"
    assert all(answer.watermark == mark(9) for answer in answers)
    assert sum(answer.documents_read for answer in answers) == 3 * len(media.since)


def test_a_read_that_finds_nothing_takes_nobody_back(ask: Ask, media: Slow, shared: SharedChanges) -> None:
    media.reached = 5
    first = ask(mark(5))
    assert media.begun.wait(PATIENCE)
    behind = ask(mark(5))
    wait_until(lambda: coming(shared) == mark(5))
    ahead = ask(mark(7))
    media.let_go.set()
    assert [one.result(PATIENCE).watermark for one in (first, behind, ahead)] == [mark(5), mark(5), mark(7)]


def test_a_failure_is_told_to_all_who_share_it_and_the_next_one_asks_again(
    ask: Ask, media: Slow, shared: SharedChanges
) -> None:
    media.fault = StoreUnavailable("The store did not answer.")
    first = ask(mark(5))
    assert media.begun.wait(PATIENCE)
    second = ask(mark(5))
    wait_until(lambda: coming(shared) == mark(5))
    media.let_go.set()
    errors = [one.exception(PATIENCE) for one in (first, second)]
    assert [str(error) for error in errors] == ["The store did not answer."] * 2
    media.fault = None
    assert ask(mark(5)).result(PATIENCE).watermark == mark(9)


def test_a_watermark_that_is_too_old_makes_nobody_else_read_in_full(
    ask: Ask, media: Slow, shared: SharedChanges
) -> None:
    media.too_old = mark(1)
    first = ask(mark(5))
    assert media.begun.wait(PATIENCE)
    fresh = ask(mark(7))
    wait_until(lambda: coming(shared) == mark(7))
    old = ask(mark(1))
    wait_until(lambda: coming(shared) == mark(1))
    media.let_go.set()
    assert [one.result(PATIENCE).watermark for one in (first, fresh)] == [mark(9)] * 2
    assert isinstance(old.exception(PATIENCE), WatermarkTooOld)


def test_those_of_others_and_of_another_database_are_read_apart(ask: Ask, media: Slow, shared: SharedChanges) -> None:
    running = ask(mark(5))
    assert media.begun.wait(PATIENCE)
    waiting = ask(mark(6))
    wait_until(lambda: coming(shared) == mark(6))
    apart = [ask(mark(1), GRACE), ask(mark(1, source="b"))]
    wait_until(lambda: sorted(media.since) == sorted([mark(5), mark(1), mark(1, source="b")]))
    media.let_go.set()
    for one in (running, waiting, *apart):
        one.result(PATIENCE)
    assert media.since.count(mark(6)) == 1


def test_what_nobody_waits_for_is_forgotten(ask: Ask, media: Slow, shared: SharedChanges) -> None:
    media.let_go.set()
    ask(mark(5)).result(PATIENCE)
    wait_until(lambda: not shared._coming and not shared._turnstiles)
