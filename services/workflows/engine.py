"""DBOS, the durable workflow engine: started by the holder of the data directory's lock, never by an import."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from dbos import DBOS, DBOSConfig, SetWorkflowID

from services.errors import FreshetError, StorageFull, StoreUnavailable
from services.log import log_event, log_failure
from services.models import Run
from services.workflows.context import Activity, Interrupted
from services.workflows.generate import abandon, abandon_in_time, find_in_time, generate
from services.workflows.room import FULL, is_out_of_room
from services.workflows.shown import show

QUEUE = "generation"
APPLICATION_VERSION = "1"
"""Raised when the steps of `generate` change order or meaning: runs in flight belong to their version."""
CONCURRENCY = 6
"""Runs worked on at the same time: more than there are render processes, since one that waits for a provider, for
minutes if that makes a clip, must not hold up what this machine makes."""
PATIENCE = 5.0
"""Seconds that stopping waits for runs to reach a place where they can be left."""
_ALIVE = ("PENDING", "ENQUEUED", "DELAYED")


class WorkflowEngine:
    """Executes `generate` workflows. One per process: DBOS is a process-wide singleton."""

    def __init__(self, database_url: str, engine_id: str, activity: Activity) -> None:
        self._database_url = database_url
        self._engine_id = engine_id
        self._activity = activity
        self._launched = False

    @property
    def engine_id(self) -> str:
        """Names this engine in run records: the same after a restart on the same data directory."""
        return self._engine_id

    @property
    def idle(self) -> bool:
        """Whether this process works on no run."""
        return self._activity.wait(0)

    def launch(self) -> None:
        """Start executing, resuming whatever the last process left. Raises StoreUnavailable."""
        config: DBOSConfig = {
            "name": "freshet",
            "system_database_url": self._database_url,
            "executor_id": self._engine_id,
            "application_version": APPLICATION_VERSION,
            "log_level": "CRITICAL",  # what goes wrong at the launch is raised
            "notification_listener_polling_interval_sec": 0.05,
        }
        with _mapped(f"FRESHET_WORKFLOW_DB {_without_password(self._database_url)}"):
            _prepare(self._database_url)
            logger = _log_as_ours()
            try:
                DBOS(config=config)
                DBOS.launch()
                DBOS.register_queue(QUEUE, worker_concurrency=CONCURRENCY, polling_interval_sec=0.25)
            except BaseException:
                DBOS.destroy()
                raise
            logger.setLevel(logging.ERROR)
        self._launched = True

    def enqueue(self, run_id: str) -> None:
        """Have `generate(run_id)` executed. Enqueueing the same run again changes nothing.

        Raises StoreUnavailable, StorageFull.
        """
        with _mapped("The workflow database"), SetWorkflowID(run_id):
            DBOS.enqueue_workflow(QUEUE, generate, run_id)

    def give_up(self, run_id: str, reason: str) -> None:
        """Record a run as failed that could not be enqueued: now, or in the background once the store takes it."""
        try:
            abandon(run_id, reason)
        except (StoreUnavailable, StorageFull):
            self._in_time("give-up", run_id, lambda: abandon_in_time(run_id, reason))

    def look_for(self, run_id: str) -> None:
        """Work on a run of which it is not known whether it was stored, or handed over: in the background, if it is."""

        def found() -> None:
            run = find_in_time(run_id)
            if run is not None and not run.finished and run.engine_id == self._engine_id:
                self.take_up([run])

        self._in_time("look-for", run_id, found)

    def _in_time(self, name: str, run_id: str, work: Callable[[], None]) -> None:
        """Do `work` in the background, unless the process stops before: the next start takes the run up, then."""

        def go() -> None:
            with suppress(Interrupted), self._activity.running():
                try:
                    work()
                except Exception as error:  # noqa: BLE001 - nobody else would hear of it
                    log_failure("run.broke", error, run_id=run_id)

        threading.Thread(target=go, name=f"freshet-{name}", daemon=True).start()

    def take_up(self, runs: list[Run]) -> None:
        """Bring unfinished runs of this engine back on their way after a start, and on the progress board.

        Those in flight are resumed by DBOS itself. One that was committed but never enqueued (the process ended in
        between) is enqueued now; one whose workflow gave up, or belongs to an older version of `generate`, is
        recorded as failed. Raises StoreError.
        """
        for run in runs:
            with _mapped("The workflow database"):
                status = DBOS.get_workflow_status(run.id)
            if status is not None and (status.status not in _ALIVE or status.app_version != APPLICATION_VERSION):
                abandon(run.id, "This run was interrupted and could not be resumed. Try again.")
            else:
                show(run, unless_shown=True)
                if status is None:
                    self.enqueue(run.id)
            log_event("run.take_up", run_id=run.id, workflow=status.status if status else "none")

    def stop(self) -> None:
        """Ask the runs in flight to end where they are; the next launch resumes them. Does not wait."""
        self._activity.stop()

    def settle(self, patience: float) -> None:
        """Wait for the runs that were asked to end: what a provider answers until then is kept and noted."""
        self._activity.wait(patience)

    def close(self) -> None:
        """Stop, and leave no thread behind. The render pool must be closed before: runs wait for it."""
        self.stop()
        if self._launched:
            self._activity.wait(PATIENCE)
            DBOS.destroy()
            self._launched = False


@contextmanager
def _mapped(what: str) -> Iterator[None]:
    """Raise whatever the engine or its database raises as StoreUnavailable, in one line that begins with `what`.

    A full disk, which people can do something about, is StorageFull.
    """
    try:
        yield
    except FreshetError:
        raise
    except Exception as error:
        if is_out_of_room(error):
            raise StorageFull(f"{what} cannot grow. {FULL}") from error
        cause = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise StoreUnavailable(f"{what} cannot be used: {cause}") from error


def _log_as_ours() -> logging.Logger:
    """DBOS's own lines go through the program's log; it makes a handler of its own only where it finds none."""
    logger = logging.getLogger("dbos")
    logger.handlers = [logging.NullHandler()]
    logger.propagate = True
    return logger


def _prepare(database_url: str) -> None:
    """Open an SQLite file beforehand, in WAL mode: DBOS leaves it in one where writers block readers.

    Taking the write lock tells now what is wrong with the file; DBOS would wait half a minute first.
    """
    if not database_url.startswith("sqlite:///"):
        return
    path = Path(database_url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                raise StoreUnavailable(
                    f"The workflow database {path} is damaged: move it away. No run is lost"
                ) from error
            raise


def _without_password(url: str) -> str:
    head, _, tail = url.partition("://")
    return f"{head}://{tail.rpartition('@')[2]}" if "@" in tail else url
