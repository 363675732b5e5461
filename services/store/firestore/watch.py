"""One project's watch on Firestore: a listener while it lives, polling while it does not.

connect ──── a listener works ────▶ follow: live
   ▲  ▲  └─ the database answers ─▶ polling ─┐
   │  └──── the database does not ▶ down ────┤
   │                      try again          │
   └── stream ended, silence, a doubt that proved right, time for a new anchor ◀── follow

When the database turns out to be another one, whatever was held is not known any more: down, and anew from there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from google.cloud import firestore

from services.clock import Clock
from services.errors import StoreError
from services.log import log_event, log_failure
from services.store.firestore.canary import Canary
from services.store.firestore.history import History, Replaced
from services.store.firestore.identity import Identity
from services.store.firestore.listener import Heard, Listener
from services.store.firestore.vigil import Pace, Vigil
from services.store.telling import Consumer

_LONGEST_PAUSE = 12
"""Polls between two attempts at listening."""


class FirestoreWatch:
    """Implements `services.store.protocol.Watch`."""

    def __init__(
        self, client: firestore.Client, clock: Clock, pace: Pace, identity: Identity, consumer: Consumer
    ) -> None:
        self._client, self._clock, self._pace, self._consumer = client, clock, pace, consumer
        self._history = History(client, clock, consumer.project_id, identity)
        self._canary = Canary(client, clock)
        self._listener: Listener | None = None
        self._failures = 0
        """Listeners in a row that could not be had or did not last."""
        self._fault = ""
        """The last that nobody foresaw."""
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"freshet-feed-{consumer.project_id}", daemon=True)

    def start(self) -> None:
        """Fix where the watch begins, with one read, and begin."""
        with suppress(StoreError):  # the thread will find out and tell
            self._history.start()
        if self.is_running:
            self._thread.start()

    @property
    def is_running(self) -> bool:
        return not self._closing.is_set()

    def doubt(self) -> None:
        if (listener := self._listener) is not None:  # without one, the database is asked all the time
            listener.doubt()

    def end(self) -> None:
        """Let the thread come to its end soon."""
        self._closing.set()
        if (listener := self._listener) is not None:
            listener.interrupt()

    def close(self) -> None:
        self.end()
        if self._thread.ident is not None and threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        trusting = True
        while not self._closing.is_set():
            try:
                if (listener := self._connect(trusting)) is not None:
                    trusting = self._follow(listener)
                    self._drop(listener)
            except Replaced as replaced:
                self._drop(self._listener)
                self._history.lose()
                self._consumer.become("down", because=replaced)
                trusting = False
            except StoreError:  # which the next poll finds out and tells
                self._drop(self._listener)
                trusting = False
            except Exception as error:  # noqa: BLE001 - a thread that ended unseen would leave every screen stale
                self._break_off(error)
                trusting = False
        with suppress(StoreError):  # what stays will expire
            if self._consumer.state == "live":
                self._canary.remove()

    def _break_off(self, error: Exception) -> None:
        """For what nobody foresaw: the feed is down until it has passed. Logged each time that it goes down."""
        if self._consumer.state != "down" or self._fault != str(error):
            log_failure("feed.failed", error, project=self._consumer.project_id)
        self._fault = str(error)
        self._drop(self._listener)
        self._consumer.become("down", because=error)
        self._closing.wait(self._pace.retry)

    # Connecting

    def _connect(self, trusting: bool) -> Listener | None:
        """A listener that works, all it missed delivered; None when closing.

        `trusting` that nothing is wrong, this simply listens anew. Otherwise it reads what was missed first, which
        tells whether the database answers at all, and then believes a listener only if it hears the canary.
        """
        if trusting and self._history.has_start and (listener := self._listen(prove=False)):
            return listener
        polls, next_try = 0, self._pause()
        while not self._closing.is_set():
            if not self._poll():
                polls, next_try = 0, 0
                self._closing.wait(self._pace.retry)
                continue
            if polls >= next_try:
                if listener := self._listen(prove=not trusting):
                    return listener
                next_try = polls + 1 + self._pause()
            self._consumer.become("polling")
            self._closing.wait(self._pace.poll)
            polls += 1
        return None

    def _pause(self) -> int:
        """Polls before the next attempt at listening: 0, 0, 1, 3, 7, 11, 11…"""
        return min(2 ** max(self._failures - 1, 0), _LONGEST_PAUSE) - 1

    def _poll(self) -> bool:
        """Read what is new; whether the database answered."""
        try:
            if self._history.has_start:
                self._history.catch_up(self._consumer.deliver)
            else:
                self._history.start()
        except StoreError as error:
            self._consumer.become("down", because=error)
            return False
        return True

    def _listen(self, *, prove: bool) -> Listener | None:
        """A new listener that is up to date and, with `prove`, has heard the canary; None where that fails."""
        listener = Listener(self._client, self._history.query(self._canary.project_id), self._consumer.project_id)
        self._listener = listener
        if self._closing.is_set():  # set before `end` could see the listener
            listener.interrupt()
        if self._comes(listener.wait_until_current, listener) and (not prove or self._hears_the_canary(listener)):
            self._deliver(listener.hear(0), whole=True)
            self._consumer.become("live")
            return listener
        self._failures += 1
        self._drop(listener)
        return None

    def _hears_the_canary(self, listener: Listener) -> bool:
        if (written_at := self._ask()) is None:
            return False
        return self._comes(lambda seconds: listener.wait_for(self._canary.path, written_at, seconds), listener)

    def _comes(self, wait: Callable[[float], bool], listener: Listener) -> bool:
        """What `wait` waits for, within the pace's patience. What is new is read at its pace all the while."""
        left = self._pace.patience
        while left > 0:
            step = min(left, self._pace.poll)
            if wait(step):
                return True
            left -= step
            if listener.is_over or not self._poll():
                return False
            self._consumer.become("polling")
        return False

    def _drop(self, listener: Listener | None) -> None:
        self._listener = None
        if listener is not None:
            listener.close()

    # Following

    def _follow(self, listener: Listener) -> bool:
        """Deliver what the listener hears until it has to be replaced; whether its successor may be trusted."""
        known, vigil = listener.documents, Vigil(self._pace, self._clock.monotonic())
        while not self._closing.is_set():
            heard = listener.hear(max(0.0, vigil.due - self._clock.monotonic()))
            if self._deliver(heard):
                self._closing.wait(self._pace.gather)
            now = self._clock.monotonic()
            if heard.snapshots:
                vigil.heard(now)
            if vigil.has_lasted(now):
                self._failures = 0
            if heard.ended is not None:
                log_event("feed.listener_ended", project=self._consumer.project_id, because=str(heard.ended))
                self._failures += not vigil.has_lasted(now)
                return vigil.has_lasted(now)
            if heard.doubted and not self._poll():
                return False
            if vigil.is_unanswered(now):
                self._consumer.become("polling", because="the listener is silent")
                return False
            many = listener.documents - known >= self._pace.anchor_documents
            if vigil.is_old(now) or (many and vigil.may_be_replaced(now)):
                return True
            if vigil.should_ask(now):
                if self._ask() is None:
                    return False
                vigil.asked(self._clock.monotonic())
        return True

    def _deliver(self, heard: Heard, *, whole: bool = False) -> bool:
        """Deliver what was heard; whether there was any but the canary. Raises Replaced, StoreError.

        `whole`: it is the first that its listener tells, and so all that there is.
        """
        if heard.reached is None:
            return False
        self._history.require_same(heard, whole=whole)
        news = [one for one in heard.snapshots if one.reference.path != self._canary.path]
        return self._history.deliver(news, heard.reached, self._consumer.deliver)

    def _ask(self) -> datetime | None:
        """Write the canary; when, in the server's time, and None if that failed."""
        try:
            return self._canary.write(self._pace.patience)
        except StoreError as error:
            log_event("feed.canary_failed", project=self._consumer.project_id, because=str(error))
            return None
