"""GET /healthz: is this server able to serve?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from services.container import services
from services.errors import StoreError

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> JSONResponse:
    """200 while the process serves. `store` says whether the database answers: pages live on without it for a while."""
    try:
        services().store.ping()
        store = "ok"
    except StoreError as error:
        store = str(error)
    return JSONResponse({"status": "ok", "store": store}, headers={"Cache-Control": "no-store"})
