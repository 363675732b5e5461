"""What the workflow functions work with.

The engine calls workflows by name after a restart, with plain arguments only, so their collaborators are installed
once per process instead of being passed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.clock import Clock
from services.files.blobs import Blobs
from services.generation.offers import Offers
from services.generation.pool import RenderPool
from services.ids import Ids
from services.store.protocol import Store
from services.workflows.progress import ProgressBoard


class Interrupted(BaseException):
    """The process is stopping. Not an Exception, so that the engine records no outcome and resumes the step later."""


class Unwanted(Exception):
    """The run was cancelled while this was made."""


class Activity:
    """The runs being worked on in this process, and whether they are to stop."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self._stopping = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Counts one run while it is worked on."""
        with self._changed:
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def pause(self, seconds: float = 0.0) -> None:
        """Wait so long. Raises Interrupted as soon as the process is stopping."""
        with self._changed:
            if self._changed.wait_for(lambda: self._stopping, seconds):
                raise Interrupted

    def stop(self) -> None:
        """Have every run end at its next pause; the next launch resumes it there."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Whether no run was worked on any more within so long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, seconds)


@dataclass(frozen=True)
class WorkflowContext:
    store: Store
    blobs: Blobs
    pool: RenderPool
    clock: Clock
    ids: Ids
    progress: ProgressBoard
    activity: Activity
    offers: Offers


_installed: WorkflowContext | None = None


def install(context: WorkflowContext | None) -> None:
    """Make `context` the one that workflows of this process use."""
    global _installed
    _installed = context


def context() -> WorkflowContext:
    """The installed context. Raises RuntimeError before `install`."""
    if _installed is None:
        raise RuntimeError("The workflow context is not installed")
    return _installed
