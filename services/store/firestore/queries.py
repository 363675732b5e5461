"""Every query that the store sends, in one place: `firestore.indexes.json` must cover them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, get_args

from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter, Or

from services.models import MediaItem, MediaQuery, MediaType, Principal, RecordKind, TemplateType
from services.store.cursors import Place
from services.store.firestore.documents import COLLECTIONS, SHARED_FILES, STORED_BYTES, UNLISTED
from services.store.firestore.identity import NAME as IDENTITY
from services.store.firestore.tokens import TITLE_KEY, TOKENS, equalities_of, token_of

_OF_CHANGES = ("kind", "deleted", "operation_id", "random", "layout")
"""What a change has, or the identity, besides an item's fields."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def page(client: firestore.Client, query: MediaQuery, after: Place | None, count: int) -> Any:
    """`count` documents of a list after a place, in its order, and more than match it (see tokens.is_asked_in_full).

    What is deleted has none of the fields that lists are ordered by, so none is read. What documents are found by stays
    behind: some hundred values each, which would take longer to decode than the rest.
    """
    field = _sorted_by(query)
    documents = _filtered(client, query, field)
    direction = firestore.Query.DESCENDING if query.descending else firestore.Query.ASCENDING
    documents = documents.order_by(field, direction=direction).order_by("__name__", direction=direction)
    if after is not None:
        value = after.value if query.order == "title" else after.time
        documents = documents.start_after({field: value, "__name__": after.id})
    return documents.select([*MediaItem.model_fields, UNLISTED]).limit(count)


def total(client: firestore.Client, query: MediaQuery, limit: int | None, *more: Any) -> Any:
    """How many documents `page` would find, with `more` filters; counting ends at `limit`."""
    field = UNLISTED if query.trash else "created_at"
    documents = _filtered(client, query, field)
    for condition in more:
        documents = documents.where(filter=condition)
    documents = documents.order_by(field, direction=firestore.Query.DESCENDING)
    return (documents if limit is None else documents.limit(limit)).count()


def readable(query: MediaQuery, principal: Principal) -> list[Any] | None:
    """Filters that leave what the principal may read of a query, as `can` decides of items in one's own project.

    None where that is nothing at all.
    """
    if principal.is_system or query.owner_id == principal.user_id:
        return []
    mine = FieldFilter("owner_id", "==", principal.user_id)
    if query.trash:
        return None if query.owner_id else [mine]
    shared = FieldFilter("visibility", "in", ["project", "public"])
    return [shared if query.owner_id else Or([shared, mine])]


def all_media(client: firestore.Client, count: int, *, beyond: Any | None = None) -> Any:
    """`count` of all documents among the media by name, tombstones and others' included; only those beyond one."""
    documents = client.collection(COLLECTIONS["media"]).order_by("__name__")
    if beyond is not None:
        documents = documents.start_after(beyond)
    return documents.limit(count)


def _filtered(client: firestore.Client, query: MediaQuery, field: str) -> Any:
    """What of the query's filters Firestore can be asked together, in an order by `field`."""
    documents = client.collection(COLLECTIONS["media"])
    for name, value in equalities_of(query).items():
        documents = documents.where(filter=FieldFilter(name, "==", value))
    if (token := token_of(query)) is not None:
        documents = documents.where(filter=FieldFilter(TOKENS, "array_contains", token))
    if field != TITLE_KEY:
        for sign, time in ((">=", query.since), ("<", query.until)):
            if time is not None:
                documents = documents.where(filter=FieldFilter(field, sign, time))
    return documents


def _sorted_by(query: MediaQuery) -> str:
    if query.trash:
        return UNLISTED
    return TITLE_KEY if query.order == "title" else "created_at"


def changes(
    client: firestore.Client, project_id: str, after: datetime, count: int, *, beyond: Any | None = None
) -> Any:
    """`count` changes and tombstones of a project stamped after a time, oldest first; only those beyond a snapshot.

    Last of all comes the document that tells which database this is (identity.py). What documents are found by stays
    behind, as with `page`.
    """
    documents = watched(client, [project_id], after)
    if beyond is not None:
        documents = documents.start_after(beyond)
    return documents.select([*MediaItem.model_fields, UNLISTED, *_OF_CHANGES]).limit(count)


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


def templates_of(client: firestore.Client, project_id: str, count: int) -> Any:
    """`count` templates of a project. Tombstones have no `run_type`, and cost nothing."""
    templates = client.collection(COLLECTIONS["template"]).where(filter=FieldFilter("project_id", "==", project_id))
    return templates.where(filter=FieldFilter("run_type", "in", list(get_args(TemplateType)))).limit(count)


def trashed_before(client: firestore.Client, before: datetime, count: int) -> Any:
    """What went into the trash before a time, in any project, oldest first. What is in no trash has no time there."""
    media = client.collection(COLLECTIONS["media"])
    return media.where(filter=FieldFilter("deleted_at", "<", before)).order_by("deleted_at").limit(count)


def sharing(client: firestore.Client, key: str) -> Any:
    """An item that refers to a blob outside its own folder."""
    media = client.collection(COLLECTIONS["media"])
    return media.where(filter=FieldFilter(SHARED_FILES, "array_contains", key)).limit(1)


def everything(
    client: firestore.Client, kind: RecordKind, owner_id: str | None, count: int, *, beyond: Any | None = None
) -> Any:
    """Documents of a kind by name, of one owner or, with the tombstones among them, all; beyond a snapshot."""
    documents = client.collection(COLLECTIONS[kind])
    if owner_id is not None:
        documents = documents.where(filter=FieldFilter("owner_id", "==", owner_id))
    documents = documents.order_by("__name__")
    if beyond is not None:
        documents = documents.start_after(beyond)
    return documents.limit(count)


def usage_of(client: firestore.Client, owner_id: str, media_type: MediaType | None) -> Any:
    """How many items of a type an owner has, trash included, and what they take up; without a type, what is in it.

    What is in no trash has no time there. Both figures come from one index, and so at one price.
    """
    media = client.collection(COLLECTIONS["media"]).where(filter=FieldFilter("owner_id", "==", owner_id))
    if media_type is not None:
        media = media.where(filter=FieldFilter("media_type", "==", media_type))
    else:
        media = media.where(filter=FieldFilter("deleted_at", ">", _EPOCH))
    return media.sum(STORED_BYTES, alias="bytes").count(alias="items")
