"""Runs in Firestore."""

from __future__ import annotations

from typing import Any

from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.cloud import firestore

from services.errors import NotFound, StoreUnavailable
from services.identity import can, require
from services.models import Principal, Run
from services.store.firestore import calls, queries
from services.store.firestore.documents import COLLECTIONS, decode, is_tombstone
from services.store.keys import is_safe_id
from services.store.rules import require_percent

_ATTEMPTS = 3


class FirestoreRuns:
    def __init__(self, client: firestore.Client) -> None:
        self._client = client

    def get(self, principal: Principal, run_id: str) -> Run:
        run = decode(Run, self._find(run_id))
        if not can(principal, "read", run):
            raise NotFound(f"No run {run_id}")
        return run

    def unfinished(self, principal: Principal) -> list[Run]:
        snapshots = calls.read(queries.unfinished_runs(self._client).get)
        runs = (decode(Run, snapshot) for snapshot in snapshots)
        return sorted((run for run in runs if can(principal, "read", run)), key=lambda run: (run.created_at, run.id))

    def set_progress(self, principal: Principal, run_id: str, progress: int) -> None:
        require_percent(progress)
        failure: Exception | None = None
        for _ in range(_ATTEMPTS):
            snapshot = self._find(run_id)
            run = decode(Run, snapshot)
            require(principal, "edit", run)
            if run.finished:
                return
            unchanged = self._client.write_option(last_update_time=snapshot.update_time)
            batch = self._client.batch()
            batch.update(snapshot.reference, {"progress": progress}, unchanged)
            try:
                calls.write(batch.commit)
            except (*calls.CHANGED_MEANWHILE, *calls.ANSWER_LOST) as error:
                failure = error
            except (GoogleAPIError, GoogleAuthError) as error:
                raise calls.translate(error) from error
            else:
                return
        raise StoreUnavailable("Firestore did not store a run's progress") from failure

    def _find(self, run_id: str) -> Any:
        """The snapshot of an existing run. Raises NotFound."""
        if is_safe_id(run_id):
            document = self._client.collection(COLLECTIONS["run"]).document(run_id)
            snapshot = calls.read(document.get)
            if snapshot.exists and not is_tombstone(snapshot):
                return snapshot
        raise NotFound(f"No run {run_id}")
