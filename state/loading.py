"""How a view asks for what it shows, alone or together with others of its page, and how long a handler waits."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cmp_to_key, partial

from services.container import services
from services.freshness import Reason, Sessions, Ticket
from services.freshness.policy import ALWAYS, ContentKind
from services.freshness.session import Token
from services.models import MediaQuery
from services.store.protocol import PAGE_SIZE
from services.store.watermarks import is_at_least
from state.session import principal, token
from state.view import MOST_LOADED, ViewState, cursor, first_load, is_bare, point_at, settle_view, take_up
from state.window import MOST_MOUNTED

CURRENT: frozenset[Reason] = ALWAYS - {"page"}
"""Reasons whose answer holds everything committed before the question."""
SEEN_BEGINNING: frozenset[Reason] = frozenset(("open", "filter", "permalink", "batch", "recover"))
"""Reasons whose fetch begins with something to see: what is held, and its label. A pressed Refresh button turns by
itself, and the others bring the screen up to date behind its back; those are one frame, with the answer."""
PATIENCE = 0.3
"""Seconds for which a handler waits for the store. A slower answer comes by itself, and the tab stays usable."""


def is_awaited(view: ViewState) -> bool:
    """Whether a fetch runs that somebody asked for; what is on the screen meanwhile may be older than the store."""
    return view.fetching == "manual" or view.fetching in SEEN_BEGINNING


def is_undecided(view: ViewState) -> bool:
    """Whether it is still open if there is anything: no answer has come yet, or a newer one is on its way.

    What shows nothing meanwhile must not say that there is nothing: what is held may be older than what has come since.
    A further page says nothing of what stands above it; but where all that was shown has left, it is all there is.
    """
    return first_load(view) or view.fetching not in ("", "page") or is_bare(view)


def load_view(
    view: ViewState,
    query: MediaQuery,
    reason: Reason,
    *,
    scope: str,
    kind: ContentKind = "library",
    until: str = "",
    hold: bool = False,
    patience: float | None = None,
) -> Generator[None, None, None]:
    """Refresh `view`; yields when it has ended or goes on by itself, and before that when its beginning shows.

    A failure keeps what is held and says why in `view.error`. `page` asks for one more page than is shown; `until`,
    for a page, is the cursor the client saw, so that a repeated request does not load twice. With `hold` items that
    are new at the top are held back (the list is scrolled). It waits for `patience` seconds, else for PATIENCE.
    """
    hold = hold or reason == "page"  # whoever is near the end of a list must not be moved
    patience = PATIENCE if patience is None else patience
    part = Part(view, query, scope, kind)
    reason = _begin(part, reason, until, hold)
    if begins_visibly(view):
        yield
    _await(part, _submit(part, reason), hold, patience)
    _complete(part, hold, patience)
    yield


@dataclass(frozen=True)
class Part:
    """A view of a page that is loaded together with others, and how it is asked for (`load_view`)."""

    view: ViewState
    query: MediaQuery
    scope: str
    kind: ContentKind = "library"


def load_together(parts: Sequence[Part], reason: Reason, *, hold: bool = False) -> Generator[None, None, None]:
    """`load_view` of several views in the same frames: their fetches run side by side, and all are waited for once.

    What was read last is shown last: else the others would look as if they lagged behind what the session has seen.
    """
    asked = [(part, _begin(part, reason, "", hold)) for part in parts]
    if any(begins_visibly(part.view) for part in parts):
        yield
    waiting = [(part, _submit(part, why)) for part, why in asked]
    ends = services().clock.monotonic() + PATIENCE
    for _, answer in waiting:
        answer.ticket.wait(max(0.0, ends - services().clock.monotonic()))
    for part, answer in sorted(waiting, key=cmp_to_key(_compare)):
        _await(part, answer, hold, 0.0)
    for part in parts:
        _complete(part, hold, max(0.0, ends - services().clock.monotonic()))
    yield


def next_extent(loaded: int) -> int:
    """How many items are to be shown after one page more. As many as are mounted at most are a whole number of pages:
    who goes on no further reads no further.

    >>> next_extent(24), next_extent(144), next_extent(150), next_extent(990)
    (48, 150, 174, 1000)
    """
    return min(loaded + PAGE_SIZE, MOST_MOUNTED if loaded < MOST_MOUNTED else MOST_LOADED)


def begins_visibly(view: ViewState) -> bool:
    """Whether the beginning of the fetch that runs is worth a frame. An error has a Retry button, which shows that it
    was pressed."""
    return view.fetching in SEEN_BEGINNING or bool(view.error)


def _begin(part: Part, reason: Reason, until: str, hold: bool) -> Reason:
    """Mark the view as fetching; the reason to ask for, which is another one where it lags behind its session."""
    view, query = part.view, part.query
    if reason == "filter":
        point_at(view, query)
    take_up(view, query, hold=hold)
    if is_bare(view):
        view.loaded = 0 if reason == "page" else PAGE_SIZE
    view.wanted = min(view.loaded, MOST_LOADED)
    if reason == "page" and until == cursor(view):
        view.wanted = next_extent(view.loaded)
    if view.catching_up and reason not in CURRENT:
        reason = "recover"  # for as many items: the end of a list asks for more only once
    view.fetching, view.asked = reason, services().freshness.mark
    return reason


def _submit(part: Part, reason: Reason) -> Answer:
    """Somebody looks at the view, so it goes before whatever nobody does, for whichever reason it is asked for."""
    ticket = services().freshness.submit(
        part.query,
        reason,
        principal(),
        scope=part.scope,
        loaded=part.view.wanted,
        priority="high",
        kind=part.kind,
        down_to=part.view.searched,
    )
    return Answer(ticket, partial(_prove, services().sessions, ticket, token() if reason in CURRENT else {}))


@dataclass(frozen=True)
class Answer:
    """An answer that is on its way, and what has to be noted once it has come."""

    ticket: Ticket
    prove: Callable[[], None]


def _compare(one: tuple[Part, Answer], other: tuple[Part, Answer]) -> int:
    """Which of two answers reaches further, as for sorting: above 0 for the first; 0 where nobody can tell."""
    reach, others = (held.watermark if (held := answer.ticket.snapshot) else "" for _, answer in (one, other))
    return is_at_least(reach, others) - is_at_least(others, reach)


def _await(part: Part, answer: Answer, hold: bool, patience: float) -> None:
    """Show the answer, or have it announce itself."""
    if answer.ticket.wait(patience):
        answer.prove()
        settle_view(part.view, part.query, hold=hold, answered=True)
    else:
        answer.ticket.on_done(answer.prove)
        answer.ticket.on_done(partial(services().hub.finished, part.query, principal().user_id))


def _complete(part: Part, hold: bool, patience: float) -> None:
    """Ask once more where what came is not of one time, as a page below what is older."""
    if part.view.catching_up and not part.view.fetching:
        part.view.fetching = "recover"
        _await(part, _submit(part, "recover"), hold, patience)


def _prove(sessions: Sessions, ticket: Ticket, known: Token) -> None:
    """The answer holds what the session knew when it asked."""
    if ticket.snapshot is not None:
        sessions.answered(ticket.snapshot, known)
