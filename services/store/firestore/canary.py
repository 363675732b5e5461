"""A document that a watch writes in order to hear of it: the proof that its listener still listens.

A listener that has died looks like one with nothing to tell. So the listener's own query also matches a canary, and
when nothing has been heard for a while, the canary is written: if not even that is heard, the listener is dead.
It lies among the media, where that query looks, in a project of its own, and is marked as a tombstone, which lists and
lookups pass over; Firestore deletes it a day after its process last wrote it (firestore.indexes.json).
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.cloud import firestore

from services.clock import Clock
from services.store.firestore import calls
from services.store.firestore.documents import COLLECTIONS

_LIFETIME = timedelta(days=1)
_REMOVAL_SECONDS = 2.0
"""The longest that closing a watch may take for this."""


class Canary:
    """One watch's own. `project_id` is no project's: ids of records hold no `@`."""

    def __init__(self, client: firestore.Client, clock: Clock) -> None:
        self._clock = clock
        self.id = self.project_id = f"canary@{secrets.token_hex(8)}"
        self._document = client.collection(COLLECTIONS["media"]).document(self.id)
        self.path: str = self._document.path
        self._written = False

    def write(self, seconds: float) -> datetime:
        """Write it within so many seconds; when it was committed, in the server's time. Raises StoreError."""
        fields = {
            "id": self.id,
            "kind": "canary",
            "project_id": self.project_id,
            "updated_at": firestore.SERVER_TIMESTAMP,
            "deleted": True,
            "expires_at": self._clock.now() + _LIFETIME,
        }
        try:
            result = calls.write(lambda **options: self._document.set(fields, **options), seconds)
        except (GoogleAPIError, GoogleAuthError) as error:
            raise calls.translate(error) from error
        self._written = True
        committed_at: datetime = result.update_time
        return committed_at

    def remove(self) -> None:
        """Leave nothing behind. Raises StoreError."""
        if not self._written:
            return
        try:
            calls.write(self._document.delete, _REMOVAL_SECONDS)
        except (GoogleAPIError, GoogleAuthError) as error:
            raise calls.translate(error) from error
