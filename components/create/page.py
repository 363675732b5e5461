"""What the Create pages share: the form beside its results."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

import mesop as me

from components.create.form import create_form
from components.create.results import create_results, load, on_refresh
from components.frame import frame, freshness, head_bar, new_drop, waterline
from components.page import View
from state.bound import bound
from state.create import prepare, results_query, view_of
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


def create_view(kind: str) -> View:
    """The page's view, for live updates."""
    return View(partial(view_of, kind), partial(results_query, kind), partial(load, kind), f"create.{kind}")


def open_create(kind: str) -> Generator[None, None, None]:
    """The page was opened: defaults into the form, held results at once, then the store."""
    prepare(kind)
    close_preview()
    show_held(view_of(kind), results_query(kind))
    yield from load(kind, "open")
