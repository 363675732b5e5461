"""What happened, as seen from outside: who wrote what and when, and what each screen then showed.

Times are seconds of one monotonic clock. A history says nothing about how the product works, so the checker
(tests/staleness/checker.py) judges the product by its effects alone.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from services.models import MediaItem, MediaQuery, Principal

Tile = tuple[str, int]
"""What a tile says in the page: (data-id, data-revision)."""
NEVER = math.inf
_unheard: ContextVar[list[Write] | None] = ContextVar("unheard", default=None)


@dataclass(frozen=True)
class Version:
    """One revision of one item; `item` is None where that revision is its removal."""

    media_id: str
    revision: int
    item: MediaItem | None


@dataclass(frozen=True)
class Write:
    """A commit. It took place at some moment between `began` and `ended`, when its author heard that it was done.

    `ended` is NEVER where they heard nothing: it may have taken place, then or later, or not at all.
    """

    session: str
    began: float
    ended: float
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class Shown:
    """What one view of one tab showed at `at`, after an event that its session sent at `began`.

    `more` is whether the list went on below the last tile; `held_back` how many new items the screen announced
    without showing them. `label` is what the screen said of its own age: "" where it presented itself as current,
    else "catching up", "offline", "failed" or "loading".
    `asked` is when the session put the question that this screen answers: everything committed before has to be in.
    None where it asked none, as when something was painted that was held already.
    """

    session: str
    tab: str
    principal: Principal
    query: MediaQuery
    reason: str
    began: float
    at: float
    tiles: tuple[Tile, ...]
    more: bool = False
    held_back: int = 0
    label: str = ""
    asked: float | None = None


@dataclass
class History:
    """Everything recorded so far; may be written to from many threads."""

    writes: list[Write] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    newest: dict[str, Version] = field(default_factory=dict)
    """What is known to have been committed last, by id."""
    counts: Counter[str] = field(default_factory=Counter)
    """Operations by kind: writes, and what tabs did."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def operations(self) -> int:
        return self.counts.total() - self.counts["cookie"]

    def count(self, operation: str) -> None:
        with self._lock:
            self.counts[operation] += 1

    @contextmanager
    def answering(self) -> Iterator[None]:
        """What is written inside, its author hears of at the end: with the answer and its cookie."""
        unheard: list[Write] = []
        before = _unheard.set(unheard)
        try:
            yield
        finally:
            _unheard.reset(before)
            for write in unheard:
                self._note(replace(write, ended=time.monotonic()) if write.ended < NEVER else write)

    def wrote(self, session: str, began: float, ended: float, versions: Iterable[Version]) -> None:
        write = Write(session, began, ended, tuple(versions))
        unheard = _unheard.get()
        if unheard is not None:
            unheard.append(write)
        else:
            self._note(write)

    def _note(self, write: Write) -> None:
        if not write.versions:
            return
        with self._lock:
            self.counts["write"] += 1
            self.writes.append(write)
            for version in write.versions if write.ended < NEVER else ():
                known = self.newest.get(version.media_id)
                if known is None or known.revision < version.revision:
                    self.newest[version.media_id] = version

    def showed(self, frames: Sequence[Shown]) -> None:
        with self._lock:
            self.shown.extend(frames)

    def items(self) -> list[MediaItem]:
        """What there is, as far as writers know."""
        with self._lock:
            return [version.item for version in self.newest.values() if version.item]
