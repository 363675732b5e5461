"""What a store does.

Every method takes the principal first and decides with `services.identity.can`: what a principal may not read is
absent (`NotFound`, left out of lists, a `Removal` in deltas), what they may not change raises `Forbidden`.

Watermarks. A read returns an opaque watermark; `changed_since(watermark)` loses no commit, however long a writer
dawdled between stamping and committing. It may repeat changes: callers apply them by (id, revision).
Tombstones live 30 days; an older watermark raises `WatermarkTooOld` and the caller reads in full.

Watches. `Store.watch` delivers every media commit of a project, by whatever process, to a callback. It takes no
principal: what it delivers is for everybody, and its consumer asks `can` before showing any of it. Nor do the methods
that tell nothing of any record: `has_all_filters`, `upgrade`, `ping` and `close`.

Errors. Back-end exceptions are mapped in one place per back end to `services.errors` and raised, never turned
into an empty result. A failed `commit` has changed nothing; only `OutcomeUnknown` leaves open whether it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from services.models import (
    Batch,
    Changes,
    Commit,
    Count,
    Listing,
    MediaItem,
    MediaQuery,
    Page,
    Principal,
    Project,
    Record,
    RecordKind,
    Run,
    Template,
    Usage,
    Write,
)

PAGE_SIZE = 24
"""Items on a page. With its total, or with what joins it to what is held above, it costs at most one document more."""
SEARCH_STEP = 200
"""Most documents one step may read to fill a page when items that fit are sparse."""
COUNT_LIMIT = 1_000
"""As far as totals are counted by themselves: "1,000+", or more, costs the same in a library of any size."""
TOMBSTONE_LIFETIME = timedelta(days=30)
DELTA_LIMIT = 1000
"""Most changes one delta holds; beyond, `WatermarkTooOld` is raised, since reading a view in full costs less."""


class MediaRepository(Protocol):
    def get(self, principal: Principal, media_id: str) -> MediaItem:
        """Raises NotFound, StoreError."""

    def get_many(self, principal: Principal, media_ids: Sequence[str]) -> dict[str, MediaItem]:
        """Those of `media_ids` that exist and may be read, by id, in one read. Raises StoreError."""

    def get_media_for_page(
        self,
        principal: Principal,
        query: MediaQuery,
        *,
        cursor: str | None = None,
        limit: int = PAGE_SIZE,
        as_of: str = "",
    ) -> Page[MediaItem]:
        """One page of `query`, in its order, after `cursor` (from the previous page's `next_cursor`).

        `as_of` is a watermark: Firestore reads the page as it was then, if that is less than PAST ago, so that it needs
        no delta to be of one time with what was read up to there. Else it is as of now, as its own watermark tells.

        What is in the trash is on no page but of the trash, and costs the others nothing.

        A cursor names a place in the order, not a count, so items that come or go between two pages neither repeat
        nor skip others; one whose title is edited meanwhile stands where the page that comes to it finds it. Items
        that may not be read, or that a filter leaves out which the store does not have, are passed over; reading goes
        on up to SEARCH_STEP documents to fill the page, and if that ends it, `searched_to` says how far it looked.
        The stores have every equality, the dates in the orders by time, and of the marks and words SQLite all,
        Firestore one of them. `limit` may exceed PAGE_SIZE (a loaded extent is re-read in one go).
        Raises BadInput (a malformed cursor or one of another order), NotFound (a project the principal is not a member
        of), StoreError.
        """

    def count(self, principal: Principal, query: MediaQuery, *, limit: int | None = COUNT_LIMIT) -> Count:
        """How many items `query` finds that the principal may read; counting ends at `limit`, None for never.

        Not exact where it ended there: "1,000+". Raises NotFound (as a page), BadInput (a limit below 1), StoreError.
        """

    def has_all_filters(self, query: MediaQuery) -> bool:
        """Whether the store itself has all that `query` asks, so that counting reads no documents. Asks nothing."""

    def changed_since(self, principal: Principal, project_id: str, watermark: str) -> Changes[MediaItem]:
        """All media committed in the project after `watermark`. Raises WatermarkTooOld, NotFound, StoreError."""


class RunRepository(Protocol):
    def get(self, principal: Principal, run_id: str) -> Run:
        """Raises NotFound, StoreError."""

    def unfinished(self, principal: Principal) -> list[Run]:
        """Every queued or running run the principal may read, oldest first: what a starting server takes up again."""

    def set_progress(self, principal: Principal, run_id: str, progress: int) -> None:
        """Store a run's percentage without touching `updated_at` or `revision`; a finished run stays as it is."""


class ProjectRepository(Protocol):
    def get(self, principal: Principal, project_id: str) -> Project:
        """Raises NotFound, StoreError."""

    def list_for(self, principal: Principal) -> list[Project]:
        """The projects the principal is a member of (all, for the system), by name."""


class TemplateRepository(Protocol):
    """Templates are in no feed and no delta: who shows them asks for all of a project's."""

    def get(self, principal: Principal, template_id: str) -> Template:
        """Raises NotFound, StoreError."""

    def list_for(self, principal: Principal, project_id: str) -> Listing[Template]:
        """Those of the project that the principal may read, of every type, by name; MOST_TEMPLATES are read at most.

        Raises NotFound (a project the principal is not a member of), StoreError.
        """


class UpkeepRepository(Protocol):
    """What keeping a library in order asks. None of it is on the way of a page."""

    def expired_trash(self, principal: Principal, before: datetime, limit: int) -> list[MediaItem]:
        """At most `limit` items that the principal may delete and that went into the trash before a time, in any
        project, oldest first. What is younger costs nothing. Raises StoreError."""

    def is_referenced(self, principal: Principal, key: str) -> bool:
        """Whether any record, in the trash or not, refers to the blob `key` now. For the system alone: Forbidden to
        others. Costs one read, two at the most. Raises StoreError."""

    def records(self, principal: Principal, kind: RecordKind, *, owner_id: str | None = None) -> Iterator[Record]:
        """Every record of a kind that the principal may read, in the trash or not, by id; those of one owner.

        Read in portions while the caller goes on, so it is no snapshot: what is committed meanwhile may be in it or
        not. Raises StoreError, also on the way.
        """

    def usage(self, principal: Principal) -> Usage:
        """What the principal's own items take up, by type, and how much of that lies in the trash.

        Cheap enough to ask whenever a page that shows it opens: SQLite keeps the figures with each commit, in a few
        rows; Firestore sums up indexes, at about two reads per 1,000 items and five at the least. Files that several
        items share count for each of them, and cut-outs, which can be made again, for none. Raises StoreError.
        """


WatchState = Literal["live", "polling", "down"]
"""`live`: commits are delivered as they happen. `polling`: they are asked for every few seconds, since nothing would
be pushed. `down`: the database does not answer."""
OnBatch = Callable[[Batch], None]
OnState = Callable[[WatchState], None]


class Watch(Protocol):
    def doubt(self) -> None:
        """Somebody's question found the database away: find out now whether it is, not in a while, and tell.

        From any thread; does not block. Where the database answers, nothing changes.
        """

    def close(self) -> None:
        """Stop delivering and leave no thread behind. Waits for a callback that is running, so hold no lock that it
        takes; may be called from a callback, and twice."""


class Store(Protocol):
    media: MediaRepository
    runs: RunRepository
    projects: ProjectRepository
    templates: TemplateRepository
    upkeep: UpkeepRepository
    commit_size: int
    """Records that one commit should change at most."""

    def commit(self, principal: Principal, writes: Sequence[Write], *, operation_id: str) -> Commit:
        """Apply all writes in one transaction or none.

        Each record gets `updated_at` from the store, the same for all, and `revision = expect + 1`. Changing
        `project_id` leaves a tombstone in the old project in the same transaction. `created_at` cannot change.
        A record made again after its removal goes on from the tombstone's revision while that is remembered.
        Repeating a commit with the same `operation_id` and writes changes nothing and returns the first result.
        Raises Conflict (revision differs, or exists where `expect` is 0), Forbidden, NotFound, BadInput (a changed
        `created_at`, a time without zone, an unusable id, a record twice), StoreError.
        """

    def watch(self, project_id: str, on_batch: OnBatch, on_state: OnState) -> Watch:
        """Deliver every media commit made in the project after this returns, each at least once.

        All callbacks of one watch come from one background thread, one at a time. Records of one commit arrive in
        one batch. Of a record that changes faster than it is read, the revisions in between may be left out. An
        exception in a callback is logged; the next batch comes all the same.
        `on_state` is told each change of state, first of all "live" (or "down") soon after this returns. After
        "polling" or "down" everything missed is delivered before "live". A database that did not answer at the start
        is watched from its first "live" on, and so is one that was put back from a copy, after a "down": what a
        consumer then holds from before must be read anew.
        """

    def upgrade(self) -> int:
        """Bring a database up to date that an earlier version wrote; how many records it wrote. Raises StoreError.

        SQLite files are when they are opened. On Firestore, until this was called, whatever asks for what older
        documents lack raises StoreError and says so: finding half of them would be worse. Servers may run meanwhile.
        """

    def shared_secret(self, principal: Principal, proposed: str) -> str:
        """What all servers on this database sign cookies with: `proposed`, of the first that asks. For the system
        alone: Forbidden to others. An SQLite file is one server's: what that proposes holds. Raises StoreError."""

    def ping(self) -> None:
        """Reach the database once; raises StoreError. For health checks."""

    def close(self) -> None:
        """Release connections and threads. Safe to call twice."""
