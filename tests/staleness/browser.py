"""What the tabs of one session share."""

from __future__ import annotations

import threading
from typing import Any

from services.container import Services
from services.freshness.session import COOKIE, Token, merged
from services.models import Principal
from state.opened import MOST_OPENED, OPENED_COOKIE
from tests.staleness.processes import USER_HEADER


class Browser:
    """Who is signed in, and the cookies."""

    def __init__(self, session: str, who: Principal, app: Any) -> None:
        self.session, self.who, self._app = session, who, app
        self._cookies: Any = None
        self._lock = threading.Lock()
        """As the browser's: one tab after the other brings what it knows to a cookie."""

    def keep(self, services: Services, token: Token) -> None:
        """Put what the session knows into its cookie, as POST /api/session does."""
        with self._lock:
            client = self.test_client()
            cookie = client.get_cookie(COOKIE)
            held = services.sessions.read(cookie.value if cookie else None, self.who)
            client.set_cookie(COOKIE, services.sessions.sign(merged(token, held), self.who))

    def note_opened(self, media_id: str) -> None:
        """The item's own page is looked at, as components/web/opened.js notes it."""
        with self._lock:
            client = self.test_client()
            cookie = client.get_cookie(OPENED_COOKIE)
            others = [one for one in (cookie.value.split(".") if cookie else []) if one != media_id]
            client.set_cookie(OPENED_COOKIE, ".".join([media_id, *others][:MOST_OPENED]))

    def test_client(self) -> Any:
        client = self._app.test_client()
        client.environ_base["HTTP_" + USER_HEADER.upper().replace("-", "_")] = self.who.user_id
        self._cookies = client._cookies if self._cookies is None else self._cookies
        client._cookies = self._cookies
        return client
