"""What the workflow functions work with.

The engine calls workflows by name after a restart, with plain arguments only, so their collaborators are installed
once per process instead of being passed.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.clock import Clock
from services.files.blobs import Blobs
from services.generation.pool import RenderPool
from services.ids import Ids
from services.store.protocol import Store
from services.workflows.progress import ProgressBoard


@dataclass(frozen=True)
class WorkflowContext:
    store: Store
    blobs: Blobs
    pool: RenderPool
    clock: Clock
    ids: Ids
    progress: ProgressBoard


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
