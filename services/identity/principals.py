"""Principals: from a request to who is asking. There is one local user for now; signing in replaces `Principals`."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from services.models import Principal

LOCAL_USER_ID = "local"
SYSTEM = Principal(user_id="system", name="Freshet", is_system=True)


def local_principal(project_ids: frozenset[str]) -> Principal:
    """The person at this machine, a member of `project_ids`."""
    return Principal(user_id=LOCAL_USER_ID, name="You", project_ids=project_ids)


class LocalPrincipals:
    """Everybody who reaches this server is its one local user.

    Their projects are those that this process has read from the store or made.
    """

    def __init__(self, project_ids: frozenset[str]) -> None:
        self._lock = threading.Lock()
        self._local = local_principal(project_ids)

    def resolve(self, headers: Mapping[str, str]) -> Principal:
        """The principal behind a request with these headers."""
        del headers
        return self._local

    def join(self, user_id: str, project_ids: Iterable[str]) -> None:
        """`user_id` is a member of these projects, too, as the store says; requests know of it from now on."""
        with self._lock:
            known = self._local.project_ids.union(project_ids)
            if user_id == LOCAL_USER_ID and known != self._local.project_ids:
                self._local = local_principal(known)
