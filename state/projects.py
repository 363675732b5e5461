"""The projects that somebody can work in, as this process knows them: their names are no page's state."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import suppress

import mesop as me

from services.container import services
from services.errors import StoreError
from services.models import Project
from state.session import home_project, principal


@me.stateclass
class ProjectsState:
    """`drawn` names what the page's menus were drawn with, in a few letters."""

    drawn: str = ""


def are_drawn_anew() -> bool:
    """Whether projects have come, or are called otherwise, since this tab was drawn last; it is drawn with them now.

    This process may have heard of them in another tab's event. Then drawing the page as it was shows them already, and
    a difference to that would never tell the browser.
    """
    state, names = me.state(ProjectsState), sorted(project_names().items())
    before, state.drawn = state.drawn, hashlib.sha256(repr(names).encode()).hexdigest()[:8]
    return before not in ("", state.drawn)


def project_names() -> dict[str, str]:
    """Names by id; pure."""
    home = services().project
    return {home.id: home.name} | services().projects.names(principal())


def others_too() -> dict[str, str]:
    """As `project_names`, where there are several to choose from; pure."""
    names = project_names()
    return names if len(names) > 1 else {}


def choices() -> list[tuple[str, str]]:
    """As `project_names`, as an address has them: "" for the one that goes without saying; pure."""
    return [("" if one == home_project() else one, name) for one, name in project_names().items()]


def learn_projects() -> Generator[None, None, None]:
    """Take up what the projects are called. Last of all: no list waits for that, nor fails."""
    before = project_names()
    with suppress(StoreError):
        services().projects.known(principal())
        if project_names() != before:
            yield


def ask_for_projects() -> None:
    """Somebody is about to choose: as the store has them now. Raises StoreError."""
    services().projects.read(principal())


def make_project(name: str) -> Project:
    """Make a project, which can be chosen from then on. Raises BadInput, StoreError."""
    return services().projects.create(principal(), name)
