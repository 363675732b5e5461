"""One browser tab over Mesop's protocol, with what `live.js` does in it; everything it shows goes into the history."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from services.container import Services
from services.freshness.session import COOKIE, Token, merged
from services.freshness.subscriber import Subscriber
from services.http.events import StreamView, catch_up
from services.models import MediaQuery, Principal
from tests.staleness.history import History, Shown
from tests.staleness.processes import USER_HEADER, Process
from tests.support.mesop_client import MesopClient

LABELS = {"plain": "", "catching": "catching up", "offline": "offline", "failed": "failed", "loading": "loading"}
"""What a capsule's mode says of the age of what is shown."""
PATIENCE = 0.2
"""Seconds without an announced answer after which a tab looks for it. In a browser it is more."""
MAIN, CHOOSER = 0, 1
"""Places of a page's views: its own list, and the list in the open chooser."""


class Browser:
    """What the tabs of one session share: who is signed in, and the cookies."""

    def __init__(self, session: str, who: Principal, app: Any) -> None:
        self.session, self.who, self._app = session, who, app
        self._cookies: Any = None
        self._lock = threading.Lock()
        """As the browser's: one tab after the other brings what it knows to the cookie."""

    def keep(self, services: Services, token: Token) -> None:
        """Put what the session knows into its cookie, as POST /api/session does."""
        with self._lock:
            client = self.test_client()
            cookie = client.get_cookie(COOKIE)
            held = services.sessions.read(cookie.value if cookie else None, self.who)
            client.set_cookie(COOKIE, services.sessions.sign(merged(token, held), self.who))

    def test_client(self) -> Any:
        client = self._app.test_client()
        client.environ_base["HTTP_" + USER_HEADER.upper().replace("-", "_")] = self.who.user_id
        self._cookies = client._cookies if self._cookies is None else self._cookies
        client._cookies = self._cookies
        return client


@dataclass
class _Section:
    """What belongs to one view on the page."""

    tiles: list[tuple[str, int]] = field(default_factory=list)
    more: bool = False
    held_back: int = 0
    label: str = "loading"


class Tab(MesopClient):
    """Each event is answered by `process`, which may change from one to the next, as may the stream's."""

    def __init__(self, browser: Browser, name: str, process: Process, history: History, path: str) -> None:
        self.browser, self.name, self.process = browser, name, process
        self._history = history
        self._frames: list[list[Shown]] = []
        self._reason, self._began = "open", 0.0
        self._asked = {MAIN: 0.0}
        self._asking: set[int] = {MAIN}
        self._concerned: set[int] = {MAIN}
        self._screen: dict[int, tuple[Any, ...]] = {}
        self._stream: _Stream | None = None
        self._known = ""
        self._kept = ""
        self._toast: dict[str, Any] = {}
        self._waiting_since: float | None = None
        super().__init__(browser, path)

    # What a person does

    def go(self, path: str, query: dict[str, str] | None = None) -> None:
        self._asked.clear()
        self._means("open", MAIN)
        self.navigate(path, query)

    def do(self, reason: str, tag: str, event: str, payload: dict[str, Any], *asks: int, **properties: Any) -> None:
        """Fire an event. `asks` are the views whose answer must hold everything committed by now."""
        self._means(reason, *asks)
        self.fire(tag, event, payload, **properties)

    def refresh(self, place: int, *, scrolled: bool = False) -> None:
        capsule = self._capsule(place)
        self._means("manual", place)
        handler = self._web(capsule)["events"]["refreshEvent"]
        self._event(capsule, handler, string_value=json.dumps({"scrolled": scrolled}))

    def choose(self, slot: str) -> None:
        """Open the chooser of a slot."""
        node = next(node for *_, node in self._parts(self.root, MAIN) if node.key.key == f"choose-{slot}")
        self._means("open", CHOOSER)
        self._event(node, self._web(node)["events"]["pressEvent"], string_value="{}")

    @property
    def views(self) -> list[MediaQuery]:
        """The views on screen, the page's own first."""
        live = self.elements("freshet-live")
        return [MediaQuery(**query) for query in json.loads(live[0]["views"])] if live else []

    def shown(self, place: int = MAIN) -> list[tuple[str, int]]:
        return self._sections()[place].tiles

    def label(self, place: int = MAIN) -> str:
        return self._sections()[place].label

    def look(self, reason: str, asked: float | None = None) -> None:
        """Note what is on screen, without any event."""
        self._began, self._reason = time.monotonic(), reason
        self._history.showed(self.seen(asked))

    # What live.js does

    def listen(self, process: Process) -> None:
        """Open a stream for the views on screen, unless one is open."""
        live = self.elements("freshet-live")
        views = live[0]["views"] if live else ""
        if self._stream and self._stream.is_for(views):
            return
        self.hang_up()
        if live:
            self._stream = _Stream(self, process, views, live[0]["versions"])

    def hang_up(self) -> None:
        if self._stream:
            self._stream.close()
            self._stream = None

    def hear(self, *, scrolled: bool = False) -> bool:
        """Act on what the stream says; whether it said anything."""
        said = self._stream.take() if self._stream else []
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
        if not self.elements("freshet-live"):
            return
        self._means(reason)
        self._concerned = {MAIN, CHOOSER} if places is None else set(places)
        told = {"reason": reason, "views": places, "scrolled": scrolled, "known": self._known}
        self.fire("freshet-live", "refreshEvent", told)

    # What is shown

    def _means(self, reason: str, *asks: int) -> None:
        self._reason, self._asking, self._concerned = reason, set(asks), set(asks)

    def _send(self, request: Any) -> None:
        self._began = time.monotonic()
        self._history.count(self._reason)
        self._asked |= dict.fromkeys(self._asking, self._began)
        self._asking = set()
        self._frames = []
        with self.process.answering(self.browser.session):
            super()._send(request)
        live = self.elements("freshet-live")
        asked: dict[int, float] = {}
        if self._refused():
            self._asked, self._concerned = {}, set()
        if live and live[0]["waiting"]:
            self._waiting_since = self._waiting_since or self._began
        else:  # every question has its answer
            self._waiting_since = None
            asked, self._asked = self._asked, {}
        last = [replace(shown, asked=asked.get(place)) for place, shown in enumerate(self._frames[-1])]
        self._history.showed(list(self._news(self._frames[:-1], last)))

    def _refused(self) -> bool:
        """Whether the page says that what was asked for could not be done; then nothing was read."""
        before, self._toast = self._toast, next(iter(self.elements("freshet-toast")), {})
        return self._toast.get("tone") == "failed" and self._toast != before

    def _news(self, frames: list[list[Shown]], last: list[Shown]) -> Iterator[Shown]:
        """What the frames of an event presented: all that differs from what was on screen, and the answers.

        A frame that leaves a list as it was, on the way to an answer or for something else, reads nothing.
        """
        answered = self._concerned if self._waiting_since is None else set()
        for frame in [*frames, last]:
            for place, shown in enumerate(frame):
                content = shown.query, shown.tiles, shown.more, shown.held_back
                if content != self._screen.get(place) or (frame is last and place in answered):
                    yield shown
                self._screen[place] = content

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
        self._frames.append(self.seen())

    def seen(self, asked: float | None = None) -> list[Shown]:
        now, views = time.monotonic(), self.views
        return [
            Shown(
                session=self.browser.session,
                tab=self.name,
                principal=self.browser.who,
                query=query,
                reason=self._reason,
                began=self._began,
                at=now,
                tiles=tuple(section.tiles),
                more=section.more,
                held_back=section.held_back,
                label=section.label,
                asked=asked,
            )
            for query, section in zip(views, self._sections(), strict=False)
        ]

    def _sections(self) -> list[_Section]:
        sections = [_Section(), _Section()]
        for place, tag, node in self._parts(self.root, MAIN):
            section, properties = sections[place], self._web(node)["properties"]
            if tag == "freshet-tile":
                section.tiles.append((properties["mediaId"], properties["revision"]))
            elif tag == "freshet-sentinel":
                section.more = not properties["done"]
            elif tag == "freshet-drop":
                section.held_back = properties["count"]
            elif tag == "freshet-status":
                section.label = LABELS[properties["mode"]]
        return sections

    def _parts(self, node: Any, place: int) -> Iterator[tuple[int, str, Any]]:
        """Own elements with the place of the view that they belong to."""
        place = CHOOSER if node.key.key.startswith("dialog-body-") else place
        name = node.type.name.fn_name
        if name.startswith("<web>freshet-"):
            yield place, name.removeprefix("<web>"), node
        for child in node.children:
            yield from self._parts(child, place)

    def _capsule(self, place: int) -> Any:
        return next(node for at, tag, node in self._parts(self.root, MAIN) if (at, tag) == (place, "freshet-status"))


class _Stream:
    """An event stream of a tab, as services/http/events.py serves it."""

    def __init__(self, tab: Tab, process: Process, views: str, versions: list[str]) -> None:
        self._tab, self._process, self._generation, self._views = tab, process, process.generation, views
        self._woken = threading.Event()
        queries = tab.views
        self._subscriber = Subscriber(tab.browser.who, tuple(queries), self._woken.set)
        self._hub = process.services.hub
        views_shown = zip(queries, versions, strict=True)
        self._opened_with = tuple(StreamView(query=query, version=version) for query, version in views_shown)
        self._hub.subscribe(self._subscriber)
        self._feed = self._feed_state()

    def is_for(self, views: str) -> bool:
        return self._views == views and self._generation == self._process.generation

    def take(self) -> list[tuple[str, list[int] | None]]:
        """What to tell the page: reasons with the places of views."""
        if not self._woken.is_set():
            return []
        self._woken.clear()
        news = self._subscriber.take()
        if news.begun:
            with self._process.answering(self._tab.browser.session):
                catch_up(self._subscriber, self._opened_with)
        said: list[tuple[str, list[int] | None]] = []
        if news.state_changed:
            before, self._feed = self._feed, self._feed_state()
            if before in ("polling", "down") and self._feed == "live":
                said.append(("online", None))
        if news.ready:
            said.append(("ready", news.ready))
        shown = self._tab.elements("freshet-live")[0]["versions"]
        changed = [place for place in news.changed if shown[place] != self._version(place)]
        if changed:
            said.append(("live", changed))
        return said

    @property
    def known(self) -> str:
        """What comes with every change, signed."""
        return self._process.services.sessions.sign(self._subscriber.known, self._tab.browser.who)

    def _version(self, place: int) -> str:
        view, who = self._subscriber.views[place], self._tab.browser.who
        return self._process.services.freshness.entry(view, who).version

    def close(self) -> None:
        self._hub.unsubscribe(self._subscriber)

    def _feed_state(self) -> str:
        return self._hub.state(self._subscriber.views[0].project_id)[0]
