"""Who is behind the event being handled, and what their session has written and seen."""

from __future__ import annotations

from typing import Any

import flask
import mesop as me

from services.container import services
from services.errors import StoreError
from services.freshness import Snapshot
from services.freshness.session import COOKIE, Token, begin_noting, merged, moved, noted, own_of, wrote_own
from services.ids import is_id
from services.models import Principal

PROJECT = "project"
"""The name of the project in an address."""
MOST_NOTES = 8
"""Signed notes that one event may bring."""


@me.stateclass
class SessionState:
    """`token`: what this tab's session knew last (services/freshness/session.py), signed, if its cookie did not.

    `unsure`: the project that the address names could not be looked for, since the store is away.
    """

    token: str = ""
    unsure: bool = False


def principal() -> Principal:
    """The principal of the current request, resolved by the server from its headers, never from state."""
    return services().principals.resolve(_headers())


def _headers() -> dict[str, str]:
    """Of the current request: put together once, since drawing asks for its principal many times."""
    if "freshet_headers" not in flask.g:
        flask.g.freshet_headers = dict(flask.request.headers)
    headers: dict[str, str] = flask.g.freshet_headers
    return headers


def home_project() -> str:
    """The project that an address without one is in."""
    return services().project.id


def project_id() -> str:
    """The project that this page works in: the one that its address names, for its members."""
    asked = me.query_params.get(PROJECT, "")
    return asked if asked in principal().project_ids else home_project()


def asks_for_lost_project() -> bool:
    """Whether the address names a project that this person cannot work in, as far as is known; pure."""
    return me.query_params.get(PROJECT, "") not in ("", project_id())


def find_project() -> None:
    """Look for the project that the address names, should another process have made it since."""
    asked, who, state = me.query_params.get(PROJECT, ""), principal(), me.state(SessionState)
    unsure = False
    if asked not in who.project_ids and is_id(asked):
        try:
            services().projects.look_for(who, asked)
        except StoreError:  # the page says so, and in which project it is meanwhile
            unsure = True
    if state.unsure != unsure:
        state.unsure = unsure


def work_in(project: str) -> bool:
    """Have the page's address name another project from now on; False where this person cannot work in it."""
    if project not in principal().project_ids:
        return False
    if project != home_project():
        me.query_params[PROJECT] = project
    elif PROJECT in me.query_params:
        del me.query_params[PROJECT]
    return True


def within(**address: str) -> dict[str, str]:
    """The query of another page's address, in this page's project."""
    return address if project_id() == home_project() else {PROJECT: project_id()} | address


def token() -> Token:
    """All that is known of what this session wrote and saw: by its cookie, by this tab, and in this event so far."""
    if "freshet_token" not in flask.g:
        begin_noting()
        sessions, who = services().sessions, principal()
        flask.g.freshet_cookie = sessions.read(flask.request.cookies.get(COOKIE), who)
        flask.g.freshet_token = merged(sessions.read(me.state(SessionState).token, who), flask.g.freshet_cookie)
    for project, watermark in noted().items():
        flask.g.freshet_token = moved(flask.g.freshet_token, project or project_id(), watermark)
    known: Token = flask.g.freshet_token
    return known


def is_behind(snapshot: Snapshot) -> bool:
    """Whether the session has written or seen something that `snapshot` may not hold."""
    return not services().sessions.covers(snapshot, token())


def wrote(project_id: str, watermark: str) -> None:
    """The session's own edit was stored in the background, at `watermark`."""
    flask.g.freshet_token = wrote_own(token(), project_id, watermark)


def saw(snapshot: Snapshot) -> None:
    """The session is being shown `snapshot`: everything up to its watermark, and what came out of turn.

    The session's own edits among that have told nothing of what others wrote before them.
    """
    known, project = token(), snapshot.query.project_id
    flask.g.freshet_token = moved(known, project, snapshot.known(own_of(known, project)))


def learn(text: str) -> None:
    """Take note of what the stream of changes has told this tab of, signed: who answers has to reach that."""
    flask.g.freshet_token = merged(token(), services().sessions.read(text, principal()))


def learn_all(texts: Any) -> None:
    """As `learn`, of several such notes as a browser hands them over; what is none is worth nothing."""
    for text in texts[:MOST_NOTES] if isinstance(texts, list) else ():
        learn(str(text))


def keep_token() -> None:
    """Have the browser tell its cookie, by way of the page, what it does not know yet."""
    known = token()
    if known != flask.g.freshet_cookie:
        state, text = me.state(SessionState), services().sessions.sign(known, principal())
        if state.token != text:
            state.token = text
