"""Putting a made-up library into a project: renders first, then items in batches, while a server runs or not."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime

from services.clock import Clock
from services.errors import BadInput
from services.files.blobs import Blobs
from services.files.rendered import RenderedFile
from services.generation.pool import RenderPool
from services.ids import Ids
from services.keeping.portions import portions
from services.models import FileRef, Principal, Put, Variant
from services.models.blob_keys import SHARED
from services.samples.plan import Planner, Rendered
from services.samples.renders import Sample, render
from services.samples.wanted import samples
from services.store.protocol import Store

MOST = 1_000_000
HIGHEST_SEED = 2**31 - 1
BATCH = 200
"""Items in one commit: far below what Firestore takes, and no reader of a file waits long."""

Report = Callable[[str, int, int], None]
"""Hears what is counted, how many are done, and of how many."""


@dataclass(frozen=True)
class Seeder:
    store: Store
    blobs: Blobs
    clock: Clock
    ids: Ids
    principal: Principal
    project_id: str

    def seed(self, count: int, seed: int, report: Report) -> None:
        """Add `count` items. Titles, prompts, tags, files and the order of times follow from `seed` and `count`; with
        the same time of day also the ids do. What was committed when it fails, stays.

        Raises Forbidden, StoreError, FileError, StorageFull, GenerationError.
        """
        rendered = self._rendered(samples(count, seed), report)
        now, owner = self.clock.now(), self.principal.user_id
        planner = Planner(rendered, count, seed, now, owner_id=owner, project_id=self.project_id)
        done = 0
        for items in portions(planner.items(), BATCH):
            writes = [Put(item, expect=0) for item in items]
            self.store.commit(self.principal, writes, operation_id=self.ids.new())
            done += len(items)
            report("items", done, count)

    def _rendered(self, wanted: list[Sample], report: Report) -> list[Rendered]:
        """Every sample's files, stored under keys of this library alone (see keeping/references.py)."""
        folder, pool = f"{SHARED}/{self.ids.new()}", RenderPool(awaited=True)
        found: dict[int, Rendered] = {}
        try:
            with ThreadPoolExecutor(2, thread_name_prefix="seed") as threads:
                jobs = {
                    threads.submit(pool.run, render, sample, on_progress=lambda percent: None): number
                    for number, sample in enumerate(wanted)
                }
                for job in as_completed(jobs):
                    number = jobs[job]
                    files: dict[Variant, FileRef] = {}
                    for file in job.result():
                        key = f"{folder}/{number}-{file.variant}.{file.extension}"
                        self.blobs.put(key, file.data)
                        files[file.variant] = _file_ref(file, key, self.clock.now())
                    found[number] = Rendered(wanted[number], files)
                    report("renders", len(found), len(wanted))
        finally:
            pool.close()
        return [found[number] for number in range(len(wanted))]


def _file_ref(file: RenderedFile, key: str, now: datetime) -> FileRef:
    return FileRef(
        key=key,
        content_type=file.content_type,
        size=len(file.data),
        sha256=hashlib.sha256(file.data).hexdigest(),
        updated_at=now,
        width=file.width,
        height=file.height,
        duration=file.duration,
    )


def read_count(text: str) -> int:
    """Raises BadInput."""
    return _whole("--count", text, 1, MOST)


def read_seed(text: str) -> int:
    """Raises BadInput."""
    return _whole("--seed", text, 0, HIGHEST_SEED)


def draw_seed() -> int:
    return secrets.randbelow(HIGHEST_SEED + 1)


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
        raise BadInput(name, f"{name} is {text!r}, but must be a whole number from {least:,} to {most:,}")
    return int(text)
