"""When to ask the store: pure functions over `FetchState`, no clock, no store, no threads.

A view's two facts are kept apart. What is held and since when is the snapshot's business; whether a fetch is running
or failed is told here. Every change of that second fact is one of six functions: `started`, `succeeded`, `extended`,
`failed`, `refused`, `invalidated`. Two questions are asked of it: `is_stale`, and `is_due` (whether this reason asks
the store).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, get_args

from services.errors import FreshetError, StoreUnavailable

ContentKind = Literal["sections", "library", "item", "clips", "metadata"]
"""What a view shows: a home page's sections, a list of media, one item, a lecture's clips, an item's full metadata."""
Priority = Literal["high", "normal", "low"]
"""high: somebody looks at it now, whatever the reason. normal: they may in a moment. low: it is merely old."""
Reason = Literal[
    "open", "manual", "filter", "page", "permalink", "complete", "batch", "recover",
    "focus", "visibility", "online", "ttl", "live",
]  # fmt: skip
"""Why a screen asks: it opened; Refresh was pressed; its filters changed; the end of the list came near; an address
names one item; a run it shows, or a batch, finished; this process does not hold the version the screen names; the
window, the tab or the network came back; what is held grew old; something was committed."""

ALWAYS: frozenset[Reason] = frozenset(("open", "manual", "filter", "page", "permalink", "complete", "batch", "recover"))
"""Reasons that ask the store whatever is held: somebody did something and awaits the present state."""
RETURNING: frozenset[Reason] = frozenset(("focus", "visibility", "online"))
"""Reasons that come in bursts when somebody returns to a tab."""

TTLS: Mapping[ContentKind, timedelta] = MappingProxyType(
    {
        "sections": timedelta(minutes=30),
        "library": timedelta(hours=1),
        "item": timedelta(hours=4),
        "clips": timedelta(hours=12),
        "metadata": timedelta(hours=24),
    }
)
"""How long an answer stays fresh, by what it shows."""
RETURN_PAUSE = timedelta(seconds=5)
"""A return asks at most once in this time."""
LONGEST_PAUSE = 60.0
"""Seconds between two background attempts, at most."""


@dataclass(frozen=True)
class Failure:
    """Why the last fetch failed: a sentence for people, and whether the store was not reached at all.

    Not the exception itself, which would keep everything alive that its trace refers to.
    """

    message: str
    offline: bool


@dataclass(frozen=True)
class FetchState:
    """Whether a view's data was fetched, is being fetched, or could not be."""

    fetched_at: datetime | None = None
    """When the store last answered; None where it never has."""
    started_at: datetime | None = None
    """When the last fetch began, running or ended."""
    running: Reason | None = None
    failure: Failure | None = None
    """Of the last fetch that ended."""
    failures: int = 0
    """Fetches that failed one after another."""
    retry_at: datetime | None = None
    """The background asks no earlier."""
    invalid: bool = False
    """What is held is known to be out of date, however young it is."""
    overtaken: bool = False
    """It became so after the running fetch began, whose answer will not change that."""


def started(state: FetchState, reason: Reason, now: datetime) -> FetchState:
    """A fetch began. What is known of the last one stays until this one ends.

    >>> noon = datetime(2026, 11, 20, 12)
    >>> state = started(FetchState(failures=2), "manual", noon)
    >>> state.running, state.started_at == noon, state.failures, state.fetched_at
    ('manual', True, 2, None)
    """
    return replace(state, running=reason, started_at=now, overtaken=False)


def succeeded(state: FetchState, now: datetime) -> FetchState:
    """The store answered: earlier failures are over.

    >>> noon = datetime(2026, 11, 20, 12)
    >>> state = succeeded(started(FetchState(failures=2), "manual", noon), noon + timedelta(seconds=1))
    >>> state.running, state.failures, state.fetched_at
    (None, 0, datetime.datetime(2026, 11, 20, 12, 0, 1))
    """
    return FetchState(fetched_at=now, started_at=state.started_at, invalid=state.overtaken)


def extended(state: FetchState) -> FetchState:
    """The store answered about what lies below the list only: that says nothing of the age of what stands above.

    >>> noon = datetime(2026, 11, 20, 12)
    >>> state = extended(started(FetchState(fetched_at=noon, failures=1), "page", noon + timedelta(hours=1)))
    >>> state.running, state.failures, state.fetched_at == noon
    (None, 0, True)
    """
    return replace(
        state, running=None, failure=None, failures=0, retry_at=None, invalid=state.invalid or state.overtaken
    )


def failed(state: FetchState, error: FreshetError, now: datetime, pause: float = 0.0) -> FetchState:
    """The fetch failed. When data was last fetched stays as it was; the background waits for `pause` seconds.

    >>> noon = datetime(2026, 11, 20, 12)
    >>> held = succeeded(started(FetchState(), "open", noon), noon)
    >>> state = failed(started(held, "ttl", noon), StoreUnavailable("The database is away"), noon, pause=2)
    >>> state.running, state.failures, state.fetched_at == noon, state.retry_at
    (None, 1, True, datetime.datetime(2026, 11, 20, 12, 0, 2))
    >>> state.failure
    Failure(message='The database is away', offline=True)
    """
    return replace(
        state,
        running=None,
        failure=Failure(str(error), isinstance(error, StoreUnavailable)),
        failures=state.failures + 1,
        retry_at=now + timedelta(seconds=pause),
        invalid=state.invalid or state.overtaken,
    )


def refused(state: FetchState, error: FreshetError) -> FetchState:
    """A fetch was not even begun, for want of room: it did not fail, but the screen says why it is as old as it was.

    >>> state = refused(FetchState(failures=1), StoreUnavailable("Too much is going on"))
    >>> state.failure.message, state.failures
    ('Too much is going on', 1)
    """
    return replace(state, failure=Failure(str(error), offline=False))


def invalidated(state: FetchState) -> FetchState:
    """What is held is known to be out of date. The answer of a fetch that is running already may be so, too.

    >>> noon = datetime(2026, 11, 20, 12)
    >>> invalidated(succeeded(FetchState(), noon)).invalid
    True
    >>> succeeded(invalidated(started(FetchState(), "open", noon)), noon).invalid
    True
    >>> succeeded(started(invalidated(FetchState()), "open", noon), noon).invalid
    False
    """
    return replace(state, invalid=True, overtaken=state.running is not None)


def is_stale(kind: ContentKind, state: FetchState, now: datetime, ttls: Mapping[ContentKind, timedelta] = TTLS) -> bool:
    """Whether what is held is older than its kind allows. Never fetched is stale, and so is a time yet to come.

    >>> noon = datetime(2026, 11, 20, 12)
    >>> state = FetchState(fetched_at=noon)
    >>> [is_stale("library", state, noon + timedelta(minutes=minutes)) for minutes in (0, 60, 61)]
    [False, False, True]
    >>> is_stale("library", FetchState(), noon), is_stale("library", invalidated(state), noon)
    (True, True)
    """
    if state.fetched_at is None or state.invalid:
        return True
    age = now - state.fetched_at
    return not timedelta(0) <= age <= ttls[kind]  # the clock was put back: the age is not known


def is_due(
    kind: ContentKind,
    state: FetchState,
    reason: Reason,
    now: datetime,
    *,
    current: bool = False,
    ttls: Mapping[ContentKind, timedelta] = TTLS,
) -> bool:
    """Whether `reason` asks the store now; `current` says that a change feed keeps what is held up to date.

    >>> noon = datetime(2026, 11, 20, 12)
    >>> state = FetchState(fetched_at=noon, started_at=noon)
    >>> is_due("library", state, "manual", noon)
    True
    >>> [is_due("library", state, "focus", noon + timedelta(seconds=seconds)) for seconds in (4, 5)]
    [False, True]
    >>> away = failed(started(state, "ttl", noon), StoreUnavailable("The database is away"), noon)
    >>> is_due("library", away, "online", noon + timedelta(seconds=1))  # there has been no answer to repeat
    True
    >>> [is_due("library", state, "ttl", noon + timedelta(minutes=minutes)) for minutes in (60, 61)]
    [False, True]
    >>> [is_due("library", state, "live", noon, current=current) for current in (True, False)]
    [False, True]
    """
    if reason in ALWAYS:
        return True
    if state.retry_at is not None and state.failures and now < state.retry_at:
        return False
    if reason in RETURNING:
        if state.running is None and (state.failure is not None or state.invalid):
            return True  # what failed a moment ago, when the store was away, has not been asked yet
        return not (_just_now(state.fetched_at, now) or _just_now(state.started_at, now))
    if reason == "ttl":
        return state.running is None and is_stale(kind, state, now, ttls)
    return not current or state.invalid or state.failure is not None


def retry_pause(failures: int, chance: float) -> float:
    """Seconds for which the background waits after so many failures in a row; `chance` is from 0 to 1.

    The first may be repeated at once. Then 1 s · 2ⁿ up to LONGEST_PAUSE, half of it left to chance, so that views
    that failed together do not come back together.

    >>> [retry_pause(failures, 1.0) for failures in (1, 2, 3, 4, 8, 80)]
    [0.0, 1.0, 2.0, 4.0, 60.0, 60.0]
    >>> retry_pause(3, 0.0)
    1.0
    """
    if failures < 2:
        return 0.0
    return float(min(2 ** min(failures - 2, 10), LONGEST_PAUSE)) * (0.5 + chance / 2)


def with_ttls(seconds: Mapping[str, float]) -> Mapping[ContentKind, timedelta]:
    """TTLS with some of them replaced, given in seconds by kind.

    >>> with_ttls({"item": 60.0})["item"], with_ttls({"item": 60.0})["clips"]
    (datetime.timedelta(seconds=60), datetime.timedelta(seconds=43200))
    """
    kinds: tuple[ContentKind, ...] = get_args(ContentKind)
    return {kind: timedelta(seconds=seconds[kind]) if kind in seconds else TTLS[kind] for kind in kinds}


def _just_now(time: datetime | None, now: datetime) -> bool:
    return time is not None and timedelta(0) <= now - time < RETURN_PAUSE
