"""Do the records and the files of a library belong together?

Three things can be wrong, none of which anybody sees in a list: files that no record refers to (a process ended
between writing a file and committing its record, or between removing a record and its files), records whose files
are missing or cut short (somebody removed them by hand), and files that were only half written. Going through a
library takes as much memory as one portion of it, and may be done while servers work on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from services.clock import Clock
from services.errors import FileMissing
from services.files.blobs import Blobs, Entry, is_blob_key
from services.identity import SYSTEM
from services.keeping.findings import Finding, Tally
from services.keeping.portions import portions
from services.keeping.references import SAFE_AGE, References
from services.models import FileRef, MediaItem, Variant
from services.models.blob_keys import OWN, SHARED
from services.store.protocol import Store

PORTION = 200
"""Files, or records, that are looked at together."""
AT_A_TIME = 16
"""Files whose presence is asked for at the same time: a bucket answers in tens of milliseconds."""


class Check:
    """One going through. `tally` grows while `run` is read."""

    def __init__(self, store: Store, blobs: Blobs, clock: Clock, *, repair: bool = False) -> None:
        self._store, self._blobs, self._clock, self._repair = store, blobs, clock, repair
        self._references = References(store)
        self.tally = Tally()

    def run(self) -> Iterator[Finding]:
        """What is wrong, as it is found; with `repair`, orphans and half-written files are removed before they are told
        of. Nothing is ever made up for a record whose file is missing. Raises StoreError, FileError."""
        for finding in self._all():
            self._note(finding)
            yield finding

    def _all(self) -> Iterator[Finding]:
        yield from self._half_written()
        for folder in (OWN, SHARED):
            for portion in portions(self._blobs.entries(folder), PORTION):
                yield from self._orphans(portion)
        for items in portions(self._store.upkeep.records(SYSTEM, "media"), PORTION):
            yield from self._incomplete([item for item in items if isinstance(item, MediaItem)])

    def _half_written(self) -> Iterator[Finding]:
        for entry in self._blobs.half_written():
            if self._is_old(entry):
                if self._repair:
                    self._blobs.discard_half_written(entry)
                yield Finding("half-written", entry.key, entry.size, removed=self._repair)

    def _orphans(self, entries: list[Entry]) -> Iterator[Finding]:
        """References are read after the listing, so a record that was committed meanwhile keeps its files; and once
        more for each file just before it is removed (references.py says why nothing can come in between)."""
        ours = [entry for entry in entries if is_blob_key(entry.key)]
        self.tally.files += len(ours)
        self.tally.foreign += len(entries) - len(ours)
        old = {entry.key: entry.size for entry in ours if self._is_old(entry)}
        for key in self._references.unused(old):
            if self._repair:
                if self._references.in_use(key):
                    continue
                self._blobs.delete([key])
            yield Finding("orphan", key, old[key], removed=self._repair)

    def _incomplete(self, items: list[MediaItem]) -> Iterator[Finding]:
        self.tally.records += len(items)
        keys = {file.key for item in items for file in item.files.values()}
        with ThreadPoolExecutor(AT_A_TIME) as threads:
            sizes = dict(zip(keys, threads.map(self._size, keys), strict=True))
        for item in items:
            for variant, file in item.files.items():
                size = sizes[file.key]
                if size != file.size and self._still_refers(item, variant, file):
                    yield Finding("missing" if size is None else "damaged", file.key, size or 0, item)

    def _size(self, key: str) -> int | None:
        try:
            return self._blobs.size(key)
        except FileMissing:
            return None

    def _still_refers(self, item: MediaItem, variant: Variant, file: FileRef) -> bool:
        """An item that was purged, or got new files, since it was read is not to blame."""
        now = self._store.media.get_many(SYSTEM, [item.id]).get(item.id)
        return now is not None and now.file(variant) == file

    def _is_old(self, entry: Entry) -> bool:
        return self._clock.now() - entry.modified >= SAFE_AGE

    def _note(self, finding: Finding) -> None:
        tally = self.tally
        tally.found[finding.trouble] = tally.found.get(finding.trouble, 0) + 1
        tally.removed += finding.removed
        if finding.trouble in ("orphan", "half-written"):
            tally.bytes_found += finding.size
