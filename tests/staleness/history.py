"""What happened, as seen from outside: who wrote what and when, and what each screen then showed.

Times are seconds of one monotonic clock. A history says nothing about how the product works, so the checker
(tests/staleness/checker.py) judges the product by its effects alone.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Literal

from services.models import MediaItem, MediaQuery, Principal

Tile = tuple[str, int]
"""What a tile says in the page: (data-id, data-revision)."""
UNTOLD = 0
"""The revision where the page shows an item without saying which one, as an item's own page does."""
NEVER = math.inf
Arrangement = Literal["newest", "opened"]
"""How a list lies on the page: newest first, or, on Home, in the order in which its query names the items, without
those in the trash."""
_unheard: ContextVar[list[Write] | None] = ContextVar("unheard", default=None)


@dataclass(frozen=True)
class Version:
    """One revision of one item; `item` is None where that revision is its removal."""

    media_id: str
    revision: int
    item: MediaItem | None


@dataclass(frozen=True)
class Write:
    """A commit. It took place at some moment between `began` and `ended`, when its author heard that it was done.

    `ended` is NEVER where they heard nothing: it may have taken place, then or later, or not at all.
    """

    session: str
    began: float
    ended: float
    versions: tuple[Version, ...]
    operation: str = ""


@dataclass(frozen=True)
class Face:
    """What a page says of an item besides its id and revision; None for what it does not say there."""

    title: str | None = None
    favourite: bool | None = None
    deleted: bool | None = None
    status: str | None = None
    media_type: str | None = None
    tags: tuple[str, ...] | None = None

    def fits(self, item: MediaItem) -> bool:
        """Whether all of it is true of `item`."""
        truth = Face(item.title, item.favourite, item.deleted_at is not None, item.status, item.media_type, item.tags)
        return all(said is None or said == getattr(truth, name) for name, said in vars(self).items())


@dataclass(eq=False)
class Edit:
    """Somebody asked a page to change items: it shows so before it is stored, on all screens of this person.

    `kind` is "favourite", "title", "tag", "untag", "delete" or "restore". `value` is what goes with it. `ids` are those
    that it may concern. `ended`: from then on no screen is to show it as pending. `stored`: what came of it, once the
    page has told that it is over; nothing where it failed.
    """

    session: str
    user_id: str
    ids: frozenset[str]
    kind: str
    value: str | bool | None
    began: float
    ended: float = NEVER
    stored: tuple[Version, ...] = ()
    is_over: Callable[[], bool] = field(default=lambda: False, repr=False)


@dataclass(frozen=True)
class Shown:
    """What one view of one tab showed at `at`, after an event that its session sent at `began`.

    `faces` are what the tiles say of their items, one for each, or nothing at all where that is no matter.
    `more` is whether the list went on below the last tile; `held_back` how many new items the screen announced
    without showing them. `label` is what the screen said of its own age: "" where it presented itself as current,
    else "catching up", "offline", "failed" or "loading".
    `asked` is when the session put the question that this screen answers: everything committed before has to be in.
    None where it asked none, as when something was painted that was held already.
    `told` are the session's edits of which this screen says, first of all, that they are over.
    `taught`: in place of `tiles`, what the session knows by having seen them; None where that is the same.
    """

    session: str
    tab: str
    principal: Principal
    query: MediaQuery
    reason: str
    began: float
    at: float
    tiles: tuple[Tile, ...]
    more: bool = False
    held_back: int = 0
    label: str = ""
    asked: float | None = None
    faces: tuple[Face, ...] = ()
    arrangement: Arrangement = "newest"
    told: tuple[Edit, ...] = ()
    taught: tuple[Tile, ...] | None = None

    @property
    def parts(self) -> Iterator[tuple[str, int, Face]]:
        """Each tile with what it says."""
        faces = self.faces or (Face(),) * len(self.tiles)
        for (media_id, revision), face in zip(self.tiles, faces, strict=True):
            yield media_id, revision, face


@dataclass
class History:
    """Everything recorded so far; may be written to from many threads."""

    writes: list[Write] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    newest: dict[str, Version] = field(default_factory=dict)
    """What is known to have been committed last, by id."""
    counts: Counter[str] = field(default_factory=Counter)
    """Operations by kind: writes, and what tabs did."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def operations(self) -> int:
        return self.counts.total() - self.counts["cookie"]

    def count(self, operation: str) -> None:
        with self._lock:
            self.counts[operation] += 1

    @contextmanager
    def answering(self) -> Iterator[None]:
        """What is written inside, its author hears of at the end: with the answer and its cookie."""
        unheard: list[Write] = []
        before = _unheard.set(unheard)
        try:
            yield
        finally:
            _unheard.reset(before)
            for write in unheard:
                self._note(replace(write, ended=time.monotonic()) if write.ended < NEVER else write)

    def wrote(
        self, session: str, began: float, ended: float, versions: Iterable[Version], *, operation: str = ""
    ) -> None:
        write = Write(session, began, ended, tuple(versions), operation)
        unheard = _unheard.get()
        if unheard is not None:
            unheard.append(write)
        else:
            self._note(write)

    def _note(self, write: Write) -> None:
        if not write.versions:
            return
        with self._lock:
            self.counts["write"] += 1
            self.writes.append(write)
            for version in write.versions if write.ended < NEVER else ():
                known = self.newest.get(version.media_id)
                if known is None or known.revision < version.revision:
                    self.newest[version.media_id] = version

    def asked_for(self, edit: Edit) -> None:
        """It may show from now on."""
        with self._lock:
            self.edits.append(edit)

    def look_after_edits(self) -> bool:
        """Note which edits have ended by now; whether all have."""
        with self._lock:
            pending = [edit for edit in self.edits if edit.ended == NEVER]
        for edit in pending:
            if edit.is_over():
                edit.ended = time.monotonic()
        return all(edit.ended < NEVER for edit in pending)

    def told(self, edit: Edit, operations: Iterable[str], at: float) -> None:
        """At `at` a page told its session that `edit` is over: what `operations` stored is its own from now on."""
        names = set(operations)
        with self._lock:
            stored = [write for write in self.writes if write.operation in names and write.ended < NEVER]
            edit.ended = min(edit.ended, at)
            edit.stored = tuple(version for write in stored for version in write.versions)
            self.writes += [replace(one, session=edit.session, ended=at) for one in stored]

    def showed(self, frames: Sequence[Shown]) -> None:
        with self._lock:
            self.shown.extend(frames)

    def items(self) -> list[MediaItem]:
        """What there is, as far as writers know."""
        with self._lock:
            return [version.item for version in self.newest.values() if version.item]
