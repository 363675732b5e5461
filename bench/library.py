"""Synthetic libraries: as many items as a measurement wants, with real pictures behind their tiles."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from services.errors import StoreUnavailable
from services.files.keep import store_files
from services.files.rendered import RenderedFile
from services.generation.local.render import render_image
from services.ids import Ids, SequentialIds
from services.library import DEFAULT_PROJECT_ID, Library, open_library
from services.models import FileRef, MediaItem, MediaType, Put, Variant
from services.settings import Settings, load_settings
from services.store.sqlite import search
from services.store.times import to_micros

PROMPTS = (
    "A lighthouse at dusk, waves breaking over the rocks below",
    "Paper-cut sea with a red sun",
    "Marble veins in deep green and gold, macro",
    "Dunes under a pale moon, long shadows",
)
_WORDS = """amber apricot arch autumn bay birch bird blue brook calm canyon cedar cliff cloud coast copper coral crane
dawn deer delta desert dew dune dusk east echo elm ember evening fern field fjord flame flock fog forest
fountain fox frost garden glacier glow gold granite grass green grove gull harbour heath hill ice indigo
island ivory jade juniper lake larch leaf light lily marsh meadow mist moon moss mountain night north oak
ocean olive orchard otter owl pale path pearl pine plain pond quartz rain reed reef ridge river rock rose
rust sand shade shore silver sky snow spring star stone storm stream summer swan thunder tide trail valley
violet wave west willow wind winter wood"""
WORDS = _WORDS.split()
TYPES: tuple[MediaType, ...] = (
    "image",
    "image",
    "image",
    "video",
    "image",
    "image",
    "audio",
    "image",
    "video",
    "image",
)
Files = dict[Variant, FileRef]
GUEST = "guest"
"""Who owns one in 201 of the items of mixed libraries."""
_BATCH = 500


def settings_for(data_dir: Path, **settings: str) -> Settings:
    return load_settings({"FRESHET_DATA_DIR": str(data_dir), **settings})


@cache
def _rendered() -> list[tuple[RenderedFile, ...]]:
    """One local picture for each of PROMPTS, with its thumbnail."""
    requests = [{"prompt": prompt, "aspect": "1:1", "seed": 7} for prompt in PROMPTS]
    return [render_image(request, 0, None, lambda percent: None) for request in requests]


def keep_pictures(library: Library) -> list[Files]:
    """The pictures, kept among the library's files."""
    blobs, clock, ids, project_id = library.blobs, library.clock, library.ids, library.project.id
    return [store_files(blobs, clock, ids, project_id, ids.new(), rendered) for rendered in _rendered()]


def items(
    count: int,
    pictures: Sequence[Files],
    *,
    ids: Ids | None = None,
    mixed: bool = False,
    until: datetime | None = None,
) -> Iterator[MediaItem]:
    """`count` items, a minute apart up to now or `until`, oldest first: images, or of all types where `mixed`."""
    ids, now = ids or SequentialIds(), until or datetime.now(UTC)
    for number in range(count):
        made = now - timedelta(minutes=count - 1 - number)
        media_type = TYPES[number % len(TYPES)] if mixed else "image"
        yield MediaItem(
            id=ids.new(),
            project_id=DEFAULT_PROJECT_ID,
            owner_id=GUEST if mixed and number % 201 == 7 else "local",
            created_at=made,
            updated_at=made,
            media_type=media_type,
            status="ready",
            origin="create-video" if media_type == "video" else "import" if media_type == "audio" else "create-image",
            title=PROMPTS[number % len(PROMPTS)],
            **(_marks(number) if mixed else {}),
            prompt=PROMPTS[number % len(PROMPTS)],
            model=f"local-{media_type}-1",
            parameters={"aspect": "1:1", "count": 1, "seed": number},
            files=pictures[number % len(pictures)],
        )


def _marks(number: int) -> dict[str, Any]:
    """What item `number` is found by besides its values: one in 50, in 1,000 and in 10,000 have such a mark."""
    return {
        "favourite": number % 50 == 0,
        "tags": ["sea"] if number % 1_000 == 0 else [],
        "source_ids": ["source"] if number % 10_000 == 0 else [],
    }


def add_items(settings: Settings, count: int, *, age: timedelta = timedelta()) -> None:
    """Add `count` images, the newest of them `age` old, through the store, beside a running server or without one."""
    with open_library(settings, None) as library:
        made = list(items(count, keep_pictures(library), ids=library.ids, until=datetime.now(UTC) - age))
        for start in range(0, count, _BATCH):
            writes = [Put(item, expect=0) for item in made[start : start + _BATCH]]
            library.store.commit(library.principal, writes, operation_id=library.ids.new())


def fill_firestore(settings: Settings, count: int) -> list[MediaItem]:
    """Fill the emulator's library with `count` items of all types that were last changed long ago; these."""
    from google.cloud import firestore

    from services.store.firestore.documents import COLLECTIONS, encode

    _await_emulator(settings)
    with open_library(settings, None) as library:
        pictures = keep_pictures(library)
    client = firestore.Client(project=settings.firestore_project)
    collection = client.collection(COLLECTIONS["media"])
    made, long_ago = list(items(count, pictures, mixed=True)), datetime.now(UTC) - timedelta(days=1)
    for start in range(0, count, _BATCH):
        batch = client.batch()
        for item in made[start : start + _BATCH]:
            stored = item.model_copy(update={"revision": 1})
            batch.create(collection.document(item.id), encode(stored, "bench") | {"updated_at": long_ago})
        batch.commit()
    client.close()
    return made


def warm_firestore(settings: Settings, patience: float = 200.0) -> None:
    """Have the emulator answer the library's first page once: the first time after filling takes it the longest."""
    from google.cloud import firestore

    from services.store.firestore.documents import COLLECTIONS

    client = firestore.Client(project=settings.firestore_project)
    of_project = firestore.FieldFilter("project_id", "==", DEFAULT_PROJECT_ID)
    newest = client.collection(COLLECTIONS["media"]).where(filter=of_project).order_by("created_at", "DESCENDING")
    for _ in range(2):
        newest.limit(25).get(timeout=patience)
    client.close()


def _await_emulator(settings: Settings, patience: float = 60.0) -> None:
    """A fresh emulator answers its first call after seconds on a busy machine, later than the product waits."""
    give_up = time.monotonic() + patience
    while True:
        try:
            with open_library(settings, None):
                return
        except StoreUnavailable:
            if time.monotonic() > give_up:
                raise


def fill_sqlite(settings: Settings, count: int) -> None:
    """Fill a new SQLite library with `count` items of all types, without their files.

    One item goes in through the store; the others are made of its row, written behind the store's back with the
    indexes made at the end: a million takes minutes instead of hours.
    """
    [first] = items(1, [{}])
    with open_library(settings, None) as library:
        library.store.commit(library.principal, [Put(first, expect=0)], operation_id="bench")
    with closing(sqlite3.connect(settings.sqlite_path)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'media' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        _copy_row(connection, first, count)
        connection.execute("DELETE FROM search")
        search.fill(connection)  # which makes the index of places itself
        for name, sql in indexes:
            if name != "media_place":
                connection.execute(sql)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")


def _copy_row(connection: sqlite3.Connection, first: MediaItem, count: int) -> None:
    cursor = connection.execute("SELECT * FROM media WHERE id = ?", (first.id,))
    row = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    del row["favourite"]  # which SQLite takes from the document
    template, step, dice = json.loads(row["document"]), timedelta(minutes=1), random.Random(6)

    def rows() -> Iterator[tuple[object, ...]]:
        ids = SequentialIds()
        ids.new()  # the first item's own
        for number in range(1, count):
            media_id, made = ids.new(), first.created_at - number * step
            media_type = TYPES[number % len(TYPES)]
            title = " ".join(dice.choices(WORDS, k=4)).capitalize()
            fields = {
                "id": media_id,
                "created_at": made.isoformat(timespec="microseconds").replace("+00:00", "Z"),
                "media_type": media_type,
                "title": title,
                "prompt": f"{title}, {PROMPTS[number % len(PROMPTS)]}",
            }
            document = json.dumps(template | fields | _marks(number))
            columns = {"id": media_id, "created_at": to_micros(made), "media_type": media_type, "place": None}
            yield tuple((row | columns | {"document": document}).values())

    marks = ", ".join("?" * len(row))
    connection.executemany(f"INSERT INTO media ({', '.join(row)}) VALUES ({marks})", rows())  # noqa: S608 (own names)
