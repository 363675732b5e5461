"""Records to documents and back.

A document holds the record's fields under their names; `parameters`, whose shape the models decide, as JSON text,
since Firestore allows no list in a list. Besides: `operation_id` of the commit that wrote it.

An item's document also holds what it is found by (tokens.py), which is made of its other fields.

An item in the trash keeps its `created_at` under another name, and is not found. Lists are ordered by `created_at` or
by `title_key`, so they pass it over at no cost: no filter and no index is needed, and documents from before there was a
trash are listed as ever.

And it tells what is asked of all items at once: `stored_bytes`, what its files take up, and `shared_files`, those of
their keys that other items may refer to as well.

A tombstone is what a removal leaves: {id, kind, project_id, revision, operation_id, updated_at, deleted, expires_at}.
Lists pass it over for the same reason, and `updated_at` queries find it together with the changes. A removed record's
tombstone is its own document reduced; a record that moves to another project leaves one at `{id}@{old project}`.
Firestore deletes it some time after `expires_at` (the TTL policies in firestore.indexes.json; the emulator has none), a
day behind the age at which watermarks are refused, so that no deletion is missed.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from google.cloud import firestore
from pydantic import ValidationError

from services.errors import StoreCorrupt
from services.models import MediaItem, Project, Record, RecordKind, Removal, Run, Template
from services.models.blob_keys import shared_keys, stored_bytes
from services.store.firestore.tokens import TITLE_KEY, TOKENS, derived
from services.store.planning import Held
from services.store.protocol import TOMBSTONE_LIFETIME
from services.store.times import from_micros, to_micros

R = TypeVar("R", bound=Record)

COLLECTIONS: dict[RecordKind, str] = {"media": "media", "run": "runs", "project": "projects", "template": "templates"}
MODELS: dict[RecordKind, type[Record]] = {"media": MediaItem, "run": Run, "project": Project, "template": Template}
_AS_JSON = ("parameters",)
_CREATED_AT, UNLISTED = "created_at", "unlisted_created_at"
STORED_BYTES, SHARED_FILES = "stored_bytes", "shared_files"
MOST_DECODED = 4_096
"""Items whose latest record is remembered."""
_NOT_IN_ALL = ("deleted", "kind", "expires_at", _CREATED_AT, UNLISTED, TOKENS, TITLE_KEY)
"""Fields that a document may have to lose when it is written anew."""


def encode(record: Record, operation_id: str) -> dict[str, Any]:
    """The document of `record`; Firestore fills in `updated_at` as it commits."""
    fields = record.model_dump()
    for name in _AS_JSON:
        if name in fields:
            fields[name] = json.dumps(fields[name])
    if isinstance(record, MediaItem):
        fields |= fields_to_find(record) | fields_to_sum(record)
        if record.deleted_at is not None:
            fields[UNLISTED] = fields.pop(_CREATED_AT)
    return fields | {"updated_at": firestore.SERVER_TIMESTAMP, "operation_id": operation_id}


def fields_to_find(item: MediaItem) -> dict[str, Any]:
    """What the document holds besides, so that lists find it: nothing in the trash."""
    return derived(item) if item.deleted_at is None else {}


def fields_to_sum(item: MediaItem) -> dict[str, Any]:
    """What the document holds besides, in the trash as well, so that all documents can be asked about files at once."""
    return {STORED_BYTES: stored_bytes(item), SHARED_FILES: shared_keys(item)}


def decode(model: type[R], snapshot: Any) -> R:
    """The record in a snapshot. Fields that this version does not know are passed over.

    Firestore tells the changes of the last minute over again with each question, and a document is the same as long as
    its update time is: what it was decoded to is remembered.
    """
    if model is not MediaItem:
        return _decode(model, snapshot)
    path, updated = snapshot.reference.path, snapshot.update_time
    with _lock:
        known = _decoded.get(path)
    if known is not None and known[0] == updated:
        return cast(R, known[1])
    record = _decode(model, snapshot)
    with _lock:
        _decoded.pop(path, None)
        _decoded[path] = updated, record
        if len(_decoded) > MOST_DECODED:
            _decoded.popitem(last=False)
    return record


_lock = threading.Lock()
_decoded: OrderedDict[str, tuple[datetime, Record]] = OrderedDict()
"""By path: an item's update time, and what it was decoded to. Two databases in one process never have both alike."""


def _decode(model: type[R], snapshot: Any) -> R:
    document = snapshot.to_dict()
    if UNLISTED in document:
        document[_CREATED_AT] = document.pop(UNLISTED)
    fields = {name: _plain(document[name]) for name in model.model_fields if name in document}
    try:
        for name in _AS_JSON:
            if name in fields:
                fields[name] = json.loads(fields[name])
        return model.model_validate(fields)
    except (ValidationError, ValueError, TypeError) as error:
        raise StoreCorrupt(f"The document {snapshot.reference.path} cannot be read: {error}") from error


def tombstone(record: Record, revision: int, operation_id: str, now: datetime) -> dict[str, Any]:
    """What `record` leaves in its project."""
    return {
        "id": record.id,
        "kind": record.kind,
        "project_id": record.project_id,
        "revision": revision,
        "operation_id": operation_id,
        "updated_at": firestore.SERVER_TIMESTAMP,
        "deleted": True,
        "expires_at": now + TOMBSTONE_LIFETIME + timedelta(days=1),
    }


def as_replacement(fields: dict[str, Any], *, of: Any, whole: bool) -> dict[str, Any]:
    """An update that turns the document in snapshot `of` into `fields`.

    `whole` drops everything else; otherwise only what marks it as a tombstone, or as in or out of the trash, goes, and
    fields of a newer version stay.
    """
    held = of.to_dict()
    gone = held if whole else [name for name in _NOT_IN_ALL if name in held]
    return {name: firestore.DELETE_FIELD for name in gone if name not in fields} | fields


def is_tombstone(snapshot: Any) -> bool:
    return bool(_field(snapshot, "deleted"))


def removal(snapshot: Any) -> Removal:
    kind, media_id, revision = (snapshot.get(name) for name in ("kind", "id", "revision"))
    return Removal(kind, media_id, revision)


def held(kind: RecordKind, snapshot: Any) -> Held | None:
    """What a snapshot says the store holds; None where there is no document."""
    if not snapshot.exists:
        return None
    record = None if is_tombstone(snapshot) else decode(MODELS[kind], snapshot)
    revision, updated_at, operation_id = (snapshot.get(name) for name in ("revision", "updated_at", "operation_id"))
    return Held(record, revision, _plain(updated_at), operation_id)


def _field(snapshot: Any, name: str) -> Any:
    """A field without a copy of all the others; None where there is none."""
    try:
        return snapshot.get(name)
    except KeyError:
        return None


def _plain(value: Any) -> Any:
    """`value` with datetimes instead of the client's own subclass, whose nanoseconds nothing here uses."""
    if isinstance(value, datetime):
        return from_micros(to_micros(value))
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value
