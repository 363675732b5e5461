"""The library itself: its folder, its first project, and how a command opens it without a server around it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from services.clock import Clock, SystemClock
from services.errors import BadInput, Conflict, SettingsError
from services.files.blobs import Blobs
from services.identity import LOCAL_USER_ID, SYSTEM, local_principal
from services.ids import Ids, UlidIds
from services.models import Principal, Project, Put
from services.settings import Settings
from services.store.open import open_store
from services.store.protocol import Store

DEFAULT_PROJECT_ID = "00000000000000000000000001"


@dataclass(frozen=True)
class Library:
    """One project, as the person at this machine."""

    store: Store
    blobs: Blobs
    clock: Clock
    ids: Ids
    project: Project
    principal: Principal


@contextmanager
def open_library(settings: Settings, project_name: str | None) -> Generator[Library, None, None]:
    """Open the project called `project_name`, or the default one. Raises BadInput, SettingsError, StoreError."""
    clock = SystemClock()
    make_data_dir(settings.data_dir)
    blobs = open_blobs(settings)
    store = open_store(
        kind=settings.store, sqlite_path=settings.sqlite_path, clock=clock, firestore_project=settings.firestore_project
    )
    try:
        project = _find(store, clock, project_name)
        principal = local_principal(frozenset({project.id}))
        yield Library(store, blobs, clock, UlidIds(clock), project, principal)
    finally:
        store.close()


def _find(store: Store, clock: Clock, name: str | None) -> Project:
    default = ensure_default_project(store, clock)
    if name is None:
        return default
    projects = store.projects.list_for(SYSTEM)
    for project in projects:
        if project.name.casefold() == name.casefold():
            return project
    known = ", ".join(project.name for project in projects)
    raise BadInput("project", f"There is no project called {name!r}. There are: {known}")


def ensure_default_project(store: Store, clock: Clock) -> Project:
    """The project everybody starts in; made by the first server or import that finds none. Raises StoreError."""
    existing = {found.id: found for found in store.projects.list_for(SYSTEM)}
    if DEFAULT_PROJECT_ID not in existing:
        with suppress(Conflict):  # another process may be first, which is as good
            store.commit(SYSTEM, [Put(default_project(clock), expect=0)], operation_id=DEFAULT_PROJECT_ID)
        return store.projects.get(SYSTEM, DEFAULT_PROJECT_ID)
    return existing[DEFAULT_PROJECT_ID]


def default_project(clock: Clock) -> Project:
    """The default project as it is made."""
    now = clock.now()
    return Project(
        id=DEFAULT_PROJECT_ID,
        project_id=DEFAULT_PROJECT_ID,
        owner_id=LOCAL_USER_ID,
        created_at=now,
        updated_at=now,
        name="First project",
        member_ids=(LOCAL_USER_ID,),
    )


def open_blobs(settings: Settings) -> Blobs:
    """Raises SettingsError."""
    try:
        return Blobs.open(settings.files_url)
    except SettingsError as error:
        raise SettingsError(f"FRESHET_FILES: {error}") from error


def make_data_dir(path: Path) -> None:
    """Raises SettingsError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"FRESHET_DATA_DIR {path} cannot be created: {error.strerror}") from error
