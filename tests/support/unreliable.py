"""A store whose calls are counted and fail on demand."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.errors import StoreUnavailable
from services.store.protocol import Store


@dataclass
class _Fault:
    call: str
    error: Exception
    left: int
    when: Callable[..., bool]
    done: bool


class UnreliableStore:
    """Wraps a store. Calls are named `commit`, `media.get`, `runs.set_progress` and so on; `*` is every call."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._faults: list[_Fault] = []
        self.calls: Counter[str] = Counter()
        self.media: Any = _Part(self, "media.", store.media)
        self.runs: Any = _Part(self, "runs.", store.runs)
        self.projects: Any = _Part(self, "projects.", store.projects)
        self.templates: Any = _Part(self, "templates.", store.templates)
        self.upkeep: Any = _Part(self, "upkeep.", store.upkeep)
        self.commit_size = store.commit_size

    def fail(
        self,
        call: str = "*",
        error: Exception | None = None,
        *,
        times: int = 1_000_000,
        when: Callable[..., bool] = lambda *args, **options: True,
        done: bool = False,
    ) -> None:
        """Let the next `times` calls that `when` picks by their arguments raise `error` (StoreUnavailable).

        With `done` a commit is made before: its answer is what is lost.
        """
        with self._lock:
            self._faults.append(_Fault(call, error or StoreUnavailable("The database is away"), times, when, done))

    def heal(self) -> None:
        with self._lock:
            self._faults.clear()

    def commit(self, *args: Any, **options: Any) -> Any:
        error = self._fault("commit", args, options, done=True)
        self.arrive("commit", args, options)
        commit = self._store.commit(*args, **options)
        if error is not None:
            raise error
        return commit

    def watch(self, *args: Any, **options: Any) -> Any:
        return self._store.watch(*args, **options)

    def upgrade(self) -> int:
        return self._store.upgrade()

    def shared_secret(self, *args: Any) -> str:
        return self._store.shared_secret(*args)

    def ping(self) -> None:
        self.arrive("ping", (), {})
        self._store.ping()

    def close(self) -> None:
        self._store.close()

    def arrive(self, call: str, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        """Count a call, and fail it where a fault waits for it."""
        with self._lock:
            self.calls[call] += 1
        if (error := self._fault(call, args, options)) is not None:
            raise error

    def _fault(
        self, call: str, args: tuple[Any, ...], options: dict[str, Any], *, done: bool = False
    ) -> Exception | None:
        with self._lock:
            for fault in self._faults:
                if fault.left and fault.done is done and fault.call in ("*", call) and fault.when(*args, **options):
                    fault.left -= 1
                    return fault.error
        return None


class _Part:
    def __init__(self, whole: UnreliableStore, prefix: str, part: Any) -> None:
        self._whole, self._prefix, self._part = whole, prefix, part

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **options: Any) -> Any:
            self._whole.arrive(self._prefix + name, args, options)
            return getattr(self._part, name)(*args, **options)

        return call
