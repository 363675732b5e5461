"""A question to the adviser, as a tab remembers it: asked in the background, answered when it suits.

A handler waits a moment and lets go. A slower answer announces itself to the page's view for it (`advice_query`), whose
loader takes it up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from services.container import services
from services.errors import Busy
from services.generation.inquiries import Inquiry
from services.generation.opinions import Critique, Rewritten
from services.generation.prices import money
from services.models import MediaQuery
from state.session import principal, project_id
from state.view import ViewState

PATIENCE = 0.3
"""Seconds for which a handler waits."""
LONGEST = 320.0
"""Seconds after which an answer that another process should have is given up; Google itself has 300."""
THIS_MACHINE = "this machine"
LOST = (
    "The answer is not here any more: it is kept for ten minutes, by the server that asked. Press Retry to ask again."
)


@dataclass
class Asking:
    """`name` is the question's that is under way, "" for none; asked by the process `mark`, of whom `whom` says.

    `error` says why there is no answer, and `error_cost_nano` what that cost, None where nobody knows.
    """

    name: str = ""
    mark: str = ""
    since_ms: int = 0
    whom: str = ""
    error: str = ""
    error_cost_nano: int | None = 0


def advice_query() -> MediaQuery:
    """By what a slow answer announces itself. It finds no item, so that nothing that is committed concerns it."""
    return MediaQuery(project_id=project_id(), ids=())


def no_view() -> ViewState:
    """An answer is no snapshot: the page's view of it holds nothing."""
    return ViewState()


def nothing_to_recover() -> bool:
    return False


def begin(begin_inquiry: Callable[[], Inquiry]) -> Asking:
    """Ask, without waiting; the question as it is to be remembered."""
    helper = services().offers.helper()
    asking = Asking(whom=helper.name if helper else THIS_MACHINE)
    try:
        inquiry = begin_inquiry()
    except Busy as error:
        asking.error = str(error)
        return asking
    asking.name, asking.mark, asking.since_ms = inquiry.name, services().freshness.mark, _now_ms()
    return asking


def await_answer(asking: Asking) -> None:
    """Wait a moment for the answer; a later one announces itself."""
    inquiry = services().inquiries.find(asking.name, principal())
    if inquiry is not None and not inquiry.wait(PATIENCE):
        inquiry.on_done(partial(services().hub.finished, advice_query(), principal().user_id))


def take_answer(asking: Asking) -> Rewritten | Critique | None:
    """The answer, if it has come; None also where there will be none, and `error` then says why. Reads nothing."""
    if not asking.name:
        return None
    inquiry = services().inquiries.find(asking.name, principal())
    if inquiry is None:
        if _is_lost(asking):
            asking.name, asking.error = "", LOST
            asking.error_cost_nano = 0 if asking.whom == THIS_MACHINE else None
        return None
    if not inquiry.done:
        return None
    asking.name, asking.error, asking.error_cost_nano = "", inquiry.error, inquiry.cost_nano
    return inquiry.told


def drop(asking: Asking) -> None:
    """Nobody waits for the answer any more."""
    if asking.name:
        services().inquiries.forget(asking.name, principal())
    asking.name = ""


def failure_words(asking: Asking) -> str:
    """Why there is no answer, and what that cost unless it was free; pure.

    >>> failure_words(Asking(error="Google refused this", error_cost_nano=2_000_000))
    'Google refused this. It cost $0.0020.'
    """
    cost, why = asking.error_cost_nano, asking.error
    if cost == 0:
        return why
    told = "What it cost is unknown." if cost is None else f"It cost {money(cost)}."
    return f"{why if why.endswith('.') else f'{why}.'} {told}"


def _is_lost(asking: Asking) -> bool:
    """Whether the process that asked cannot tell any more. Of several on one database, another may get this event."""
    alone = services().settings.store == "sqlite"
    return alone or asking.mark == services().freshness.mark or _now_ms() - asking.since_ms > LONGEST * 1000


def _now_ms() -> int:
    return int(services().clock.now().timestamp() * 1000)
