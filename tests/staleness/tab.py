"""One browser tab over Mesop's protocol, with what `live.js` does in it; everything it shows goes into the history."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from services.models import MediaQuery
from tests.staleness.browser import Browser
from tests.staleness.edits import TabEdits
from tests.staleness.history import Face, History, Shown
from tests.staleness.processes import Process, begun
from tests.staleness.screens import CHOOSER, EVERY, HOME, ITEM, MAIN, Section, arrangement_of, parts, read, roles_of
from tests.staleness.stream import Stream
from tests.support.mesop_client import MesopClient

PATIENCE = 0.2
"""Seconds without an announced answer after which a tab looks for it. In a browser it is more."""


class Tab(MesopClient):
    """Each event is answered by `process`, which may change from one to the next, as may the stream's."""

    def __init__(self, browser: Browser, name: str, process: Process, history: History, path: str) -> None:
        self.browser, self.name, self.process = browser, name, process
        self._history = history
        self._frames: list[dict[str, Shown]] = []
        self._reason, self._began = "open", 0.0
        self._asked = {MAIN: 0.0}
        self._asking: set[str] = {MAIN}
        self._concerned: set[str] = {MAIN}
        self._screen: dict[str, tuple[tuple[Any, ...], float]] = {}
        self._stream: Stream | None = None
        self._known = ""
        self._kept = ""
        self._toast: dict[str, Any] = {}
        self._waiting_since: float | None = None
        self._edits = TabEdits(history, browser.session, browser.who.user_id)
        super().__init__(browser, path)

    # What a person does

    def go(self, path: str, query: dict[str, str] | None = None) -> None:
        self._asked.clear()
        self._means("open", _asked_with(MAIN, path))
        self.navigate(path, query)

    def open_item(self, media_id: str, among: dict[str, str]) -> None:
        """On the item's own page, from a list with these filters."""
        self.browser.note_opened(media_id)
        self.go(ITEM, {"id": media_id, **among})

    def step(self, to: str) -> None:
        """To the "previous" or the "next" item."""
        self.do("step", "freshet-viewer", "stepEvent", {"to": to}, EVERY)
        self.browser.note_opened(self.query["id"][0])

    def do(self, reason: str, tag: str, event: str, payload: dict[str, Any], *asks: str, **properties: Any) -> None:
        """Fire an event. `asks` are the views whose answer must hold everything committed by now."""
        self._means(reason, *asks)
        self.fire(tag, event, payload, **properties)

    def refresh(self, role: str, *, scrolled: bool = False) -> None:
        capsule = self._capsule(role)
        self._means("manual", _asked_with(role, self.path))
        handler = self._web(capsule)["events"]["refreshEvent"]
        self._event(capsule, handler, string_value=json.dumps({"scrolled": scrolled}))

    def choose(self, slot: str) -> None:
        """Open the chooser of a slot."""
        node = next(node for *_, node in parts(self.root) if node.key.key == f"choose-{slot}")
        self._means("open", CHOOSER)
        self._event(node, self._web(node)["events"]["pressEvent"], string_value="{}")

    def edit(
        self, kind: str, ids: Sequence[str], value: str | bool | None = None, *, several: bool = False, **more: Any
    ) -> None:
        """What a tile, an item's head, the toast or the bar of a selection has components/web/edits.js tell."""
        told: dict[str, Any] = {"edit": kind, "value": value, **more}
        if kind == "undo":
            self._edits.ask("restore", self._edits.deleted)
            group = self._edits.groups.get(self.element("freshet-edits")["undoes"])
            told |= {"ids": list(group)} if group else {}
        else:
            self._edits.ask(kind, ids, value)
            told |= {"ids": list(ids)} if several else {"id": ids[0]}
            told |= {"group": self._edits.group(ids)} if several and kind == "delete" else {}
        self._means(f"{kind} several" if several else kind, concerns={EVERY})
        self.fire("freshet-edits", "editEvent", told)

    def delete_shown(self, media_id: str) -> None:
        """The item whose page this is; its neighbour is shown instead, if it has one."""
        self._edits.ask("delete", [media_id])
        self.do("delete item", "freshet-item-head", "deleteEvent", {"id": media_id}, EVERY)

    def restore_shown(self, media_id: str) -> None:
        self._edits.ask("restore", [media_id])
        self._means("restore item", concerns={EVERY})
        self.fire("freshet-button", "pressEvent", {"token": media_id}, label="Restore")

    @property
    def views(self) -> list[MediaQuery]:
        """The views on screen, the page's own first."""
        live = self.elements("freshet-live")
        return [MediaQuery(**query) for query in json.loads(live[0]["views"])] if live else []

    @property
    def roles(self) -> list[str]:
        """The parts that the views on screen play."""
        return roles_of(self.path, self.views)

    def items(self) -> list[tuple[str, Face]]:
        """What is on the page outside of a chooser, each item once."""
        lists = (section for role, section in self._sections().items() if role != CHOOSER)
        return list({media_id: (media_id, face) for one in lists for media_id, face in one.items()}.values())

    @property
    def is_waiting(self) -> bool:
        """Whether an answer, or the end of an edit, is still to come."""
        live = self.elements("freshet-live")
        return bool(live) and bool(live[0]["waiting"])

    def shown(self, role: str = MAIN) -> list[tuple[str, int]]:
        return self._sections()[role].tiles

    def label(self, role: str = MAIN) -> str:
        return self._sections()[role].label

    def look(self, reason: str, asked: float | None = None) -> None:
        """Note what is on screen, without any event."""
        self._began, self._reason = time.monotonic(), reason
        self._history.showed([replace(shown, asked=asked) for shown in self.seen()])

    # What live.js does

    def listen(self, process: Process) -> None:
        """Open a stream for the views on screen, unless one is open."""
        views = self.views
        if self._stream and self._stream.is_for(views):
            return
        self.hang_up()
        if views:
            self._stream = Stream(self.browser.session, self.browser.who, process, views, self._versions())

    def hang_up(self) -> None:
        if self._stream:
            self._stream.close()
            self._stream = None

    def hear(self, *, scrolled: bool = False) -> bool:
        """Act on what the stream says; whether it said anything."""
        said = self._stream.take(self._versions()) if self._stream else []
        if said and self._stream:
            self._known = self._stream.known
        for reason, places in said:
            self._tell(reason, places, scrolled)
        overdue = self._waiting_since is not None and time.monotonic() - self._waiting_since > PATIENCE
        if overdue and not said:
            self._tell("ready", None, scrolled)
        return bool(said) or overdue

    def come_back(self, reason: str, *, scrolled: bool = False) -> None:
        """The tab is looked at again: `focus`, `visibility` or `online`."""
        self._tell(reason, None, scrolled)

    def _tell(self, reason: str, places: list[int] | None, scrolled: bool) -> None:
        roles = self.roles
        if not roles:
            return
        concerned = {EVERY} if places is None else {roles[place] for place in places if place < len(roles)}
        if not concerned:
            return  # the page has come to show other lists since the stream spoke: nothing of what it meant is there
        self._means(reason, concerns=concerned)
        told = {"reason": reason, "views": places, "scrolled": scrolled, "known": self._known}
        self.fire("freshet-live", "refreshEvent", told)

    def _versions(self) -> list[str]:
        live = self.elements("freshet-live")
        return list(live[0]["versions"]) if live else []

    # What is shown

    def _means(self, reason: str, *asks: str, concerns: set[str] | None = None) -> None:
        self._reason, self._asking, self._concerned = reason, set(asks), set(asks) if concerns is None else concerns

    def _send(self, request: Any) -> None:
        self._history.look_after_edits()
        self._began = time.monotonic()
        self._history.count(self._reason)
        self._asked |= dict.fromkeys(self._asking, self._began)
        self._asking, self._frames = set(), []
        before = self.query.get("id")
        with self.process.answering(self.browser.session) as services, begun() as attempts:
            super()._send(request)
        moved = self.query.get("id") != before
        has_begun = self._edits.answered(services, attempts)
        if self._refused() or not has_begun or (self._reason == "step" and not moved):
            self._asked, self._concerned = {}, set()
        elif self._reason == "delete item" and not moved:
            self._asked, self._concerned = {}, {EVERY}
        if self.is_waiting:
            self._waiting_since = self._waiting_since or self._began
            last = self._frames[-1]
        else:  # every question has its answer, and every edit has ended
            self._waiting_since = None
            last = self._answers()
        self._history.showed(list(self._news(self._frames[:-1], last)))

    def _answers(self) -> dict[str, Shown]:
        """The last frame, as the answer to what was asked, and as the word on the edits that have ended."""
        asked, self._asked = self._asked, {}
        told = self._edits.told()
        return {
            role: replace(shown, asked=asked.get(role, asked.get(EVERY)), told=told)
            for role, shown in self._frames[-1].items()
        }

    def _refused(self) -> bool:
        """Whether the page says that what was asked for could not be done; then nothing was read."""
        before, self._toast = self._toast, next(iter(self.elements("freshet-toast")), {})
        return self._toast.get("tone") == "failed" and self._toast != before

    def _news(self, frames: list[dict[str, Shown]], last: dict[str, Shown]) -> Iterator[Shown]:
        """What the frames of an event presented: all that differs from what was on screen, and the answers.

        A frame that leaves a list as it was, on the way to an answer or for something else, reads nothing: where it
        tells of edits, it knows as much as when it came.
        """
        answered = self._concerned if self._waiting_since is None else set()
        for frame in [*frames, last]:
            before, self._screen = self._screen, {}
            for role, shown in frame.items():
                content = _content(role, shown)
                known, came = before.get(role, ((), 0.0))
                if content != known or (frame is last and answered & {role, EVERY}):
                    came = shown.began
                    yield shown
                elif shown.told:
                    yield replace(shown, began=came)
                self._screen[role] = content, came

    def _keep(self, token: str) -> None:
        if token != self._kept:
            self._kept = token
            self._history.count("cookie")
            services = self.process.services
            self.browser.keep(services, services.sessions.read(token, self.browser.who))

    def _render(self, render: Any) -> None:
        super()._render(render)
        for session in self.elements("freshet-session"):
            self._keep(session["token"])
        self._frames.append(self._seen())

    def seen(self) -> list[Shown]:
        return list(self._seen().values())

    def _seen(self) -> dict[str, Shown]:
        now, sections = time.monotonic(), self._sections()
        return {
            role: Shown(
                session=self.browser.session,
                tab=self.name,
                principal=self.browser.who,
                query=query,
                reason=self._reason,
                began=self._began,
                at=now,
                tiles=tuple(sections[role].tiles),
                more=sections[role].more,
                held_back=sections[role].held_back,
                label=sections[role].label,
                faces=tuple(sections[role].faces),
                arrangement=arrangement_of(self.path, role),
            )
            for role, query in zip(self.roles, self.views, strict=True)
            if role in sections
        }

    def _sections(self) -> dict[str, Section]:
        return read(self, self.roles, self._versions())

    def _capsule(self, role: str) -> Any:
        return next(node for at, tag, node in parts(self.root) if (at, tag) == (role, "freshet-status"))


def _content(role: str, shown: Shown) -> tuple[Any, ...]:
    """By which one frame differs from another. What a page announces for several lists says nothing of one of them."""
    own = shown.held_back if role in (MAIN, CHOOSER) else 0
    return shown.query, shown.tiles, shown.faces, shown.more, own


def _asked_with(role: str, path: str) -> str:
    """What is asked again together with a list of a page."""
    return EVERY if path in (HOME, ITEM) else role
