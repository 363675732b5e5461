"""Connecting to a Firestore database."""

from __future__ import annotations

from google.api_core.exceptions import DeadlineExceeded

from services.clock import Clock
from services.credentials import why_none
from services.errors import StoreError, StoreUnavailable
from services.store.firestore.client import Client
from services.store.firestore.store import FirestoreStore
from services.store.firestore.vigil import PACE, Pace

COLD_TRIES = 5
"""Pings that may run out of time at the start, on top of the one that may not."""


def connect(
    project: str | None, database: str = "(default)", *, clock: Clock, pace: Pace = PACE, reach: bool = True
) -> FirestoreStore:
    """The store on `database` of a Google Cloud project, by the machine's default credentials.

    `project` None takes the one of the credentials or the environment. With FIRESTORE_EMULATOR_HOST set it is the
    emulator's and needs no credentials. Raises StoreError without project or credentials, and, unless it is not to be
    reached yet, where the database does not answer.
    """
    try:
        client = Client(project=project, database=database)
    except Exception as error:  # OSError: no project could be found; and whatever reading a file raises that is none
        why = why_none(error)
        raise StoreError(f"Firestore needs a project (GOOGLE_CLOUD_PROJECT) and credentials: {why}") from error
    store = FirestoreStore(client, clock, pace=pace)
    if not reach:
        return store
    try:
        _reach(store)
    except StoreError as error:
        store.close()
        if isinstance(error, StoreUnavailable):  # whoever starts the server needs to know the address and the reason
            raise StoreUnavailable(f"{error}: {error.__cause__}") from error
        raise
    return store


def _reach(store: FirestoreStore) -> None:
    """Ping until it answers. A slow one, as an emulator is at first, gets more time than one that is not there."""
    for _ in range(COLD_TRIES):
        try:
            store.ping()
            return
        except StoreUnavailable as error:
            if not isinstance(error.__cause__, DeadlineExceeded):
                raise
    store.ping()
