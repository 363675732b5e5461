"""Commits on Firestore: compare-and-set in one atomic batch.

The documents are read, `plan` decides, and every write of the batch demands that its document is still as it was
read. A server-side transaction would say the same with locks, one round trip more, and two seconds' wait per clash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.cloud import firestore

from services.clock import Clock
from services.errors import OutcomeUnknown, StoreUnavailable
from services.models import Commit, Principal, Record, RecordKind, Write
from services.store.firestore import calls
from services.store.firestore.documents import COLLECTIONS, as_replacement, encode, held, tombstone
from services.store.firestore.horizon import watermark_at
from services.store.firestore.identity import Identity
from services.store.planning import Key, Step, done_before, keys_of, plan
from services.store.times import from_micros, to_micros

_ATTEMPTS = 5


class Commits:
    def __init__(self, client: firestore.Client, clock: Clock, identity: Identity) -> None:
        self._client = client
        self._clock = clock
        self._identity = identity

    def commit(self, principal: Principal, writes: Sequence[Write], *, operation_id: str) -> Commit:
        """See `Store.commit`.

        A clash, or a lost answer, starts again from reading: the plan then tells a real conflict from a mere change
        of progress, and a commit that was done after all from one that was not. When Firestore stays away after a
        lost answer, OutcomeUnknown leaves open which it was; repeating with the same `operation_id` is safe.
        """
        keys = keys_of(writes)
        if not keys:
            return Commit(operation_id, (), self._clock.now())
        failure: Exception | None = None
        lost = False
        source = self._identity.source  # now: not to know it after the commit would look like a failure
        for _ in range(_ATTEMPTS):
            try:
                snapshots = self._read(keys)
            except StoreUnavailable as error:
                if lost:
                    raise OutcomeUnknown(str(error)) from error
                raise
            found = {key: one for key in keys if (one := held(key[0], snapshots[key]))}
            if done := done_before(writes, found, operation_id):
                return replace(done, watermark=self._covering(source, next(iter(snapshots.values())).read_time))
            steps = plan(principal, writes, found)
            try:
                return self._write(source, steps, snapshots, operation_id)
            except (*calls.CHANGED_MEANWHILE, *calls.ANSWER_LOST) as error:
                failure, lost = error, lost or isinstance(error, calls.ANSWER_LOST)
            except (GoogleAPIError, GoogleAuthError) as error:
                raise calls.translate(error) from error
        raise (OutcomeUnknown if lost else StoreUnavailable)("Firestore did not finish a write") from failure

    def _read(self, keys: Sequence[Key]) -> dict[Key, Any]:
        wanted = {self._reference(*key).path: key for key in keys}
        references = [self._reference(*key) for key in keys]
        snapshots = calls.read(lambda **options: list(self._client.get_all(references, **options)))
        return {wanted[snapshot.reference.path]: snapshot for snapshot in snapshots}

    def _write(self, source: str, steps: Sequence[Step], snapshots: dict[Key, Any], operation_id: str) -> Commit:
        batch = self._client.batch()
        for step in steps:
            self._change(batch, step, snapshots[step.key], operation_id)
        for step in steps:
            self._move(batch, step, operation_id)
        results = calls.write(batch.commit)
        stamps = [_stamp(result) for result in results[: len(steps)]]
        changed = ((step.after, stamp) for step, stamp in zip(steps, stamps, strict=True))
        records = tuple(after.model_copy(update={"updated_at": stamp}) for after, stamp in changed if after)
        return Commit(operation_id, records, stamps[0], self._covering(source, batch.commit_time))

    def _covering(self, source: str, server_time: Any) -> str:
        return watermark_at(source, server_time, self._clock.now())

    def _change(self, batch: Any, step: Step, snapshot: Any, operation_id: str) -> None:
        fields = encode(step.after, operation_id) if step.after else self._tombstone(step, operation_id)
        if snapshot.exists:
            unchanged = self._client.write_option(last_update_time=snapshot.update_time)
            batch.update(snapshot.reference, as_replacement(fields, of=snapshot, whole=step.after is None), unchanged)
        else:
            batch.create(snapshot.reference, fields)

    def _move(self, batch: Any, step: Step, operation_id: str) -> None:
        """For a record that changes project: its tombstone in the old one, and none any more in the new one."""
        if step.after is None or step.left_project is None:
            return
        kind, record_id = step.key
        batch.set(self._reference(kind, f"{record_id}@{step.left_project}"), self._tombstone(step, operation_id))
        batch.delete(self._reference(kind, f"{record_id}@{step.after.project_id}"))

    def _tombstone(self, step: Step, operation_id: str) -> dict[str, Any]:
        return tombstone(cast(Record, step.before), step.revision, operation_id, self._clock.now())

    def _reference(self, kind: RecordKind, name: str) -> Any:
        return self._client.collection(COLLECTIONS[kind]).document(name)


def _stamp(result: Any) -> datetime:
    """The commit time that the server put into `updated_at`, told in the result of the write."""
    (updated_at,) = result.transform_results
    return from_micros(to_micros(updated_at.timestamp_value))
