"""Bringing a database up to date whose documents an earlier version wrote: they get what they are found by.

Each is written only if it is still as it was read, and its revision and time stay: nobody's screen changes. At the end
the database's identity says that it is done, which makes every process read its views anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.cloud import firestore

from services.errors import StoreUnavailable
from services.models import MediaItem
from services.store.firestore import calls, queries
from services.store.firestore.documents import decode, fields_to_find, is_tombstone
from services.store.firestore.identity import Identity

PORTION = 200
"""Documents read and written at a time: a commit of Firestore holds 500 writes and 10 MB."""
_ATTEMPTS = 5


def upgrade(client: firestore.Client, identity: Identity) -> int:
    """Write what documents lack; how many did. Reads all, unless the database says that none does.

    Raises StoreError: what was written by then is kept, and calling again goes on. May be called while servers run.
    """
    if identity.is_up_to_date():
        return 0
    written, last = 0, None
    while True:
        portion = calls.read(queries.all_media(client, PORTION, beyond=last).get)
        written += _write(client, [one.reference for one in portion], portion)
        if len(portion) < PORTION:
            break
        last = portion[-1]
    identity.note_up_to_date()
    return written


def _write(client: firestore.Client, references: list[Any], snapshots: list[Any]) -> int:
    """Write what the documents lack. Those that somebody else changes meanwhile are read again."""
    failure: Exception | None = None
    for _ in range(_ATTEMPTS):
        lacking = [(one, fields) for one in snapshots if (fields := _lacking(one))]
        if not lacking:
            return 0
        batch = client.batch()
        for snapshot, fields in lacking:
            batch.update(snapshot.reference, fields, client.write_option(last_update_time=snapshot.update_time))
        try:
            calls.write(batch.commit)
        except (*calls.CHANGED_MEANWHILE, *calls.ANSWER_LOST) as error:
            failure = error
            snapshots = calls.read(_all_of(client, references))
        except (GoogleAPIError, GoogleAuthError) as error:
            raise calls.translate(error) from error
        else:
            return len(lacking)
    raise StoreUnavailable("Firestore did not finish a write") from failure


def _all_of(client: firestore.Client, references: list[Any]) -> Callable[..., list[Any]]:
    return lambda **options: list(client.get_all(references, **options))


def _lacking(snapshot: Any) -> dict[str, Any]:
    if not snapshot.exists or is_tombstone(snapshot):
        return {}
    held = snapshot.to_dict()
    wanted = fields_to_find(decode(MediaItem, snapshot))
    return {name: value for name, value in wanted.items() if held.get(name) != value}
