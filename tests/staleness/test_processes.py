"""A tab whose events one web process answers while another one tells it of changes."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from services.clock import SystemClock
from services.library import DEFAULT_PROJECT_ID
from services.models import Commit, Put
from tests.staleness.browser import Browser
from tests.staleness.faults import Weather, recorded
from tests.staleness.history import History
from tests.staleness.processes import Process, routed
from tests.staleness.tab import Tab
from tests.staleness.trial import PEOPLE
from tests.support.engine import until
from tests.support.records import make_item, operation
from tests.support.stores import Backend
from tests.support.studio import flask_app, ids_shown

ADA = PEOPLE["ada"]


class Studio:
    """Two web processes on one database, and a tab of the library at each kind of them."""

    def __init__(self, backend: Backend, folder: Path) -> None:
        self.backend = backend
        self.history = History()
        self.one, self.two = (
            Process(name, self._open_store, folder / name, Weather(random.Random(name)), self.history, PEOPLE)
            for name in ("one", "two")
        )
        self._outside = self._open_store()

    def tab(self, process: Process, path: str = "/library") -> Tab:
        return Tab(Browser("ada-1", ADA, flask_app()), "1", process, self.history, path)

    def add(self, **fields: Any) -> str:
        """A new item of hers, by its id."""
        item = make_item(project_id=DEFAULT_PROJECT_ID, files={}, **fields)
        writes = [Put(item, expect=0)]

        def commit() -> Commit:
            return self._outside.commit(ADA, writes, operation_id=operation())

        recorded(self.history, "outside", writes, commit)
        return item.id

    def close(self) -> None:
        self.one.kill()
        self.two.kill()

    def _open_store(self):  # type: ignore[no-untyped-def]
        return self.backend.open(SystemClock())


@pytest.fixture
def studio(backend: Backend, tmp_path: Path) -> Iterator[Studio]:
    with ExitStack() as stack:
        stack.enter_context(routed())
        studio = Studio(backend, tmp_path)
        stack.callback(studio.close)
        yield studio


def live(process: Process) -> Callable[[], bool]:
    return lambda: process.services.hub.state(DEFAULT_PROJECT_ID)[0] == "live"


def current(process: Process, tab: Tab) -> Callable[[], bool]:
    """Whether the tab's feed keeps its view current, once the tab has acted on what it heard."""
    return lambda: not tab.hear() and process.services.freshness.entry(tab.views[0], ADA).current


def test_B02_a_process_that_has_not_heard_of_a_change_yet_does_not_answer_for_one_that_told_of_it(
    studio: Studio,
) -> None:
    """Its own feed may lag, or have died a moment ago."""
    tab, other = studio.tab(studio.two), studio.tab(studio.two)
    other.listen(studio.two)
    until(live(studio.two))
    tab.listen(studio.one)
    until(live(studio.one))
    until(current(studio.two, other))
    tab.hear()
    studio.two.weather.feed = "silent"
    media_id = studio.add()

    def shows_it_as_current() -> bool:
        tab.hear()
        return ids_shown(tab) == [media_id] and tab.label() == ""

    until(shows_it_as_current)
