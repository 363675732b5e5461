"""How far what is held of a view reaches in the history of its project, and how batches take it further."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.freshness.snapshots import MOST_OWN, Snapshot
from services.models import Batch
from services.store.watermarks import further, is_at_least


@dataclass(frozen=True)
class Reach:
    """The fields of a Snapshot by these names."""

    watermark: str
    as_of: datetime
    newest: str
    own: tuple[str, ...]

    @staticmethod
    def of(snapshot: Snapshot) -> Reach:
        return Reach(snapshot.watermark, snapshot.as_of, snapshot.newest or snapshot.watermark, snapshot.own)

    def after(self, batch: Batch, *, follows: bool, is_own: bool) -> Reach:
        """With `batch` taken in; `follows`: the view has missed none before, so it has everything that led to it.

        The user's own edit, as it is stored (`is_own`), says nothing of what others did before it.
        """
        reach, newest = self, batch.newest or batch.watermark
        if follows and batch.watermark:
            reach = replace(self, watermark=further(self.watermark, batch.watermark), as_of=max(self.as_of, batch.at))
        if is_own:
            others = tuple(mark for mark in self.own if mark != newest)
            return replace(reach, own=(*others, newest)[-MOST_OWN:]) if newest else reach
        return replace(reach, newest=further(self.newest, newest))


def is_old(batch: Batch, watermark: str) -> bool:
    """Whether a batch tells nothing that `watermark` does not cover: one that comes late, or again.

    It may hold a revision of an item that has left since, of which a list that was read since knows nothing.
    """
    return is_at_least(watermark, batch.newest or batch.watermark)
