"""Projects in Firestore."""

from __future__ import annotations

from google.cloud import firestore

from services.errors import NotFound
from services.identity import can
from services.models import Principal, Project
from services.store.firestore import calls, queries
from services.store.firestore.documents import COLLECTIONS, decode, is_tombstone
from services.store.keys import is_safe_id
from services.store.rules import by_name


class FirestoreProjects:
    def __init__(self, client: firestore.Client) -> None:
        self._client = client

    def get(self, principal: Principal, project_id: str) -> Project:
        if is_safe_id(project_id):
            snapshot = calls.read(self._client.collection(COLLECTIONS["project"]).document(project_id).get)
            if snapshot.exists and not is_tombstone(snapshot):
                project = decode(Project, snapshot)
                if can(principal, "read", project):
                    return project
        raise NotFound(f"No project {project_id}")

    def list_for(self, principal: Principal) -> list[Project]:
        snapshots = calls.read(queries.projects_of(self._client, principal).get)
        projects = (decode(Project, snapshot) for snapshot in snapshots)
        return sorted((project for project in projects if can(principal, "read", project)), key=by_name)
