"""Histories written by hand, for tests of the checker."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.models import MediaItem, MediaQuery
from tests.staleness.checker import check
from tests.staleness.history import NEVER, Edit, History, Shown, Version
from tests.support.records import PROJECT, make_principal

ALL = MediaQuery(project_id=PROJECT)


class Story:
    """A history told line by line: a second passes with each."""

    def __init__(self, *items: MediaItem) -> None:
        self.history = History()
        self.time = 0.0
        self._operations: dict[Edit, str] = {}
        for item in items:
            self.write("somebody", item, 1)

    def write(self, session: str, item: MediaItem, revision: int, **change: Any) -> None:
        """`item` changed; `gone=True` for a removal, `heard=False` if its author never learnt the outcome."""
        gone, heard = change.pop("gone", False), change.pop("heard", True)
        operation = change.pop("operation", "")
        result = None if gone else item.model_copy(update=change)
        began = self._tick()
        ended = self._tick()
        version = Version(item.id, revision, result)
        self.history.wrote(session, began, ended if heard else NEVER, [version], operation=operation)

    def ask(self, session: str, kind: str, value: str | bool | None, *items: MediaItem, user: str = "") -> Edit:
        """Somebody edits in a page."""
        edit = Edit(session, user or session, frozenset(item.id for item in items), kind, value, began=self._tick())
        self.history.asked_for(edit)
        return edit

    def store(self, edit: Edit, item: MediaItem, revision: int, **change: Any) -> None:
        """The edit is stored, unheard of."""
        self._operations[edit] = f"operation at {self.time}"
        self.write("nobody", item, revision, operation=self._operations[edit], **change)

    def tell(self, edit: Edit, *tiles: tuple[MediaItem, int], **fields: Any) -> None:
        """A page tells that an edit is over; where it shows anything else than nothing, it does so with these tiles."""
        if tiles:
            self.show(edit.session, *tiles, told=(edit,), **fields)
        operations = [self._operations[edit]] if edit in self._operations else []
        self.history.told(edit, operations, at=self._tick())

    def show(self, session: str, *tiles: tuple[MediaItem, int], answer: bool = False, **fields: Any) -> None:
        began, asked = self._tick(), self.time if answer else None
        screen = Shown(
            session=session,
            tab="1",
            principal=make_principal(session),
            query=ALL,
            reason="open",
            began=began,
            at=self._tick(),
            tiles=tuple((item.id, revision) for item, revision in tiles),
            asked=asked,
        )
        self.history.showed([replace(screen, **fields)])

    def found(self) -> list[tuple[str, str]]:
        return [(violation.kind, violation.media_id) for violation in check(self.history)]

    def _tick(self) -> float:
        self.time += 1
        return self.time
