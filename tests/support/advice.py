"""An adviser that says what a test wants it to, when the test wants it to."""

from __future__ import annotations

import threading
from typing import Any

from services.generation.opinions import Critique, Rewritten
from services.models import Principal
from tests.support.mesop_client import MesopClient
from tests.support.studio import Studio

Told = Rewritten | Critique | Exception
BETTER = Rewritten("A lighthouse at dusk, seen from below", "Pen 1", 3_103_000)
OPINION = Critique(("The light",), ("The horizon is tilted",), "Dunes, level horizon", "Pen 1", 12_000_000)


class FakeAdviser:
    """Stands for `Adviser`: `asked` is what was asked, by whom and in which project. While held, it takes its time."""

    def __init__(self, *told: Told) -> None:
        self.told = list(told)
        self.asked: list[tuple[str, str, str]] = []
        self._let_go = threading.Event()
        self._let_go.set()

    def rewrite(self, principal: Principal, project_id: str, prompt: str) -> Any:
        return self._answer(principal, project_id, prompt)

    def critique(self, principal: Principal, project_id: str, media_id: str) -> Any:
        return self._answer(principal, project_id, media_id)

    def hold(self) -> None:
        self._let_go.clear()

    def let_go(self) -> None:
        self._let_go.set()

    def _answer(self, principal: Principal, project_id: str, about: str) -> Any:
        self.asked.append((principal.user_id, project_id, about))
        told = self.told.pop(0)
        assert self._let_go.wait(30)
        if isinstance(told, Exception):
            raise told
        return told


def advised(studio: Studio, *told: Told) -> FakeAdviser:
    """Have the studio's pages ask one that says these, one after the other."""
    adviser = FakeAdviser(*told)
    studio.services.inquiries.adviser = adviser  # type: ignore[assignment]
    return adviser


def is_waiting(tab: MesopClient) -> bool:
    """Whether the page asks for something that is on its way."""
    return bool(tab.element("freshet-live")["waiting"])


def wake(tab: MesopClient) -> MesopClient:
    """A slow answer has come, as the stream tells the page, or as it asks from time to time."""
    told = {"reason": "ready", "views": None, "scrolled": False, "known": ""}
    return tab.fire("freshet-live", "refreshEvent", told)
