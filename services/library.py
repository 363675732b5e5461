"""A library opened for a command, without a server around it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from services.clock import Clock, SystemClock
from services.container import ensure_default_project
from services.errors import BadInput, SettingsError
from services.files.blobs import Blobs
from services.identity import SYSTEM, local_principal
from services.ids import Ids, UlidIds
from services.models import Principal, Project
from services.settings import Settings
from services.store.open import open_store
from services.store.protocol import Store


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
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"FRESHET_DATA_DIR {settings.data_dir} cannot be created: {error.strerror}") from error
    store = open_store(
        kind=settings.store, sqlite_path=settings.sqlite_path, clock=clock, firestore_project=settings.firestore_project
    )
    try:
        project = _find(store, clock, project_name)
        principal = local_principal(frozenset({project.id}))
        yield Library(store, Blobs.open(settings.files_url), clock, UlidIds(clock), project, principal)
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
