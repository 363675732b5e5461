"""Projects in SQLite."""

from __future__ import annotations

from services.errors import NotFound
from services.identity import can
from services.models import Principal, Project
from services.store.keys import is_safe_id
from services.store.rules import by_name
from services.store.sqlite.connections import Connections
from services.store.sqlite.rows import PROJECTS, decode, decode_all


class SqliteProjects:
    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, principal: Principal, project_id: str) -> Project:
        project = self._find(project_id)
        if project is None or not can(principal, "read", project):
            raise NotFound(f"No project {project_id}")
        return project

    def list_for(self, principal: Principal) -> list[Project]:
        with self._connections.read() as connection:
            projects = decode_all(PROJECTS, connection.execute("SELECT document FROM projects"))
        return sorted((project for project in projects if can(principal, "read", project)), key=by_name)

    def _find(self, project_id: str) -> Project | None:
        if not is_safe_id(project_id):
            return None
        with self._connections.read() as connection:
            row = connection.execute("SELECT document FROM projects WHERE id = ?", (project_id,)).fetchone()
        return decode(PROJECTS, row[0]) if row else None
