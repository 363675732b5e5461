"""The refresh queue: order, sharing, bounds. The tests do the queue's work step by step."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.errors import FreshetError, StoreUnavailable
from services.freshness.policy import Priority, Reason
from services.freshness.queue import Job, RefreshQueue, Request, Ticket, View
from services.models import MediaQuery
from tests.support.engine import ADA, GRACE, PATIENCE, until
from tests.support.logs import recorded_lines
from tests.support.records import PROJECT


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    with recorded_lines() as lines:
        yield lines


class Fetches:
    """Does jobs by noting them; those of a name in `held_up` wait to be let go."""

    def __init__(self) -> None:
        self.done: list[Job] = []
        self.held_up: dict[str, threading.Event] = {}
        self.began = threading.Semaphore(0)
        self.error: BaseException | None = None
        self.at_work = 0
        self.most_at_work = 0
        self._lock = threading.Lock()

    def __call__(self, job: Job) -> None:
        with self._lock:
            self.at_work += 1
            self.most_at_work = max(self.most_at_work, self.at_work)
        self.began.release()
        if gate := self.held_up.get(name(job)):
            assert gate.wait(PATIENCE)
        with self._lock:
            self.at_work -= 1
            self.done.append(job)
        if self.error is not None:
            raise self.error
        job.error = FreshetError(f"answer {len(self.done)}")

    @property
    def names(self) -> list[str]:
        return [name(job) for job in self.done]


def name(job: Job) -> str:
    return job.request.query.owner_id or ""


def request(
    view: str, priority: Priority = "high", reason: Reason = "open", loaded: int = 24, scope: str = "library"
) -> Request:
    query = MediaQuery(project_id=PROJECT, owner_id=view)
    return Request(query, reason, ADA, scope, loaded, "library", priority, changes_too=reason != "page")


@pytest.fixture
def fetches() -> Fetches:
    return Fetches()


@pytest.fixture
def queue(fetches: Fetches) -> RefreshQueue:
    return RefreshQueue(fetches, workers=0)


def work(queue: RefreshQueue) -> None:
    while queue.step():
        pass


class TestOrder:
    def test_R2_06_high_goes_before_normal_and_normal_before_low(self, queue: RefreshQueue, fetches: Fetches) -> None:
        for one in (request("L", "low"), request("N", "normal"), request("H", "high")):
            queue.submit(one)
        work(queue)
        assert fetches.names == ["H", "N", "L"]

    def test_R2_06_of_equal_priority_the_first_asked_goes_first(self, queue: RefreshQueue, fetches: Fetches) -> None:
        for view in "abc":
            queue.submit(request(view, "normal"))
        work(queue)
        assert fetches.names == ["a", "b", "c"]

    def test_R2_06_a_low_one_is_promoted_when_it_is_looked_at(self, queue: RefreshQueue, fetches: Fetches) -> None:
        for one in (request("N", "normal"), request("L", "low"), request("L", "high")):
            queue.submit(one)
        work(queue)
        assert fetches.names == ["L", "N"]

    def test_a_less_urgent_request_for_the_same_view_does_not_put_it_back(
        self, queue: RefreshQueue, fetches: Fetches
    ) -> None:
        for one in (request("H", "high"), request("N", "normal"), request("H", "low")):
            queue.submit(one)
        work(queue)
        assert fetches.names == ["H", "N"]


class TestSharing:
    def test_R2_06_five_opens_are_one_fetch(self, queue: RefreshQueue, fetches: Fetches) -> None:
        jobs = [queue.submit(request("a")) for _ in range(5)]
        work(queue)
        assert len(fetches.done) == 1
        assert all(job is fetches.done[0] and job.done.is_set() for job in jobs)
        assert fetches.done[0].asked == {("library", "open"): 5}

    def test_two_users_share_nothing(self, queue: RefreshQueue, fetches: Fetches) -> None:
        query = MediaQuery(project_id=PROJECT)
        for principal in (ADA, GRACE):
            queue.submit(Request(query, "open", principal, "library", 24))
        work(queue)
        assert len(fetches.done) == 2

    def test_a_shared_fetch_is_as_wide_as_its_widest_request(self, queue: RefreshQueue, fetches: Fetches) -> None:
        queue.submit(request("a", reason="page", loaded=48))
        queue.submit(request("a", reason="manual", loaded=24, scope="chooser"))
        work(queue)
        done = fetches.done[0]
        assert (done.request.loaded, done.request.changes_too, done.reason) == (48, True, "manual")
        assert done.asked == {("library", "page"): 1, ("chooser", "manual"): 1}

    def test_B03_a_request_never_shares_a_fetch_that_began_before_it(self) -> None:
        """While one runs, the others share the next."""
        fetches = Fetches()
        queue = RefreshQueue(fetches, workers=1)
        gate = fetches.held_up["a"] = threading.Event()
        first = queue.submit(request("a"))
        assert fetches.began.acquire(timeout=PATIENCE)
        later = [queue.submit(request("a")) for _ in range(4)]
        assert later[0] is not first
        assert len(set(map(id, later))) == 1
        gate.set()
        assert later[0].done.wait(PATIENCE)
        assert len(fetches.done) == 2

    def test_B17_ten_equal_views_that_ask_at_once_are_two_fetches_at_most(self) -> None:
        """The first begins at once; it may have read before the others clicked, so these share one more."""
        fetches = Fetches()
        queue = RefreshQueue(fetches, workers=0)
        gate = fetches.held_up["a"] = threading.Event()
        with ThreadPoolExecutor(10) as tabs:
            first = tabs.submit(queue.perform, request("a"))
            assert fetches.began.acquire(timeout=PATIENCE)
            others = [tabs.submit(queue.perform, request("a")) for _ in range(9)]
            until(lambda: sum(sum(job.asked.values()) for job in queue.waiting()) == 9)
            gate.set()
            jobs = {id(one.result(PATIENCE)) for one in (first, *others)}
        assert len(jobs) == len(fetches.done) == 2

    def test_one_view_is_never_fetched_twice_at_once_and_does_not_hold_up_others(self) -> None:
        fetches = Fetches()
        queue = RefreshQueue(fetches, workers=4)
        gate = fetches.held_up["slow"] = threading.Event()
        queue.submit(request("slow"))
        assert fetches.began.acquire(timeout=PATIENCE)
        again = queue.submit(request("slow"))
        other = queue.submit(request("other", "low"))
        assert other.done.wait(PATIENCE)
        assert not again.done.is_set()
        gate.set()
        assert again.done.wait(PATIENCE)
        assert fetches.names == ["other", "slow", "slow"]


class TestBounds:
    def test_a_full_queue_refuses_the_least_urgent_with_a_logged_line(
        self, fetches: Fetches, lines: list[dict[str, Any]]
    ) -> None:
        queue = RefreshQueue(fetches, workers=0, waiting=3)
        old, low = queue.submit(request("l1", "low")), queue.submit(request("l2", "low"))
        queue.submit(request("N", "normal"))
        queue.submit(request("H", "high"))
        assert (old.done.is_set(), low.done.is_set()) == (False, True)
        assert isinstance(low.error, StoreUnavailable)
        assert lines[-1] == {
            "event": "library.refresh",
            "level": "WARNING",
            "reason": "open",
            "priority": "low",
            "outcome": "refused",
        }
        work(queue)
        assert fetches.names == ["H", "N", "l1"]

    def test_what_is_no_more_urgent_than_all_that_wait_is_refused_itself(
        self, fetches: Fetches, lines: list[dict[str, Any]]
    ) -> None:
        queue = RefreshQueue(fetches, workers=0, waiting=2)
        waiting = [queue.submit(request(view)) for view in "ab"]
        refused = [queue.submit(request("c", priority)) for priority in ("low", "normal", "high")]
        assert not any(job.done.is_set() for job in waiting)
        assert all(isinstance(job.error, StoreUnavailable) for job in refused)
        assert [line["priority"] for line in lines] == ["low", "normal", "high"]

    def test_a_full_queue_still_lets_requests_share_and_promotes_them(self, fetches: Fetches) -> None:
        queue = RefreshQueue(fetches, workers=0, waiting=2)
        low, shared = queue.submit(request("a", "low")), queue.submit(request("b", "low"))
        assert queue.submit(request("b", "high")) is shared
        queue.submit(request("c", "high"))
        assert low.done.is_set()
        work(queue)
        assert fetches.names == ["b", "c"]

    def test_somebody_who_waits_for_the_answer_is_never_refused(self, fetches: Fetches) -> None:
        queue = RefreshQueue(fetches, workers=0, waiting=1)
        queue.submit(request("a"))
        queue.perform(request("b"))
        assert fetches.names == ["b"]

    def test_no_more_than_the_given_number_of_fetches_run_at_once_and_no_thread_is_left(self) -> None:
        fetches = Fetches()
        queue = RefreshQueue(fetches, workers=3)
        gate = threading.Event()
        fetches.held_up = {str(view): gate for view in range(20)}
        jobs = [queue.submit(request(str(view))) for view in range(20)]
        for _ in range(3):
            assert fetches.began.acquire(timeout=PATIENCE)
        gate.set()
        assert all(job.done.wait(PATIENCE) for job in jobs)
        queue.close()
        assert fetches.most_at_work == 3
        until(lambda: not any(thread.name == "freshness" for thread in threading.enumerate()))


class TestEnds:
    def test_a_ticket_tells_what_became_of_it_and_calls_back_once(self, queue: RefreshQueue) -> None:
        ticket = Ticket(queue, queue.submit(request("a")))
        called: list[str] = []
        ticket.on_done(lambda: called.append("before"))
        assert (ticket.done, ticket.wait(0), ticket.error, called) == (False, False, None, [])
        queue.step()
        ticket.on_done(lambda: called.append("after"))
        assert (ticket.done, ticket.wait(0), str(ticket.error)) == (True, True, "answer 1")
        assert called == ["before", "after"]

    def test_one_callback_that_fails_does_not_keep_the_next_from_being_called(
        self, queue: RefreshQueue, lines: list[dict[str, Any]]
    ) -> None:
        ticket = Ticket(queue, queue.submit(request("a")))
        called: list[str] = []
        ticket.on_done(lambda: called.remove("nothing"))
        ticket.on_done(lambda: called.append("second"))
        assert queue.step()
        assert called == ["second"]
        assert lines[-1]["event"] == "refresh.listener"

    def test_an_error_nobody_foresaw_ends_its_fetch_and_not_the_worker(
        self, queue: RefreshQueue, fetches: Fetches, lines: list[dict[str, Any]]
    ) -> None:
        fetches.error = RuntimeError("secret")
        job = queue.submit(request("a"))
        assert queue.step()
        assert job.done.is_set()
        assert "secret" not in str(job.error)
        assert lines[-1]["error_id"] in str(job.error)
        assert queue.reason(job.request.view) is None

    def test_why_a_view_is_fetched_is_known_while_it_waits_and_runs(self) -> None:
        fetches = Fetches()
        queue = RefreshQueue(fetches, workers=1)
        gate = fetches.held_up["a"] = threading.Event()
        view = View("ada", MediaQuery(project_id=PROJECT, owner_id="a"))
        assert queue.reason(view) is None
        job = queue.submit(request("a", reason="focus"))
        assert queue.reason(view) == "focus"
        assert fetches.began.acquire(timeout=PATIENCE)
        assert queue.reason(view) == "focus"
        gate.set()
        assert job.done.wait(PATIENCE)
        assert queue.reason(view) is None

    def test_closing_refuses_what_waits_and_what_comes(self, queue: RefreshQueue, fetches: Fetches) -> None:
        waiting = queue.submit(request("a"))
        queue.close()
        late = queue.submit(request("b"))
        assert waiting.done.is_set()
        assert late.done.is_set()
        assert not queue.step()
        assert fetches.done == []
