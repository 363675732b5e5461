"""What somebody asks a page to change, from the press until the page tells that it is over."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.container import Services
from services.freshness import Attempt
from tests.staleness.history import Edit, History


@dataclass(frozen=True)
class _Begun:
    edit: Edit
    by: Services
    """Those of the process that knows of it: no other does, nor one that was started in its place."""
    attempts: tuple[Attempt, ...]


class TabEdits:
    """Those of one tab."""

    def __init__(self, history: History, session: str, user_id: str) -> None:
        self._history, self._session, self._user_id = history, session, user_id
        self._asked: Edit | None = None
        self._begun: list[_Begun] = []
        self.deleted: list[str] = []
        """What this tab may bring back, whatever became of it."""
        self.groups: dict[str, tuple[str, ...]] = {}
        """As components/web/edits.js keeps them: which items were deleted together, by the name of that."""

    def ask(self, kind: str, ids: Iterable[str], value: str | bool | None = None) -> None:
        """The next event asks for this."""
        edit = Edit(self._session, self._user_id, frozenset(ids), kind, value, began=time.monotonic())
        if kind == "delete":
            self.deleted += edit.ids
        self._asked = edit
        self._history.asked_for(edit)

    def group(self, ids: Sequence[str]) -> str:
        """A name for deleting these together."""
        name = f"~{len(self.groups)}"
        self.groups[name] = tuple(ids)
        return name

    def answered(self, by: Services, attempts: Sequence[Attempt]) -> bool:
        """A process has answered the event `by` its services, and begun `attempts`; False if none although it was asked
        for: there was nothing to do, or it was refused.

        A page that is answered by another process is told no end of its edit, and hears of it by its lists.
        """
        self._begun = [one for one in self._begun if one.by is by]
        edit, self._asked = self._asked, None
        if edit is None:
            return True
        begun = _Begun(edit, by, tuple(attempts))
        if begun.attempts:
            self._begun.append(begun)
            edit.is_over = lambda: all(attempt.done for attempt in begun.attempts)
        else:
            edit.ended = time.monotonic()
        return bool(attempts)

    def told(self) -> tuple[Edit, ...]:
        """The page waits for no edit any more: those that it has told, in so doing, are over."""
        begun, self._begun = self._begun, []
        for one in begun:
            operations = [attempt.edit.operation_id for attempt in one.attempts]
            self._history.told(one.edit, operations, at=time.monotonic())
        return tuple(one.edit for one in begun)
