"""When a listener was last heard of, and what follows from that. Times are monotonic seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """How long things may take, in seconds unless said otherwise."""

    first_canary: float = 5.0
    """After a listener's beginning, if there are no news, until the canary is written: what fails often fails here."""
    canary: float = 30.0
    """The same, ever after."""
    patience: float = 10.0
    """For a new listener to say that it is up to date, for the canary to be written, and for it to be heard."""
    poll: float = 4.0
    """Between two reads while there is no listener, also while a new one is tried."""
    retry: float = 1.0
    """Between two attempts to reach a database that is down."""
    anchor_age: float = 3600.0
    anchor_documents: int = 500
    """A listener is replaced at this age or after so many documents: its server must hold all that it matches."""
    anchor_rest: float = 120.0
    """The least age for that: in a burst, each new listener costs the documents of the minute before again."""
    gather: float = 0.03
    """After a batch, during which further commits gather into the next."""

    @property
    def longest_silence(self) -> float:
        """Until a dead listener is taken for one."""
        return self.canary + 2 * self.patience


PACE = Pace()


class Vigil:
    """Over one listener, from `began` on.

    >>> vigil = Vigil(Pace(first_canary=5, canary=30, patience=10), 100.0)
    >>> vigil.should_ask(104.0), vigil.should_ask(105.0)
    (False, True)
    >>> vigil.asked(105.0)
    >>> vigil.is_unanswered(114.0), vigil.is_unanswered(115.0)
    (False, True)
    >>> vigil.heard(114.5)
    >>> vigil.is_unanswered(115.0), vigil.should_ask(144.0), vigil.should_ask(145.0)
    (False, False, True)
    """

    def __init__(self, pace: Pace, began: float) -> None:
        self._pace = pace
        self._began = self._heard_at = began
        self._asked_at: float | None = None

    def heard(self, now: float) -> None:
        """There were news, the canary or others."""
        self._heard_at = now

    def asked(self, now: float) -> None:
        """The canary has been written."""
        self._asked_at = now

    def should_ask(self, now: float) -> bool:
        return not self._is_waiting and now >= self._ask_at

    def is_unanswered(self, now: float) -> bool:
        """Whether not even the canary was heard: the listener is dead."""
        return self._is_waiting and now >= self._answer_by

    def is_old(self, now: float) -> bool:
        return now - self._began >= self._pace.anchor_age

    def may_be_replaced(self, now: float) -> bool:
        return now - self._began >= self._pace.anchor_rest

    def has_lasted(self, now: float) -> bool:
        """Whether this was no listener that fails as soon as it begins."""
        return now - self._began >= self._pace.longest_silence

    @property
    def due(self) -> float:
        """When one of the answers above changes, if nothing is heard before."""
        return min(self._began + self._pace.anchor_age, self._answer_by if self._is_waiting else self._ask_at)

    @property
    def _is_waiting(self) -> bool:
        return self._asked_at is not None and self._asked_at > self._heard_at

    @property
    def _ask_at(self) -> float:
        return self._heard_at + (self._pace.first_canary if self._asked_at is None else self._pace.canary)

    @property
    def _answer_by(self) -> float:
        return (self._asked_at or self._began) + self._pace.patience
