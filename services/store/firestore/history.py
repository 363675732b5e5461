"""The commits of one project, followed from a position on: the server time up to which all were delivered.

What is asked for starts OVERLAP before the position, since a commit may become visible later than it is stamped. So
starting again from the position loses nothing, whatever went wrong, and repeats a little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from google.cloud import firestore

from services.clock import Clock
from services.errors import StoreCorrupt
from services.log import log_failure
from services.models import Batch, MediaItem, Removal
from services.store.deltas import latest
from services.store.firestore import calls, queries
from services.store.firestore.documents import decode, is_tombstone, removal
from services.store.firestore.horizon import OVERLAP, marks_of, watermark_at
from services.store.firestore.identity import Identity
from services.store.firestore.listener import Heard

PORTION = 500
"""Documents read at a time."""


class Replaced(Exception):
    """The database is not the one that was being followed: emptied, or put back from a copy."""


class History:
    def __init__(self, client: firestore.Client, clock: Clock, project_id: str, identity: Identity) -> None:
        self._client, self._clock, self._project_id, self._identity = client, clock, project_id, identity
        self._position: datetime | None = None
        self._source = ""
        """Of the database that is followed."""

    @property
    def has_start(self) -> bool:
        return self._position is not None

    def start(self) -> None:
        """Follow from now on. Raises StoreError."""
        self._source, self._position = self._identity.look()

    def lose(self) -> None:
        """Follow nothing, until the next start."""
        self._position = None

    def query(self, *more_project_ids: str) -> Any:
        """What a listener is to listen to."""
        return queries.watched(self._client, [self._project_id, *more_project_ids], self._anchor)

    def require_same(self, heard: Heard, *, whole: bool) -> None:
        """Raise Replaced if a listener has heard of another database; `whole`: this is everything its query matches.

        What it has not heard proves nothing (the emulator garbles a message now and then): one read tells.
        Raises StoreError.
        """
        _, source = self._identity.part(heard.snapshots)
        if source is None and (whole or self._identity.path in heard.gone):
            source, _ = self._identity.look()
        if source not in (None, self._source):
            raise Replaced("The database was emptied or put back from a copy")

    def deliver(self, snapshots: Iterable[Any], reached: datetime, to: Callable[[Batch], None]) -> bool:
        """Deliver what a listener heard: everything up to `reached`. Whether there was anything."""
        assert self._position is not None
        self._position = max(self._position, reached)
        heard, _ = self._identity.part(snapshots)
        # Between the newest of them and `reached` nothing was committed: the earlier time says no less. And it is true
        # on the emulator, too, where `reached` runs some milliseconds ahead of what has been sent.
        newest = max((one.update_time for one in heard), default=self._position)
        return self._hand_over(heard, min(self._position, newest), to)

    def catch_up(self, to: Callable[[Batch], None]) -> None:
        """Read and deliver everything since the position, however much it is. Raises StoreError, Replaced."""
        assert self._position is not None
        reached = self._position
        for portion, source in self._portions():
            if source is not None and source != self._source:
                raise Replaced("The database was emptied or put back from a copy")
            if portion and reached == self._position:  # only the first one's time is one at which nothing was missing
                reached = max(reached, portion[0].read_time)
            upto = self._position if source is None else reached
            self._hand_over(portion, upto, to)
        self._position = reached

    @property
    def _anchor(self) -> datetime:
        assert self._position is not None
        return self._position - OVERLAP

    def _portions(self) -> Iterator[tuple[list[Any], str | None]]:
        """The changes, in portions; with the last one comes the source of the database."""
        last = None
        while True:
            query = queries.changes(self._client, self._project_id, self._anchor, PORTION, beyond=last)
            found = list(calls.read(query.get))
            portion, source = self._identity.part(found)
            if source is None and len(found) < PORTION:
                source, _ = self._identity.look()
            yield portion, source
            if source is not None:
                return
            last = found[-1]

    def _hand_over(self, snapshots: list[Any], reached: datetime, to: Callable[[Batch], None]) -> bool:
        readable = [(one, news) for one in snapshots if (news := _read(one))]
        if not readable:
            return False
        items = [news for _, news in readable if isinstance(news, MediaItem)]
        removals = [news for _, news in readable if isinstance(news, Removal)]
        operation_ids = frozenset(str(one.get("operation_id")) for one, _ in readable)
        now = self._clock.now()
        watermark = watermark_at(self._source, reached, now)
        newest = watermark_at(self._source, max(one.update_time for one, _ in readable), now)
        marks = marks_of((one for one, _ in readable), self._source, now)
        to(Batch(self._project_id, *latest(items, removals), operation_ids, watermark, now, newest, marks))
        return True


def _read(snapshot: Any) -> MediaItem | Removal | None:
    """None, and an entry in the log, for a damaged document, which must not keep the others from coming."""
    try:
        return removal(snapshot) if is_tombstone(snapshot) else decode(MediaItem, snapshot)
    except (StoreCorrupt, KeyError) as error:
        log_failure("feed.unreadable", error, document=snapshot.reference.path)
        return None
