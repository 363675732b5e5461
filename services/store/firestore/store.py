"""The store over one Firestore database."""

from __future__ import annotations

from collections.abc import Sequence

from google.cloud import firestore

from services.clock import Clock
from services.models import Commit, Principal, Write
from services.store.firestore.commits import Commits
from services.store.firestore.feed import Feed
from services.store.firestore.identity import Identity
from services.store.firestore.media import FirestoreMedia
from services.store.firestore.projects import FirestoreProjects
from services.store.firestore.runs import FirestoreRuns
from services.store.firestore.secret import shared_secret
from services.store.firestore.templates import FirestoreTemplates
from services.store.firestore.upgrade import upgrade
from services.store.firestore.upkeep import FirestoreUpkeep
from services.store.firestore.vigil import PACE, Pace
from services.store.protocol import (
    MediaRepository,
    OnBatch,
    OnState,
    ProjectRepository,
    RunRepository,
    TemplateRepository,
    UpkeepRepository,
    Watch,
)

COMMIT_SIZE = 100
"""A commit may hold 10 MiB with all it does to the indexes (cloud.google.com/firestore/quotas): for an item with 150
words that goes to the trash some 600 entries."""


class FirestoreStore:
    """Implements `services.store.protocol.Store` on the database of `client`, which it closes in the end.

    `pace` is how its change feed keeps itself alive.
    """

    def __init__(self, client: firestore.Client, clock: Clock, *, pace: Pace = PACE) -> None:
        self.commit_size = COMMIT_SIZE
        self._client = client
        self._identity = Identity(client)
        self._feed = Feed(client, clock, pace, self._identity)
        self._commits = Commits(client, clock, self._identity)
        self.media: MediaRepository = FirestoreMedia(client, clock, self._identity)
        self.runs: RunRepository = FirestoreRuns(client)
        self.projects: ProjectRepository = FirestoreProjects(client)
        self.templates: TemplateRepository = FirestoreTemplates(client)
        self.upkeep: UpkeepRepository = FirestoreUpkeep(client, self._identity)

    def commit(self, principal: Principal, writes: Sequence[Write], *, operation_id: str) -> Commit:
        return self._commits.commit(principal, writes, operation_id=operation_id)

    def watch(self, project_id: str, on_batch: OnBatch, on_state: OnState) -> Watch:
        return self._feed.watch(project_id, on_batch, on_state)

    def upgrade(self) -> int:
        return upgrade(self._client, self._identity)

    def shared_secret(self, principal: Principal, proposed: str) -> str:
        return shared_secret(self._client, principal, proposed)

    def ping(self) -> None:
        self._identity.look()

    def close(self) -> None:
        self._feed.close()
        self._client.close()
        self._client._firestore_api.transport.close()  # the channel and its threads, which the client leaves open
