"""Who is asking."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Principal(BaseModel):
    """An authenticated person, or the system itself, resolved by the server for each request.

    `project_ids` are the projects this principal is a member of, read from the store, never from a client.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    user_id: str
    name: str
    project_ids: frozenset[str] = frozenset()
    is_system: bool = False
    """The workflow engine and the command line: may act on every record, never comes from a request."""
