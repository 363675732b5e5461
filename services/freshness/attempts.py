"""One person's edit on its way into the store, and what is remembered of it after."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from services.freshness.edits import Edit
from services.models import Principal


@dataclass(eq=False)
class Attempt:
    """One edit on its way into the store, or one of several items under the same operation.

    Done, it was stored, or `error` is a sentence that says what was taken back and why. `watermark` covers what was
    stored ("" where there was nothing left to do). `name`: what whoever made it calls it; `undoes`: the names of what
    it takes back.
    """

    principal: Principal
    edits: tuple[Edit, ...]
    """All of them until it is done, then the first alone: each holds its item, and very many ends are remembered."""
    name: str = ""
    undoes: str = ""
    error: str = ""
    again: bool = False
    """It failed in passing, since the store could not do it: the same may succeed a little later."""
    watermark: str = ""
    late: bool = False
    """Somebody has stopped waiting and needs to be told."""
    count: int = field(init=False)
    """Items that it is of."""
    project_ids: frozenset[str] = field(init=False)
    """Where the items were, and where they go."""
    _ended: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        moves = (edit.change.fields.get("project_id") for edit in self.edits)
        self.count = len(self.edits)
        self.project_ids = frozenset(
            [*(edit.before.project_id for edit in self.edits), *(str(to) for to in moves if to)]
        )

    @property
    def edit(self) -> Edit:
        """The edit, or the first of several."""
        return self.edits[0]

    @property
    def media_ids(self) -> set[str]:
        """Those of `edits`."""
        return {edit.media_id for edit in self.edits}

    @property
    def done(self) -> bool:
        return self._ended.is_set()

    def wait(self, timeout: float) -> bool:
        """Wait for `timeout` seconds at most; whether it is done."""
        if self._ended.wait(timeout):
            return True
        with self._lock:
            self.late = not self.done
        return not self.late

    def end(self) -> bool:
        """It is done now; whether somebody has given up waiting for that."""
        with self._lock:
            self.edits = self.edits[:1]
            self._ended.set()
            return self.late
