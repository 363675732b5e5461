"""The store over one Firestore database."""

from __future__ import annotations

from collections.abc import Sequence

from google.cloud import firestore

from services.clock import Clock
from services.models import Commit, Principal, Write
from services.store.firestore import calls
from services.store.firestore.commits import Commits
from services.store.firestore.media import FirestoreMedia
from services.store.firestore.projects import FirestoreProjects
from services.store.firestore.runs import FirestoreRuns
from services.store.protocol import MediaRepository, ProjectRepository, RunRepository


class FirestoreStore:
    """Implements `services.store.protocol.Store` on the database of `client`, which it closes in the end."""

    def __init__(self, client: firestore.Client, clock: Clock) -> None:
        self._client = client
        self._commits = Commits(client, clock)
        self.media: MediaRepository = FirestoreMedia(client, clock)
        self.runs: RunRepository = FirestoreRuns(client)
        self.projects: ProjectRepository = FirestoreProjects(client)

    def commit(self, principal: Principal, writes: Sequence[Write], *, operation_id: str) -> Commit:
        return self._commits.commit(principal, writes, operation_id=operation_id)

    def ping(self) -> None:
        calls.read(self._client.collection("meta").document("nothing").get)

    def close(self) -> None:
        self._client.close()
        self._client._firestore_api.transport.close()  # the channel and its threads, which the client leaves open
