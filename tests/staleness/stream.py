"""The event stream of a tab, without HTTP."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from services.freshness.subscriber import Subscriber
from services.http.events import StreamView, catch_up
from services.models import MediaQuery, Principal
from tests.staleness.processes import Process

Said = tuple[str, list[int] | None]
"""A reason to ask, with the places of the views that it is about; None for all of them."""


class Stream:
    """As services/http/events.py serves it, to `session` of `who`: `queries` are shown in `versions`."""

    def __init__(
        self, session: str, who: Principal, process: Process, queries: Sequence[MediaQuery], versions: Sequence[str]
    ) -> None:
        self._session, self._who, self._process, self._generation = session, who, process, process.generation
        self._woken = threading.Event()
        self._subscriber = Subscriber(who, tuple(queries), self._woken.set)
        self._hub = process.services.hub
        shown = zip(queries, versions, strict=True)
        self._opened_with = tuple(StreamView(query=query, version=version) for query, version in shown)
        self._hub.subscribe(self._subscriber)
        self._feed = self._feed_state()

    def is_for(self, queries: Sequence[MediaQuery]) -> bool:
        return self._subscriber.views == tuple(queries) and self._generation == self._process.generation

    def take(self, shown: Sequence[str]) -> list[Said]:
        """What to tell the page, which shows these versions."""
        if not self._woken.is_set():
            return []
        self._woken.clear()
        news = self._subscriber.take()
        if news.begun:
            with self._process.answering(self._session):
                catch_up(self._subscriber, self._opened_with)
        said: list[Said] = []
        if news.state_changed:
            before, self._feed = self._feed, self._feed_state()
            if before in ("polling", "down") and self._feed == "live":
                said.append(("online", None))
        if news.ready:
            said.append(("ready", news.ready))
        changed = [place for place in news.changed if shown[place] != self._version(place)]
        if changed:
            said.append(("live", changed))
        return said

    @property
    def known(self) -> str:
        """What comes with every change, signed."""
        return self._process.services.sessions.sign(self._subscriber.known, self._who)

    def close(self) -> None:
        self._hub.unsubscribe(self._subscriber)

    def _version(self, place: int) -> str:
        return self._process.services.freshness.entry(self._subscriber.views[place], self._who).version

    def _feed_state(self) -> str:
        return self._hub.state(self._subscriber.views[0].project_id)[0]
