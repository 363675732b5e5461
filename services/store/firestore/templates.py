"""Templates in Firestore."""

from __future__ import annotations

from google.cloud import firestore

from services.errors import NotFound
from services.identity import can
from services.models import MOST_TEMPLATES, Listing, Principal, Template
from services.store.firestore import calls, queries
from services.store.firestore.documents import COLLECTIONS, decode, is_tombstone
from services.store.keys import is_safe_id
from services.store.rules import by_name, require_member


class FirestoreTemplates:
    def __init__(self, client: firestore.Client) -> None:
        self._client = client

    def get(self, principal: Principal, template_id: str) -> Template:
        if is_safe_id(template_id):
            snapshot = calls.read(self._client.collection(COLLECTIONS["template"]).document(template_id).get)
            if snapshot.exists and not is_tombstone(snapshot):
                template = decode(Template, snapshot)
                if can(principal, "read", template):
                    return template
        raise NotFound(f"No template {template_id}")

    def list_for(self, principal: Principal, project_id: str) -> Listing[Template]:
        require_member(principal, project_id)
        snapshots = calls.read(queries.templates_of(self._client, project_id, MOST_TEMPLATES).get)
        templates = (decode(Template, snapshot) for snapshot in snapshots)
        readable = (template for template in templates if can(principal, "read", template))
        return Listing(tuple(sorted(readable, key=by_name)), documents_read=max(1, len(snapshots)))
