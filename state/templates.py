"""The project's templates as the dialog holds them.

They are in no feed: no push brings them. Opening, Refresh and a return to the tab ask.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import Literal

from services.container import services
from services.errors import BadInput, FreshetError, StoreUnavailable
from services.freshness import Reason
from services.identity import can
from services.models import MediaQuery, Template
from services.prompts.fields import Part, parse
from services.prompts.lists import HeldTemplates
from state import loading
from state.prompt_state import ROWS
from state.prompt_tools import prompt_state
from state.session import principal, project_id
from state.view import ViewState


def templates_view() -> ViewState:
    return prompt_state().templates


def templates_query() -> MediaQuery:
    """By what a slow answer announces itself. It finds no item, so that nothing that is committed concerns it."""
    return MediaQuery(project_id=project_id(), ids=())


def all_templates() -> tuple[Template, ...]:
    """What is held of the project's templates, by name; pure."""
    return services().templates.lists.at(templates_view().version, principal()) or ()


def templates_of(kind: str) -> tuple[Template, ...]:
    """Those for one kind of form; pure."""
    return tuple(template for template in all_templates() if template.run_type == kind)


def held_template(template_id: str) -> Template | None:
    """One of those that are held; pure."""
    return next((template for template in all_templates() if template.id == template_id), None)


def parts_of(template: Template) -> tuple[Part, ...]:
    """Its text as words and fields; pure. One that another version of Freshet kept, by other rules, is words alone."""
    try:
        return parse(template.text)
    except BadInput:
        return (template.text,)


def may_change(template: Template) -> bool:
    return can(principal(), "edit", template)


def open_templates() -> None:
    """What is held shows at once, marked busy: the store is to be asked."""
    view, prompt_state().rows = templates_view(), ROWS
    view.error, view.offline = "", False
    view.fetching, view.asked = "open", services().freshness.mark
    _show(_held())


def load_templates(reason: Reason | Literal["ready"], *, hold: bool = False) -> Generator[None, None, None]:
    """The shared load-and-update function: refresh the list for `reason`; yields when that has ended or goes on by
    itself, and before that where its beginning shows.

    "ready": a slow answer has come. "live" asks nothing, since what was committed is no template.
    """
    if reason == "live":
        return
    view, lists = templates_view(), services().templates.lists
    asking = lists.submit(principal(), project_id(), reason) if reason != "ready" else None
    if asking is None:
        settle_templates()
        yield
        return
    view.fetching, view.asked = reason, services().freshness.mark
    if loading.begins_visibly(view):
        yield
    ended = asking.wait(loading.PATIENCE)
    settle_templates(answered=ended)
    if not ended:
        asking.on_done(partial(services().hub.finished, templates_query(), principal().user_id))
    yield


def settle_templates(*, answered: bool = False) -> None:
    """Take up what is known by now; asks nothing. `answered`: what the dialog waits for has come."""
    held, view = _held(), templates_view()
    if answered or (held.state.running is None and not services().templates.lists.is_asked(principal(), project_id())):
        view.fetching = ""
        failure = held.state.failure
        view.error, view.offline = (failure.message, failure.offline) if failure else ("", False)
    _show(held)


def recover_templates() -> bool:
    """Read what the dialog names if this process does not hold it; True if it had to. As `state.view.recover`."""
    view, lists = templates_view(), services().templates.lists
    if not view.version or lists.at(view.version, principal()) is not None:
        return False
    try:
        lists.read(principal(), project_id(), "recover")
    except FreshetError as error:
        view.error, view.offline = str(error), isinstance(error, StoreUnavailable)
    _show(_held())
    return True


def _held() -> HeldTemplates:
    return services().templates.lists.held(principal(), project_id())


def _show(held: HeldTemplates) -> None:
    view = templates_view()
    view.version = held.version
    view.as_of_ms = int(held.as_of.timestamp() * 1000) if held.as_of else 0
