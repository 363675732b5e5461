"""Several web processes inside one: each with services of its own, on one database.

Mesop's application and its pages exist once; which services they use is decided for each event, as a load balancer
would decide which process answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, cast

from services import container
from services.clock import SystemClock
from services.container import Services
from services.freshness import Attempt
from services.ids import UlidIds
from services.models import Principal
from services.settings import load_settings
from services.store.protocol import Store
from services.workflows.studio import Studio as RunStudio
from tests.staleness.faults import StormyStore, Weather
from tests.staleness.history import History
from tests.staleness.killing import line_of
from tests.support.studio import IdleEngine

USER_HEADER = "X-User"
_current: ContextVar[Services] = ContextVar("services")
_author: ContextVar[str] = ContextVar("author", default="nobody")
_begun: ContextVar[list[Attempt]] = ContextVar("begun")


class Process:
    """One web process. Events that it answers while it is killed end with whatever they have."""

    def __init__(
        self,
        name: str,
        open_store: Callable[[], Store],
        folder: Path,
        weather: Weather,
        history: History,
        people: Mapping[str, Principal],
        spoil: Callable[[Services], None] | None = None,
    ) -> None:
        """`spoil` breaks each start's services on purpose."""
        self.name, self.weather = name, weather
        self._open_store, self._folder, self._history, self._people = open_store, folder, history, people
        self._spoil = spoil
        self.generation = 0
        self.start()

    def start(self) -> None:
        clock = SystemClock()
        store = self._open_store()
        self.line = line_of(store)
        self.store = StormyStore(store, self.weather, self._history, _author.get)
        settings = load_settings(
            {"FRESHET_DATA_DIR": str(self._folder), "FRESHET_FILES": "memory://", "FRESHET_SECRET": "the same for all"}
        )
        built = container.build(settings, clock=clock, ids=UlidIds(clock), store=cast(Store, self.store))
        built.principals = cast(Any, _People(self._people))
        built.engine = cast(Any, IdleEngine())
        cast(Any, built.editor).begin_all = _noting(built.editor.begin_all)
        built.studio = RunStudio(built.store, built.engine, built.progress, clock, built.ids)
        if self._spoil is not None:
            self._spoil(built)
        self.services = built
        self.generation += 1

    def restart(self) -> None:
        """Another process in its place, which holds nothing that was read."""
        services, store = self.services, self.store
        self.start()
        _end(services, store)

    def kill(self) -> None:
        _end(self.services, self.store)

    @contextmanager
    def answering(self, author: str) -> Iterator[Services]:
        """Inside the block pages use this process's services; commits are made on behalf of `author`, who hears of
        them at its end."""
        services = self.services
        process, name = _current.set(services), _author.set(author)
        try:
            with self._history.answering():
                yield services
        finally:
            _current.reset(process)
            _author.reset(name)


@contextmanager
def begun() -> Iterator[Sequence[Attempt]]:
    """The edits that are begun inside the block, by whichever process answers."""
    attempts: list[Attempt] = []
    before = _begun.set(attempts)
    try:
        yield attempts
    finally:
        _begun.reset(before)


def _noting(begin: Callable[..., Attempt]) -> Callable[..., Attempt]:
    def noting(*arguments: Any, **options: Any) -> Attempt:
        attempt = begin(*arguments, **options)
        _begun.get().append(attempt)
        return attempt

    return noting


def _end(services: Services, store: StormyStore) -> None:
    services.hub.close()
    services.freshness.close()
    services.pool.close()
    store.close()


class _People:
    """Whoever a header names: these tests are about more than one person."""

    def __init__(self, people: Mapping[str, Principal]) -> None:
        self._people = people

    def resolve(self, headers: Mapping[str, str]) -> Principal:
        return self._people[headers[USER_HEADER]]


class _Routed:
    """The services of the process that answers just now."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_current.get(), name)


@contextmanager
def routed() -> Iterator[None]:
    """Inside the block, pages use the services of the process that answers."""
    container.install(cast(Services, _Routed()))
    try:
        yield
    finally:
        container.install(None)
