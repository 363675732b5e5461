"""Starting and cancelling runs: what a page's handler calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.clock import Clock
from services.errors import BadInput, Conflict, OutcomeUnknown, StoreError
from services.generation.prices import total
from services.generation.seeds import parameters_of_output
from services.ids import Ids, is_id
from services.log import log_event
from services.models import MediaItem, MediaType, Origin, Principal, Put, Remove, Run, RunType, Write
from services.store.protocol import Store
from services.workflows.engine import WorkflowEngine
from services.workflows.progress import ProgressBoard


@dataclass(frozen=True)
class Order:
    """What a person asked for, validated: one run and how many outputs of which kind it makes."""

    run_type: RunType
    model: str
    prompt: str
    title: str
    media_type: MediaType
    origin: Origin
    count: int
    parameters: dict[str, Any]
    source_ids: tuple[str, ...] = ()


class Studio:
    """Creates runs with their placeholders and hands them to the workflow engine."""

    def __init__(self, store: Store, engine: WorkflowEngine, progress: ProgressBoard, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._engine = engine
        self._progress = progress
        self._clock = clock
        self._ids = ids

    def start(self, principal: Principal, project_id: str, order: Order, *, run_id: str) -> Run:
        """Begin `order` as run `run_id`.

        The run and its placeholders are one commit, so no screen sees one without the other. The id comes from the
        page that asks: starting the same id twice (a double click) makes one run and returns it.
        Raises BadInput (an id that is none), Forbidden, NotFound, StoreError. After OutcomeUnknown it may have begun:
        then it is worked on, and the same id may be started once more.
        """
        if not is_id(run_id):
            raise BadInput("run", "This page is out of date. Reload it and try again.")
        now = self._clock.now()
        # Lists break ties of time by descending id: the first output gets the highest, so it stands first.
        media_ids = sorted((self._ids.new() for _ in range(order.count)), reverse=True)
        outputs = [
            self._placeholder(principal, project_id, order, run_id, index, media_id, now)
            for index, media_id in enumerate(media_ids)
        ]
        run = Run(
            id=run_id,
            project_id=project_id,
            owner_id=principal.user_id,
            created_at=now,
            updated_at=now,
            run_type=order.run_type,
            status="queued",
            model=order.model,
            prompt=order.prompt,
            parameters=order.parameters,
            source_ids=order.source_ids,
            output_ids=tuple(item.id for item in outputs),
            engine_id=self._engine.engine_id,
        )
        writes: list[Write] = [Put(record, expect=0) for record in (run, *outputs)]
        try:
            self._commit(principal, writes, run_id)
        except Conflict:
            there = self._store.runs.get(principal, run_id)
            if there.status == "queued":  # the process that began it may have ended just then
                self._engine.look_for(run_id)
            return there
        self._hand_over(run)
        log_event("run.started", run_id=run_id, run_type=run.run_type, model=run.model, outputs=order.count)
        return run

    def retry(self, principal: Principal, media_id: str) -> None:
        """Make a failed output again, in its place and with its own settings, as a new run.

        What it has cost so far stays on it. Of what a provider had begun that run first asks what became of it: it may
        be paid for and there, and then it is that run which tells what it cost.
        Anything but a failed output is left as it is: somebody else was quicker, or has deleted it. Raises BadInput
        where a picture it is made from is gone, NotFound, Forbidden, Conflict, StoreError. After OutcomeUnknown it may
        have begun, and is worked on then.
        """
        item = self._store.media.get(principal, media_id)
        if item.status != "failed" or item.run_id is None or item.deleted_at is not None:
            return
        now = self._clock.now()
        failed = self._store.runs.get(principal, item.run_id)
        self._require_sources(principal, failed.source_ids)
        fresh = {"id": self._ids.new(), "created_at": now, "output_ids": (item.id,), "status": "queued", "progress": 0}
        cleared = {"error": None, "cost_nano": None, "started_at": None, "finished_at": None}
        begun = {one: name for one, name in failed.operations.items() if one == item.id}  # it may be there by now
        unasked: dict[str, Any] = {"asked": (), "operations": begun}
        whose = {"owner_id": principal.user_id, "engine_id": self._engine.engine_id}
        run = failed.model_copy(update={**fresh, **cleared, **unasked, **whose})
        spent = item.earlier_cost_nano if begun else total([item.earlier_cost_nano, item.cost_nano])
        kept = {"earlier_cost_nano": spent, "first_run_id": item.first_run_id or item.run_id}
        again = {"status": "generating", "error": None, "cost_nano": None, "run_id": run.id}
        waiting = item.model_copy(update=again | kept)
        writes: list[Write] = [Put(run, expect=0), Put(waiting, expect=item.revision)]
        self._commit(principal, writes, run.id)
        self._hand_over(run)
        log_event("run.retried", run_id=run.id, media_id=media_id)

    def _require_sources(self, principal: Principal, source_ids: Sequence[str]) -> None:
        """Raises BadInput unless the principal may use all of them: renders read them with the system's rights."""
        found = self._store.media.get_many(principal, source_ids)
        if any(one not in found or found[one].deleted_at is not None for one in source_ids):
            raise BadInput("picture", "A picture this was to be made from is no longer there. Choose another one.")

    def cancel(self, principal: Principal, run_id: str) -> Run:
        """Stop a run: outputs already made stay, placeholders are removed. A finished run is returned as it is.

        Raises NotFound, Forbidden, StoreError.
        """
        while True:
            run = self._store.runs.get(principal, run_id)
            if run.finished:
                return run
            items = self._store.media.get_many(principal, run.output_ids).values()
            waiting = [item for item in items if item.status == "generating" and item.run_id == run_id]
            cancelled = run.model_copy(update={"status": "cancelled", "finished_at": self._clock.now()})
            removals: list[Write] = [Remove("media", item.id, expect=item.revision) for item in waiting]
            try:
                commit = self._store.commit(
                    principal, [Put(cancelled, expect=run.revision), *removals], operation_id=run_id
                )
            except Conflict:
                continue  # an output was published meanwhile: look again, it stays
            stored = commit.records[0]
            assert isinstance(stored, Run)
            self._progress.finish(stored)
            log_event("run.cancelled", run_id=run_id, removed=len(removals))
            return stored

    def _commit(self, principal: Principal, writes: Sequence[Write], run_id: str) -> None:
        try:
            self._store.commit(principal, writes, operation_id=run_id)
        except OutcomeUnknown:
            self._engine.look_for(run_id)  # or placeholders that were stored after all would wait for ever
            raise

    def _hand_over(self, run: Run) -> None:
        """Have the engine work on a committed run; if it cannot, record that, so that nothing waits for ever."""
        self._progress.begin(run)
        try:
            self._engine.enqueue(run.id)
        except StoreError as error:
            self._engine.give_up(run.id, str(error))
            raise

    @staticmethod
    def _placeholder(
        principal: Principal, project_id: str, order: Order, run_id: str, index: int, media_id: str, now: datetime
    ) -> MediaItem:
        return MediaItem(
            id=media_id,
            project_id=project_id,
            owner_id=principal.user_id,
            created_at=now,
            updated_at=now,
            media_type=order.media_type,
            status="generating",
            origin=order.origin,
            title=order.title,
            prompt=order.prompt,
            model=order.model,
            parameters=parameters_of_output(order.parameters, index),
            source_ids=order.source_ids,
            run_id=run_id,
            run_index=index,
        )
