"""Projects: made by whoever wants one, and known to the process that made them or read of them."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from services.clock import Clock
from services.errors import BadInput, StoreError, twin
from services.identity import LocalPrincipals
from services.ids import Ids
from services.models import Principal, Project, Put
from services.models.project import NAME_LENGTH
from services.models.words import clean
from services.store.protocol import Store

LIFETIME = timedelta(hours=1)
"""For so long it is not asked again whether another process has made one."""
PAUSE = timedelta(seconds=10)
"""For so long after it was asked, a project that is not known does not exist; nor is a store asked again that could
not answer: nobody's events may wait for it one by one."""


class Projects:
    def __init__(self, store: Store, clock: Clock, ids: Ids, principals: LocalPrincipals) -> None:
        self._store, self._clock, self._ids, self._principals = store, clock, ids, principals
        self._lock = threading.Lock()
        self._held: dict[str, tuple[datetime, list[Project]]] = {}
        self._failed: dict[str, tuple[datetime, StoreError]] = {}
        """User id → when the store could not answer last, and why; nothing once it has."""

    def create(self, principal: Principal, name: str) -> Project:
        """Make a project that is `principal`'s alone. Raises BadInput (a name that is none, too long, or another
        project's of theirs), StoreError."""
        name = clean(name)
        if not name:
            raise BadInput("name", "A project needs a name. Write one and try again.")
        if len(name) > NAME_LENGTH:
            raise BadInput("name", f"A project's name has at most {NAME_LENGTH} characters. Shorten it.")
        if any(one.name.casefold() == name.casefold() for one in self.read(principal)):
            raise BadInput("name", f"There is a project called {name} already. Choose another name.")
        project_id, now = self._ids.new(), self._clock.now()
        project = Project(
            id=project_id,
            project_id=project_id,
            owner_id=principal.user_id,
            created_at=now,
            updated_at=now,
            name=name,
            member_ids=(principal.user_id,),
        )
        self._store.commit(principal, [Put(project, expect=0)], operation_id=self._ids.new())
        self.read(principal)
        return project

    def known(self, principal: Principal) -> list[Project]:
        """The projects that `principal` is a member of, by name. Read at most once in LIFETIME, so that no page pays
        for it. Raises StoreError."""
        read_at, found = self._of(principal)
        if read_at and self._clock.now() - read_at < LIFETIME:
            return found
        self._raise_if_just_failed(principal)
        return self.read(principal)

    def names(self, principal: Principal) -> dict[str, str]:
        """What `principal`'s projects are called, by id, by all that this process knows. Asks nothing."""
        _, found = self._of(principal)
        return {one.id: one.name for one in found}

    def look_for(self, principal: Principal, project_id: str) -> None:
        """Have `principal` known as a member of a project that another process may have made. Raises StoreError where
        nobody can tell: at once, where that is so since less than PAUSE."""
        read_at, _ = self._of(principal)
        if project_id in principal.project_ids or (read_at and self._clock.now() - read_at < PAUSE):
            return
        self._raise_if_just_failed(principal)
        self.read(principal)

    def _raise_if_just_failed(self, principal: Principal) -> None:
        with self._lock:
            failed = self._failed.get(principal.user_id)
        if failed is not None and self._clock.now() - failed[0] < PAUSE:
            raise twin(failed[1])

    def _of(self, principal: Principal) -> tuple[datetime | None, list[Project]]:
        with self._lock:
            return self._held.get(principal.user_id, (None, []))

    def read(self, principal: Principal) -> list[Project]:
        """As `known`, from the store; all of them are theirs from now on, whoever made them. Raises StoreError."""
        asked_at = self._clock.now()
        try:
            found = self._store.projects.list_for(principal)
        except StoreError as error:
            with self._lock:
                self._failed[principal.user_id] = self._clock.now(), error
            raise
        self._principals.join(principal.user_id, [one.id for one in found])
        with self._lock:
            self._held[principal.user_id] = asked_at, found
            self._failed.pop(principal.user_id, None)
        return found
