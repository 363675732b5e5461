"""A small Mesop application that shows every element, for tests of the elements alone.

`main()` serves it on FRESHET_PORT and says so in one line. Each handler notes its event in the page's log: what the
server has heard.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import mesop as me
import uvicorn
from a2wsgi import WSGIMiddleware
from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

import main as product
from components import web
from services.http import bundles
from services.http.pages import LocalPages

ROOT = Path(__file__).resolve().parents[3]
NOW_MS = 1_790_000_000_000
PIXEL = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}"><rect width="{0}" height="{1}" fill="{2}"/></svg>'
)
MODES = ["plain", "live", "polling", "catching", "reconnecting", "off", "offline", "failed", "asked", "loading"]
PAGE = 12
"""Tiles that one request for more adds."""
NAV: list[web.NavItem] = [
    {"url": "/", "label": "Library", "icon": "photo_library", "group": ""},
    {"url": "/form", "label": "Image", "icon": "image", "group": "Create"},
]


@me.stateclass
class Held:
    """What the pages show; the handlers change it."""

    log: list[str]
    tiles: int = 20
    paged: int = PAGE
    newest: int = 0
    waiting: int = 0
    first_gone: bool = False
    revision: int = 1
    status: str = "generating"
    refreshing: bool = False
    as_of_ms: int = NOW_MS
    is_open: bool = False
    kind: str = "all"
    shape: str = "4:3"
    prompt: str = "Dunes"
    toasts: int = 0
    x: float = 0.5
    y: float = 0.5
    scale: float = 0.5
    unrelated: int = 0


def held() -> Held:
    return me.state(Held)


def note(name: str, event: me.WebEvent) -> Any:
    held().log.append(f"{name} {json.dumps(event.value)}")
    return event.value


def on_press(event: me.WebEvent) -> None:
    note("press", event)


def on_unrelated(event: me.WebEvent) -> None:
    held().unrelated += 1


def on_refresh(event: me.WebEvent) -> Generator[None, None, None]:
    note("refresh", event)
    held().refreshing = True
    yield
    held().refreshing = False
    held().as_of_ms += 1000
    yield


def on_navigate(event: me.WebEvent) -> None:
    me.navigate(note("navigate", event)["url"])


def on_tile(event: me.WebEvent) -> None:
    note("tile", event)


def on_retry(event: me.WebEvent) -> None:
    note("retry", event)


def on_arrive(event: me.WebEvent) -> None:
    held().newest += 1


def on_wait(event: me.WebEvent) -> None:
    held().waiting += 2


def on_show(event: me.WebEvent) -> None:
    note("show", event)
    held().newest += held().waiting
    held().waiting = 0


def on_remove_first(event: me.WebEvent) -> None:
    held().first_gone = True


def on_finish(event: me.WebEvent) -> None:
    held().status = "ready"


def on_more(event: me.WebEvent) -> None:
    note("more", event)
    held().paged += PAGE


def on_complete(event: me.WebEvent) -> None:
    note("complete", event)


def on_open(event: me.WebEvent) -> None:
    held().is_open = True


def on_close(event: me.WebEvent) -> None:
    note("close", event)
    held().is_open = False


def on_kind(event: me.WebEvent) -> None:
    held().kind = note("kind", event)["value"]


def on_shape(event: me.WebEvent) -> None:
    """Refuses one choice: what the server keeps is what the page must show."""
    if (value := note("shape", event)["value"]) != "9:16":
        held().shape = value


def on_change(event: me.WebEvent) -> None:
    held().prompt = note("change", event)["value"]


def on_submit(event: me.WebEvent) -> None:
    note("submit", event)


def on_rewrite(event: me.WebEvent) -> None:
    held().prompt = "Words of the server"


def on_place(event: me.WebEvent) -> None:
    value = note("place", event)
    held().x, held().y, held().scale = value["x"], value["y"], value["scale"]


def on_toast(event: me.WebEvent) -> None:
    held().toasts += 1


def on_toast_done(event: me.WebEvent) -> None:
    note("toast", event)


@me.page(path="/", title="Elements", stylesheets=[web.STYLESHEET])
def library() -> None:
    with frame("/", "Library"):
        state = held()
        with me.box(classes="bar tools", key="tools"):
            for label, handler in (
                ("Unrelated", on_unrelated), ("Arrive", on_arrive), ("Wait", on_wait), ("Finish", on_finish),
                ("Remove first", on_remove_first), ("Toast", on_toast), ("Choose from Library", on_open),
            ):  # fmt: skip
                web.button(label=label, on_press=handler, key=label)
            web.button(label="Press", on_press=on_press, token="t1", hint="Once", key="press")
            web.button(label="Generate", busy=True, busy_label="Starting…", on_press=on_press, key="busy")
            web.button(label="Off", disabled=True, on_press=on_press, key="off")
        with me.box(classes="page", key="page"), me.box(classes="grid", key="grid"):
            web.aria(role="list", label="Library")
            web.tiles(on_activate=on_tile, on_retry=on_retry)
            tiles(state)
        with (
            web.dialog(is_open=state.is_open, label="Choose from Library", on_close=on_close, key="dialog"),
            me.box(classes="choose", key="choose"),
        ):
            if state.is_open:
                web.button(label="Inside", on_press=on_press, token="inside", key="inside")
        web.run_watch(run_ids=["run-1"] if state.status == "generating" else [], on_complete=on_complete)


@me.page(path="/long", title="Long list", stylesheets=[web.STYLESHEET])
def long_list() -> None:
    with frame("/long", "Long list"):
        state = held()
        with me.box(classes="page", key="page"):
            web.button(label="Unrelated", on_press=on_unrelated, key="unrelated-press")
            with me.box(classes="grid", key="grid"):
                web.aria(role="list", label="Library")
                web.tiles(on_activate=on_tile)
                for index in range(state.paged):
                    tile(f"m{index}", f"Dunes {index:03}")
            web.sentinel(cursor=f"after {state.paged}", done=state.paged >= 300, on_more=on_more, key="more")


@me.content_component
def frame(current: str, title: str) -> None:
    """The product's frame; the page's content scrolls in its sheet."""
    state = held()
    with me.box(classes="app", key="app"):
        web.nav(
            items=NAV, current=current, user_name="@ada", project="", projects=[("", "Tides")], on_navigate=on_navigate,
            on_choose=on_navigate, on_create=on_navigate,
        )  # fmt: skip
        with me.box(classes="sheet", key="sheet"):
            web.aria(role="main", label=title)
            with me.box(classes="head", key="head"):
                with me.box(classes="bar", key="bar"):
                    with me.box(classes="h1", key="title"):
                        me.text(title)
                        web.aria(role="heading", level=1, label=title)
                    web.status_capsule(
                        as_of_ms=state.as_of_ms, mode="live", refreshing=state.refreshing, on_refresh=on_refresh
                    )
                web.drop(count=state.waiting, on_show=on_show)
                me.box(classes="waterline live", key="waterline")
            me.slot()
    with me.box(classes="vh heard", key="heard"):
        me.text("\n".join(state.log))
    with me.box(classes="vh unrelated", key="unrelated"):
        me.text(str(state.unrelated))
    web.toast(message="Saved" if state.toasts else "", token=str(state.toasts), on_done=on_toast_done)
    web.guard()


def tiles(state: Held) -> None:
    for index in range(state.newest, 0, -1):
        tile(f"new-{index}", f"Newcomer {index}")
    tile("making", "Glass bottles", status=state.status, run_id="run-1")
    tile("failed", "A known singer", status="failed", error="Refused: shows a real person")
    for index in range(1 if state.first_gone else 0, state.tiles):
        tile(f"m{index}", f"Dunes {index:03}", duration=6.0 if index == 1 else None)
    tile("dear", "A lost answer", status="failed", error="Outcome unknown: it may have been charged", costs_again=True)


def tile(
    media_id: str,
    label: str,
    *,
    status: str = "ready",
    duration: float | None = None,
    run_id: str = "",
    error: str = "",
    costs_again: bool = False,
) -> None:
    web.tile(
        media_id=media_id, revision=held().revision, label=label, media_type="image" if duration is None else "video",
        status=status, thumb_url=f"/picture/{media_id}?w=400&h=300" if status == "ready" else None, created_ms=NOW_MS,
        duration=duration, error=error, run_id=run_id, costs_again=costs_again, key=media_id,
    )  # fmt: skip


@me.page(path="/form", title="Form", stylesheets=[web.STYLESHEET])
def form() -> None:
    with frame("/form", "Create image"):
        state = held()
        with me.box(classes="page", key="page"):
            web.field(
                field_id="prompt", label="Prompt", value=state.prompt, multiline=True, limit=60, draft_key="prompt",
                submit_hint="generates", on_change=on_change, on_submit=on_submit, action_icon="edit_note",
                action_label="Rewrite", on_action=on_rewrite, key="prompt",
            )  # fmt: skip
            web.field(
                field_id="name", label="Username", value="river mint", error="Use letters and digits", key="name",
                on_change=on_change, on_submit=on_submit,
            )  # fmt: skip
            web.segments(
                label="Shape", kind="aspects", value=state.shape, on_select=on_shape, key="shape",
                options=[{"value": ratio, "label": ratio} for ratio in ("1:1", "4:3", "9:16")],
            )  # fmt: skip
            web.segments(
                label="Type", kind="tabs", value=state.kind, on_select=on_kind, key="kind",
                options=[{"value": "all", "label": "All"}, {"value": "image", "label": "Images"}],
            )  # fmt: skip
            web.button(label="Unrelated", on_press=on_unrelated, key="unrelated-press")
            web.link_button(label="Download", icon="download", href="/picture/a?w=4&h=4", download=True, key="download")
            with me.box(style=me.Style(width=400)):
                web.place(
                    person_url="/picture/person?w=400&h=400&c=thistle", x=state.x, y=state.y, scale=state.scale,
                    product_url="/picture/product?w=200&h=200&c=teal", on_place=on_place, key="place",
                )  # fmt: skip
            for mode in MODES:
                web.status_capsule(
                    as_of_ms=None if mode == "loading" else NOW_MS, mode=mode, refreshing=False, on_refresh=on_refresh,
                    key=f"status-{mode}",
                )  # fmt: skip


api = FastAPI()
api.add_middleware(LocalPages)
api.include_router(bundles.router(product.joined_files()))
progress: dict[str, Any] = {"status": "running", "progress": 0}


@api.get("/healthz")
def healthz() -> dict[str, bool]:
    return {"ok": True}


@api.get("/api/runs/progress")
def runs_progress(ids: str) -> dict[str, Any]:
    return {"runs": dict.fromkeys(ids.split(","), progress)}


@api.post("/test/progress")
def set_progress(status: str, percent: int) -> None:
    progress.update(status=status, progress=percent)


@api.get("/picture/{name}")
def picture(name: str, w: int, h: int, c: str = "steelblue") -> Response:
    return Response(PIXEL.format(w, h, c), media_type="image/svg+xml")


api.mount("/static", StaticFiles(directory=ROOT / "static"))


def main() -> None:
    api.mount("/", WSGIMiddleware(me.create_wsgi_app(debug_mode=False), workers=8))
    listener = socket.create_server(("127.0.0.1", int(os.environ.get("FRESHET_PORT", "0"))))
    sys.stdout.write(f"Freshet is ready at http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(api, log_level="warning", timeout_graceful_shutdown=1)).run(sockets=[listener])
