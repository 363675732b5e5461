"""What the Create pages share: the form beside its results."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

import mesop as me

from components.create.form import create_form
from components.create.prompt_tools import leave_prompt_tools, prompt_views
from components.create.results import create_results, load, on_refresh
from components.frame import frame, freshness, head_bar, new_drop, waterline
from components.library.library_chooser_button import CHOOSER, close_chooser
from components.page import View
from services.errors import StoreError
from state.bound import bound
from state.create import form_of, prepare, results_query, start_from, view_of
from state.preview import close_preview
from state.view import show_held, show_new


def create_page(kind: str) -> None:
    """The page at /create/{kind}."""

    def head() -> None:
        head_bar(f"Create {kind}", actions=capsule)
        new_drop(view_of(kind), bound(on_show_new, kind))
        waterline(view_of(kind))

    def capsule() -> None:
        freshness(view_of(kind), bound(on_refresh, kind))

    def body() -> None:
        with me.box(classes="work", key="work"):
            create_form(kind)
            create_results(kind)

    frame(current=f"/create/{kind}", head=head, body=body)


def on_show_new(kind: str, event: me.WebEvent) -> None:
    show_new(view_of(kind))


def create_views(kind: str) -> list[View]:
    """The page's views, for live updates."""
    results = View(partial(view_of, kind), partial(results_query, kind), partial(load, kind), f"create.{kind}")
    return [results, *CHOOSER, *prompt_views(kind)]


def open_create(kind: str) -> Generator[None, None, None]:
    """The page was opened: defaults into the form, held results at once, then the store."""
    prepare(kind)
    close_preview()
    close_chooser()
    leave_prompt_tools()
    show_held(view_of(kind), results_query(kind))
    _take_named(kind)
    yield from load(kind, "open")


def _take_named(kind: str) -> None:
    """The picture that the address names goes into the form, once: a reload keeps what was chosen after."""
    media_id = me.query_params.get("from", "")
    if not media_id:
        return
    del me.query_params["from"]
    try:
        start_from(kind, media_id)
    except StoreError as error:
        form_of(kind).errors["picture"] = str(error)
