"""The store over one SQLite file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from services.clock import Clock
from services.models import Commit, Principal, Write
from services.store.planning import done_before, keys_of, plan
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
from services.store.rules import require_system
from services.store.sqlite import search
from services.store.sqlite.branches import begin_branch
from services.store.sqlite.connections import Connections
from services.store.sqlite.feed import PACE, Feed, Pace
from services.store.sqlite.head import next_sequence, purge_tombstones, read_head
from services.store.sqlite.media import SqliteMedia
from services.store.sqlite.projects import SqliteProjects
from services.store.sqlite.rows import held, store_step
from services.store.sqlite.runs import SqliteRuns
from services.store.sqlite.templates import SqliteTemplates
from services.store.sqlite.upkeep import SqliteUpkeep

COMMIT_SIZE = 1_000
"""As many as a screen holds: a quarter of a second in which no other commit is made."""


class SqliteStore:
    """Implements `services.store.protocol.Store` on the file at `path`, which is created where it is missing.

    `busy_timeout` (seconds) is how long a write waits for another process's before it raises StoreUnavailable.
    `pace` is how often its change feed looks. Raises StoreError where the file cannot be used.
    """

    def __init__(self, path: Path, clock: Clock, *, busy_timeout: float = 5.0, pace: Pace = PACE) -> None:
        self.commit_size = COMMIT_SIZE
        self._clock = clock
        self._connections = Connections(path, busy_timeout)
        self._furthest = 0
        """The number of our last commit: one that is not higher was made on a copy that was put back meanwhile."""
        self._feed = Feed(self._connections, clock, pace)
        self.media: MediaRepository = SqliteMedia(self._connections, clock)
        self.runs: RunRepository = SqliteRuns(self._connections)
        self.projects: ProjectRepository = SqliteProjects(self._connections)
        self.templates: TemplateRepository = SqliteTemplates(self._connections)
        self.upkeep: UpkeepRepository = SqliteUpkeep(self._connections)

    def commit(self, principal: Principal, writes: Sequence[Write], *, operation_id: str) -> Commit:
        keys = keys_of(writes)
        with self._connections.write() as connection:
            found = held(connection, keys)
            if done := done_before(writes, found, operation_id):
                return replace(done, watermark=read_head(connection).watermark(self._clock.now()))
            steps = plan(principal, writes, found)
            seq = next_sequence(connection)
            if seq <= self._furthest:
                begin_branch(connection, at=seq - 1)
            now = self._clock.now()
            places = search.places(connection, steps)
            stored = [store_step(connection, step, seq=seq, now=now, operation_id=operation_id) for step in steps]
            search.update(connection, steps, places)
            purge_tombstones(connection, now)
            watermark = read_head(connection).watermark(now)
        self._furthest = seq
        self._feed.notice()
        return Commit(operation_id, tuple(record for record in stored if record), now, watermark)

    def watch(self, project_id: str, on_batch: OnBatch, on_state: OnState) -> Watch:
        return self._feed.watch(project_id, on_batch, on_state)

    def upgrade(self) -> int:
        return 0  # opening the file has done it

    def shared_secret(self, principal: Principal, proposed: str) -> str:
        require_system(principal)
        return proposed

    def ping(self) -> None:
        with self._connections.read() as connection:
            read_head(connection)

    def close(self) -> None:
        self._feed.close()
        self._connections.close()
