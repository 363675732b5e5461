"""POST /api/session: puts what a session has written and seen into its cookie.

Mesop answers an event before it is handled to the end, so its response cannot carry the cookie; the page hands the
signed token to the browser, which brings it here, where it is merged with what the cookie knows already.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.container import services
from services.freshness.session import COOKIE, merged
from services.http.origin import from_own_page

router = APIRouter(prefix="/api", tags=["session"])


class Knowledge(BaseModel):
    token: str = Field(max_length=2_000)
    """As signed by this server. One that was not is worth nothing."""


@router.post("/session", status_code=204, dependencies=[Depends(from_own_page)])
def keep(request: Request, knowledge: Knowledge) -> Response:
    """Move the session's cookie on; it never goes back."""
    who, sessions = services().principals.resolve(request.headers), services().sessions
    token = merged(sessions.read(knowledge.token, who), sessions.read(request.cookies.get(COOKIE), who))
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, sessions.sign(token, who), httponly=True, samesite="lax", secure=secure)
    return response
