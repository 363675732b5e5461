"""People in their tabs: what they look at, and what they do there."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from services.freshness.session import begin_noting, noted
from services.models import Principal, Write
from tests.staleness.history import Face
from tests.staleness.processes import Process
from tests.staleness.screens import CHOOSER, HOME, ITEM, MAIN
from tests.staleness.tab import Tab
from tests.staleness.writers import OTHER_PROJECT, TAGS, Writer
from tests.support.records import operation

PAGES = ("/library", "/library", "/create/image", "/try-on", HOME, HOME)
TRASH = {"trash": "1"}


class Person:
    """Somebody at one tab. Every event may be answered by another process, most are by the same."""

    def __init__(self, tab: Tab, writer: Writer, processes: Sequence[Process], chance: random.Random) -> None:
        self.tab, self._writer, self._processes, self._chance = tab, writer, processes, chance
        self._deeds: list[tuple[int, Callable[[], None]]] = [
            (6, self._open_page),
            (4, self._open_item),
            (3, self._step),
            (4, lambda: self.tab.refresh(MAIN, scrolled=self._is_scrolled())),
            (3, self._filter),
            (3, self._more),
            (4, self._chooser),
            (6, self._write),
            (8, self._edit),
            (3, self._edit_several),
            (2, self._trash),
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

    # Looking

    def _open_page(self) -> None:
        self.tab.go(self._chance.choice(PAGES))

    def _open_item(self) -> None:
        """One that is on the page, or one of those beside it on its own page."""
        items = self.tab.items()
        if items:
            among = {"type": "image"} if self._chance.random() < 0.2 else {}
            self.tab.open_item(self._chance.choice(items)[0], among)
        else:
            self.tab.go("/library")

    def _step(self) -> None:
        if self.tab.path != ITEM:
            self._open_item()
        elif self.tab.elements("freshet-viewer") and self._chance.random() < 0.7:
            self.tab.step(self._chance.choice(("next", "next", "previous")))
        else:
            self.tab.go(self._chance.choice(PAGES))

    def _filter(self) -> None:
        if self.tab.path != "/library":
            self.tab.go("/library")
            return
        value = self._chance.choice(("all", "image", "video"))
        self.tab.do("filter", "freshet-segments", "selectEvent", {"value": value}, MAIN, label="Type")

    def _more(self) -> None:
        found = self.tab.elements("freshet-sentinel")
        if found and not found[0]["done"]:
            cursor = found[0]["cursor"]
            self.tab.do("page", "freshet-sentinel", "moreEvent", {"cursor": cursor}, cursor=cursor)

    def _chooser(self) -> None:
        if self.tab.path != "/try-on":
            self.tab.go("/try-on")
        elif CHOOSER not in self.tab.roles:
            self.tab.choose(self._chance.choice(("person", "product")))
        elif self._chance.random() < 0.5:
            self.tab.refresh(CHOOSER)
        else:
            self.tab.do("close", "freshet-dialog", "closeEvent", {"reason": "escape"}, isOpen=True)

    # Changing

    def _write(self) -> None:
        self._writer.write()

    def _edit(self) -> None:
        """One item, that is on the page."""
        items = self._editable()
        if not items:
            return
        media_id, face = self._chance.choice(items)
        heads = self.tab.elements("freshet-item-head")
        is_shown = bool(heads) and heads[0]["mediaId"] == media_id
        match self._chance.choice(("favourite", "favourite", "title", "title", "tag", "untag", "delete", "undo")):
            case "undo":
                self.tab.edit("undo", ())
            case "delete" | "title" | "tag" | "untag" if face.deleted:
                if is_shown:
                    self.tab.restore_shown(media_id)
                else:
                    self.tab.edit("restore", [media_id])
            case "delete" if is_shown:
                self.tab.delete_shown(media_id)
            case "delete":
                self.tab.edit("delete", [media_id], scrolled=self._is_scrolled())
            case "favourite":
                self.tab.edit("favourite", [media_id], not face.favourite)
            case "title":
                self.tab.edit("title", [media_id], f"Edited {self._chance.randrange(1000)}")
            case kind:
                self.tab.edit(kind, [media_id], self._chance.choice(TAGS))

    def _edit_several(self) -> None:
        """Some of the items that are selected in the library."""
        if self.tab.path != "/library":
            self.tab.go("/library")
            return
        items = self._editable()
        chosen = self._chance.sample(items, min(len(items), self._chance.choice((2, 3, 5))))
        ids = [media_id for media_id, _ in chosen]
        if not ids:
            return
        if any(face.deleted for _, face in chosen):
            self.tab.edit("restore", ids, several=True)
            return
        kind = self._chance.choice(("favourite", "favourite", "tag", "untag", "delete"))
        value: str | bool | None = self._chance.choice(TAGS) if kind in ("tag", "untag") else None
        if kind == "favourite":
            value = not all(face.favourite for _, face in chosen)
        self.tab.edit(kind, ids, value, several=True)

    def _editable(self) -> list[tuple[str, Face]]:
        """What is on the page, seldom with what others made: the page offers to change that, too, and it is refused."""
        if not self.tab.elements("freshet-edits"):
            return []
        items = self.tab.items()
        who = self._writer.who.user_id
        own = {item.id for item in self._writer.history.items() if item.owner_id == who}
        mine = [one for one in items if one[0] in own]
        return items if self._chance.random() < 0.1 else mine

    def _trash(self) -> None:
        """What is in the trash is there to be brought back."""
        if self.tab.query.get("trash"):
            self._edit_several()
        else:
            self.tab.go("/library", TRASH)

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

    # What happens to a tab

    def _come_back(self) -> None:
        self.tab.come_back(self._chance.choice(("focus", "visibility", "online")), scrolled=self._is_scrolled())

    def _click(self) -> None:
        self.tab.do("click", "freshet-nav", "navigateEvent", {"url": "/no-such-page"})

    def _lose_stream(self) -> None:
        self.tab.hang_up()

    def _is_scrolled(self) -> bool:
        return self._chance.random() < 0.3
