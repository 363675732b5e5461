"""Principals. There is one local user for now; signing in replaces `local_principal`, nothing else."""

from __future__ import annotations

from services.models import Principal

LOCAL_USER_ID = "local"
SYSTEM = Principal(user_id="system", name="Freshet", is_system=True)


def local_principal(project_ids: frozenset[str]) -> Principal:
    """The person at this machine, a member of `project_ids`."""
    return Principal(user_id=LOCAL_USER_ID, name="You", project_ids=project_ids)
