"""Templates in SQLite."""

from __future__ import annotations

from services.errors import NotFound
from services.identity import can
from services.models import MOST_TEMPLATES, Listing, Principal, Template
from services.store.keys import is_safe_id
from services.store.rules import by_name, require_member
from services.store.sqlite.connections import Connections
from services.store.sqlite.rows import TEMPLATES, decode, decode_all


class SqliteTemplates:
    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, principal: Principal, template_id: str) -> Template:
        template = self._find(template_id)
        if template is None or not can(principal, "read", template):
            raise NotFound(f"No template {template_id}")
        return template

    def list_for(self, principal: Principal, project_id: str) -> Listing[Template]:
        require_member(principal, project_id)
        sql = "SELECT document FROM templates WHERE project_id = ? ORDER BY id LIMIT ?"
        with self._connections.read() as connection:
            found = decode_all(TEMPLATES, connection.execute(sql, (project_id, MOST_TEMPLATES)))
        readable = (template for template in found if can(principal, "read", template))
        return Listing(tuple(sorted(readable, key=by_name)), documents_read=len(found))

    def _find(self, template_id: str) -> Template | None:
        if not is_safe_id(template_id):
            return None
        with self._connections.read() as connection:
            row = connection.execute("SELECT document FROM templates WHERE id = ?", (template_id,)).fetchone()
        return decode(TEMPLATES, row[0]) if row else None
