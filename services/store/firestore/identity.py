"""Which database this is: a random id in one document, made by whoever comes first and found by every question.

A database that was emptied or filled from a copy looks like one where nothing has happened: what is gone leaves no
tombstones, and what came back bears old stamps. So there is a document that no such database has: with a random id,
and, since a copy holds that too, told apart by when it was written as well, which a copy is anew.

It lies among the media, in a project of its own, marked as a tombstone, which lists and lookups pass over, and stamped
far in the future. So each delta and each listener finds it, in the same snapshot as the changes, and it costs the one
read that an empty answer is billed anyway.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from google.api_core.exceptions import AlreadyExists, GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.cloud import firestore

from services.errors import StoreError, StoreUnavailable
from services.log import log_event
from services.store.firestore import calls
from services.store.firestore.documents import COLLECTIONS
from services.store.firestore.tokens import LAYOUT
from services.store.times import from_micros, to_micros

NAME = "identity@database"
"""Of the document and of its project: ids of records hold no `@`."""
_LAST = datetime(9000, 1, 1, tzinfo=UTC)
"""After every change. Not the very last time there is: tools that copy a database may round it up."""
_ATTEMPTS = 5


class Identity:
    """The database of `client`, as last heard. Threads may share it."""

    def __init__(self, client: firestore.Client) -> None:
        self._client = client
        self._document = client.collection(COLLECTIONS["media"]).document(NAME)
        self.path: str = self._document.path
        self._lock = threading.Lock()
        self._source: str | None = None
        self._layout = 0

    @property
    def source(self) -> str:
        """Tells the database from others in watermarks; asked for once. Raises StoreError."""
        return self._source or self.look()[0]

    def look(self) -> tuple[str, datetime]:
        """Its source, and the server's time: one read. Makes the document where there is none. Raises StoreError."""
        for _ in range(_ATTEMPTS):
            (snapshot,) = calls.read(lambda **options: list(self._client.get_all([self._document], **options)))
            if snapshot.exists:
                return self.hear(snapshot), from_micros(to_micros(snapshot.read_time))
            self._make()
        raise StoreUnavailable("Firestore did not keep what tells the database from others")

    def is_up_to_date(self) -> bool:
        """Whether every document has what it is found by (tokens.py). One read while it is not. Raises StoreError."""
        if self._layout < LAYOUT:
            self.look()
        return self._layout >= LAYOUT

    def require_up_to_date(self) -> None:
        """Raise StoreError, with the remedy, for a database of an earlier version: it would not find everything."""
        if not self.is_up_to_date():
            raise StoreError(
                "This Firestore database was written by an earlier version, and cannot be searched, sorted by title or "
                "summed up until `python main.py upgrade` has been run once"
            )

    def note_up_to_date(self) -> None:
        """Every document has been brought up to date. Raises StoreError."""
        try:
            calls.write(lambda **options: self._document.update({"layout": LAYOUT}, **options))
        except (GoogleAPIError, GoogleAuthError) as error:
            raise calls.translate(error) from error
        self.look()

    def hear(self, snapshot: Any) -> str:
        """The source that a snapshot of the document tells, from now on ours."""
        told = f"{self._client._database_string} {snapshot.get('random')} {to_micros(snapshot.update_time)}"
        source = f"fs{hashlib.sha256(told.encode()).hexdigest()[:16]}"
        with self._lock:
            before, self._source = self._source, source
            self._layout = int((snapshot.to_dict() or {}).get("layout", 0))
        if before not in (None, source):
            log_event("store.replaced", before=before, now=source)
        return source

    def part(self, snapshots: Iterable[Any]) -> tuple[list[Any], str | None]:
        """The others, and the source if the document is among them."""
        others, source = [], None
        for snapshot in snapshots:
            if snapshot.reference.path == self.path:
                source = self.hear(snapshot)
            else:
                others.append(snapshot)
        return others, source

    def _make(self) -> None:
        fields = {
            "id": NAME,
            "kind": "identity",
            "project_id": NAME,
            "random": secrets.token_hex(16),
            "updated_at": _LAST,
            "deleted": True,
            "layout": 0 if calls.read(self._client.collection(COLLECTIONS["media"]).limit(1).get) else LAYOUT,
        }
        try:
            calls.write(lambda **options: self._document.create(fields, **options))
        except (AlreadyExists, *calls.ANSWER_LOST):
            pass  # another process was faster, or we were; the next look tells
        except (GoogleAPIError, GoogleAuthError) as error:
            raise calls.translate(error) from error
