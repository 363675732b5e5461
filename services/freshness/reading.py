"""One fetch of one view: from what is held and the store's answer to a successor. Holds no lock and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal

from services.errors import WatermarkTooOld
from services.freshness.merge import Held, append_page, apply_changes
from services.freshness.seen import SeenItems
from services.freshness.shared import SharedChanges
from services.freshness.snapshots import Snapshot
from services.models import Changes, MediaItem, MediaQuery, Principal
from services.store.cursors import decode_cursor
from services.store.protocol import MediaRepository
from services.store.watermarks import further, is_at_least


@dataclass(frozen=True)
class Answer:
    """What a fetch learnt. `documents` is what it cost; `whole`: the top of the list is as of `as_of`, too.

    `newest` as in Snapshot. `even`: nothing in it is of a later time than its watermark. `told`: the changes that it
    has taken in. `paged`: more of the list is in it, of which nothing was committed after that watermark ("" where that
    is not known).
    """

    held: Held
    watermark: str
    as_of: datetime
    documents: int
    how: Literal["read", "changes"]
    whole: bool
    newest: str = ""
    even: bool = False
    told: Changes[MediaItem] | None = None
    paged: str | None = None


MOST_STEPS = 5
"""Steps of a search that are taken again at once where a list has to be read anew: 1,000 documents."""
END = "end"
"""In place of a cursor: the end of the list."""


def searched_down_to(held: Held) -> str:
    """How far a list was searched, to be told to `Reader.read` should it have to be read anew."""
    return END if held.cursor is None else held.cursor


def goes_on(held: Held, changes_too: bool) -> bool:
    """Whether a list that is shorter than wanted is read on: where a search stopped, only if that is what is asked."""
    return held.searched_to is None or not changes_too


class Reader:
    """Reads the store for a view: a page the first time, and later the project's changes since the held watermark."""

    def __init__(self, media: MediaRepository, seen: SeenItems) -> None:
        self._media = media
        self._shared = SharedChanges()
        self._seen = seen

    def read(
        self,
        query: MediaQuery,
        principal: Principal,
        held: Snapshot | None,
        *,
        loaded: int,
        changes_too: bool,
        down_to: str = "",
    ) -> Answer:
        """At least `loaded` items, or all there are; without `changes_too` only what is missing below.

        A list that is searched in steps, and of which nothing is held any more, had been searched `down_to` a place.
        Raises StoreError, NotFound, BadInput (a place that is none).
        """
        if held is None:
            return self._in_full(query, principal, loaded, down_to)
        even = is_at_least(held.watermark, held.furthest)
        answer = Answer(held.held, held.watermark, held.as_of, 0, "changes", whole=False, newest=held.newest, even=even)
        if changes_too:  # the next page needs no delta: its watermark stays behind, so nothing is lost
            try:
                answer = self._changes(held, principal)
            except WatermarkTooOld:
                return self._in_full(query, principal, max(loaded, len(held.items)), searched_down_to(held.held))
        if len(answer.held.items) < loaded and answer.held.cursor is not None and goes_on(answer.held, changes_too):
            answer = self._page(query, principal, answer, loaded)
        return answer

    def _in_full(self, query: MediaQuery, principal: Principal, loaded: int, down_to: str) -> Answer:
        """What the steps of a search had found is found again, within MOST_STEPS."""
        answer = self._from_the_top(query, principal, loaded)
        for _ in range(MOST_STEPS - 1):
            if not down_to or answer.held.searched_to is None or _reaches(answer.held, down_to, query):
                break
            answer = self._page(query, principal, answer, loaded)
        return answer

    def _from_the_top(self, query: MediaQuery, principal: Principal, loaded: int) -> Answer:
        page = self._media.get_media_for_page(principal, query, limit=max(loaded, 1))
        self._seen.note(principal.user_id, page.items)
        held = Held(page.items, page.next_cursor, searched_to=page.searched_to)
        return Answer(
            held, page.watermark, page.as_of, page.documents_read, "read", whole=True, newest=page.newest, even=True
        )

    def _changes(self, snapshot: Snapshot, principal: Principal) -> Answer:
        project_id, watermark = snapshot.query.project_id, snapshot.watermark
        changes = self._shared.changed_since(self._media, principal, project_id, watermark)
        self._seen.forget(principal.user_id, (removal.id for removal in changes.removed))
        held = apply_changes(snapshot.held, snapshot.query, changes)
        self._seen.note(principal.user_id, (*held.items, *(item for item in changes.changed if item.deleted_at)))
        newest = further(snapshot.newest or snapshot.watermark, changes.newest or changes.watermark)
        even = is_at_least(changes.watermark, further(newest, snapshot.furthest))
        cost = changes.documents_read
        return Answer(
            held, changes.watermark, changes.as_of, cost, "changes", whole=True, newest=newest, even=even, told=changes
        )

    def _page(self, query: MediaQuery, principal: Principal, before: Answer, loaded: int) -> Answer:
        """The next page: of the same time as what is above, where the store can. Else the older watermark stays: what
        changed above meanwhile is still to come."""
        limit, as_of = max(loaded - len(before.held.items), 1), before.watermark if before.even else ""
        read = partial(self._media.get_media_for_page, principal, query, cursor=before.held.cursor, limit=limit)
        page = read(as_of=as_of)
        documents = before.documents + page.documents_read
        if as_of and any(self._seen.is_ahead(principal.user_id, item) for item in page.items):
            page = read()  # the user's own edit, of which no list had to know yet
            documents += page.documents_read
        self._seen.note(principal.user_id, page.items)
        held = append_page(before.held, query, page)
        newest = further(before.newest or before.watermark, page.watermark)
        above = {item.id for item in before.held.items}
        paged = "" if any(item.id in above for item in page.items) else page.latest or page.watermark  # or it has moved
        return replace(before, held=held, documents=documents, newest=newest, even=False, paged=paged)


def _reaches(held: Held, down_to: str, query: MediaQuery) -> bool:
    """Whether a list is loaded down to a place. Raises BadInput."""
    if held.cursor is None or down_to == END:
        return held.cursor is None
    return decode_cursor(held.cursor, query.order).reaches(decode_cursor(down_to, query.order))
