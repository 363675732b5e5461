"""Edits that the process that answers does not know of: another was asked for them, and their end is told by nobody."""

from __future__ import annotations

import mesop as me

from services.container import services
from state.edits import EditState, attempts

ELSEWHERE = 20.0
"""Seconds for which an edit may be on its way in another process: a commit takes no longer."""


def note_unheard() -> None:
    """Whether another process has been asked for an edit: what this one holds may lack it, and is labelled so."""
    state, unheard = me.state(EditState), None in attempts().values()
    since = state.unheard_ms or _now_ms() if unheard else 0
    if since != state.unheard_ms:
        state.unheard_ms = since


def is_unheard() -> bool:
    """Whether a pending edit is one that this process does not know of; pure."""
    return bool(me.state(EditState).unheard_ms)


def give_up_edits() -> bool:
    """Whether such edits have had their time: they are stored or not, and the lists have to be asked. Reads nothing."""
    state = me.state(EditState)
    alone = services().settings.store == "sqlite"  # then it was the process before this one
    if not state.unheard_ms or (not alone and _now_ms() - state.unheard_ms <= ELSEWHERE * 1000):
        return False
    state.pending = " ".join(name for name, attempt in attempts().items() if attempt is not None)
    state.unheard_ms = 0
    return True


def _now_ms() -> int:
    return int(services().clock.now().timestamp() * 1000)
