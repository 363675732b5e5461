"""Runs in SQLite."""

from __future__ import annotations

from services.errors import NotFound
from services.identity import can, require
from services.models import Principal, Run
from services.store.keys import is_safe_id
from services.store.rules import require_percent
from services.store.sqlite.connections import Connections
from services.store.sqlite.rows import RUNS, decode, decode_all


class SqliteRuns:
    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, principal: Principal, run_id: str) -> Run:
        run = self._find(run_id)
        if run is None or not can(principal, "read", run):
            raise NotFound(f"No run {run_id}")
        return run

    def unfinished(self, principal: Principal) -> list[Run]:
        sql = "SELECT document FROM runs WHERE status IN ('queued', 'running') ORDER BY created_at, id"
        with self._connections.read() as connection:
            runs = decode_all(RUNS, connection.execute(sql))
        return [run for run in runs if can(principal, "read", run)]

    def set_progress(self, principal: Principal, run_id: str, progress: int) -> None:
        require_percent(progress)
        run = self._find(run_id)
        if run is None:
            raise NotFound(f"No run {run_id}")
        require(principal, "edit", run)
        with self._connections.write() as connection:
            connection.execute(
                "UPDATE runs SET document = json_set(document, '$.progress', ?) "
                "WHERE id = ? AND status IN ('queued', 'running')",
                (progress, run_id),
            )

    def _find(self, run_id: str) -> Run | None:
        if not is_safe_id(run_id):
            return None
        with self._connections.read() as connection:
            row = connection.execute("SELECT document FROM runs WHERE id = ?", (run_id,)).fetchone()
        return decode(RUNS, row[0]) if row else None
