"""Connecting to a Firestore database."""

from __future__ import annotations

from google.auth.exceptions import GoogleAuthError

from services.clock import Clock
from services.errors import StoreError
from services.store.firestore.client import Client
from services.store.firestore.store import FirestoreStore
from services.store.firestore.vigil import PACE, Pace


def connect(project: str | None, database: str = "(default)", *, clock: Clock, pace: Pace = PACE) -> FirestoreStore:
    """The store on `database` of a Google Cloud project, by the machine's default credentials.

    `project` None takes the one of the credentials or the environment. With FIRESTORE_EMULATOR_HOST set it is the
    emulator's and needs no credentials. Raises StoreError without project or credentials, and where the database
    does not answer.
    """
    try:
        client = Client(project=project, database=database)
    except (GoogleAuthError, OSError) as error:  # OSError: no project could be found
        raise StoreError(f"Firestore needs a project and credentials: {error}") from error
    store = FirestoreStore(client, clock, pace=pace)
    try:
        store.ping()
    except StoreError:
        store.close()
        raise
    return store
