"""One fetch of one view: from what is held and the store's answer to a successor. Holds no lock and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from services.errors import WatermarkTooOld
from services.freshness.merge import Held, append_page, apply_changes
from services.freshness.seen import SeenItems
from services.freshness.shared import SharedChanges
from services.freshness.snapshots import Snapshot
from services.models import MediaQuery, Principal
from services.store.protocol import MediaRepository
from services.store.watermarks import further, is_at_least


@dataclass(frozen=True)
class Answer:
    """What a fetch learnt. `documents` is what it cost; `whole`: the top of the list is as of `as_of`, too.

    `newest` as in Snapshot. `even`: nothing in it is of a later time than its watermark.
    """

    held: Held
    watermark: str
    as_of: datetime
    documents: int
    how: Literal["read", "changes"]
    whole: bool
    newest: str = ""
    even: bool = False


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
        self, query: MediaQuery, principal: Principal, held: Snapshot | None, *, loaded: int, changes_too: bool
    ) -> Answer:
        """At least `loaded` items, or all there are; without `changes_too` only what is missing below.

        Raises StoreError, NotFound.
        """
        if held is None:
            return self._in_full(query, principal, loaded)
        even = is_at_least(held.watermark, held.furthest)
        answer = Answer(held.held, held.watermark, held.as_of, 0, "changes", whole=False, newest=held.newest, even=even)
        if changes_too:  # the next page needs no delta: its watermark stays behind, so nothing is lost
            try:
                answer = self._changes(held, principal)
            except WatermarkTooOld:
                return self._in_full(query, principal, max(loaded, len(held.items)))
        if len(answer.held.items) < loaded and answer.held.cursor is not None and goes_on(answer.held, changes_too):
            answer = self._page(query, principal, answer, loaded)
        return answer

    def _in_full(self, query: MediaQuery, principal: Principal, loaded: int) -> Answer:
        page = self._media.get_media_for_page(principal, query, limit=max(loaded, 1))
        self._seen.note(principal.user_id, page.items)
        held = Held(page.items, page.next_cursor, searched_to=page.searched_to)
        return Answer(held, page.watermark, page.as_of, page.documents_read, "read", whole=True, newest=page.newest)

    def _changes(self, snapshot: Snapshot, principal: Principal) -> Answer:
        project_id, watermark = snapshot.query.project_id, snapshot.watermark
        changes = self._shared.changed_since(self._media, principal, project_id, watermark)
        self._seen.forget(principal.user_id, (removal.id for removal in changes.removed))
        held = apply_changes(snapshot.held, snapshot.query, changes)
        self._seen.note(principal.user_id, (*held.items, *(item for item in changes.changed if item.deleted_at)))
        newest = further(snapshot.newest or snapshot.watermark, changes.newest or changes.watermark)
        even = is_at_least(changes.watermark, further(newest, snapshot.furthest))
        cost = changes.documents_read
        return Answer(held, changes.watermark, changes.as_of, cost, "changes", whole=True, newest=newest, even=even)

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
        return Answer(held, before.watermark, before.as_of, documents, before.how, before.whole, newest)
