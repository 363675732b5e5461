"""GET /events: server-sent events that say which of a page's views are no longer what it shows.

No content travels here, only places in the list of views that the page named: what changed is read through the
freshness engine, with the reader's own rights. Format: WHATWG HTML, section 9.2, server-sent events.

    event: hello   {"feed": "live"}                 once, when the stream opens
    event: resync  {}                               this stream cannot go on from the client's Last-Event-ID, or cannot
                                                    tell, since too many projects are listened to: ask once
    event: change  {"views": [0], "versions": ["a#1"], "known": "…"}   something that belongs to these views was
                                                    committed; a page that shows this version already knows, any other
                                                    says `known` when it asks, so that whoever answers has heard of it
    event: ready   {"views": [0]}                   a background refresh of these views has ended
    event: state   {"feed": "polling"}              how changes reach the server now: starting (not known yet), live,
                                                    polling or down
    event: beat    {}                               every 15 seconds, so that a dead stream is noticed
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from itertools import count
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from services.container import services
from services.freshness.live import wants_live
from services.freshness.subscriber import Subscriber
from services.models import MediaQuery, Principal

router = APIRouter(tags=["live"])

BEAT = 15.0
"""Seconds between two signs of life."""
ASK = 6.0
"""Seconds after which a page is told to ask where nobody listens for it; a little more than policy.RETURN_PAUSE."""
CROWD = 50
"""Subscribers above which wake-ups are spread over SPREAD seconds, so that they do not all render at once; everybody
is still told within a second."""
SPREAD = 0.7
MOST_VIEWS = 8
MOST_PER_ADDRESS = 500
"""Open streams. Behind a proxy all come from its address, unless it is trusted to say from whose (README.md)."""
MOST_PER_PERSON = 1_000
"""From wherever."""


class StreamView(BaseModel):
    """A view as a page shows it: what it asks, and the version of the snapshot on its screen ("" for none)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: MediaQuery
    version: str = ""


_views = TypeAdapter(tuple[StreamView, ...])
_open: Counter[str] = Counter()
_numbers = count(1)


@router.get("/events", response_model=None)
async def events(request: Request, views: Annotated[str, Query(max_length=8_000)]) -> Response:
    """The stream. `views` is a JSON list of StreamView: 400 if it is none, 404 for a project of others.

    204, which has a browser ask no more, where live updates were turned off: nothing is listened to, nothing read.
    """
    if not wants_live(request.cookies):
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    principal = services().principals.resolve(request.headers)
    try:
        shown = _views.validate_json(views)
    except ValidationError:
        return _refused(400, "views must be a JSON list of queries")
    if not 0 < len(shown) <= MOST_VIEWS:
        return _refused(400, f"views must name 1 to {MOST_VIEWS} queries")
    if not all(view.query.project_id in principal.project_ids for view in shown):
        return _refused(404, "No such project")
    address = request.client.host if request.client else ""
    counted = (f"address {address}", f"person {principal.user_id}")
    for one, most in zip(counted, (MOST_PER_ADDRESS, MOST_PER_PERSON), strict=True):
        if _open[one] >= most:
            return _refused(503, f"Too many open streams of one {one.partition(' ')[0]}: close some tabs")
    stream = _stream(principal, shown, counted, request.headers.get("last-event-id"))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(
    principal: Principal, shown: tuple[StreamView, ...], counted: tuple[str, ...], last_id: str | None
) -> AsyncIterator[str]:
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    hub, queries = services().hub, tuple(view.query for view in shown)
    subscriber = Subscriber(principal, queries, partial(_wake, loop, woken))
    _open.update(counted)
    try:
        hub.subscribe(subscriber)
        yield "retry: 1000\n\n" + _event("hello", {"feed": _feed(queries)})
        if last_id is not None:
            yield _event("resync", {})
        while not hub.ending:
            unheard = any(hub.is_unheard(query.project_id) for query in queries)
            try:
                await asyncio.wait_for(woken.wait(), ASK if unheard else BEAT)
            except TimeoutError:
                yield _event("resync", {}) if unheard else "event: beat\ndata: {}\n\n"
                continue
            woken.clear()
            if hub.subscribers() > CROWD:
                await asyncio.sleep(random.uniform(0, SPREAD))
            news = subscriber.take()
            if news.begun:
                catch_up(subscriber, shown)
            if news.state_changed:
                yield _event("state", {"feed": _feed(queries)})
            if news.ready:
                yield _event("ready", {"views": news.ready})
            if news.changed:
                known = services().sessions.sign(subscriber.known, principal)
                versions = _versions(principal, queries, news.changed)
                yield _event("change", {"views": news.changed, "versions": versions, "known": known})
    finally:
        _open.subtract(counted)
        for one in counted:
            if not _open[one]:
                del _open[one]
        hub.unsubscribe(subscriber)


def _wake(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    loop.call_soon_threadsafe(woken.set)


def catch_up(subscriber: Subscriber, shown: tuple[StreamView, ...]) -> None:
    """Close the gap between the page's last read and the time from which the feed tells of everything.

    A page that shows an older version than is held is told. A view that no feed has kept current since it was read is
    asked for its changes once: the feed may have begun only now, and knows nothing of before.
    """
    freshness, hub, principal = services().freshness, services().hub, subscriber.principal
    for place, view in enumerate(shown):
        entry = freshness.entry(view.query, principal)
        if entry.version != view.version or not entry.version:
            subscriber.tell(changed=[place], known=freshness.known_of(view.query, principal.user_id))
        if entry.version and not entry.current:
            ticket = freshness.submit(view.query, "live", principal, scope="stream", loaded=0, priority="normal")
            ticket.on_done(partial(hub.finished, view.query, principal.user_id))


def _feed(queries: tuple[MediaQuery, ...]) -> str:
    """The worst state among the feeds of these queries' projects."""
    states = {services().hub.state(query.project_id)[0] for query in queries}
    return next(state for state in ("down", "polling", "starting", "live") if state in states)


def _versions(principal: Principal, queries: tuple[MediaQuery, ...], places: list[int]) -> list[str]:
    return [services().freshness.entry(queries[place], principal).version for place in places]


def _event(name: str, data: dict[str, Any]) -> str:
    return f"id: {services().freshness.mark}-{next(_numbers)}\nevent: {name}\ndata: {json.dumps(data)}\n\n"


def _refused(status: int, reason: str) -> JSONResponse:
    return JSONResponse({"error": reason}, status, headers={"Cache-Control": "no-store"})
