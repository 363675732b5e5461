"""Principals: from a request to who is asking. There is one local user for now; signing in replaces `Principals`."""

from __future__ import annotations

from collections.abc import Mapping

from services.models import Principal

LOCAL_USER_ID = "local"
SYSTEM = Principal(user_id="system", name="Freshet", is_system=True)


def local_principal(project_ids: frozenset[str]) -> Principal:
    """The person at this machine, a member of `project_ids`."""
    return Principal(user_id=LOCAL_USER_ID, name="You", project_ids=project_ids)


class LocalPrincipals:
    """Everybody who reaches this server is its one local user.

    Their projects were read from the store when the server started: nothing can change them while it runs.
    """

    def __init__(self, project_ids: frozenset[str]) -> None:
        self._local = local_principal(project_ids)

    def resolve(self, headers: Mapping[str, str]) -> Principal:
        """The principal behind a request with these headers."""
        del headers
        return self._local
