"""Who works in the studio: people in their tabs, and writers that no screen knows of."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.clock import SystemClock
from services.errors import Conflict, Forbidden, NotFound, StoreError
from services.freshness.session import begin_noting, noted
from services.ids import UlidIds
from services.models import MediaItem, Principal, Put, Remove, Write
from tests.staleness.history import History
from tests.staleness.processes import Process
from tests.staleness.tab import CHOOSER, MAIN, Tab
from tests.support.records import make_file, make_item, operation

PAGES = ("/library", "/library", "/create/image", "/try-on")
MOST_ITEMS = 90
"""Above this, writers rather remove than make: lists stay longer than a page, and short enough to be quick."""
OTHER_PROJECT = "elsewhere"
Commit = Callable[[Principal, Sequence[Write]], Any]
_ids = UlidIds(SystemClock())


@dataclass
class Writer:
    """Makes, changes, hides, moves and removes items of one person."""

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
        change = self.chance.choice(
            (
                {"title": f"Title {self.chance.randrange(1000)}"},
                {"visibility": "project" if item.visibility == "private" else "private"},
                {"project_id": self.project_id if item.project_id == OTHER_PROJECT else OTHER_PROJECT},
                {"status": "generating" if item.status == "ready" else "ready"},
                {"media_type": "video" if item.media_type == "image" else "image"},
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
        )


class Person:
    """Somebody at one tab. Every event may be answered by another process, most are by the same."""

    def __init__(self, tab: Tab, writer: Writer, processes: Sequence[Process], chance: random.Random) -> None:
        self.tab, self._writer, self._processes, self._chance = tab, writer, processes, chance
        self._deeds: list[tuple[int, Callable[[], None]]] = [
            (6, self._open_page),
            (4, lambda: self.tab.refresh(MAIN, scrolled=self._is_scrolled())),
            (3, self._filter),
            (3, self._more),
            (4, self._chooser),
            (8, self._write),
            (2, self._generate),
            (3, self._come_back),
            (2, self._click),
            (1, self._lose_stream),
        ]

    def commit(self, who: Principal, writes: Sequence[Write]) -> None:
        """As a route under /api would."""
        with self.tab.process.answering(self.tab.browser.session) as services:
            begin_noting()
            services.store.commit(who, writes, operation_id=operation())
            mark = noted()[""]
            self.tab.browser.keep(services, {self._writer.project_id: mark, OTHER_PROJECT: mark})

    def step(self) -> None:
        """What the stream says, then one thing that a person may do."""
        if self._chance.random() < 0.1:
            self.tab.process = self._chance.choice(self._processes)
        self.tab.listen(self._chance.choice(self._processes))
        self.tab.hear(scrolled=self._is_scrolled())
        weights, deeds = zip(*self._deeds, strict=True)
        self._chance.choices(deeds, weights)[0]()

    def _open_page(self) -> None:
        self.tab.go(self._chance.choice(PAGES))

    def _filter(self) -> None:
        if self.tab.path != "/library":
            self.tab.go("/library")
            return
        value = self._chance.choice(("all", "image", "video"))
        self.tab.do("filter", "freshet-segments", "selectEvent", {"value": value}, MAIN, label="Type")
        return

    def _more(self) -> None:
        found = self.tab.elements("freshet-sentinel")
        if found and not found[0]["done"]:
            cursor = found[0]["cursor"]
            self.tab.do("page", "freshet-sentinel", "moreEvent", {"cursor": cursor}, cursor=cursor)

    def _chooser(self) -> None:
        if self.tab.path != "/try-on":
            self.tab.go("/try-on")
        elif len(self.tab.views) <= CHOOSER:
            self.tab.choose(self._chance.choice(("person", "product")))
        elif self._chance.random() < 0.5:
            self.tab.refresh(CHOOSER)
        else:
            self.tab.do("close", "freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)

    def _write(self) -> None:
        self._writer.write()

    def _generate(self) -> None:
        if self.tab.path != "/create/image":
            self.tab.go("/create/image")
            return
        cancel = self.tab.elements("freshet-button")
        runs = [button["token"] for button in cancel if button["label"] == "Cancel"]
        if runs and self._chance.random() < 0.5:
            self.tab.do("cancel", "freshet-button", "pressEvent", {"token": runs[0]}, MAIN, token=runs[0])
            return
        self.tab.do("type", "freshet-field", "changeEvent", {"value": "A harbour in fog"}, fieldId="prompt")
        token = self.tab.element("freshet-button", label="Generate Image").get("token", "")
        self.tab.do("generate", "freshet-button", "pressEvent", {"token": token}, MAIN, label="Generate Image")

    def _come_back(self) -> None:
        self.tab.come_back(self._chance.choice(("focus", "visibility", "online")), scrolled=self._is_scrolled())

    def _click(self) -> None:
        self.tab.do("click", "freshet-nav", "navigateEvent", {"url": "/no-such-page"})

    def _lose_stream(self) -> None:
        self.tab.hang_up()

    def _is_scrolled(self) -> bool:
        return self._chance.random() < 0.3
