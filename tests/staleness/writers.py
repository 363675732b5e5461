"""Writers that no screen knows of."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.clock import SystemClock
from services.errors import Conflict, Forbidden, NotFound, StoreError
from services.ids import UlidIds
from services.models import MediaItem, Principal, Put, Remove, Write
from tests.staleness.history import History
from tests.support.records import make_file, make_item

MOST_ITEMS = 90
"""Above this, writers rather remove than make: lists stay longer than a page, and short enough to be quick."""
OTHER_PROJECT = "elsewhere"
TAGS = ("sea", "night", "paper")
STATUSES = ("ready", "ready", "generating", "failed")
Commit = Callable[[Principal, Sequence[Write]], Any]
_ids = UlidIds(SystemClock())


@dataclass
class Writer:
    """Makes, changes, hides, moves and removes items of one person, also in the trash and out of it."""

    who: Principal
    project_id: str
    chance: random.Random
    history: History
    commit: Commit

    def write(self) -> None:
        """One commit. What others did meanwhile may refuse it; a store that is away may leave it undecided."""
        with suppress(Conflict, NotFound, Forbidden, StoreError):
            self.commit(self.who, self._writes())

    def make(self, count: int) -> None:
        self.commit(self.who, [Put(self._new(), expect=0) for _ in range(count)])

    def _writes(self) -> list[Write]:
        items = self.history.items()
        own = [item for item in items if item.owner_id == self.who.user_id]
        if not own or self.chance.random() < (0.3 if len(items) < MOST_ITEMS else 0.02):
            return [Put(self._new(), expect=0) for _ in range(self.chance.choice((1, 1, 1, 3)))]
        chosen = self.chance.sample(own, min(len(own), self.chance.choice((1, 1, 1, 4))))
        if self.chance.random() < (0.1 if len(items) < MOST_ITEMS else 0.4):
            return [Remove("media", item.id, expect=item.revision) for item in chosen]
        return [Put(self._changed(item), expect=item.revision) for item in chosen]

    def _changed(self, item: MediaItem) -> MediaItem:
        now = datetime.now(UTC)
        change = self.chance.choice(
            (
                {"title": f"Title {self.chance.randrange(1000)}"},
                {"favourite": not item.favourite},
                {"tags": tuple(self.chance.sample(TAGS, self.chance.randrange(len(TAGS))))},
                {"visibility": "project" if item.visibility == "private" else "private"},
                {"project_id": self.project_id if item.project_id == OTHER_PROJECT else OTHER_PROJECT},
                {"status": self.chance.choice([one for one in STATUSES if one != item.status])},
                {"media_type": "video" if item.media_type == "image" else "image"},
                {"deleted_at": now if item.deleted_at is None and self.chance.random() < 0.5 else None},
            )
        )
        return item.model_copy(update=change)

    def _new(self) -> MediaItem:
        now = datetime.now(UTC)
        if self.chance.random() < 0.2:  # imported, with the time at which it was taken
            now -= timedelta(seconds=self.chance.uniform(0, 60))
        media_id = _ids.new()
        file = make_file(key=f"media/{media_id}/x.webp", content_type="image/webp", updated_at=now)
        return make_item(
            id=media_id,
            created_at=now,
            project_id=self.project_id,
            owner_id=self.who.user_id,
            media_type=self.chance.choice(("image", "image", "video")),
            origin=self.chance.choice(("create-image", "try-on", "import")),
            run_id=_ids.new(),
            files={"original": file, "thumb": file},
            source_ids=self._sources(),
        )

    def _sources(self) -> tuple[str, ...]:
        """What it was made from; some of that may be gone by now."""
        items = [item.id for item in self.history.items()]
        few = self.chance.choice((0, 0, 1, 2))
        return tuple(self.chance.sample(items, min(few, len(items))))
