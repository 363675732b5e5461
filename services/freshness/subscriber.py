"""One open event stream, as the hub sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from services.freshness.session import Token, merged
from services.models import MediaQuery, Principal


class News(NamedTuple):
    """What a subscriber is told; places are in its `views`."""

    changed: list[int]
    """Views whose snapshot is no longer what it was."""
    ready: list[int]
    """Views for which a background refresh has ended."""
    state_changed: bool
    """How changes reach this process is different now."""
    begun: bool
    """From here on every commit is delivered: what was read before may lack some."""


@dataclass(eq=False)
class Subscriber:
    """One open stream. Flags, never a queue: a client that does not read costs these few fields and nothing more."""

    principal: Principal
    views: tuple[MediaQuery, ...]
    wake: Callable[[], None]
    """Called from any thread when there is something to take; must not block."""
    changed: set[int] = field(default_factory=set)
    ready: set[int] = field(default_factory=set)
    state_changed: bool = False
    begun: bool = False
    known: Token = field(default_factory=dict)
    """How far, in each project, the changes reach of which it was told. Another process may answer the page, and must
    not take what it holds for current if it has not heard of them itself."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tell(
        self,
        *,
        changed: Iterable[int] = (),
        known: Token = MappingProxyType({}),
        ready: Iterable[int] = (),
        state_changed: bool = False,
        begun: bool = False,
    ) -> None:
        """Raise flags, from any thread."""
        with self._lock:
            self.known = merged(self.known, known)
            self.changed.update(changed)
            self.ready.update(ready)
            self.state_changed = self.state_changed or state_changed
            self.begun = self.begun or begun
        self.wake()

    def take(self) -> News:
        """The flags that were raised since the last call, cleared by it."""
        with self._lock:
            news = News(sorted(self.changed), sorted(self.ready), self.state_changed, self.begun)
            self.changed.clear()
            self.ready.clear()
            self.state_changed = self.begun = False
            return news
