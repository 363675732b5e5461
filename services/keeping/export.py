"""A person's own records, to take away: JSON lines, each a record, written while they are read.

{"type": "export", "version": 1, "user": "…", "at": "…"}        first
{"type": "project" | "template" | "run" | "media", …the record's fields…}     media with "links" to their files
{"type": "end", "records": 12345}                               last: what lacks it broke off
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from services.clock import Clock
from services.files.urls import media_url
from services.models import MediaItem, Principal, Record, RecordKind
from services.store.protocol import Store

VERSION = 1
ITEM_BYTES = 1_500
"""What an item's line comes to, with its share of those of runs."""
KINDS: tuple[RecordKind, ...] = ("project", "template", "run", "media")


def export(store: Store, clock: Clock, principal: Principal, base: str) -> Iterator[str]:
    """Every record that is the principal's own, what is in the trash included, a line each.

    `base` is the server's address without a slash at the end, for the links. Raises StoreError, also on the way.
    """
    count = 0
    yield _line({"type": "export", "version": VERSION, "user": principal.user_id, "at": clock.now().isoformat()})
    for kind in KINDS:
        for record in store.upkeep.records(principal, kind, owner_id=principal.user_id):
            count += 1
            yield _line({"type": kind, **record.model_dump(mode="json"), **_links(record, base)})
    yield _line({"type": "end", "records": count})


def estimated_size(items: int) -> int:
    """About how many bytes an export of so many items has; long prompts make more of it."""
    return 300 + items * ITEM_BYTES


def _links(record: Record, base: str) -> dict[str, Any]:
    if not isinstance(record, MediaItem):
        return {}
    return {"links": {variant: f"{base}{media_url(record, variant)}" for variant in record.files}}


def _line(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"
