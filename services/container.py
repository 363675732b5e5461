"""Everything a running Freshet is made of, put together once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from services.arrival import Arrival
from services.clock import Clock, SystemClock
from services.errors import SettingsError, StoreUnavailable
from services.files.blobs import Blobs
from services.files.intake import Intake, clear_scratch
from services.files.spool import Spool
from services.freshness import Editor, Freshness, Sessions, SnapshotStore
from services.freshness.asides import Asides
from services.freshness.disk import DiskCache
from services.freshness.live import LiveHub
from services.freshness.policy import with_ttls
from services.freshness.session import NotingStore
from services.freshness.totals import Totals
from services.freshness.usages import Usages
from services.generation.cutouts import Cutouts
from services.generation.inquiries import Inquiries
from services.generation.offers import Offers, open_offers
from services.generation.opener import Opener
from services.generation.pool import RenderPool
from services.identity import SYSTEM, LocalPrincipals
from services.ids import Ids, UlidIds
from services.keeping.purges import Purges
from services.keeping.trash import Trash
from services.library import default_project, ensure_default_project, make_data_dir, open_blobs
from services.log import log_failure
from services.models import Project
from services.projects import Projects
from services.prompts.templates import Templates
from services.routine import DAY, Routine
from services.settings import Settings
from services.signing import own_secret, shared_secret
from services.store.open import open_store
from services.store.protocol import Store
from services.workflows import context as workflow_context
from services.workflows.engine import WorkflowEngine
from services.workflows.lock import DataDirLock
from services.workflows.progress import ProgressBoard, StoredRuns
from services.workflows.pruning import prune
from services.workflows.studio import Studio

CACHE_FILE = "cache.sqlite"
"""What is known of a remote store, in the data folder."""


@dataclass
class Services:
    """The running services. `close` leaves no thread, process or lock behind; `leave` is for a process that ends."""

    settings: Settings
    clock: Clock
    ids: Ids
    store: Store
    blobs: Blobs
    principals: LocalPrincipals
    project: Project
    projects: Projects
    offers: Offers
    freshness: Freshness
    hub: LiveHub
    editor: Editor
    asides: Asides
    totals: Totals
    usages: Usages
    templates: Templates
    sessions: Sessions
    progress: ProgressBoard
    pool: RenderPool
    cutouts: Cutouts
    spool: Spool
    opener: Opener
    intake: Intake
    engine: WorkflowEngine
    studio: Studio
    lock: DataDirLock
    away: StoreUnavailable | None = None
    """Why the store has not been reached, where it is far away and may be waited for. `project` is a guess then."""

    def __post_init__(self) -> None:
        self.arrival = Arrival(self._arrive)
        self.stored_runs = StoredRuns(self.store.runs, self.clock)
        self.trash = Trash(self.store, self.blobs, self.clock, self.ids)
        self.purges = Purges(self.trash, self.ids)
        self.inquiries = Inquiries(self.store, self.blobs, self.offers, self.clock, self.ids)
        self.routines = (
            Routine("pruning", lambda: prune(self.clock.now()), every=DAY),
            Routine("trash", self.trash.sweep, every=DAY / 4),
            Routine("spool", self.intake.sweep, every=600.0),
        )

    def launch_workflows(self) -> None:
        """Take the data directory's lock, start the engine and take up what the last process left.

        While a remote store is away, runs in flight wait for it, and the rest is done once it answers.
        """
        self.lock.acquire()
        clear_scratch(scratch_of(self.settings))
        self.engine.launch()
        try:
            if self.away is None:
                self._take_up()
        except StoreUnavailable as error:
            if self.settings.store == "sqlite":
                raise
            self.away = error
        if self.away is not None:
            self.arrival.await_store(self.away)
        for routine in self.routines:
            routine.begin()

    def _arrive(self) -> None:
        self.project = ensure_default_project(self.store, self.clock)
        self.projects.read(self.principals.resolve({}))
        self.sessions.sign_with(shared_secret(self.settings, self.store))
        self._take_up()
        self.away = None

    def _take_up(self) -> None:
        unfinished = self.store.runs.unfinished(SYSTEM)
        self.engine.take_up([run for run in unfinished if run.engine_id == self.engine.engine_id])

    def close(self) -> None:
        self.arrival.close()
        for routine in self.routines:
            routine.close()
        self.purges.close()
        self.editor.close()
        self.asides.close()
        self.totals.close()
        self.usages.close()
        self.templates.close()
        self.hub.close()
        self.freshness.close()
        self.halt()
        self.engine.close()
        self.store.close()
        self.lock.release()
        self.offers.close()
        workflow_context.install(None)

    def leave(self, patience: float) -> None:
        """Halt and write what is to be kept, for `patience` seconds at most: whatever hangs is left behind."""
        began = self.clock.monotonic()
        self.editor.close(patience / 4)  # these two need the store, which the others may close meanwhile
        self.purges.close(patience / 4)
        patience -= self.clock.monotonic() - began

        def close_store() -> None:
            self.engine.settle(patience * 3 / 4)  # what a provider still answers is noted there
            self.store.close()

        parts = (self.halt, self.hub.close, lambda: self.freshness.close(patience / 4), close_store)
        workers = ThreadPoolExecutor(len(parts), thread_name_prefix="freshet-leave")
        ended, _ = wait([workers.submit(part) for part in parts], patience)
        workers.shutdown(wait=False)
        for error in (future.exception() for future in ended):
            if error is not None:
                log_failure("server.leaving_failed", error)

    def halt(self) -> None:
        """Have runs in flight end where they are, to be resumed at the next launch, and end the render processes."""
        self.engine.stop()
        self.pool.close()
        self.inquiries.close()
        self.cutouts.close()
        self.intake.close()
        self.opener.close()


def build(
    settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None, store: Store | None = None
) -> Services:
    """Open everything `settings` names, without starting any work. Raises SettingsError, StoreError.

    A remote store that does not answer is no error: see `Services.away`.
    """
    clock = clock or SystemClock()
    ids = ids or UlidIds(clock)
    make_data_dir(settings.data_dir)
    engine_id = _engine_id(settings.data_dir, ids)
    blobs = open_blobs(settings)
    store = NotingStore(
        store
        or open_store(
            kind=settings.store,
            sqlite_path=settings.sqlite_path,
            clock=clock,
            firestore_project=settings.firestore_project,
            reach=False,
        )
    )
    away: StoreUnavailable | None = None
    try:
        sessions = Sessions(own_secret(settings))
        store.ping()  # from here on it knows which database it is on: no screen pays for that
        project = ensure_default_project(store, clock)
        sessions.sign_with(shared_secret(settings, store))
    except StoreUnavailable as error:
        if settings.store == "sqlite":
            store.close()
            raise
        project, away = default_project(clock), error
    except BaseException:
        store.close()
        raise
    principals = LocalPrincipals(frozenset({project.id}))
    projects = Projects(store, clock, ids, principals)
    if away is None:  # else `_arrive` does
        with suppress(StoreUnavailable):
            projects.read(principals.resolve({}))
    progress = ProgressBoard(clock)
    pool = RenderPool()
    activity = workflow_context.Activity()
    engine = WorkflowEngine(settings.workflow_db, engine_id, activity)
    offers = open_offers(settings, clock)
    workflow_context.install(
        workflow_context.WorkflowContext(store, blobs, pool, clock, ids, progress, activity, offers)
    )
    ttls, disk = with_ttls(settings.ttls), open_disk(settings)
    freshness = Freshness(store.media, clock, SnapshotStore(ids.new()[-6:]), ttls=ttls, disk=disk)
    hub, editor = LiveHub(store, freshness, clock), Editor(store, freshness, clock, ids)
    editor.told = hub.edited
    asides = Asides(clock, freshness.mark)
    asides.on_away = freshness.tell_away
    usages = Usages(store.upkeep, clock, ttls=ttls, disk=disk, heard=hub.heard_of)
    usages.on_away = freshness.tell_away
    templates = Templates(store, clock, ids, freshness.mark, ttls=ttls)
    templates.lists.on_away = freshness.tell_away
    spool, opener = Spool(blobs, clock, ids, settings.uploads), Opener()
    return Services(
        settings=settings,
        clock=clock,
        ids=ids,
        store=store,
        blobs=blobs,
        principals=principals,
        project=project,
        projects=projects,
        offers=offers,
        freshness=freshness,
        hub=hub,
        editor=editor,
        asides=asides,
        totals=Totals(store.media, clock, freshness.count),
        usages=usages,
        templates=templates,
        sessions=sessions,
        progress=progress,
        pool=pool,
        cutouts=Cutouts(blobs),
        spool=spool,
        opener=opener,
        intake=Intake(store, blobs, clock, ids, spool, opener.derive, scratch_of(settings)),
        engine=engine,
        studio=Studio(store, engine, progress, clock, ids),
        lock=DataDirLock(settings.data_dir),
        away=away,
    )


def open_disk(settings: Settings) -> DiskCache | None:
    """The cache on local disk, where the store is far away."""
    if settings.store != "firestore":
        return None
    return DiskCache(settings.data_dir / CACHE_FILE, source=f"firestore {settings.firestore_project}")


def scratch_of(settings: Settings) -> Path:
    """Where uploaded files are put together and looked into, by this server alone."""
    return settings.data_dir / "incoming"


def _engine_id(data_dir: Path, ids: Ids) -> str:
    """This data directory's name among workflow engines: made once, the same after every restart."""
    path = data_dir / "engine-id"
    try:
        with suppress(FileExistsError), path.open("x") as file:
            file.write(ids.new())
        if not path.read_text().strip():  # the disk was full, or the process ended, just then
            path.write_text(ids.new())
        return path.read_text().strip()
    except OSError as error:
        raise SettingsError(f"FRESHET_DATA_DIR {data_dir} cannot be used: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is damaged: remove it, and this server gets another name") from error


_current: Services | None = None


def install(services: Services | None) -> None:
    """Make `services` the ones that pages and routes of this process use."""
    global _current
    _current = services


def services() -> Services:
    """The installed services. Raises RuntimeError before `install`."""
    if _current is None:
        raise RuntimeError("The services are not installed")
    return _current
