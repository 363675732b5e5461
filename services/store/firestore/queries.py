"""Every query that the store sends, in one place: `firestore.indexes.json` must cover them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter, Or

from services.models import MediaQuery, Principal
from services.store.cursors import Place
from services.store.firestore.documents import COLLECTIONS
from services.store.firestore.identity import NAME as IDENTITY


def page(client: firestore.Client, query: MediaQuery, after: Place | None, count: int) -> Any:
    """`count` documents of a list after a place, newest first. What is deleted has no `created_at`, so none is read."""
    documents = client.collection(COLLECTIONS["media"])
    for field, value in query.equalities().items():
        documents = documents.where(filter=FieldFilter(field, "==", value))
    documents = documents.order_by("created_at", direction=firestore.Query.DESCENDING)
    documents = documents.order_by("__name__", direction=firestore.Query.DESCENDING)
    if after is not None:
        documents = documents.start_after({"created_at": after.time, "__name__": after.id})
    return documents.limit(count)


def changes(
    client: firestore.Client, project_id: str, after: datetime, count: int, *, beyond: Any | None = None
) -> Any:
    """`count` changes and tombstones of a project stamped after a time, oldest first; only those beyond a snapshot.

    Last of all comes the document that tells which database this is (identity.py).
    """
    documents = watched(client, [project_id], after)
    if beyond is not None:
        documents = documents.start_after(beyond)
    return documents.limit(count)


def watched(client: firestore.Client, project_ids: Sequence[str], after: datetime) -> Any:
    """All changes and tombstones of projects stamped after a time, and which database this is (identity.py)."""
    scopes = [*project_ids, IDENTITY]
    documents = client.collection(COLLECTIONS["media"]).where(filter=FieldFilter("project_id", "in", scopes))
    return documents.where(filter=FieldFilter("updated_at", ">", after)).order_by("updated_at")


def unfinished_runs(client: firestore.Client) -> Any:
    runs = client.collection(COLLECTIONS["run"])
    return runs.where(filter=FieldFilter("status", "in", ["queued", "running"]))


def projects_of(client: firestore.Client, principal: Principal) -> Any:
    """The projects that `principal` owns or is a member of; all, for the system. Tombstones have none of the fields."""
    projects = client.collection(COLLECTIONS["project"])
    if principal.is_system:
        return projects.order_by("name")
    owned = FieldFilter("owner_id", "==", principal.user_id)
    joined = FieldFilter("member_ids", "array_contains", principal.user_id)
    return projects.where(filter=Or([owned, joined]))
