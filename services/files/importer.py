"""A person's own file into their library."""

from __future__ import annotations

import unicodedata

from services.clock import Clock
from services.errors import BadInput, OutcomeUnknown
from services.files.blobs import Blobs
from services.files.derive import derive
from services.files.keep import discard_files, store_files
from services.files.rendered import Derived
from services.ids import Ids
from services.models import MediaItem, Principal, Put
from services.models.media import TITLE_LENGTH
from services.store.protocol import Store


def import_file(
    store: Store, blobs: Blobs, clock: Clock, ids: Ids, principal: Principal, project_id: str, data: bytes, name: str
) -> MediaItem:
    """Add one file to a project's library; the committed item, ready to show.

    All or nothing: when the record cannot be committed its blobs are deleted, and without its blobs no record is
    made. Where the store cannot say whether it was (OutcomeUnknown) they stay: files that nothing refers to are found
    by `main.py check --repair`, and an item without files would be lost. Raises BadInput (the message begins with
    `name`), Forbidden, NotFound, FileError, StoreError.
    """
    try:
        derived = derive(data)
    except BadInput as error:
        raise about(name, error) from error
    return keep_import(store, blobs, clock, ids, principal, project_id, derived, name, ids.new())[0]


def about(name: str, error: BadInput) -> BadInput:
    """`error`, which says what is wrong with a file, as a sentence about the file called `name`."""
    return BadInput(error.field, f"{clean_name(name) or 'The file'} {error}")


def keep_import(
    store: Store,
    blobs: Blobs,
    clock: Clock,
    ids: Ids,
    principal: Principal,
    project_id: str,
    derived: Derived,
    name: str,
    media_id: str,
) -> tuple[MediaItem, str]:
    """Make a file that was recognised an item of the library; as committed, with the commit's watermark.

    All or nothing, as `import_file`. Raises Conflict where there is an item `media_id`, Forbidden, NotFound, FileError,
    StoreError.
    """
    now = clock.now()
    files = store_files(blobs, clock, ids, project_id, media_id, derived.files)
    item = MediaItem(
        id=media_id,
        project_id=project_id,
        owner_id=principal.user_id,
        created_at=now,
        updated_at=now,
        media_type=derived.media_type,
        status="ready",
        origin="import",
        title=title_of(name),
        files=files,
    )
    try:
        commit = store.commit(principal, [Put(item, expect=0)], operation_id=ids.new())
    except OutcomeUnknown:
        raise
    except Exception:
        discard_files(blobs, files.values())
        raise
    stored = commit.records[0]
    return (stored if isinstance(stored, MediaItem) else item), commit.watermark


def title_of(name: str) -> str:
    """A title from a file's name: without folders and extension, never empty.

    >>> title_of("C:\\\\pictures\\\\harbour at dawn.final.JPG")
    'harbour at dawn.final'
    """
    cleaned = clean_name(name)
    stem, dot, extension = cleaned.rpartition(".")
    title = stem if dot and stem and len(extension) <= 5 else cleaned
    return title.strip()[:TITLE_LENGTH].strip() or "Untitled"


def clean_name(name: str) -> str:
    """The last part of a path, composed (NFC), without control, format or unpaired surrogate characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(c if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} else " " for c in last)
    return " ".join(unicodedata.normalize("NFC", visible).split())
